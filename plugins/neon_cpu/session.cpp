// SPDX-License-Identifier: Apache-2.0
//
// See session.h.
#include "session.h"

#include <algorithm>

#include "mortise/sdk/memory_plan.h"

namespace mortise::neon {
namespace {

constexpr size_t kPlans = 8;

bool is_for(const Plan& plan, const sdk::RunArgs& args) {
  for (uint64_t i = 0; i < plan.input_shapes.size(); ++i) {
    const auto dims = args.input(i).dims();
    if (!std::equal(dims.begin(), dims.end(), plan.input_shapes[i].begin(), plan.input_shapes[i].end())) return false;
  }
  return true;
}

}  // namespace

// A frame for the length of a run.
struct NeonSession::Lease {
  explicit Lease(NeonSession& owner) : session(owner) {}
  ~Lease() {
    if (frame == nullptr) return;
    const std::lock_guard lock(session.mutex_);
    session.frames_.push_back(std::move(frame));
  }
  NeonSession& session;
  std::unique_ptr<Frame> frame;
};

Status NeonSession::warm_up(std::vector<Shape> input_shapes) {
  MORTISE_ASSIGN(auto plan, make_plan(program_, std::move(input_shapes), host_.max_workers()));
  plans_.push_front(std::move(plan));
  return {};
}

// Looks the plan up, or makes it outside the lock: two runs that miss at once make it twice and keep one.
Result<std::shared_ptr<const Plan>> NeonSession::plan_for(const sdk::RunArgs& args, Lease& lease) {
  {
    const std::lock_guard lock(mutex_);
    if (!frames_.empty()) {
      lease.frame = std::move(frames_.back());
      frames_.pop_back();
    }
    const auto found =
        std::find_if(plans_.begin(), plans_.end(), [&](const auto& plan) { return is_for(*plan, args); });
    if (found != plans_.end()) {
      plans_.splice(plans_.begin(), plans_, found);
      return plans_.front();
    }
  }
  std::vector<Shape> shapes;
  for (uint64_t i = 0; i < args.num_inputs(); ++i) shapes.emplace_back(args.input(i).dims());
  MORTISE_ASSIGN(auto plan, make_plan(program_, std::move(shapes), host_.max_workers()));
  const std::lock_guard lock(mutex_);
  if (std::none_of(plans_.begin(), plans_.end(), [&](const auto& other) { return is_for(*other, args); })) {
    plans_.push_front(plan);
    if (plans_.size() > kPlans) plans_.pop_back();
  }
  return plan;
}

// Only ever grows: sizes settle at those of the largest plan.
Status NeonSession::fit(Frame& frame, const Plan& plan) const {
  if (frame.arena.size_bytes() < plan.arena_bytes) {
    frame.arena = Tensor();
    MORTISE_ASSIGN(frame.arena, host_.allocate(DType::kU8, {static_cast<int64_t>(plan.arena_bytes)}));
  }
  frame.bases.resize(kFirstPortBase + program_.inputs.size() + program_.outputs.size());
  frame.unread.resize(program_.outputs.size());
  if (frame.operands.size() < plan.max_operands) frame.operands.resize(plan.max_operands);
  return {};
}

Status NeonSession::bind(Frame& frame, const Plan& plan, const sdk::RunArgs& args) const {
  frame.bases[kArenaBase] = frame.arena.data<std::byte>();
  frame.bases[kAddressBase] = nullptr;
  std::byte** base = &frame.bases[kFirstPortBase];
  for (uint64_t i = 0; i < args.num_inputs(); ++i) *base++ = static_cast<std::byte*>(args.input(i).raw().data);
  for (uint64_t i = 0; i < args.num_outputs(); ++i) {
    const Shape& shape = plan.output_shapes[i];
    if (args.output(i).absent()) {
      const DType dtype = program_.values[program_.outputs[i]].dtype;
      MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(dtype, shape));
      Tensor& unread = frame.unread[i];
      if (unread.raw() == nullptr || unread.size_bytes() < bytes) {
        MORTISE_ASSIGN(unread, host_.allocate(dtype, shape));
      }
      *base++ = unread.data<std::byte>();
      continue;
    }
    MORTISE_ASSIGN(const mortise_tensor_t tensor, args.output(i, shape));
    *base++ = static_cast<std::byte*>(tensor.data);
  }
  return {};
}

Status NeonSession::run_call(const Frame& frame, const Plan& plan, const PlannedCall& planned) const {
  std::byte** const addresses = const_cast<std::byte**>(frame.operands.data());
  for (size_t i = 0; i < planned.operands.size(); ++i) {
    const Location& location = planned.operands[i];
    // Constants are offsets from address 0, hence integers and not pointer arithmetic.
    const uintptr_t address = reinterpret_cast<uintptr_t>(frame.bases[location.base]) + location.offset;
    addresses[i] = reinterpret_cast<std::byte*>(address);  // NOLINT(performance-no-int-to-ptr)
  }
  const Call& call = planned.call;
  std::atomic<const char*> fault{nullptr};
  const Operands operands{addresses, addresses + planned.num_inputs, frame.bases[kArenaBase] + planned.temporary,
                          frame.bases[kArenaBase] + planned.scratch, &fault};
  const uint64_t stride = sdk::align_up(call.scratch_bytes);
  for (const Phase& phase : call.phases()) {
    if (phase.count == 0) continue;
    const auto chunk = [&](uint64_t begin, uint64_t end, uint32_t worker) {
      Operands mine = operands;
      mine.scratch += worker * stride;
      phase.body(mine, begin, end);
    };
    if (plan.parallel) {
      host_.parallel_for(phase.count, phase.grain, chunk);
    } else {
      chunk(0, phase.count, 0);
    }
    if (const char* sentence = fault.load(std::memory_order_relaxed)) {
      const Step& step = program_.steps[planned.step];
      return invalid_argument(step.name, ": ", sentence).at_node(step.nodes.back());
    }
  }
  return {};
}

Status NeonSession::walk(const Frame& frame, const Plan& plan, const sdk::RunArgs& args) const {
  const bool profiling = args.profiling() && host_.profile() != nullptr;
  for (const PlannedCall& planned : plan.calls) {
    if (args.cancelled()) return Status(StatusCode::kCancelled, "the run was cancelled");
    const uint64_t start_ns = profiling ? host_.profile()->now_ns(host_.raw()) : 0;
    MORTISE_TRY(run_call(frame, plan, planned));
    if (profiling) record(args, program_.steps[planned.step], start_ns);
  }
  return {};
}

void NeonSession::record(const sdk::RunArgs& args, const Step& step, uint64_t start_ns) const {
  const mortise_profile_event_t event{.name = step.name.c_str(),
                                      .start_ns = start_ns,
                                      .duration_ns = host_.profile()->now_ns(host_.raw()) - start_ns,
                                      .node_ids = step.nodes.data(),
                                      .num_nodes = step.nodes.size(),
                                      .counters = nullptr,
                                      .num_counters = 0};
  host_.profile()->record(host_.raw(), args.context(), &event);
}

Status NeonSession::run(const sdk::RunArgs& args) {
  Lease lease(*this);
  MORTISE_ASSIGN(const auto plan, plan_for(args, lease));
  if (lease.frame == nullptr) lease.frame = std::make_unique<Frame>();
  Frame& frame = *lease.frame;
  MORTISE_TRY(fit(frame, *plan));
  MORTISE_TRY(bind(frame, *plan, args));
  return walk(frame, *plan, args);
}

}  // namespace mortise::neon
