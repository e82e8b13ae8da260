// Sessions of a provider, called from many threads: the concurrency class is kept, errors carry what they should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/host/provider_instance.h"
#include "mortise/sdk/plugin.h"

namespace mortise {
namespace {

using ::testing::HasSubstr;

// How many runs overlap, at most; and the runs that were submitted and wait to be completed.
struct Observed {
  std::atomic<int> running{0};
  std::atomic<int> peak{0};
  std::mutex mutex;
  std::vector<uint64_t> submitted;
  Status answer;      // of the next runs
  bool meet = false;  // a run waits until another one has run beside it

  void begin() {
    const int now = ++running;
    int seen = peak;
    while (now > seen && !peak.compare_exchange_weak(seen, now)) {
    }
  }
  void end() { --running; }
};
Observed* observed = nullptr;

class TestSession : public sdk::Session, public sdk::AsyncSession {
 public:
  Status run(const sdk::RunArgs&) override {
    observed->begin();
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    while (observed->meet && observed->peak < 2) std::this_thread::yield();
    observed->end();
    return observed->answer;
  }
  Status submit(uint64_t run_id, const sdk::RunArgs&) override {
    if (!observed->answer.ok()) return observed->answer;
    observed->begin();
    const std::lock_guard lock(observed->mutex);
    observed->submitted.push_back(run_id);
    return {};
  }
};

template <uint32_t kConcurrency>
class TestProvider : public sdk::Provider, public sdk::AsyncRunExtension {
 public:
  static constexpr mortise_provider_descriptor_t kDescriptor = {.id = kConcurrency == 0   ? "test.serial-provider"
                                                                      : kConcurrency == 1 ? "test.serial-session"
                                                                                          : "test.reentrant",
                                                                .name = "Test",
                                                                .vendor = "Mortise",
                                                                .version = "1",
                                                                .description = "Counts overlapping runs.",
                                                                .options_schema = "{}",
                                                                .concurrency = kConcurrency};
  TestProvider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return "a counter"; }
  Status claim(const sdk::GraphView&, sdk::ClaimSink&) override { return {}; }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest&) override {
    return std::unique_ptr<sdk::Session>(new TestSession);
  }
};

using TestPlugin = sdk::Plugin<TestProvider<0>, TestProvider<1>, TestProvider<2>>;

class SessionTest : public testing::Test {
 protected:
  void SetUp() override { observed = &observed_; }
  std::shared_ptr<ProviderInstance> open(const char* id) {
    auto library = PluginLibrary::built_in(TestPlugin::kEntry, "test");
    auto provider = ProviderInstance::create(library.value(), id, "{}", host_).value();
    EXPECT_TRUE(provider->open().ok());
    return provider;
  }
  // Runs two sessions from two threads each.
  int peak_of_runs(const char* id) {
    auto provider = open(id);
    auto a = provider->compile(request_).value();
    auto b = provider->compile(request_).value();
    std::vector<std::thread> threads;
    for (const auto& session : {a, a, b, b}) {
      threads.emplace_back([this, session] {
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(session->run(args_).ok());
      });
    }
    for (std::thread& thread : threads) thread.join();
    return observed_.peak;
  }
  // Completes the oldest submitted run, as a device's thread would.
  void complete_one() {
    const std::lock_guard lock(observed_.mutex);
    const auto& async =
        *static_cast<const mortise_host_async_run_t*>(host_.abi()->get_extension(host_.abi(), MORTISE_EXT_ASYNC_RUN));
    observed_.end();
    async.completed(host_.abi(), observed_.submitted.front(), MORTISE_OK, nullptr);
    observed_.submitted.erase(observed_.submitted.begin());
  }

  Observed observed_;
  HostContext host_;
  mortise_graph_t graph_{.get_info = [](const mortise_graph_t*, mortise_graph_info_t* info) { *info = {}; }};
  mortise_compile_request_t request_{.graph = &graph_};
  mortise_run_args_t args_{};
};

TEST_F(SessionTest, RunsOneAtATimePerProvider) { EXPECT_EQ(peak_of_runs("test.serial-provider"), 1); }

TEST_F(SessionTest, RunsOneAtATimePerSession) { EXPECT_LE(peak_of_runs("test.serial-session"), 2); }

TEST_F(SessionTest, RunsOverlapWhereTheProviderAllowsIt) {
  observed_.meet = true;  // without overlap the test would not end
  EXPECT_GE(peak_of_runs("test.reentrant"), 2);
}

TEST_F(SessionTest, CarriesTheNodeTheCodeAndTheNameOfTheProvider) {
  auto session = open("test.reentrant")->compile(request_).value();
  observed_.answer = Status(StatusCode::kUnavailable, "queue full").as_transient().at_node(7);
  const Status status = session->run(args_);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(status.transient());
  EXPECT_EQ(status.node_id(), 7u);
  EXPECT_EQ(status.message(), "provider 'test.reentrant': queue full");
}

TEST_F(SessionTest, KeepsTheProviderAlive) {
  std::shared_ptr<CompiledSession> session = open("test.reentrant")->compile(request_).value();
  EXPECT_TRUE(session->run(args_).ok());
}

TEST_F(SessionTest, HoldsTheNextRunBackUntilASubmittedOneIsCompleted) {
  auto session = open("test.serial-provider")->compile(request_).value();
  std::atomic<int> done{0};
  const Completion completion{
      [](void* context, mortise_status, const mortise_error_t*) { ++*static_cast<std::atomic<int>*>(context); }, &done};
  ASSERT_TRUE(session->submit(args_, completion).ok());
  std::thread second([&] { EXPECT_TRUE(session->submit(args_, completion).ok()); });
  std::this_thread::yield();
  complete_one();
  second.join();
  complete_one();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(observed_.peak, 1);
}

TEST_F(SessionTest, LeavesNothingPendingWhenSubmitFails) {
  auto session = open("test.serial-provider")->compile(request_).value();
  const Completion never{[](void*, mortise_status, const mortise_error_t*) { ADD_FAILURE(); }, nullptr};
  observed_.answer = Status(StatusCode::kResourceExhausted, "queue full").as_transient();
  for (int i = 0; i < 5000; ++i) {
    const Status status = session->submit(args_, never);
    ASSERT_THAT(status.message(), HasSubstr("queue full"));
  }
}

}  // namespace
}  // namespace mortise
