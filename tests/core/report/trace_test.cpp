// Traces of the digit classifier over the mock NPU and the reference provider, and what becomes of them.
#include "mortise/core/trace.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <onnx/defs/parser.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "mortise/core/session.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TraceTest : public testing::Test {
 protected:
  static Session load() {
    Config config;
    config.providers.push_back({.library = MORTISE_MOCK_NPU, .on_failure = OnFailure::kError});
    auto session = Session::load(MORTISE_DIGITS_MODEL, std::move(config));
    if (!session.ok()) throw std::runtime_error(session.status().message());
    return std::move(*session);
  }

  static Status run(Session& session, Trace* trace) {
    const std::vector<float> pixels(64, 0.5f);
    const std::vector<Value> inputs = {Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels))};
    std::vector<Value> outputs(1);
    return session.run(inputs, outputs, {.trace = trace});
  }

  // How often each node is in an event of a kind.
  static std::map<std::string, int> count_nodes(const Trace& trace, TraceKind kind) {
    std::map<std::string, int> counts;
    for (const TraceEvent& event : trace.events) {
      if (event.kind != kind) continue;
      for (const TraceNode& node : event.nodes) ++counts[std::string(node.name)];
    }
    return counts;
  }
};

TEST_F(TraceTest, HasEveryNodeByNameOncePerRun) {
  Session session = load();
  Trace trace;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(session, &trace).ok());
  EXPECT_EQ(trace.runs, 3u);
  std::map<std::string, int> expected, expected_of_reference;
  const Placement placement = session.placement();
  for (const NodePlacement& node : placement.graph.nodes) {
    ASSERT_NE(node.name, "");
    expected[node.name] = 3;
    if (placement.providers[node.provider].id == "org.mortise.reference") expected_of_reference[node.name] = 3;
  }
  ASSERT_FALSE(expected_of_reference.empty());
  EXPECT_EQ(count_nodes(trace, TraceKind::kSegment), expected);
  std::erase_if(trace.events,
                [&](const TraceEvent& event) { return trace.providers[event.provider] != "org.mortise.reference"; });
  EXPECT_EQ(count_nodes(trace, TraceKind::kInside), expected_of_reference);
}

TEST_F(TraceTest, OutlivesTheSession) {
  Trace trace;
  {
    Session session = load();
    ASSERT_TRUE(run(session, &trace).ok());
  }
  for (const auto& [name, count] : count_nodes(trace, TraceKind::kSegment)) EXPECT_EQ(count, 1) << name;
  EXPECT_THAT(to_json(trace), HasSubstr("\"Softmax\""));
}

TEST_F(TraceTest, CarriesTheCountersOfTheNpuAndTheBytesOfCopies) {
  Session session = load();
  Trace trace;
  ASSERT_TRUE(run(session, &trace).ok());
  double energy = 0;
  uint64_t copied_in = 0, copied_out = 0;
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceKind::kCopyIn) copied_in += event.bytes;
    if (event.kind == TraceKind::kCopyOut) copied_out += event.bytes;
    for (const TraceCounter& counter : event.counters) {
      if (counter.name == "energy_nj") energy += counter.value;
    }
  }
  EXPECT_GT(energy, 0);
  EXPECT_GE(copied_in, 64 * sizeof(float));
  EXPECT_GT(copied_out, 0u);
}

TEST_F(TraceTest, IsValidJsonInWhichTheEventsOfATrackNest) {
  Session session = load();
  Trace trace;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(session, &trace).ok());
  const auto parsed = nlohmann::json::parse(to_json(trace));
  struct Row {
    int process;
    double begin;              // of the last event
    std::vector<double> open;  // ends, from the outside in
  };
  std::map<int, Row> rows;
  std::map<std::string, int> names;
  size_t complete = 0;
  for (const auto& event : parsed["traceEvents"]) {
    if (event["ph"] == "M") continue;
    ++complete;
    ++names[event["name"].get<std::string>()];
    const double begin = event["ts"], end = begin + event["dur"].get<double>();
    Row& row = rows.try_emplace(event["tid"].get<int>(), Row{event["pid"], 0, {}}).first->second;
    EXPECT_EQ(row.process, event["pid"]);
    EXPECT_GE(begin, row.begin) << event;
    row.begin = begin;
    while (!row.open.empty() && row.open.back() <= begin + 1e-6) row.open.pop_back();
    if (!row.open.empty()) {
      EXPECT_LE(end, row.open.back() + 1e-6) << event;
    }
    row.open.push_back(end);
  }
  EXPECT_EQ(complete, trace.events.size());
  EXPECT_EQ(names.count("run 2"), 1u);
  for (const auto& [name, count] : count_nodes(trace, TraceKind::kInside)) EXPECT_GE(names[name], 3) << name;
}

