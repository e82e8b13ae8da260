#include "conformance/generate/standard_types.h"

#include <algorithm>
#include <array>
#include <set>

namespace mortise::conformance {
namespace {

struct Line {
  std::string_view domain;
  std::string_view op;
  std::string_view types;
  std::array<int16_t, 12> since_versions;  // then zeros
};

constexpr Line kLines[] = {
#define MORTISE_TYPES(domain, op, types, ...) {domain, #op, types, {__VA_ARGS__}},
#include "conformance/generate/standard_types.inc"
#undef MORTISE_TYPES
};

constexpr int32_t kNewestOpset = 27;

std::string_view take(std::string_view& text, std::string_view mark) {
  const size_t end = std::min(text.find(mark), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + mark.size(), text.size()));
  return head;
}

TypeSet bits(std::initializer_list<DType> dtypes) {
  TypeSet set = 0;
  for (const DType dtype : dtypes) set |= TypeSet{1} << static_cast<int32_t>(dtype);
  return set;
}

// A name of the table's notation; 0 for an unknown one.
TypeSet named_types(std::string_view name) {
  const TypeSet floats = bits({DType::kF16, DType::kF32, DType::kF64});
  if (name == "float") return floats;
  if (name == "float8") return reference::kFloat8;
  if (name == "int") return reference::kInts;
  if (name == "number") return floats | reference::kInts;
  TypeSet any = floats | reference::kInts | reference::kBool | reference::kString | reference::kComplex;
  if (name == "any") return any;
  const std::pair<std::string_view, TypeSet> additions[] = {
      {"any4", bits({DType::kBF16})},    {"any9", reference::kFloat8},      {"any10", bits({DType::kU4, DType::kI4})},
      {"any11", bits({DType::kF4E2M1})}, {"any12", bits({DType::kF8E8M0})}, {"any13", bits({DType::kU2, DType::kI2})}};
  for (const auto& [version, types] : additions) {
    any |= types;
    if (name == version) return any;
  }
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    if (kDTypeInfo[number].name == name) return TypeSet{1} << number;
  }
  return 0;
}

TypeSet read_types(std::string_view text) {
  TypeSet set = 0;
  while (!text.empty()) set |= named_types(take(text, "+"));
  return set;
}

}  // namespace

std::vector<OperatorVersion> standard_operators() {
  std::vector<OperatorVersion> rows;
  for (const infer::Operator& op : infer::operators()) {
    if (op.domain == "ai.onnx.preview") continue;
    for (const infer::Signature& signature : op.signatures) {
      for (const int32_t version : signature.since_versions) {
        if (op.domain.empty() && version > kNewestOpset) continue;
        rows.push_back({&op, &signature, version});
      }
    }
  }
  return rows;
}

std::string_view variable_of(const infer::Parameter& parameter) {
  std::string_view type = parameter.type;
  if (type == "any") return parameter.name;
  if (type.starts_with("seq(")) type = type.substr(4, type.size() - 5);
  return type;
}

AllowedTypes allowed_types(const OperatorVersion& row, const infer::Parameter& parameter) {
  if (parameter.dtypes != 0) {
    std::string text(parameter.type);
    std::replace(text.begin(), text.end(), '|', '+');
    return {parameter.dtypes, text};
  }
  for (const Line& line : kLines) {
    const auto& versions = line.since_versions;
    if (line.domain != row.op->domain || line.op != row.op->name ||
        std::find(versions.begin(), versions.end(), row.version) == versions.end()) {
      continue;
    }
    for (std::string_view rest = line.types; !rest.empty();) {
      std::string_view types = take(rest, "; ");
      if (take(types, ": ") == variable_of(parameter)) return {read_types(types), std::string(types)};
    }
  }
  return {};
}

bool runs_in_core(std::string_view op_type) {
  static const std::set<std::string_view> kNames = {"If", "Loop", "Scan", "SequenceMap", "Gradient"};
  return kNames.contains(op_type);
}

}  // namespace mortise::conformance
