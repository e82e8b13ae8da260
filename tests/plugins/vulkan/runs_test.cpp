// Runs through the raw ABI: several at once, cancelled, profiled, with outputs left out, and ends that end everything.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <future>

#include "core/graph/abi_graph.h"
#include "mortise/all.h"
#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;

constexpr int64_t kSide = 4;

struct Event {
  std::string name;
  uint64_t start_ns, duration_ns;
  std::vector<uint32_t> nodes;
};

// One run of y = Exp(Neg(x)), z = y y. Stays where it is until it has ended.
struct RawRun {
  explicit RawRun(uint32_t seed) : x(random_tensor(DType::kF32, {kSide, kSide}, seed)) {}
  RawRun(const RawRun&) = delete;
  RawRun& operator=(const RawRun&) = delete;

  void expect_results() const {
    const auto in = x.elements<float>();
    const auto exponential = [&](int64_t i, int64_t j) {
      return std::exp(-static_cast<double>(in[static_cast<size_t>(i * kSide + j)]));
    };
    for (int64_t i = 0; i < kSide; ++i) {
      for (int64_t j = 0; j < kSide; ++j) {
        const auto at = static_cast<size_t>(i * kSide + j);
        double sum = 0;
        for (int64_t k = 0; k < kSide; ++k) sum += exponential(i, k) * exponential(k, j);
        EXPECT_NEAR(static_cast<double>(y.elements<float>()[at]), exponential(i, j), 1e-5 * exponential(i, j));
        EXPECT_NEAR(static_cast<double>(z.elements<float>()[at]), sum, 1e-5 * sum);
      }
    }
  }

  Tensor x, y = Tensor::of<float>({kSide, kSide}, std::vector<float>(kSide*kSide, -1));
  Tensor z = Tensor::of<float>({kSide, kSide}, std::vector<float>(kSide* kSide, -1));
  bool without_y = false;
  // z has no memory until it is asked for, and then none if it is refused.
  bool allocates_z = false, refuses_z = false;
  std::vector<std::vector<int64_t>> asked_for;  // dims
  std::atomic<bool> cancelled{false};
  std::vector<Event> events;
  std::function<void()> at_end;  // on the device's thread
  // Shared, because the device's thread may still be inside set_value() when the result arrives.
  std::shared_ptr<std::promise<mortise_status>> end = std::make_shared<std::promise<mortise_status>>();

  mortise_tensor_t input{}, outputs[2]{};
  mortise_run_context_t context{};
  mortise_run_args_t args{};
};

RawRun& run_of(const mortise_run_context_t* context) { return *static_cast<RawRun*>(context->host_data); }

mortise_status allocate_output(const mortise_run_context_t* context, uint64_t index, const int64_t* dims, uint32_t rank,
                               mortise_tensor_t* tensor, mortise_error_t* /*error*/) {
  RawRun& run = run_of(context);
  run.asked_for.emplace_back(dims, dims + rank);
  if (index != 1 || run.refuses_z) return MORTISE_RESOURCE_EXHAUSTED;
  *tensor = run.z.abi();
  return MORTISE_OK;
}

uint64_t now_ns() { return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()); }

constexpr mortise_host_async_run_t kAsync = {
    .completed = [](const mortise_host_t*, uint64_t id, mortise_status status, const mortise_error_t*) {
      RawRun& run = *reinterpret_cast<RawRun*>(id);  // NOLINT(performance-no-int-to-ptr)
      if (run.at_end) run.at_end();
      const auto end = run.end;
      end->set_value(status);
    }};

constexpr mortise_host_profile_t kProfile = {
    .now_ns = [](const mortise_host_t*) { return now_ns(); },
    .record =
        [](const mortise_host_t*, const mortise_run_context_t* context, const mortise_profile_event_t* event) {
          run_of(context).events.push_back({event->name,
                                            event->start_ns,
                                            event->duration_ns,
                                            {event->node_ids, event->node_ids + event->num_nodes}});
        }};

