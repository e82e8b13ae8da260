#include "core/optimize/optimize.h"

#include <algorithm>

#include "core/infer/infer.h"

namespace mortise::optimize {
namespace {

Status check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto same = [&](const Pass& pass) { return pass.name == name; };
    if (std::any_of(passes().begin(), passes().end(), same)) continue;
    std::string known;
    for (const Pass& pass : passes()) known += (known.empty() ? "" : ", ") + std::string(pass.name);
    return invalid_argument("session.optimize names the pass '", name, "', which does not exist; the passes are ",
                            known);
  }
  return {};
}

std::vector<Pass> choose(const OptimizeOptions& options) {
  const auto contains = [](const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<Pass> chosen;
  for (const Pass& pass : passes()) {
    if (options.enable && !contains(*options.enable, pass.name)) continue;
    if (!contains(options.disable, pass.name)) chosen.push_back(pass);
  }
  return chosen;
}

Result<bool> run_with_bodies(const Pass& pass, Graph& graph, const PassContext& context) {
  auto changed = pass.run(graph, context);
  if (!changed.ok()) return std::move(changed).status().context(pass.name);
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    Status status;
    for_each_body(graph.node(id), [&](Graph& body) {
      if (!status.ok()) return;
      const Result<bool> in_body = run_with_bodies(pass, body, context);
      status = in_body.status();
      if (in_body.ok()) *changed = *changed || *in_body;
    });
    MORTISE_TRY(std::move(status));
  }
  return changed;
}

}  // namespace

Status optimize(Graph& graph, const OptimizeOptions& options, const PassContext& context) {
  if (options.enable) MORTISE_TRY(check_names(*options.enable));
  MORTISE_TRY(check_names(options.disable));
  const std::vector<Pass> chosen = choose(options);
  bool changed = !chosen.empty();
  for (int round = 0; changed && round < kMaxRounds; ++round) {
    changed = false;
    for (const Pass& pass : chosen) {
      MORTISE_ASSIGN(const bool rewritten, run_with_bodies(pass, graph, context));
      if (!rewritten) continue;
      MORTISE_TRY(graph.finalize());
#ifndef NDEBUG
      MORTISE_TRY(graph.validate().context(pass.name));
#endif
      changed = true;
    }
    if (changed) MORTISE_TRY(infer_types(graph, context.operators));
  }
  return {};
}

}  // namespace mortise::optimize
