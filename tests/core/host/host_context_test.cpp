// The host extensions, called the way a provider calls them.
#include "core/host/host_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "core/graph/abi_graph.h"
#include "core/host/run_state.h"
#include "core/host/thread_role.h"
#include "core/model/export.h"

namespace mortise {
namespace {

using ::testing::HasSubstr;

template <class T>
const T& extension(const HostContext& host, const char* id) {
  return *static_cast<const T*>(host.abi()->get_extension(host.abi(), id));
}

struct Lines {
  std::mutex mutex;
  std::vector<std::pair<Severity, std::string>> lines;
  LogSink sink() {
    return [this](Severity severity, std::string_view line) {
      const std::lock_guard lock(mutex);
      lines.emplace_back(severity, line);
    };
  }
};

TEST(HostContext, OffersNothingUnderAnUnknownId) {
  HostContext host;
  EXPECT_EQ(host.abi()->get_extension(host.abi(), "mortise.log/99"), nullptr);
  EXPECT_EQ(host.abi()->get_extension(host.abi(), nullptr), nullptr);
}

TEST(HostLog, IsSilentBelowWarnings) {
  Lines lines;
  HostContext host({.log_sink = lines.sink()});
  const auto& log = extension<mortise_host_log_t>(host, MORTISE_EXT_LOG);
  EXPECT_EQ(log.min_severity(host.abi()), uint32_t{MORTISE_LOG_WARNING});
  log.log(host.abi(), MORTISE_LOG_INFO, "not kept");
  log.log(host.abi(), MORTISE_LOG_WARNING, "kept");
  log.log(host.abi(), 12345, "of a kind that does not exist");
  log.log(host.abi(), MORTISE_LOG_ERROR, nullptr);
  ASSERT_EQ(lines.lines.size(), 2u);
  EXPECT_EQ(lines.lines[0].second, "kept");
  EXPECT_EQ(lines.lines[1].first, Severity::kError);
}

TEST(HostLog, SurvivesASinkThatThrows) {
  HostContext host({.log_sink = [](Severity, std::string_view) { throw std::runtime_error("full"); }});
  host.log().error("{} lines", 1);
}

// What the bodies of one parallel_for call saw.
struct Seen {
  explicit Seen(uint32_t workers) : busy(workers) {}
  std::vector<std::atomic<int>> busy;
  std::mutex mutex;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  std::atomic<bool> clash{false};
  std::atomic<bool> outside_role{false};

