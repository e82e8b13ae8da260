// Every operator that the standard defines by a function: its kernel and its body, which runs as a function of the
// model, give the same for random inputs, attributes and types, in every version that libonnx knows.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <onnx/defs/function.h>

#include <algorithm>
#include <iostream>

#include "tests/providers/reference/functions/function_check.h"

namespace mortise::test {
namespace {

constexpr uint32_t kCasesPerType = 12;

// MeanVarianceNormalization's body has constants of float32 beside X, which fits X of float32 alone: for other types a
// Cast follows each.
void cast_constants(onnx::FunctionProto& function, DType dtype) {
  onnx::FunctionProto cast;
  for (onnx::NodeProto& node : *function.mutable_node()) {
    onnx::NodeProto& first = *cast.add_node() = node;
    if (node.op_type() != "Constant") continue;
    first.set_output(0, node.output(0) + "_float32");
    onnx::NodeProto& second = *cast.add_node();
    second.set_op_type("Cast");
    second.add_input(first.output(0));
    second.add_output(node.output(0));
    set(second, "to", static_cast<int64_t>(dtype));
  }
  function.mutable_node()->Swap(cast.mutable_node());
}

// Where the standard contradicts itself: a node of the body, in the version that goes with the operator's own, does not
// take a type that the operator takes. Null: none.
const char* refusing_node(std::string_view row, DType dtype) {
  if (row == "MeanVarianceNormalization-13" && dtype == DType::kBF16) return "Pow-13";
  if (row == "Range-11" && dtype == DType::kI16) return "Sub-7";
  if (row == "SoftmaxCrossEntropyLoss-13" && dtype == DType::kBF16) return "NegativeLogLikelihoodLoss-13";
  return nullptr;
}

// The body for this case, whose attributes get the schema's defaults where it leaves them out.
onnx::FunctionProto body_of(const onnx::OpSchema& schema, FunctionCase& c) {
  onnx::FunctionProto function;
  if (schema.HasFunction()) {
    function = *schema.GetFunction();
    if (schema.Name() == "MeanVarianceNormalization") cast_constants(function, c.inputs[0].tensor.dtype());
  } else {
    onnx::NodeProto node = c.node;
    for (size_t i = 0; i < c.inputs.size(); ++i) {
      node.add_input(c.inputs[i].kind == ValueKind::kNone ? "" : "x" + std::to_string(i));
    }
    for (int i = 0; i < c.num_outputs; ++i) node.add_output("y" + std::to_string(i));
    const onnx::FunctionBodyBuildContextImpl context(node, types_of(c));
    if (!schema.BuildContextDependentFunction(context, function)) throw std::invalid_argument("no body for this node");
  }
  for (const auto& [name, attribute] : schema.attributes()) {
    const bool given = std::any_of(c.node.attribute().begin(), c.node.attribute().end(),
                                   [&name = name](const auto& a) { return a.name() == name; });
    if (!given && attribute.default_value.has_type()) {
      *c.node.add_attribute() = attribute.default_value;
      c.node.mutable_attribute(c.node.attribute_size() - 1)->set_name(name);
    }
  }
  return function;
}

TEST(Functions, AgreeWithKernels) {
  size_t versions = 0;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    if (!schema.HasFunction() && !schema.HasContextDependentFunction()) continue;
    const std::string row = schema.Name() + "-" + std::to_string(schema.SinceVersion());
    const MakeCase make = schema.domain().empty() ? find_case(schema.Name()) : nullptr;
    if (make == nullptr) {
      ADD_FAILURE() << row << " has a function body, but cases.cpp makes no inputs for it";
      continue;
    }
    std::cout << row << ":";
    for (const DType dtype : types_of_input(schema, 0)) {
      std::cout << " " << to_string(dtype);
      if (const char* caller = refusing_node(row, dtype)) {
        std::cout << " (not run: " << caller << " in the body does not take it)";
        continue;
      }
      for (uint32_t seed = 0; seed < kCasesPerType; ++seed) {
        Draw draw{dtype, std::mt19937(seed), &schema};
        FunctionCase c = make(draw);
        const onnx::FunctionProto body = body_of(schema, c);
        SCOPED_TRACE(concat(row, " of ", to_string(dtype), ", seed ", seed, ": ", c.node.ShortDebugString()));
        expect_agree(schema.Name(), schema.SinceVersion(), c, body);
      }
    }
    std::cout << "\n";
    ++versions;
  }
  EXPECT_GE(versions, 23u);
}

// What the bounds are worth: a body that computes something else is not within them.
TEST(Functions, AreTellable) {
  const std::pair<const char*, const char*> pairs[] = {{"GreaterOrEqual", "LessOrEqual"},
                                                       {"HannWindow", "HammingWindow"},
                                                       {"Softmax", "LogSoftmax"},
                                                       {"Celu", "HardSwish"}};
  for (const auto& [kernel, other] : pairs) {
    const onnx::OpSchema& schema = *onnx::OpSchemaRegistry::Schema(kernel);
    const onnx::OpSchema& other_schema = *onnx::OpSchemaRegistry::Schema(other);
    for (const DType dtype : types_of_input(schema, 0)) {
      Draw draw{dtype, std::mt19937(1), &schema};
      FunctionCase c = find_case(kernel)(draw);
      const onnx::FunctionProto body = body_of(other_schema, c);
      testing::TestPartResultArray failures;
      {
        testing::ScopedFakeTestPartResultReporter reporter(&failures);
        expect_agree(kernel, schema.SinceVersion(), c, body);
      }
      EXPECT_GT(failures.size(), 0) << kernel << " of " << to_string(dtype);
    }
  }
}

}  // namespace
}  // namespace mortise::test