TEST_F(TraceTest, OfARunThatFailedSaysSo) {
  Session session = load();
  Trace trace;
  const std::atomic<bool> cancel = true;
  std::vector<Value> outputs(1);
  const std::vector<float> pixels(64);
  const std::vector<Value> inputs = {Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels))};
  ASSERT_FALSE(session.run(inputs, outputs, {.cancel = &cancel, .trace = &trace}).ok());
  EXPECT_THAT(to_json(trace), HasSubstr("\"run 0: cancelled\""));
}

TEST_F(TraceTest, HasARunThatStartedAgainTwice) {
  Config config;
  config.providers.push_back({.library = MORTISE_MOCK_NPU, .options = R"({"device_lost_at": 1})"});
  auto session = Session::load(
      LoadInput{.path = MORTISE_DIGITS_MODEL, .config = config, .log_sink = [](Severity, std::string_view) {}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  Trace trace;
  ASSERT_TRUE(run(*session, &trace).ok());
  EXPECT_EQ(trace.runs, 2u);
  std::vector<std::string> ends;
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceKind::kRun) ends.push_back(event.name);
  }
  EXPECT_THAT(ends, testing::ElementsAre("device lost", "ok"));
}

TEST_F(TraceTest, HasTheNodesOfBodiesWithTheirGraph) {
  onnx::ModelProto model;
  ASSERT_TRUE(onnx::OnnxParser::Parse(model, R"(<ir_version: 8, opset_import: ["" : 17]>
    choice (bool[] condition, float[] x) => (float[] y) {
      y = If (condition) <then_branch = yes () => (float[] a) { a = Neg(x) },
                          else_branch = no () => (float[] b) { b = Exp(x) }>
    })")
                  .IsOK());
  const std::string bytes = model.SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {Tensor::of<bool>({}, {false}), Tensor::of<float>({}, {1.0f})};
  std::vector<Value> outputs(1);
  Trace trace;
  ASSERT_TRUE(session->run(inputs, outputs, {.trace = &trace}).ok());
  std::vector<std::string> segments;
  for (const TraceEvent& event : trace.events) {
    if (event.kind != TraceKind::kSegment) continue;
    ASSERT_EQ(event.nodes.size(), 1u);
    segments.push_back(concat(trace.providers[event.provider], " ", event.graph, " ", label(event.nodes[0])));
  }
  EXPECT_THAT(segments, testing::ElementsAre("org.mortise.reference no #0 Exp", "core choice #0 If"));
}

TEST_F(TraceTest, JoinsRunsThatWereAtTheSameTime) {
  Session session = load();
  std::vector<Trace> traces(4);
  {
    std::vector<std::jthread> threads;
    for (Trace& trace : traces) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(run(session, &trace).ok());
      });
    }
  }
  Trace all;
  for (Trace& trace : traces) all.append(std::move(trace));
  EXPECT_EQ(all.runs, 20u);
  for (const auto& [name, count] : count_nodes(all, TraceKind::kSegment)) EXPECT_EQ(count, 20) << name;
  EXPECT_EQ(all.names.size(), 1u);
}

TEST(TraceAppend, RenumbersProvidersAndRuns) {
  Trace first{.providers = {"a", "core"}, .events = {{.provider = 0}}, .runs = 2};
  first.append({.providers = {"b", "core", "a"}, .events = {{.provider = 0, .run = 1}, {.provider = 2}}, .runs = 2});
  EXPECT_EQ(first.providers, (std::vector<std::string>{"a", "core", "b"}));
  EXPECT_EQ(first.events[1].provider, 2u);
  EXPECT_EQ(first.events[1].run, 3u);
  EXPECT_EQ(first.events[2].provider, 0u);
  EXPECT_EQ(first.runs, 4u);
}

TEST(TraceAppend, LeavesOutRunsThatDoNotFit) {
  Trace trace{.providers = {"a"}, .runs = 1};
  trace.events.resize(Trace::kMaxEvents - 1);
  trace.append({.providers = {"a"}, .events = {{.segment = 1}, {.segment = 2}}, .runs = 1, .dropped = 5});
  EXPECT_EQ(trace.events.size(), Trace::kMaxEvents - 1);
  EXPECT_EQ(trace.runs, 1u);
  EXPECT_EQ(trace.dropped, 7u);
  trace.append({.providers = {"a"}, .events = {{.segment = 3}}, .runs = 1});
  EXPECT_EQ(trace.events.back().segment, 3u);
  EXPECT_EQ(trace.runs, 2u);
}

