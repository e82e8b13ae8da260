// The values that a Gradient names in its attributes: names mean something only while a model is imported, so the
// values become further inputs of the node, after those that it has: those of xs, of zs, and y.
#include <unordered_set>

#include "core/model/importer.h"

namespace mortise {

Status Importer::bind_gradient(Node& node, Scope& scope) {
  if (scope.level->parent != nullptr) {
    return unimplemented("a Gradient in a body of control flow is not supported; move it to the main graph");
  }
  const auto* xs = node.get<std::vector<std::string>>("xs");
  const auto* zs = node.get<std::vector<std::string>>("zs");
  const auto* y = node.get<std::string>("y");
  if (xs == nullptr || y == nullptr) return invalid_argument("it has no attribute 'xs' or no 'y'; both are required");
  const size_t count = xs->size() + (zs != nullptr ? zs->size() : 0);
  if (node.inputs.size() != count || node.outputs.size() > xs->size()) {
    return invalid_argument("'xs' and 'zs' name ", count, " values and 'xs' ", xs->size(), ", but there are ",
                            node.inputs.size(), " inputs and ", node.outputs.size(),
                            " outputs; it takes a value for each name, and gives a derivative for each of 'xs'");
  }
  for (const ValueId input : node.inputs) {
    if (input == kNoId) return invalid_argument("an input is left out; each name needs a value");
  }
  std::unordered_set<ValueId> seen;
  const auto bind = [&](std::string_view attribute, const std::string& name) -> Status {
    const auto id = scope.look_up(name);
    if (!id || *id == kNoId)
      return invalid_argument("attribute '", attribute, "' names '", name, "', which is no value of the graph");
    if (attribute != "y" && !seen.insert(*id).second) {
      return invalid_argument("'xs' and 'zs' name '", name, "' twice; each value is either variable or held constant");
    }
    node.inputs.push_back(*id);
    return {};
  };
  for (const std::string& name : *xs) MORTISE_TRY(bind("xs", name));
  if (zs != nullptr) {
    for (const std::string& name : *zs) MORTISE_TRY(bind("zs", name));
  }
  return bind("y", *y);
}

}  // namespace mortise
