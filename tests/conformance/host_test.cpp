// What the suite's host sees of a plugin's file and of a process: each on something that is known to be wrong.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "conformance/cases/abi/graphs.h"
#include "conformance/engine/orphans.h"
#include "conformance/engine/shard.h"
#include "conformance/engine/worker.h"
#include "conformance/host/exported_symbols.h"
#include "conformance/host/loaned_graph.h"
#include "conformance/host/process_state.h"
#include "conformance/host/quiet_streams.h"

namespace mortise::conformance {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ExportedSymbols, AreReadFromTheFile) {
  const auto symbols = exported_symbols(MORTISE_BROKEN_PLUGINS "/good.so");
  ASSERT_TRUE(symbols.ok()) << symbols.status().message();
  const auto entry = std::find_if(symbols->begin(), symbols->end(),
                                  [](const ExportedSymbol& symbol) { return symbol.name == "mortise_entry"; });
  ASSERT_NE(entry, symbols->end());
  EXPECT_TRUE(entry->is_constant);
  EXPECT_THAT(exported_symbols(MORTISE_BROKEN_PLUGINS "/no_symbol.so").value(),
              testing::Each(testing::Field(&ExportedSymbol::name, testing::Ne("mortise_entry"))));
}

TEST(ExportedSymbols, RefuseWhatIsCutOffOrNoLibrary) {
  std::ifstream file(MORTISE_BROKEN_PLUGINS "/good.so", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "cut.so";
  for (const size_t size : {size_t{0}, size_t{10}, size_t{64}, bytes.size() / 2, bytes.size() - 70}) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, size);
    EXPECT_FALSE(exported_symbols(path).ok()) << size << " bytes";
  }
  std::ofstream(path) << "{\"library\": \"no ELF file\", \"and\": \"longer than the header of one, which has 64\"}";
  EXPECT_THAT(exported_symbols(path).status().message(), HasSubstr("is no 64-bit little-endian ELF file"));
}

TEST(ProcessState, OfTheSameProcessIsEqual) { EXPECT_THAT(differences(process_state(), process_state()), IsEmpty()); }

TEST(ProcessState, ShowsWhatWasLeftBehind) {
  const ProcessState before = process_state();
  std::FILE* file = std::fopen("/dev/null", "r");
  const auto old = std::signal(SIGUSR2, SIG_IGN);
  setenv("MORTISE_LEFT_BEHIND", "1", 1);
  std::atomic<bool> stop{false};
  std::thread thread([&] { stop.wait(false); });
  const std::string found = join(differences(before, process_state()));
  stop = true;
  stop.notify_all();
  thread.join();
  std::fclose(file);
  std::signal(SIGUSR2, old);
  unsetenv("MORTISE_LEFT_BEHIND");
  EXPECT_THAT(found, AllOf(HasSubstr("1 threads are new"), HasSubstr("/dev/null"),
                           HasSubstr("the handler of signal 12"), HasSubstr("MORTISE_LEFT_BEHIND")));
}

TEST(Orphans, AreFoundAndKilledInASessionOfTheirOwn) {
  const std::vector<int> before = child_processes();
  const Orphans orphans;
  EXPECT_THAT(orphans.take({}), IsEmpty());
  const pid_t parent = fork();
  if (parent == 0) {
    setsid();
    if (fork() == 0) pause();
    _exit(0);
  }
  ASSERT_EQ(waitpid(parent, nullptr, 0), parent);
  const std::vector<Orphan> found = orphans.take({});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].sentence, HasSubstr("was left to itself, and killed"));
  EXPECT_EQ(child_processes(), before);
}

TEST(Orphans, AWorkersOwnChildIsNone) {
  const Orphans orphans;
  const pid_t worker = fork();
  if (worker == 0) {
    pause();
    _exit(0);
  }
  EXPECT_THAT(orphans.take(std::vector<pid_t>{worker}), IsEmpty());
  kill(worker, SIGKILL);
  EXPECT_EQ(waitpid(worker, nullptr, 0), worker);
}