TEST(TraceJson, EscapesWhatModelsAndPluginsSay) {
  const std::string name = "a\"\n\x01\xff";
  const Trace trace{.providers = {"p\"q"},
                    .events = {{.kind = TraceKind::kInside,
                                .name = name,
                                .graph = name,
                                .nodes = {{name, "Op\\", 0}},
                                .counters = {{name, std::numeric_limits<double>::quiet_NaN()}}}}};
  const auto parsed = nlohmann::json::parse(to_json(trace));
  const std::string expected = "a\"\n\x01\xef\xbf\xbd";
  EXPECT_EQ(parsed["traceEvents"].back()["name"], expected);
  EXPECT_EQ(parsed["traceEvents"].back()["args"]["ops"][0], "Op\\");
  EXPECT_TRUE(parsed["traceEvents"].back()["args"]["counters"][expected].is_null());
  EXPECT_EQ(parsed["traceEvents"][0]["args"]["name"], "p\"q");
}

class TraceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("trace_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  size_t count_files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(TraceFileTest, ReplacesAFileAndLeavesNothingElse) {
  const fs::path path = folder_ / "run.trace.json";
  std::ofstream(path) << "old";
  ASSERT_TRUE(save({.runs = 7}, path).ok());
  EXPECT_EQ(nlohmann::json::parse(std::ifstream(path))["otherData"]["runs"], 7);
  EXPECT_EQ(count_files(), 1u);
}

TEST_F(TraceFileTest, WritesThroughALink) {
  const fs::path path = folder_ / "file", link = folder_ / "link";
  std::ofstream(path) << "old";
  fs::create_symlink(path, link);
  ASSERT_TRUE(save({.runs = 7}, link).ok());
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(nlohmann::json::accept(std::ifstream(path)));
}

TEST_F(TraceFileTest, SaysWhereItCannotWrite) {
  const Status status = save({}, folder_ / "missing" / "run.trace.json");
  EXPECT_THAT(status.message(), HasSubstr("missing/run.trace.json: the trace cannot be written"));
  EXPECT_FALSE(save({}, folder_).ok());
  EXPECT_EQ(count_files(), 0u);
}

TEST_F(TraceFileTest, WritesIntoAPipe) {
  const fs::path path = folder_ / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int pipe = open(path.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(pipe, 0);
  EXPECT_TRUE(save({}, path).ok());
  EXPECT_TRUE(fs::is_fifo(path));
  char first = 0;
  EXPECT_EQ(read(pipe, &first, 1), 1);
  EXPECT_EQ(first, '{');
  close(pipe);
}

// A session that profiles every run to a file.
Result<Session> load_profiled(const fs::path& path) {
  Config config;
  config.session.profile = path.string();
  return Session::load(MORTISE_DIGITS_MODEL, std::move(config));
}

void run_once(Session& session) {
  const std::vector<float> pixels(64, 0.5f);
  ASSERT_TRUE(session.run({{"image", Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels))}}).ok());
}

TEST_F(TraceFileTest, TakesTheRunsOfAllSessionsThatNameIt) {
  const fs::path path = folder_ / "run.trace.json";
  {
    auto first = load_profiled(path);
    ASSERT_TRUE(first.ok()) << first.status().message();
    run_once(*first);
    auto second = load_profiled(folder_ / "." / "run.trace.json");
    ASSERT_TRUE(second.ok()) << second.status().message();
    run_once(*second);
    run_once(*second);
    EXPECT_EQ(nlohmann::json::parse(std::ifstream(path))["otherData"]["runs"], 0);
  }
  const auto parsed = nlohmann::json::parse(std::ifstream(path));
  EXPECT_EQ(parsed["otherData"]["runs"], 3);
  EXPECT_EQ(count_files(), 1u);
}

TEST_F(TraceFileTest, ThatCannotBeWrittenFailsTheLoad) {
  const auto session = load_profiled(folder_ / "missing" / "run.trace.json");
  EXPECT_THAT(session.status().message(), HasSubstr("missing/run.trace.json: the trace cannot be written"));
}

}  // namespace
}  // namespace mortise
