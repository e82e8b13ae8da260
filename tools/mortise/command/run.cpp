// `mortise run`: runs a model once or several times and prints what comes out.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "core/model/value_file.h"
#include "core/report/plain.h"
#include "tools/mortise/command/command.h"
#include "tools/mortise/command/input_options.h"
#include "tools/mortise/command/report.h"
#include "tools/mortise/command/session_options.h"
#include "tools/mortise/print.h"

namespace mortise::tool {
namespace {

struct RunSettings {
  SessionOptions session;
  std::string model;
  InputOptions inputs;
  std::string output_dir;
  std::string report;
  uint32_t runs = 1;
  std::string profile;
  bool json = false;
};

void write_outputs(const std::filesystem::path& folder, const Session& session, std::span<const Value> values) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(kFailed, concat(folder.string(), ": ", error.message()));
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_tensor())
      fail(kFailed, concat("output '", session.outputs()[i].name, "' is no tensor and cannot be written as .npy"));
    // A name is the model's to choose; what is no plain character becomes '_'.
    std::string name = session.outputs()[i].name;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ? c : '_';
    const Status status = write_npy(folder / (name + ".npy"), values[i].tensor);
    if (!status.ok()) fail(kFailed, status.message());
  }
}

void print_outputs(const RunSettings& options, const Session& session, std::span<const Value> values) {
  if (!options.json) {
    for (size_t i = 0; i < values.size(); ++i)
      fmt::print("{}: {}\n", report::plain(session.outputs()[i].name), printed(values[i]));
    return;
  }
  nlohmann::ordered_json outputs = nlohmann::ordered_json::array();
  for (size_t i = 0; i < values.size(); ++i) {
    nlohmann::ordered_json output = {{"name", session.outputs()[i].name}};
    output.update(json_of(values[i]));
    outputs.push_back(output);
  }
  nlohmann::ordered_json placement = nlohmann::ordered_json::parse(to_json(session.placement()));
  placement.erase("graph");  // `mortise explain --json` has it
  const nlohmann::ordered_json report = {{"outputs", outputs}, {"placement", placement}};
  fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void run(const RunSettings& options) {
  Config config = options.session.load();
  if (!options.profile.empty()) config.session.profile.clear();  // one trace, and it is written below
  auto session = Session::load(options.model, std::move(config));
  if (!session.ok()) fail(kFailed, session.status().message());
  fmt::print(stderr, "{}", summary(session->placement()));
  const std::vector<Value> inputs = options.inputs.load(options.model, *session);
  std::vector<Value> outputs(session->outputs().size());
  Trace trace;
  const auto write_trace = [&] {
    if (options.profile.empty()) return;
    if (const Status status = save(trace, options.profile); !status.ok()) fail(kFailed, status.message());
  };
  write_trace();  // a file that cannot be written is better known before the runs
  Status status;
  for (uint32_t i = 0; status.ok() && i < options.runs; ++i) {
    status = session->run(inputs, outputs, {.trace = options.profile.empty() ? nullptr : &trace});
  }
  write_trace();
  if (!status.ok()) fail(kFailed, status.message());
  // After the runs, which may have moved nodes away from a provider that failed.
  if (!options.report.empty()) write_report(options.report, session->placement());
  print_outputs(options, *session, outputs);
  if (!options.output_dir.empty()) write_outputs(options.output_dir, *session, outputs);
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<RunSettings>();
  CLI::App* command = app.add_subcommand("run", "Run a model and print its outputs");
  command->add_option("MODEL", options->model, "The ONNX model")->required();
  options->session.add_to(*command);
  options->inputs.add_to(*command);
  command->add_option("--output-dir", options->output_dir, "Write every output as .npy to this folder");
  command->add_option("--report", options->report, "Write the placement as a page for the browser to this file");
  command->add_option("--runs", options->runs, "Run this many times")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--profile", options->profile,
                      "Write a trace of the runs to this file, to be opened in Perfetto or chrome://tracing");
  command->add_flag("--json", options->json, "Print the outputs with all elements, and the placement, as JSON");
  command->footer(
      "Examples:\n  mortise run digits.onnx --input image=sample00-is-4.png\n"
      "  mortise run model.onnx --random 1 --provider ./libvendor_npu.so --runs 100\n"
      "  mortise run model.onnx --random 1 --runs 3 --profile run.trace.json");
  command->callback([options] { run(*options); });
}

}  // namespace mortise::tool