TEST(Shards, TellBazelThatTheyAreHeeded) {
  const std::filesystem::path status = std::filesystem::path(testing::TempDir()) / "shard_status";
  std::filesystem::remove(status);
  const auto shard = [&](bool total, const std::string& file) {
    return shard_of([&](const char* name) -> std::optional<std::string> {
      if (std::string_view(name) == "TEST_SHARD_STATUS_FILE") return file;
      if (!total) return std::nullopt;
      return std::string_view(name) == "GTEST_TOTAL_SHARDS" ? "4" : "1";
    });
  };
  EXPECT_TRUE(shard(false, status).value().whole());
  EXPECT_FALSE(std::filesystem::exists(status));
  EXPECT_EQ(shard(true, status).value(), (Shard{2, 4}));
  EXPECT_TRUE(std::filesystem::exists(status));
  EXPECT_THAT(shard(true, status / "below").status().message(), HasSubstr("TEST_SHARD_STATUS_FILE="));
}

TEST(QuietStreams, KeepWhatIsWritten) {
  const QuietStreams streams;
  EXPECT_EQ(streams.written(), "");
  std::printf("to the output\n");
  std::fprintf(stderr, "to the error stream");
  EXPECT_THAT(streams.written(), AllOf(HasSubstr("to the output"), HasSubstr("to the error stream")));
}

TEST(Answer, CarriesTheBeginningOfALongText) {
  std::string words;
  while (words.size() < 100 * 1024) words += "ä refusal ";
  Verdict verdict = fail(words);
  verdict.warnings = {words};
  verdict.refusals = {{1, words}, {2, "short"}};
  verdict.accuracy = {.elements = 1, .worst = words};
  const Answer answer = parse_answer(to_line({.token = "t", .name = "n", .verdict = verdict})).value();
  for (const std::string& text : {answer.verdict.sentence, answer.verdict.warnings[0],
                                  answer.verdict.refusals[0].second, answer.verdict.accuracy.worst}) {
    EXPECT_GT(text.size(), kMaxText - 8);
    EXPECT_LE(text.size(), kMaxText);
    EXPECT_THAT(text,
                AllOf(testing::StartsWith("ä refusal ä"), testing::EndsWith("…"), testing::Not(HasSubstr("\uFFFD"))));
  }
  EXPECT_EQ(answer.verdict.refusals[1].second, "short");
}

TEST(LoanedGraph, SaysWhatTheGraphSays) {
  for (const abi::OddGraph& odd : abi::odd_graphs()) {
    const mortise_graph_t* graph = odd.graph->view->abi();
    const auto loan = LoanedGraph::make(*odd.graph->view, "a copy").value();
    mortise_graph_info_t expected{}, info{};
    graph->get_info(graph, &expected);
    loan->abi()->get_info(loan->abi(), &info);
    EXPECT_STREQ(info.name, expected.name) << odd.name;
    ASSERT_EQ(info.num_nodes, expected.num_nodes) << odd.name;
    ASSERT_EQ(info.num_values, expected.num_values) << odd.name;
    for (uint32_t id = 0; id < info.num_nodes; ++id) {
      mortise_node_t a{}, b{};
      ASSERT_TRUE(graph->get_node(graph, id, &a) && loan->abi()->get_node(loan->abi(), id, &b));
      EXPECT_STREQ(a.op_type, b.op_type) << odd.name;
      EXPECT_NE(a.inputs, b.inputs) << odd.name << ": the copy points into the graph";
      ASSERT_EQ(a.num_attributes, b.num_attributes);
    }
    mortise_node_t node{};
    EXPECT_FALSE(loan->abi()->get_node(loan->abi(), info.num_nodes, &node)) << odd.name;
  }
}

TEST(LoanedGraphDeathTest, IsNotReadAfterItWasTakenBack) {
  const std::unique_ptr<OpGraph> graph = abi::network(false);
  EXPECT_EXIT(
      {
        std::signal(SIGSEGV, SIG_DFL);  // not a sanitizer's report
        const auto loan = LoanedGraph::make(*graph->view, "the graph").value();
        loan->take_back();
        mortise_graph_info_t info{};
        loan->abi()->get_info(loan->abi(), &info);
      },
      testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace mortise::conformance
