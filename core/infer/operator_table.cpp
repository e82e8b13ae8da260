// The table behind operator_table.h and its index by name, built on first use.
#include "core/infer/operator_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace mortise::infer {

// The lines declare the inference functions that operators/*.cpp define; several operators share one.
#define MORTISE_OPERATOR(domain, name, function) Status function(InferContext&);
#include "core/infer/operators.inc"
#undef MORTISE_OPERATOR

namespace {

struct Line {
  std::string_view domain;
  std::string_view name;
  std::string_view inputs;
  std::string_view outputs;
  std::string_view attributes;
  std::array<int16_t, 12> since_versions;  // ascending, then zeros
};

constexpr Line kSignatures[] = {
#define MORTISE_SIGNATURE(domain, name, inputs, outputs, attributes, ...) \
  {domain, #name, inputs, outputs, attributes, {__VA_ARGS__}},
#define MORTISE_DEPRECATED(...)
#include "core/infer/signatures.inc"
#undef MORTISE_SIGNATURE
#undef MORTISE_DEPRECATED
};

struct Deprecation {
  std::string_view domain;
  std::string_view name;
  std::string_view successor;
  int32_t since_version;
};

constexpr Deprecation kDeprecations[] = {
#define MORTISE_SIGNATURE(...)
#define MORTISE_DEPRECATED(domain, name, successor, since_version) {domain, #name, #successor, since_version},
#include "core/infer/signatures.inc"
#undef MORTISE_SIGNATURE
#undef MORTISE_DEPRECATED
};

struct TypesLine {
  std::string_view domain;
  std::string_view name;
  std::string_view types;
  std::array<int16_t, 12> since_versions;  // ascending, then zeros
};

constexpr TypesLine kElementTypes[] = {
#define MORTISE_TYPES(domain, name, types, ...) {domain, #name, types, {__VA_ARGS__}},
#include "core/infer/element_types.inc"
#undef MORTISE_TYPES
};

using Index = std::unordered_map<std::string_view, Operator*>;

struct Table {
  Table() {
    for (Operator& row : rows) index[row.domain][row.name] = &row;
    for (const Line& line : kSignatures) {
      auto& signatures = index[line.domain].at(line.name)->signatures;
      Signature signature = parse_signature(line.inputs, line.outputs, line.attributes, 0);
      for (const int16_t version : line.since_versions) {
        if (version == 0) break;
        signature.since_version = version;
        signatures.push_back(signature);
      }
    }
    for (const Deprecation& line : kDeprecations) {
      Operator& op = *index[line.domain].at(line.name);
      op.deprecated_since = line.since_version;
      op.successor = line.successor;
    }
    for (const TypesLine& line : kElementTypes) {
      for (Signature& signature : index[line.domain].at(line.name)->signatures) {
        const auto& versions = line.since_versions;
        if (std::find(versions.begin(), versions.end(), signature.since_version) == versions.end()) continue;
        allow_types(signature, line.types);
      }
    }
  }

  std::vector<Operator> rows = {
#define MORTISE_OPERATOR(domain, name, function) {domain, #name, &function, {}, 0, {}},
#include "core/infer/operators.inc"
#undef MORTISE_OPERATOR
  };
  std::unordered_map<std::string_view, Index> index;  // by domain, then by name
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

}  // namespace

const Signature* Operator::signature(int32_t since_version) const {
  for (const Signature& signature : signatures) {
    if (signature.since_version == since_version) return &signature;
  }
  return nullptr;
}

std::span<const Operator> operators() { return table().rows; }

const Operator* find_operator(std::string_view domain, std::string_view op_type) {
  const auto names = table().index.find(domain == "ai.onnx" ? std::string_view() : domain);
  if (names == table().index.end()) return nullptr;
  const auto found = names->second.find(op_type);
  return found == names->second.end() ? nullptr : found->second;
}

std::optional<int32_t> since_version(std::string_view domain, std::string_view op_type, int64_t opset) {
  const Operator* op = find_operator(domain, op_type);
  if (op == nullptr || (op->deprecated_since != 0 && opset >= op->deprecated_since)) return std::nullopt;
  std::optional<int32_t> newest;
  for (const Signature& signature : op->signatures) {
    if (signature.since_version <= opset) newest = signature.since_version;
  }
  return newest;
}

}  // namespace mortise::infer