class VulkanRuns : public testing::Test {
 protected:
  void SetUp() override {
    build();
    const auto& entry =
        *static_cast<const mortise_plugin_entry_t*>(dlsym(dlopen(MORTISE_VULKAN_PLUGIN, RTLD_NOW), "mortise_entry"));
    const auto& factory = *static_cast<const mortise_provider_factory_t*>(entry.get_factory(MORTISE_FACTORY_PROVIDER));
    ASSERT_EQ(factory.create(&factory, &host_, "org.mortise.vulkan", faulty_options().c_str(), &provider_, &error_),
              MORTISE_OK)
        << error_.message;
    ASSERT_EQ(provider_->open(provider_, &error_), MORTISE_OK) << error_.message;
    const uint32_t nodes[] = {0, 1, 2};
    const mortise_compile_request_t request = {.host_data = nullptr,
                                               .graph = abi_->abi(),
                                               .node_ids = nodes,
                                               .inputs = graph_.inputs.data(),
                                               .outputs = graph_.outputs.data(),
                                               .num_nodes = 3,
                                               .num_inputs = 1,
                                               .num_outputs = 2,
                                               .refuse = nullptr};
    ASSERT_EQ(provider_->compile(provider_, &request, &session_, &error_), MORTISE_OK) << error_.message;
    async_ =
        static_cast<const mortise_provider_async_run_t*>(provider_->get_extension(provider_, MORTISE_EXT_ASYNC_RUN));
    ASSERT_NE(async_, nullptr);
  }
  void TearDown() override {
    loader_faults().never_signals = false;
    if (session_ != nullptr) destroy();
  }

  void build() {
    const auto value = [&](const char* name) {
      return graph_.add_value(graph_.intern(name), Type::tensor(DType::kF32, Shape{kSide, kSide}));
    };
    const auto node = [&](const char* op, IdList inputs, ValueId output) {
      Node made;
      made.op_type = graph_.intern(op);
      made.since_version = 13;
      made.inputs = std::move(inputs);
      made.outputs = {output};
      graph_.add_node(std::move(made));
    };
    const ValueId x = value("x"), t = value("t"), y = value("y"), z = value("z");
    node("Neg", {x}, t);
    node("Exp", {t}, y);
    node("MatMul", {y, y}, z);
    graph_.inputs = {x};
    graph_.outputs = {y, z};
    ASSERT_TRUE(graph_.finalize().ok());
    abi_.emplace(graph_);
  }

  void destroy() {
    const mortise_session_t* session = std::exchange(session_, nullptr);
    session->destroy(session);
    provider_->close(provider_);
    provider_->destroy(provider_);
  }

  mortise_status submit(RawRun& run, uint32_t flags = 0) {
    run.input = run.x.abi();
    run.outputs[0] = run.y.abi();
    run.outputs[1] = run.z.abi();
    if (run.without_y) run.outputs[0] = {.flags = MORTISE_TENSOR_ABSENT};
    if (run.allocates_z) run.outputs[1] = {.dtype = MORTISE_DTYPE_F32, .flags = MORTISE_TENSOR_UNALLOCATED};
    run.context = {
        .host_data = &run,
        .allocate_output = allocate_output,
        .is_cancelled = [](const mortise_run_context_t* context) { return run_of(context).cancelled.load(); },
        .flags = flags,
        .reserved = 0};
    run.args = {
        .inputs = &run.input, .outputs = run.outputs, .num_inputs = 1, .num_outputs = 2, .context = &run.context};
    return async_->submit(session_, reinterpret_cast<uintptr_t>(&run), &run.args, &error_);
  }

  Graph graph_{std::make_shared<StringTable>()};
  std::optional<AbiGraph> abi_;
  mortise_host_t host_{.host_data = nullptr,
                       .abi_version = MORTISE_VERSION_INIT,
                       .name = "test",
                       .version = "1",
                       .get_extension = [](const mortise_host_t*, const char* id) -> const void* {
                         if (std::string_view(id) == MORTISE_EXT_ASYNC_RUN) return &kAsync;
                         if (std::string_view(id) == MORTISE_EXT_PROFILE) return &kProfile;
                         return nullptr;
                       }};
  const mortise_provider_t* provider_ = nullptr;
  const mortise_session_t* session_ = nullptr;
  const mortise_provider_async_run_t* async_ = nullptr;
  mortise_error_t error_{};
};