  static void body(void* context, uint64_t begin, uint64_t end, uint32_t worker) {
    Seen& seen = *static_cast<Seen*>(context);
    if (worker >= seen.busy.size() || seen.busy[worker].fetch_add(1) != 0) seen.clash = true;
    if (current_role() != ThreadRole::kWorker) seen.outside_role = true;
    {
      const std::lock_guard lock(seen.mutex);
      seen.ranges.emplace_back(begin, end);
    }
    if (worker < seen.busy.size()) seen.busy[worker].fetch_sub(1);
  }
};

class ParallelForTest : public testing::TestWithParam<uint32_t> {};

TEST_P(ParallelForTest, CutsAtMultiplesOfTheGrainWhateverTheThreads) {
  HostContext host({.threads = GetParam()});
  const auto& parallel = extension<mortise_host_parallel_for_t>(host, MORTISE_EXT_PARALLEL_FOR);
  for (const auto& [count, grain] :
       std::vector<std::pair<uint64_t, uint64_t>>{{0, 4}, {1, 4}, {4, 4}, {1003, 10}, {7, 0}}) {
    Seen seen(parallel.max_workers(host.abi()));
    parallel.parallel_for(host.abi(), count, grain, Seen::body, &seen);
    std::sort(seen.ranges.begin(), seen.ranges.end());
    std::vector<std::pair<uint64_t, uint64_t>> expected;
    const uint64_t step = grain == 0 ? 1 : grain;
    for (uint64_t begin = 0; begin < count; begin += step) expected.emplace_back(begin, std::min(begin + step, count));
    EXPECT_EQ(seen.ranges, expected) << count << " by " << grain;
    EXPECT_FALSE(seen.clash);
    EXPECT_FALSE(seen.outside_role);
  }
}

TEST_P(ParallelForTest, NestsAndTakesCallsOfManyThreads) {
  HostContext host({.threads = GetParam()});
  struct Outer {
    HostContext* host;
    std::atomic<uint64_t> sum{0};
    std::atomic<bool> clash{false};
  };
  const auto outer_body = [](void* context, uint64_t, uint64_t, uint32_t) {
    auto& outer = *static_cast<Outer*>(context);
    const auto& parallel = extension<mortise_host_parallel_for_t>(*outer.host, MORTISE_EXT_PARALLEL_FOR);
    Seen seen(parallel.max_workers(outer.host->abi()));
    parallel.parallel_for(outer.host->abi(), 50, 3, Seen::body, &seen);
    for (const auto& [begin, end] : seen.ranges) outer.sum += end - begin;
    if (seen.clash) outer.clash = true;
  };
  std::vector<std::thread> threads;
  std::vector<Outer> outers(3);
  for (Outer& outer : outers) {
    outer.host = &host;
    threads.emplace_back([&host, &outer, &outer_body] {
      extension<mortise_host_parallel_for_t>(host, MORTISE_EXT_PARALLEL_FOR)
          .parallel_for(host.abi(), 40, 1, outer_body, &outer);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Outer& outer : outers) {
    EXPECT_EQ(outer.sum, 2000u);
    EXPECT_FALSE(outer.clash);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelForTest, testing::Values(1, 2, 4));

TEST(ThreadCheck, KnowsTheRoleOfTheThreadAndNests) {
  HostContext host;
  const auto& check = extension<mortise_host_thread_check_t>(host, MORTISE_EXT_THREAD_CHECK);
  EXPECT_FALSE(check.is_setup(host.abi()) || check.is_worker(host.abi()));
  const ScopedWorker worker;
  EXPECT_TRUE(check.is_worker(host.abi()));
  {
    const ScopedSetup setup;
    EXPECT_TRUE(check.is_setup(host.abi()) && !check.is_worker(host.abi()));
    std::thread([&] { EXPECT_FALSE(check.is_setup(host.abi())); }).join();
  }
  EXPECT_TRUE(check.is_worker(host.abi()));
}

TEST(AsyncRun, CallsEachCompletionOnceAndIgnoresInventedIds) {
  Lines lines;
  HostContext host({.log_sink = lines.sink()});
  const auto& async = extension<mortise_host_async_run_t>(host, MORTISE_EXT_ASYNC_RUN);
  int calls = 0;
  const auto count = [](void* context, mortise_status, const mortise_error_t*) { ++*static_cast<int*>(context); };
  const uint64_t first = host.completions().add({count, &calls}).value();
  async.completed(host.abi(), first, MORTISE_OK, nullptr);
  EXPECT_EQ(calls, 1);
  const uint64_t second = host.completions().add({count, &calls}).value();
  for (const uint64_t invented : {first, uint64_t{0}, ~uint64_t{0}, second + 1, second ^ (uint64_t{1} << 40)}) {
    async.completed(host.abi(), invented, MORTISE_OK, nullptr);
  }
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(lines.lines.size(), 5u);
  EXPECT_EQ(lines.lines[0].first, Severity::kProviderMisbehaving);
  EXPECT_TRUE(host.completions().cancel(second));
  EXPECT_FALSE(host.completions().cancel(second));
}

TEST(AsyncRun, HasABound) {
  CompletionRegistry registry;
  const Completion nothing{[](void*, mortise_status, const mortise_error_t*) {}, nullptr};
  for (uint32_t i = 0; i < CompletionRegistry::kMaxPending; ++i) ASSERT_TRUE(registry.add(nothing).has_value());
  EXPECT_FALSE(registry.add(nothing).has_value());
}

TEST(OnnxModel, WritesNodesToAStreamThatTakesAFewBytesAtATime) {
  Graph graph(std::make_shared<StringTable>());
  graph.opsets.push_back({graph.intern(""), 13});
  const ValueId x = graph.add_value(graph.intern("x"));
  const ValueId y = graph.add_value(graph.intern("y"));
  graph.value(x).is_input = true;
  graph.value(y).is_output = true;
  graph.inputs = {x};
  graph.outputs = {y};
  graph.output_names = {graph.intern("y")};
  Node node;
  node.op_type = graph.intern("Relu");
  node.domain = graph.intern("");
  node.since_version = 13;
  node.inputs = {x};
  node.outputs = {y};
  graph.add_node(std::move(node));
  ASSERT_TRUE(graph.finalize().ok());
  const AbiGraph view(graph);
  HostContext host;
  const auto& model = extension<mortise_host_onnx_model_t>(host, MORTISE_EXT_ONNX_MODEL);
  std::string bytes;
  mortise_ostream_t stream{.context = &bytes,
                           .write = [](const mortise_ostream_t* self, const void* data, uint64_t size) {
                             const uint64_t taken = std::min<uint64_t>(size, 7);
                             static_cast<std::string*>(self->context)->append(static_cast<const char*>(data), taken);
                             return static_cast<int64_t>(taken);
                           }};
  const uint32_t ids[] = {0, 1};
  mortise_error_t error{};
  ASSERT_EQ(model.serialize(host.abi(), view.abi(), ids, 1, &stream, &error), MORTISE_OK) << error.message;
  EXPECT_EQ(bytes, serialize_nodes(graph, std::span(ids, 1)).value());
  EXPECT_THAT(bytes, HasSubstr("Relu"));
  EXPECT_NE(model.serialize(host.abi(), view.abi(), ids, 2, &stream, &error), MORTISE_OK);
  stream.write = [](const mortise_ostream_t*, const void*, uint64_t) { return int64_t{0}; };
  EXPECT_EQ(model.serialize(host.abi(), view.abi(), ids, 1, &stream, &error), MORTISE_DATA_LOSS);
  EXPECT_EQ(model.serialize(host.abi(), nullptr, ids, 1, &stream, &error), MORTISE_INVALID_ARGUMENT);
}

class TestRun : public RunState {
 public:
  Status allocate_output(uint64_t, std::span<const int64_t>, mortise_tensor_t*) override { return {}; }
  Status set_output(uint64_t index, const Value& value) override {
    outputs[index] = value;
    return {};
  }
  bool cancelled() const override { return false; }
  Result<Tensor> allocate(DType dtype, const Shape& shape) override { return Tensor::allocate(dtype, shape); }
  MemoryBudget* budget() const override { return counted.get(); }
  std::map<uint64_t, Value> outputs;
  std::shared_ptr<MemoryBudget> counted;
};

TEST(RunContext, RefusesANegativeExtent) {
  TestRun run;
  const mortise_run_context_t context = make_run_context(run);
  const int64_t dims[] = {2, -1};
  mortise_tensor_t tensor{};
  mortise_error_t error{};
  EXPECT_EQ(context.allocate_output(&context, 0, dims, 2, &tensor, &error), MORTISE_INVALID_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("extent -1 on axis 1"));
}

TEST(Values, MakeASequenceOfStringsThatOutlivesTheRun) {
  HostContext host;
  const auto& values = extension<mortise_host_values_t>(host, MORTISE_EXT_VALUES);
  Value result;
  {
    TestRun run;
    const mortise_run_context_t context = make_run_context(run);
    const int64_t dims[] = {2};
    mortise_value_t* strings = nullptr;
    mortise_value_t* sequence = nullptr;
    mortise_tensor_t tensor{};
    ASSERT_EQ(values.create_tensor(&context, MORTISE_DTYPE_STRING, dims, 1, &strings, &tensor, nullptr), MORTISE_OK);
    const mortise_string_t texts[] = {{"a", 1}, {"a text that does not fit into a short string", 44}};
    EXPECT_EQ(values.set_strings(strings, 0, texts, 2, nullptr), MORTISE_OK);
    EXPECT_EQ(values.set_strings(strings, 1, texts, 2, nullptr), MORTISE_OUT_OF_RANGE);
    const mortise_type_t element{.kind = MORTISE_TYPE_TENSOR, .dtype = MORTISE_DTYPE_STRING};
    const mortise_type_t type{.kind = MORTISE_TYPE_SEQUENCE, .element = &element};
    ASSERT_EQ(values.create(&context, &type, &strings, 1, &sequence, nullptr), MORTISE_OK);
    EXPECT_EQ(values.num_elements(sequence), 1u);
    EXPECT_EQ(values.get_element(sequence, 1), nullptr);
    ASSERT_EQ(values.set_output(&context, 3, sequence, nullptr), MORTISE_OK);
    result = run.outputs[3];
  }
  ASSERT_EQ(result.kind, ValueKind::kSequence);
  const auto elements = result.elements.list().at(0).tensor.elements<mortise_string_t>();
  EXPECT_EQ(std::string(elements[0].data, elements[0].size), "a");
  EXPECT_EQ(std::string(elements[1].data, elements[1].size), "a text that does not fit into a short string");
  EXPECT_EQ(result.element_dtype, DType::kString);
}

TEST(Values, RefuseWhatCannotBe) {
  HostContext host;
  const auto& values = extension<mortise_host_values_t>(host, MORTISE_EXT_VALUES);
  TestRun run;
  const mortise_run_context_t context = make_run_context(run);
  mortise_value_t* value = nullptr;
  mortise_tensor_t tensor{};
  const int64_t huge[] = {int64_t{1} << 40, int64_t{1} << 40};
  EXPECT_EQ(values.create_tensor(&context, MORTISE_DTYPE_STRING, huge, 2, &value, &tensor, nullptr),
            MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(values.create_tensor(&context, 99, huge, 0, &value, &tensor, nullptr), MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(values.create_tensor(nullptr, MORTISE_DTYPE_F32, huge, 0, &value, &tensor, nullptr),
            MORTISE_INVALID_ARGUMENT);
  const mortise_type_t map{.kind = MORTISE_TYPE_MAP};
  EXPECT_EQ(values.create(&context, &map, nullptr, 0, &value, nullptr), MORTISE_INVALID_ARGUMENT);
  Value number(Tensor::of<float>({}, {1.0f}));
  EXPECT_EQ(values.set_strings(to_abi(&number), 0, nullptr, 0, nullptr), MORTISE_INVALID_ARGUMENT);
}

std::vector<int64_t> numbers_of(const Value& sequence) {
  std::vector<int64_t> numbers;
  for (const Value& element : sequence.elements) numbers.push_back(*element.tensor.data<int64_t>());
  return numbers;
}

TEST(Values, AreSplicedWithoutChangingTheFirst) {
  HostContext host;
  const auto& values = extension<mortise_host_values_t>(host, MORTISE_EXT_VALUES);
  TestRun run;
  const mortise_run_context_t context = make_run_context(run);
  std::vector<Value> numbers;
  for (int64_t i = 0; i < 4; ++i) numbers.emplace_back(Tensor::of<int64_t>({}, {i}));
  const Value sequence(ValueKind::kSequence, {numbers[0], numbers[1], numbers[2]});
  const mortise_value_t* added[] = {to_abi(&numbers[3]), to_abi(&numbers[3])};
  mortise_value_t* made = nullptr;
  ASSERT_EQ(values.splice(&context, to_abi(&sequence), 1, 1, added, 2, &made, nullptr), MORTISE_OK);
  EXPECT_THAT(numbers_of(*from_abi(made)), testing::ElementsAre(0, 3, 3, 2));
  ASSERT_EQ(values.splice(&context, made, 0, 4, nullptr, 0, &made, nullptr), MORTISE_OK);
  EXPECT_EQ(values.num_elements(made), 0u);
  EXPECT_EQ(from_abi(made)->element_dtype, DType::kI64);
  EXPECT_THAT(numbers_of(sequence), testing::ElementsAre(0, 1, 2));

  const mortise_value_t* nothing = nullptr;
  const mortise_value_t* whole = to_abi(&sequence);
  EXPECT_EQ(values.splice(&context, whole, 4, 0, added, 1, &made, nullptr), MORTISE_OUT_OF_RANGE);
  EXPECT_EQ(values.splice(&context, whole, 1, UINT64_MAX, added, 1, &made, nullptr), MORTISE_OUT_OF_RANGE);
  EXPECT_EQ(values.splice(&context, whole, 0, 0, &whole, 1, &made, nullptr), MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(values.splice(&context, whole, 0, 0, &nothing, 1, &made, nullptr), MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(values.splice(&context, added[0], 0, 0, added, 1, &made, nullptr), MORTISE_INVALID_ARGUMENT);
}

TEST(Values, CountTowardsTheMemoryLimit) {
  HostContext host;
  const auto& values = extension<mortise_host_values_t>(host, MORTISE_EXT_VALUES);
  const auto budget = std::make_shared<MemoryBudget>(1);
  {
    TestRun run;
    run.counted = budget;
    const mortise_run_context_t context = make_run_context(run);
    const int64_t dims[] = {2};
    mortise_value_t *strings = nullptr, *moved = nullptr;
    mortise_tensor_t tensor{};
    mortise_error_t error{};
    ASSERT_EQ(values.create_tensor(&context, MORTISE_DTYPE_STRING, dims, 1, &strings, &tensor, &error), MORTISE_OK);
    const std::string text(400'000, 'x');
    const mortise_string_t texts[] = {{text.data(), text.size()}, {text.data(), text.size()}};
    ASSERT_EQ(values.set_strings(strings, 0, texts, 2, &error), MORTISE_OK);
    EXPECT_EQ(budget->in_use(), 800'000u);
    EXPECT_EQ(values.set_strings(strings, 1, texts, 1, &error), MORTISE_RESOURCE_EXHAUSTED);
    EXPECT_THAT(error.message, HasSubstr("400000 bytes"));
    const mortise_string_t endless[] = {{text.data(), UINT64_MAX}, {text.data(), 2}};
    EXPECT_EQ(values.set_strings(strings, 0, endless, 2, &error), MORTISE_RESOURCE_EXHAUSTED);

    // Elements of the tensor itself, each put one place further.
    ASSERT_EQ(values.set_strings(strings, 0, std::array{mortise_string_t{"first", 5}}.data(), 1, &error), MORTISE_OK);
    ASSERT_EQ(
        values.create_tensor(&context, MORTISE_DTYPE_STRING, std::array{int64_t{3}}.data(), 1, &moved, &tensor, &error),
        MORTISE_OK);
    const mortise_string_t words[] = {{"a long word", 11}, {"b", 1}};
    ASSERT_EQ(values.set_strings(moved, 0, words, 2, &error), MORTISE_OK);
    const auto* own = static_cast<const mortise_string_t*>(tensor.data);
    ASSERT_EQ(values.set_strings(moved, 1, own, 2, &error), MORTISE_OK);
    EXPECT_EQ(std::string(own[1].data, own[1].size) + std::string(own[2].data, own[2].size), "a long wordb");

    const mortise_type_t type{.kind = MORTISE_TYPE_SEQUENCE};
    const std::vector<const mortise_value_t*> mentions(10'000, strings);
    mortise_value_t* sequence = nullptr;
    EXPECT_EQ(values.create(&context, &type, mentions.data(), mentions.size(), &sequence, &error),
              MORTISE_RESOURCE_EXHAUSTED);
    ASSERT_EQ(values.create(&context, &type, mentions.data(), 10, &sequence, &error), MORTISE_OK);
    const uint64_t before = budget->in_use();
    ASSERT_EQ(values.splice(&context, sequence, 0, 0, mentions.data(), 5, &sequence, &error), MORTISE_OK);
    EXPECT_EQ(budget->in_use(), before + 15 * sizeof(Value)) << "the first list is still there";
    EXPECT_EQ(values.splice(&context, sequence, 10, 0, mentions.data(), mentions.size(), &sequence, &error),
              MORTISE_RESOURCE_EXHAUSTED);
  }
  EXPECT_EQ(budget->in_use(), 0u);
}

// A plugin's values are walked and destroyed by recursion, and sharing can make a few of them very many.
TEST(Values, AreNeitherNestedNorSharedWithoutBound) {
  HostContext host;
  const auto& values = extension<mortise_host_values_t>(host, MORTISE_EXT_VALUES);
  const mortise_type_t type{.kind = MORTISE_TYPE_SEQUENCE};
  for (const uint64_t mentions : {1, 2}) {
    TestRun run;
    const mortise_run_context_t context = make_run_context(run);
    mortise_value_t* value = nullptr;
    ASSERT_EQ(values.create(&context, &type, nullptr, 0, &value, nullptr), MORTISE_OK);
    mortise_status status = MORTISE_OK;
    mortise_error_t error{};
    int depth = 0;
    for (; status == MORTISE_OK && depth < 1'000'000; ++depth) {
      const mortise_value_t* parts[] = {value, value};
      status = values.create(&context, &type, parts, mentions, &value, &error);
    }
    EXPECT_LT(depth, 70);
    EXPECT_THAT(error.message, HasSubstr(mentions == 1 ? "nested more than 64 deep" : "more than 1048576 parts"));
  }
}

}  // namespace
}  // namespace mortise
