// Variant: one class of shapes, attributes or values in which operators are tried; a family is all of them that suit a
// kind of operator. ops.inc gives every operator its family, and ops.cpp multiplies versions, types and variants.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/generate/op_model.h"
#include "conformance/generate/tensors.h"
#include "providers/reference/registry.h"

namespace mortise::conformance::ops {

using reference::kFloats;
using reference::kInts;
using reference::kNewest;
using reference::TypeSet;

// What a model is made for.
struct Form {
  std::string_view domain;  // "" for ai.onnx
  std::string_view op;
  int32_t version = 0;  // since-version, which is also the opset that selects it
  DType dtype = DType::kUndefined;
};

// A model, put together input by input:
//   return Draft(form).in(data.tensor(form.dtype, {2, 3})).constant(int64s({1})).attribute("keepdims", 0);
class Draft : public OpModel {
 public:
  explicit Draft(const Form& form)
      : OpModel{.domain = std::string(form.domain), .op = std::string(form.op), .opset = form.version} {}

  Draft in(Value value) && {
    inputs.push_back({std::move(value)});
    return std::move(*this);
  }
  Draft constant(Tensor tensor) && {
    inputs.push_back({std::move(tensor), true});
    return std::move(*this);
  }
  // Leaves an optional input out.
  Draft none() && {
    inputs.push_back({});
    return std::move(*this);
  }
  Draft attribute(std::string name, AttributeValue value) && {
    attributes.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  Draft attribute(std::string name, int value) && {
    return std::move(*this).attribute(std::move(name), AttributeValue(int64_t{value}));
  }
  Draft attribute(std::string name, const char* value) && {
    return std::move(*this).attribute(std::move(name), AttributeValue(std::string(value)));
  }
  // Without a value it is left out.
  Draft attribute(std::string name, std::optional<int> value) && {
    return value ? std::move(*this).attribute(std::move(name), *value) : std::move(*this);
  }
  // An empty list is left out.
  Draft ints(std::string name, std::vector<int64_t> value) && {
    if (value.empty()) return std::move(*this);
    return std::move(*this).attribute(std::move(name), AttributeValue(std::move(value)));
  }
  Draft floats(std::string name, std::vector<float> value) && {
    return std::move(*this).attribute(std::move(name), AttributeValue(std::move(value)));
  }
  Draft strings(std::string name, std::vector<std::string> value) && {
    return std::move(*this).attribute(std::move(name), AttributeValue(std::move(value)));
  }
  // A list that is an attribute before version `since` and a constant input from then on.
  Draft parameter(int32_t since, std::string name, std::vector<int64_t> value) && {
    if (opset < since || value.empty()) return std::move(*this).ints(std::move(name), std::move(value));
    return std::move(*this).constant(int64s(std::move(value)));
  }
  // How many outputs there are, and which of them are left out.
  Draft outputs(uint32_t count, std::vector<uint32_t> without = {}) && {
    num_outputs = count;
    left_out = std::move(without);
    return std::move(*this);
  }
};

// "SOFTMAX_ZERO", as ONNX writes it, is "softmax-zero" in names of variants.
std::string kebab_case(std::string_view text);

// What ai.onnx.ml makes of scores.
inline constexpr const char* kTransforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"};

using Make = std::function<OpModel(const Form&, Data&)>;
// Empty if results that are random can have been drawn for the inputs; otherwise a sentence.
using Judge = std::string (*)(std::span<const Value> inputs, std::span<const Value> results);

struct Variant {
  std::string name;  // kebab-case: the last part of the case's name
  Make make;
  // Since-versions for which there is such a model, both included.
  int32_t first = 1;
  int32_t last = kNewest;
  TypeSet types = reference::kAnything;
  bool dynamic = false;   // extents are symbolic; one session runs several rounds
  Judge judge = nullptr;  // instead of a comparison
};

struct Family {
  // The first is the one in which old versions are tried with every type; the others are for one type and for the newest
  // version.
  std::vector<Variant> variants;
  std::string parameter;  // the name of the input whose type a Form has; empty: the first

  void add(std::string name, Make make, int32_t first = 1, int32_t last = kNewest) {
    variants.push_back({.name = std::move(name), .make = std::move(make), .first = first, .last = last});
  }
  void add_dynamic(Make make, int32_t first = 1) {
    variants.push_back({.name = "dynamic", .make = std::move(make), .first = first, .dynamic = true});
  }
};

}  // namespace mortise::conformance::ops