TEST_F(VulkanRuns, AreInFlightAtOnce) {
  loader_faults().never_signals = true;
  RawRun first(1), second(2);
  auto first_end = first.end->get_future(), second_end = second.end->get_future();
  ASSERT_EQ(submit(first), MORTISE_OK) << error_.message;
  ASSERT_EQ(submit(second), MORTISE_OK) << error_.message;
  EXPECT_EQ(first_end.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  loader_faults().never_signals = false;
  EXPECT_EQ(first_end.get(), MORTISE_OK);
  EXPECT_EQ(second_end.get(), MORTISE_OK);
  first.expect_results();
  second.expect_results();
}

TEST_F(VulkanRuns, AreRefusedForNowWhenTooManyAreUnderWay) {
  loader_faults().never_signals = true;
  std::deque<RawRun> runs;
  mortise_status status = MORTISE_OK;
  while (status == MORTISE_OK && runs.size() < 1000) status = submit(runs.emplace_back(3));
  EXPECT_EQ(status, MORTISE_RESOURCE_EXHAUSTED | MORTISE_TRANSIENT) << error_.message;
  loader_faults().never_signals = false;
  runs.pop_back();
  for (RawRun& run : runs) EXPECT_EQ(run.end->get_future().get(), MORTISE_OK);
  runs.back().expect_results();
  RawRun after(4);
  ASSERT_EQ(submit(after), MORTISE_OK) << error_.message;
  EXPECT_EQ(after.end->get_future().get(), MORTISE_OK);
}

TEST_F(VulkanRuns, DoNotBeginWhenTheyAreCancelled) {
  RawRun run(1);
  run.cancelled = true;
  EXPECT_EQ(submit(run), MORTISE_CANCELLED);
  EXPECT_EQ(run.y.elements<float>()[0], -1);
}

TEST_F(VulkanRuns, LeaveOutWhatNobodyReads) {
  RawRun run(1), all(1);
  run.without_y = true;
  ASSERT_EQ(submit(run), MORTISE_OK) << error_.message;
  ASSERT_EQ(run.end->get_future().get(), MORTISE_OK);
  EXPECT_EQ(run.y.elements<float>()[0], -1);
  ASSERT_EQ(submit(all), MORTISE_OK) << error_.message;
  ASSERT_EQ(all.end->get_future().get(), MORTISE_OK);
  all.expect_results();
  expect_equal(run.z, all.z, 0, "z");
}

TEST_F(VulkanRuns, AskForOutputsWithoutMemory) {
  RawRun run(1), refused(1);
  run.allocates_z = refused.allocates_z = refused.refuses_z = true;
  EXPECT_EQ(submit(refused), MORTISE_RESOURCE_EXHAUSTED);
  ASSERT_EQ(submit(run), MORTISE_OK) << error_.message;
  ASSERT_EQ(run.end->get_future().get(), MORTISE_OK);
  EXPECT_THAT(run.asked_for, ElementsAre(ElementsAre(kSide, kSide)));
  run.expect_results();
}

TEST_F(VulkanRuns, RecordWhatTheDeviceDidForWhichNodes) {
  RawRun run(1), unseen(2);
  const uint64_t begin = now_ns();
  ASSERT_EQ(submit(run, MORTISE_RUN_PROFILE), MORTISE_OK) << error_.message;
  ASSERT_EQ(run.end->get_future().get(), MORTISE_OK);
  const uint64_t end = now_ns();
  ASSERT_EQ(run.events.size(), 2u);
  EXPECT_EQ(run.events[0].name, "Neg+Exp");
  EXPECT_THAT(run.events[0].nodes, ElementsAre(0, 1));
  EXPECT_EQ(run.events[1].name, "MatMul");
  EXPECT_THAT(run.events[1].nodes, ElementsAre(2));
  EXPECT_GE(run.events[0].start_ns, begin);
  EXPECT_LE(run.events[0].start_ns + run.events[0].duration_ns, run.events[1].start_ns + 1);
  EXPECT_LE(run.events[1].start_ns + run.events[1].duration_ns, end);
  EXPECT_GT(run.events[0].duration_ns + run.events[1].duration_ns, 0u);
  ASSERT_EQ(submit(unseen), MORTISE_OK) << error_.message;
  ASSERT_EQ(unseen.end->get_future().get(), MORTISE_OK);
  EXPECT_TRUE(unseen.events.empty());
}

// A host may release everything from the thread that tells it of the last run's end.
TEST_F(VulkanRuns, MayEndEverythingFromTheDevicesThread) {
  RawRun run(1);
  run.at_end = [this] { destroy(); };
  ASSERT_EQ(submit(run), MORTISE_OK) << error_.message;
  EXPECT_EQ(run.end->get_future().get(), MORTISE_OK);
  run.expect_results();
}

}  // namespace
}  // namespace mortise::test
