#include "tests/providers/reference/node_cases.h"

#include <algorithm>
#include <cstdlib>

#include "tools/mortise/random_cases.h"

namespace mortise::test {

NodeCases::NodeCases(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    if (!fs::exists(folder)) continue;
    std::vector<fs::path> paths{fs::directory_iterator(folder), fs::directory_iterator()};
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
      if (!fs::exists(path / "model.onnx")) continue;
      auto known = read_node_case(path);
      if (known) cases_[{known->op.domain, known->op.op}].push_back(std::move(*known));
    }
  }
}

std::span<const NodeCase> NodeCases::of(std::string_view domain, std::string_view op) const {
  const auto found = cases_.find(std::pair(std::string(domain), std::string(op)));
  return found == cases_.end() ? std::span<const NodeCase>() : found->second;
}

size_t NodeCases::size() const {
  size_t count = 0;
  for (const auto& [op, cases] : cases_) count += cases.size();
  return count;
}

std::vector<fs::path> installed_vectors() {
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const fs::path root = set != nullptr ? set : "/usr/share/libonnx-testdata/data";
  return {root / "node", root / "pytorch-operator"};
}

bool fits(const NodeCase& known, const OperatorVersion& row) {
  const infer::Signature& signature = *row.signature;
  const OpTest& op = known.op;
  if (op.inputs.size() < signature.min_inputs || op.inputs.size() > signature.max_inputs) return false;
  if (op.num_outputs > signature.max_outputs) return false;
  for (size_t i = 0; i < op.inputs.size() && i < signature.inputs.size(); ++i) {
    const bool required = signature.inputs[i].count == infer::Parameter::Count::kOne;
    if (required && op.inputs[i].kind == ValueKind::kNone) return false;
  }
  const auto given = [&](std::string_view name) {
    return std::any_of(op.attributes.begin(), op.attributes.end(), [&](const auto& a) { return a.first == name; });
  };
  for (const auto& attribute : op.attributes) {
    const auto& rules = signature.attributes;
    if (std::none_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.name == attribute.first; })) {
      return false;
    }
  }
  return std::all_of(signature.attributes.begin(), signature.attributes.end(),
                     [&](const auto& rule) { return !rule.required || given(rule.name); });
}

std::string fault_of(const NodeCase& known, int32_t version) {
  OpTest op = known.op;
  op.version = version;
  const auto results = run_op(op);
  if (!results.ok()) return std::string(results.status().message());
  const tool::RandomCase* random = tool::find_random_case(known.name);
  for (size_t i = 0; i < known.results.size(); ++i) {
    const Tensor& got = (*results)[i].tensor;
    const Tensor& wanted = known.results[i].tensor;
    const bool alike = got.dtype() == wanted.dtype() && got.shape() == wanted.shape();
    if (random != nullptr ? !alike : !equal((*results)[i], known.results[i])) return concat("output ", i, " differs");
  }
  return random == nullptr ? std::string() : random->judge(op.inputs, *results);
}

}  // namespace mortise::test
