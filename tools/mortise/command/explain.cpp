// `mortise explain`: loads a model and says which provider runs which node, and why. Runs nothing.
#include <fmt/core.h>

#include "mortise/core/session.h"
#include "tools/mortise/command/command.h"
#include "tools/mortise/command/report.h"
#include "tools/mortise/command/session_options.h"

namespace mortise::tool {
namespace {

struct ExplainOptions {
  SessionOptions session;
  std::string model;
  bool all = false;
  bool json = false;
  std::string html;
};

void explain(const ExplainOptions& options) {
  auto session = Session::load(options.model, options.session.load());
  if (!session.ok()) fail(kFailed, session.status().message());
  const Placement placement = session->placement();
  if (!options.html.empty()) write_report(options.html, placement);
  fmt::print("{}", options.json ? to_json(placement) + "\n" : full(placement, options.all));
}

}  // namespace

void add_explain(CLI::App& app) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand("explain", "Say which provider runs which node, and why");
  command->add_option("MODEL", options->model, "The ONNX model")->required();
  options->session.add_to(*command);
  command->add_flag("--all", options->all, "Print what every provider says of every node");
  command->add_flag("--json", options->json, "Print JSON");
  command->add_option("--html", options->html, "Write a page for the browser to this file as well");
  command->footer("Example:\n  mortise explain model.onnx --provider ./libvendor_npu.so");
  command->callback([options] { explain(*options); });
}

}  // namespace mortise::tool
