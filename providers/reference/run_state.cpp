#include "providers/reference/run_state.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "mortise/sdk/memory_plan.h"
#include "providers/reference/borrowed.h"
#include "providers/reference/value_transfer.h"

namespace mortise::reference {
namespace {

constexpr uint32_t kStepsBetweenChecks = 8;
const Value kNothing;

}  // namespace

RunState::RunState(const Program& program, const sdk::Host& host)
    : program_(program), host_(host), values_(program.slots.size()), places_(program.slots.size()) {
  const uint32_t constants = program.num_constants();
  for (const uint32_t slot : program.reads) {
    read_pointers_.push_back(slot == sdk::kNoId ? &kNothing
                             : slot < constants ? &program.constants[slot]
                                                : &values_[slot - constants]);
  }
  for (const uint32_t slot : program.writes) write_pointers_.push_back(slot == sdk::kNoId ? nullptr : &values_[slot]);
  uint32_t most = 0;
  for (const Step& step : program.steps) most = std::max(most, step.num_writes);
  unread_.resize(most);
}

Status RunState::run(const sdk::RunArgs& args) {
  args_ = &args;
  step_ = nullptr;
  Status status;
  try {
    status = start();
    if (status.ok()) status = run_steps();
    if (status.ok()) status = finish();
  } catch (const Failure& failure) {
    status = failure.status;
  } catch (const std::bad_alloc&) {
    status = Status(StatusCode::kResourceExhausted, "out of memory");
  } catch (const std::length_error& e) {
    status = Status(StatusCode::kResourceExhausted, e.what());
  } catch (const std::exception& e) {
    status = Status(StatusCode::kInternal, e.what());
  }
  if (!status.ok() && step_ != nullptr && status.code() != StatusCode::kCancelled) {
    status = std::move(status).context(program_.subject(*step_)).at_node(step_->node);
  }
  const bool ok = status.ok();
  reset();
  if (ok && plan_needed_) plan();
  return status;
}

Status RunState::start() {
  if (args_->num_inputs() != program_.run_inputs.size() || args_->num_outputs() != program_.run_outputs.size()) {
    return invalid_argument("the run has ", args_->num_inputs(), " inputs and ", args_->num_outputs(),
                            " outputs; the segment has ", program_.run_inputs.size(), " and ",
                            program_.run_outputs.size());
  }
  for (uint64_t i = 0; i < program_.run_inputs.size(); ++i) {
    const uint32_t slot = program_.run_inputs[i];
    MORTISE_ASSIGN(values_[slot], import_input(host_.values(), args_->input(i).raw()));
  }
  for (uint64_t i = 0; i < program_.run_outputs.size(); ++i) {
    const uint32_t slot = program_.run_outputs[i];
    const mortise_tensor_t& given = args_->output(i).raw();
    if (slot == sdk::kNoId || (given.flags & (MORTISE_TENSOR_ABSENT | MORTISE_TENSOR_UNALLOCATED)) != 0) continue;
    if (!written_to_host(slot, static_cast<DType>(given.dtype))) continue;
    MORTISE_TRY(check_extents(std::span(given.dims, given.rank)));
    values_[slot] = Value(borrow(given));
    places_[slot].home = values_[slot].tensor.raw();
  }
  return {};
}

uint64_t RunState::num_elements(uint64_t i) {
  const mortise_value_t* handle = unread(given(i));
  return handle != nullptr ? host_.values()->num_elements(handle) : given(i).elements.size();
}

Result<Value> RunState::element(uint64_t i, uint64_t n) {
  const mortise_value_t* handle = unread(given(i));
  return handle != nullptr ? import_element(*host_.values(), handle, n) : given(i).elements[n];
}

Status RunState::splice(uint64_t first, uint64_t removed, std::span<const Value> added) {
  const mortise_value_t* handle = unread(given(0));
  if (handle == nullptr) return KernelContext::splice(first, removed, added);
  MORTISE_ASSIGN(Value made, splice_unread(*host_.values(), args_->context(), handle, first, removed, added));
  set_output(0, std::move(made));
  return {};
}

// Constants are tensors, so what is not lies in a slot.
const Value& RunState::whole(const Value& value) {
  if (host_.values() == nullptr) return value;
  Status status = read_elements(*host_.values(), values_[static_cast<size_t>(&value - values_.data())]);
  if (!status.ok()) throw Failure(std::move(status));
  return value;
}

Status RunState::run_steps() {
  const bool recorded = args_->profiling() && host_.profile() != nullptr;
  uint32_t unchecked = kStepsBetweenChecks;
  for (const Step& step : program_.steps) {
    if (++unchecked > kStepsBetweenChecks || big_) {
      if (args_->cancelled()) return Status(StatusCode::kCancelled, "the run was cancelled");
      unchecked = 0;
      big_ = false;
    }
    step_ = &step;
    inputs_ = {read_pointers_.data() + step.first_read, step.num_reads};
    outputs_ = {write_pointers_.data() + step.first_write, step.num_writes};
    if (Status status = recorded ? run_recorded(step) : run_step(step); !status.ok()) return status;
  }
  step_ = nullptr;
  return {};
}

Status RunState::run_step(const Step& step) {
  if (Status status = step.kernel(*this); !status.ok()) return status;
  for (uint32_t i = 0; i < step.num_writes; ++i) {
    const uint32_t slot = program_.writes[step.first_write + i];
    if (slot == sdk::kNoId) continue;
    const Value& value = values_[slot];
    if (!value.is_tensor() || value.tensor.raw() != places_[slot].home || value.tensor.dtype() == DType::kString) {
      MORTISE_TRY(settle(slot));
    }
  }
  for (uint32_t i = 0; i < step.num_dying; ++i) {
    const uint32_t slot = program_.dying[step.first_dying + i];
    if (places_[slot].loose) drop(slot);
  }
  if (scratch_total_ != 0) end_kernel();
  return {};
}

Status RunState::run_recorded(const Step& step) {
  const mortise_host_profile_t& profile = *host_.profile();
  const uint64_t start = profile.now_ns(host_.raw());
  MORTISE_TRY(run_step(step));
  const std::string name(program_.op_type(step));
  const mortise_profile_event_t event{.name = name.c_str(),
                                      .start_ns = start,
                                      .duration_ns = profile.now_ns(host_.raw()) - start,
                                      .node_ids = &step.node,
                                      .num_nodes = 1,
                                      .counters = nullptr,
                                      .num_counters = 0};
  profile.record(host_.raw(), args_->context(), &event);
  return {};
}

// A value that is not where prepare_output() put it, or has parts in memory that is written again.
Status RunState::settle(uint32_t slot) {
  Value& value = values_[slot];
  Place& place = places_[slot];
  if (value.kind == ValueKind::kNone) return Status(StatusCode::kInternal, "the kernel has left out an output");
  if (value.is_tensor() && value.tensor.dtype() == DType::kString && value.tensor.raw() == place.home) {
    MORTISE_ASSIGN(value.tensor, copy_strings(host_, value.tensor));
  } else if (value.is_tensor() && written_to_host(slot, value.tensor.dtype())) {
    const Tensor from = value.tensor;
    Tensor& to = run_output(slot, from.dtype(), from.shape());
    if (from.size_bytes() != 0) std::memcpy(to.raw(), from.raw(), from.size_bytes());
    return {};
  } else {
    place.loose = true;  // whatever becomes of the rest
    MORTISE_TRY(make_owned(host_, value));
  }
  place.home = value.tensor.raw();
  place.loose = true;
  return {};
}

// Outputs that are no dense numeric tensors leave here; the others are in the host's memory already.
Status RunState::finish() {
  for (uint64_t i = 0; i < program_.run_outputs.size(); ++i) {
    const uint32_t slot = program_.run_outputs[i];
    if (slot == sdk::kNoId || args_->output(i).absent()) continue;
    const Value& value = values_[slot];
    if (value.is_tensor() && written_to_host(slot, value.tensor.dtype())) continue;
    MORTISE_TRY(export_output(host_.values(), args_->context(), i, value));
  }
  return {};
}

// Lets go of everything that belongs to the run. Values in the arena stay: the next run finds them in place.
void RunState::reset() {
  for (uint32_t slot = 0; slot < places_.size(); ++slot) {
    if (places_[slot].loose) drop(slot);
  }
  for (const uint32_t slot : program_.run_inputs) drop(slot);
  for (const uint32_t slot : program_.run_outputs) {
    if (slot != sdk::kNoId) drop(slot);
  }
  end_kernel();
  args_ = nullptr;
  big_ = false;
}

void RunState::drop(uint32_t slot) {
  values_[slot] = Value();
  places_[slot].home = nullptr;
  places_[slot].loose = false;
}

void RunState::end_kernel() {
  kept_ = {};
  if (scratch_.size() > 1) {
    scratch_.clear();
    if (auto merged = host_.allocate(DType::kU8, Shape{static_cast<int64_t>(scratch_total_)}); merged.ok()) {
      scratch_.push_back(std::move(*merged));
    }
  }
  scratch_used_ = 0;
  scratch_total_ = 0;
}

void RunState::plan() {
  plan_needed_ = false;
  std::vector<sdk::PlannedBuffer> buffers(places_.size());
  for (uint32_t slot = 0; slot < places_.size(); ++slot) {
    const Slot& life = program_.slots[slot];
    buffers[slot] = {.size = places_[slot].wanted, .first = life.first, .last = life.last};
    drop(slot);
    places_[slot].capacity = 0;
  }
  const uint64_t size = sdk::plan_memory(buffers);
  if (arena_.size_bytes() < size) {
    arena_ = Tensor();
    auto larger = host_.allocate(DType::kU8, Shape{static_cast<int64_t>(size)});
    if (!larger.ok()) return;  // later runs go on without an arena
    arena_ = std::move(*larger);
  }
  for (uint32_t slot = 0; slot < places_.size(); ++slot) {
    places_[slot].offset = buffers[slot].offset;
    places_[slot].capacity = buffers[slot].size;
  }
}

}  // namespace mortise::reference
