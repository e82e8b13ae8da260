// `mortise verify`: runs test cases in ONNX's backend-test layout and compares the results.
#include <fmt/core.h>
#include <re2/re2.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tools/mortise/command/command.h"
#include "tools/mortise/command/session_options.h"
#include "tools/mortise/compare.h"
#include "tools/mortise/test_case.h"

namespace mortise::tool {
namespace {

struct Options {
  SessionOptions session;
  std::vector<std::filesystem::path> paths;
  Tolerance tolerance;
  std::string filter;
  std::string json;
};

// Empty if the case passes; otherwise why it does not.
std::string run_case(const TestCase& test_case, const Config& config, const Tolerance& tolerance) {
  auto session = Session::load(test_case.model, config);
  if (!session.ok()) return session.status().message();
  const size_t num_sets = std::max<size_t>(test_case.data_sets.size(), 1);
  for (size_t set = 0; set < num_sets; ++set) {
    auto data = load_data(test_case, set, *session);
    if (!data.ok()) return data.status().message();
    std::vector<Value> results(session->outputs().size());
    const Status status = session->run(data->inputs, results);
    if (!status.ok()) return status.message();
    if (data->expected.empty()) return concat("data set ", set, " has no expected output");
    for (size_t i = 0; i < data->expected.size(); ++i) {
      const std::string difference = first_difference(results[i], data->expected[i], tolerance);
      if (!difference.empty())
        return concat("data set ", set, ": output '", session->outputs()[i].name, "' ", difference);
    }
  }
  return "";
}

void verify(const Options& options) {
  const Config config = options.session.load();
  const RE2 filter(options.filter.empty() ? ".*" : options.filter, RE2::Quiet);
  if (!filter.ok()) fail(kBadUsage, concat("--filter: ", filter.error()));
  auto cases = find_cases(options.paths);
  if (!cases.ok()) fail(kBadUsage, cases.status().message());
  std::erase_if(*cases, [&](const TestCase& c) { return !RE2::PartialMatch(c.name, filter); });
  if (cases->empty()) fail(kFailed, "no test case was found: a case is a folder with model.onnx and test_data_set_0");

  const bool terminal = isatty(STDERR_FILENO) != 0;
  size_t passed = 0, failed = 0;
  nlohmann::json report = nlohmann::json::array();
  for (const TestCase& test_case : *cases) {
    if (terminal) fmt::print(stderr, "\r\x1b[K[{}/{}] {}", passed + failed + 1, cases->size(), test_case.name);
    const std::string problem = run_case(test_case, config, options.tolerance);
    ++(problem.empty() ? passed : failed);
    report.push_back(
        {{"name", test_case.name}, {"outcome", problem.empty() ? "passed" : "failed"}, {"message", problem}});
    if (problem.empty()) continue;
    if (terminal) fmt::print(stderr, "\r\x1b[K");
    fmt::print("FAIL {}: {}\n", test_case.name, problem);
  }
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  if (!options.json.empty()) {
    std::ofstream stream(options.json);
    stream << nlohmann::json{{"passed", passed}, {"failed", failed}, {"cases", report}}.dump(2) << '\n';
    if (!stream.flush()) fail(kFailed, options.json + ": cannot be written");
  }
  fmt::print("{} passed, {} failed, 0 skipped\n", passed, failed);
  if (failed != 0) throw Exit{kFailed};
}

}  // namespace

void add_verify(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("verify", "Run test cases in ONNX's backend-test layout and compare the results");
  command->add_option("PATH", options->paths, "Folders to search for cases")->required();
  options->session.add_to(*command);
  command->add_option("--rtol", options->tolerance.rtol, "Relative tolerance")->capture_default_str();
  command->add_option("--atol", options->tolerance.atol, "Absolute tolerance")->capture_default_str();
  command->add_option("--filter", options->filter, "Run only cases whose name this regular expression matches");
  command->add_option("--json", options->json, "Write a report to this file");
  command->footer(
      "Examples:\n  mortise verify vectors/node\n  mortise verify vectors --filter '^test_conv' --provider "
      "./libvendor_npu.so");
  command->callback([options] { verify(*options); });
}

}  // namespace mortise::tool
