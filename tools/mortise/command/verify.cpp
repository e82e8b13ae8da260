// `mortise verify`: runs test cases in ONNX's backend-test layout and compares the results.
#include <fmt/core.h>
#include <re2/re2.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/report/plain.h"
#include "tools/mortise/command/command.h"
#include "tools/mortise/command/session_options.h"
#include "tools/mortise/compare.h"
#include "tools/mortise/progress.h"
#include "tools/mortise/random_cases.h"
#include "tools/mortise/tally.h"
#include "tools/mortise/terminal.h"
#include "tools/mortise/test_case.h"

namespace mortise::tool {
namespace {

struct VerifyOptions {
  SessionOptions session;
  std::vector<std::filesystem::path> paths;
  Tolerance tolerance;
  std::string filter;
  std::string json;
  uint32_t jobs = 1;
};

struct Outcome {
  std::string problem;  // empty if the case passes; otherwise why it does not
  NodeCounts nodes;     // of a case that passes
};

// What is wrong with the results of a data set.
std::string problem_of(const TestCase& test_case, const DataSet& data, const Session& session,
                       std::span<const Value> results, const Tolerance& tolerance) {
  const RandomCase* random = find_random_case(test_case.name);
  for (size_t i = 0; i < data.expected.size(); ++i) {
    const std::string difference = random != nullptr ? type_difference(results[i], data.expected[i])
                                                     : first_difference(results[i], data.expected[i], tolerance);
    if (!difference.empty()) return concat("output '", session.outputs()[i].name, "' ", difference);
  }
  return random != nullptr ? random->judge(data.inputs, results) : "";
}

// Runs every data set; returns what is wrong with the first that fails.
std::string run_data_sets(const TestCase& test_case, Session& session, const Tolerance& tolerance) {
  const size_t num_sets = std::max<size_t>(test_case.data_sets.size(), 1);
  for (size_t set = 0; set < num_sets; ++set) {
    auto data = load_data(test_case, set, session.inputs(), session.outputs());
    if (!data.ok()) return data.status().message();
    std::vector<Value> results(session.outputs().size());
    const Status status = session.run(data->inputs, results);
    if (!status.ok()) return status.message();
    if (data->expected.empty()) return concat("data set ", set, " has no expected output");
    const std::string problem = problem_of(test_case, *data, session, results, tolerance);
    if (!problem.empty()) return concat("data set ", set, ": ", problem);
  }
  return "";
}

Outcome run_case(const TestCase& test_case, const Config& config, const Tolerance& tolerance) {
  auto session = Session::load(test_case.model, config);
  if (!session.ok()) return {.problem = session.status().message()};
  std::string problem = run_data_sets(test_case, *session, tolerance);
  if (!problem.empty()) return {.problem = std::move(problem)};
  return {.nodes = count_nodes(session->placement())};
}

// A plugin that breaks its promises may throw where it should not; that is this case's failure alone.
Outcome run_case_safely(const TestCase& test_case, const Config& config, const Tolerance& tolerance) {
  try {
    return run_case(test_case, config, tolerance);
  } catch (const std::exception& e) {
    return {.problem = concat("threw: ", e.what())};
  }
}

// Runs every case, `jobs` at a time, each with a session of its own, and hands the outcomes over in the order of the
// cases, on the calling thread.
void run_cases(const std::vector<TestCase>& cases, const Config& config, const VerifyOptions& options,
               const std::function<void(size_t, const Outcome&)>& finished) {
  std::vector<std::promise<Outcome>> outcomes(cases.size());
  std::atomic<size_t> next{0};
  std::vector<std::jthread> workers;
  for (uint32_t i = 0; i < std::min<size_t>(options.jobs, cases.size()); ++i) {
    workers.emplace_back([&] {
      for (size_t at = next++; at < cases.size(); at = next++)
        outcomes[at].set_value(run_case_safely(cases[at], config, options.tolerance));
    });
  }
  for (size_t i = 0; i < cases.size(); ++i) finished(i, outcomes[i].get_future().get());
}

void verify(const VerifyOptions& options) {
  Config config = options.session.load();
  // The cases share the machine among them; one that is alone has all of it.
  if (options.jobs > 1 && config.session.threads == 0) config.session.threads = 1;
  const RE2 filter(options.filter.empty() ? ".*" : options.filter, RE2::Quiet);
  if (!filter.ok()) fail(kBadUsage, concat("--filter: ", filter.error()));
  auto cases = find_cases(options.paths);
  if (!cases.ok()) fail(kBadUsage, cases.status().message());
  std::erase_if(*cases, [&](const TestCase& c) { return !RE2::PartialMatch(c.name, filter); });
  if (cases->empty()) fail(kFailed, "no test case was found: a case is a folder with model.onnx and test_data_set_0");

  size_t failed = 0, random = 0;
  Tally passed_by;
  nlohmann::json report = nlohmann::json::array();
  {
    Progress progress("cases", cases->size());
    progress.update(0, 0);
    run_cases(*cases, config, options, [&](size_t index, const Outcome& outcome) {
      const TestCase& test_case = (*cases)[index];
      const bool passed = outcome.problem.empty();
      report.push_back(
          {{"name", test_case.name}, {"outcome", passed ? "passed" : "failed"}, {"message", outcome.problem}});
      if (passed) {
        passed_by.add(outcome.nodes);
        nlohmann::json& nodes = report.back()["nodes"] = nlohmann::json::object();
        for (const auto& [provider, count] : outcome.nodes) nodes[provider] = count;
        if (const RandomCase* judged = find_random_case(test_case.name)) {
          ++random;
          report.back()["random"] = judged->reason;
          progress.clear();
          fmt::print("random {}: judged by its distribution, because {}\n", report::plain(test_case.name),
                     judged->reason);
          std::fflush(stdout);
        }
      } else {
        ++failed;
        progress.clear();
        fmt::print("{} {}: {}\n", coloured("FAIL", Colour::kRed, stdout), report::plain(test_case.name),
                   report::plain(outcome.problem));
        std::fflush(stdout);
      }
      progress.update(index + 1, failed);
    });
  }
  const size_t passed = cases->size() - failed;
  if (!options.json.empty()) {
    std::ofstream stream(options.json);
    stream << nlohmann::json{{"passed", passed},
                             {"failed", failed},
                             {"skipped", 0},
                             {"random", random},
                             {"providers", passed_by.json()},
                             {"cases", report}}
                  .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
           << '\n';
    if (!stream.flush()) fail(kFailed, options.json + ": cannot be written");
  }
  fmt::print("{}", passed_by.text());
  if (random != 0) fmt::print("{} of those that passed are random and were judged by their distribution\n", random);
  fmt::print("{} passed, {} failed, 0 skipped\n", passed, failed);
  if (failed != 0) throw Exit{kFailed};
}

}  // namespace

void add_verify(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command =
      app.add_subcommand("verify", "Run test cases in ONNX's backend-test layout and compare the results");
  command->add_option("PATH", options->paths, "Folders to search for cases")->required();
  options->session.add_to(*command);
  command->add_option("--rtol", options->tolerance.rtol, "Relative tolerance")->capture_default_str();
  command->add_option("--atol", options->tolerance.atol, "Absolute tolerance")->capture_default_str();
  command->add_option("--filter", options->filter, "Run only cases whose name this regular expression matches");
  command->add_option("--jobs", options->jobs, "Run this many cases at once")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1024u));
  command->add_option("--json", options->json, "Write a report to this file");
  command->footer(
      "Examples:\n  mortise verify vectors/node\n  mortise verify vectors --filter '^test_conv' --provider "
      "./libvendor_npu.so");
  command->callback([options] { verify(*options); });
}

}  // namespace mortise::tool
