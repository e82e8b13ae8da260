// Signature: what one version of an operator takes and gives: parameters with their types, and attributes with theirs.
//
// The content is signatures.inc, which explains the notation. Checks here are those that need no shape: how many inputs
// and outputs a node has, which of them are left out, the kinds and element types of values, and the attributes.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"

namespace mortise::infer {

struct Parameter {
  enum class Kind : uint8_t { kAnything, kTensor, kSequence };
  enum class Count : uint8_t { kOne, kOptional, kMany };

  std::string_view name;
  std::string_view type;     // as it is written
  std::string_view allowed;  // the element types, as element_types.inc or `type` writes them; empty: any
  Kind kind = Kind::kAnything;
  Count count = Count::kOne;
  uint32_t dtypes = 0;              // `allowed`: bit set by DType number; 0: any
  std::optional<uint8_t> variable;  // of element types, by number within the signature
};

struct AttributeRule {
  std::string_view name;
  size_t type = 0;  // index in AttributeValue
  bool required = false;
  std::vector<std::string_view> words;  // of a string; empty: any
  // Of an integer, or of each in a list.
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
  bool has(int64_t number) const { return least <= number && number <= most; }
};

struct Signature {
  int32_t since_version = 0;
  std::vector<Parameter> inputs;
  std::vector<Parameter> outputs;
  std::vector<AttributeRule> attributes;
  uint32_t min_inputs = 0;
  uint32_t max_inputs = 0;
  uint32_t min_outputs = 0;
  uint32_t max_outputs = 0;
};

inline constexpr uint32_t kAnyNumber = 0x7fffffff;  // max_inputs and max_outputs of variadic operators

// The texts must live as long as the signature.
Signature parse_signature(std::string_view inputs, std::string_view outputs, std::string_view attributes,
                          int32_t since_version);

// The same for texts of unknown origin; fails for what is not in the notation.
Result<Signature> read_signature(std::string_view inputs, std::string_view outputs, std::string_view attributes,
                                 int32_t since_version);

// Number i; the last parameter stands for all that follow where it is variadic.
const Parameter& parameter_of(const std::vector<Parameter>& parameters, uint32_t i);
// The type variable, or the name of a parameter that takes anything.
std::string_view variable_of(const Parameter& parameter);
// What the type variables may stand for, and parameters that take anything: a text of element_types.inc.
void allow_types(Signature& signature, std::string_view types);

// The element types that the variables of a signature stand for at one node; kUndefined until an input says so.
using ElementTypes = std::array<DType, 8>;

// How many inputs and outputs the node has, and its attributes.
Status check_node(const Signature& signature, const Graph& graph, NodeId id);
// The type of input i; what it says of variables is noted.
Status check_input(const Signature& signature, const Graph& graph, NodeId id, uint32_t i, const Type& type,
                   ElementTypes& types);
// The element type of output i, against what the version may give.
Status check_output(const Signature& signature, const Graph& graph, NodeId id, uint32_t i, const Type& type);
// A Constant of this form: its one attribute and the type of what that holds.
Status check_constant(const Signature& signature, std::string_view attribute, DType dtype);
// As far as the signature and the inputs say it.
Type output_type(const Signature& signature, uint32_t i, const ElementTypes& types);

}  // namespace mortise::infer
