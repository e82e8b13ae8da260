// Element types at every version of every operator: what the standard does not allow is refused before anything runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using infer::AttributeRule;
using infer::Operator;
using infer::Parameter;
using infer::Signature;
using testing::AllOf;
using testing::HasSubstr;

// Something that keeps to the rule.
AttributeValue sample(const AttributeRule& rule, const std::shared_ptr<StringTable>& strings) {
  switch (rule.type) {
    case 1:
      return 1.0F;
    case 2:
      return std::max<int64_t>(rule.least, 1);
    case 3:
      return std::string(rule.words.empty() ? "y" : rule.words.front());
    case 4:
      return Tensor::of<int64_t>({1}, {1});
    case 5:
      return std::make_unique<Graph>(strings);
    case 6:
      return std::vector<float>{1};
    case 7:
      return std::vector<int64_t>{1};
    case 8:
      return std::vector<std::string>{"y"};
    default:
      return {};
  }
}

// What inference says of a node of that version whose input i has this type, and of whose other inputs nothing is known.
std::string fault(const Operator& op, const Signature& signature, size_t i, const Type& type) {
  Graph graph(std::make_shared<StringTable>());
  Node node;
  node.name = graph.intern("victim");
  node.domain = graph.intern(op.domain);
  node.op_type = graph.intern(op.name);
  node.since_version = signature.since_version;
  for (size_t k = 0; k < std::max<size_t>(signature.min_inputs, i + 1); ++k) {
    node.inputs.push_back(graph.add_value(graph.intern(concat("in", k)), k == i ? type : Type()));
    graph.inputs.push_back(node.inputs.back());
  }
  for (size_t k = 0; k < std::max(signature.min_outputs, 1U); ++k)
    node.outputs.push_back(graph.add_value(graph.intern(concat("out", k))));
  graph.outputs.assign(node.outputs.begin(), node.outputs.end());
  for (const AttributeRule& rule : signature.attributes) {
    if (rule.required) node.attributes.push_back({graph.intern(rule.name), sample(rule, graph.strings())});
  }
  graph.add_node(std::move(node));
  Status status = graph.finalize();
  if (status.ok()) status = infer_types(graph);
  return status.message();
}

template <class Visit>
void for_each_input(Visit&& visit) {
  for (const Operator& op : infer::operators()) {
    for (const Signature& signature : op.signatures) {
      for (size_t i = 0; i < signature.inputs.size(); ++i) {
        const Parameter& parameter = signature.inputs[i];
        for (int32_t number = 1; number < kNumDTypes; ++number) {
          const auto dtype = static_cast<DType>(number);
          Type type = Type::tensor(dtype);
          if (parameter.kind == Parameter::Kind::kSequence) type = Type::sequence(type);
          const bool allowed = parameter.dtypes == 0 || (parameter.dtypes >> number & 1) != 0;
          visit(op, signature, i, type, dtype, allowed);
        }
      }
    }
  }
}

TEST(ElementTypes, ThatAVersionDoesNotTakeAreRefused) {
  size_t refused = 0;
  for_each_input(
      [&](const Operator& op, const Signature& signature, size_t i, const Type& type, DType dtype, bool allowed) {
        const std::string said = fault(op, signature, i, type);
        const std::string subject = concat("input #", i, " '", signature.inputs[i].name, "' is ");
        if (allowed) {
          EXPECT_THAT(said, Not(HasSubstr(subject + to_string(type) + "; it must be")))
              << op.name << " " << signature.since_version;
          return;
        }
        EXPECT_THAT(said, AllOf(HasSubstr("'victim' (" + std::string(op.name) + ")"), HasSubstr(subject),
                                HasSubstr(std::string(to_string(dtype))),
                                HasSubstr(concat("in version ", signature.since_version, " of the operator"))));
        ++refused;
      });
  EXPECT_GT(refused, 10'000U);
}

TEST(ElementTypes, OfStringsAreComparedSinceVersion19) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kString, Dims{known_dim(2)});
  b.node("Equal", {x, x});
  EXPECT_EQ(b.infer(), "bool[2]");
  b.graph.node(0).since_version = 13;
  EXPECT_THAT(b.infer(), AllOf(HasSubstr("(Equal): input #0 'A' is string[2]; it must be float32, uint8, int8, "),
                               HasSubstr("float64, uint32, uint64 or bfloat16 in version 13 of the operator")));
}

TEST(ElementTypes, ThatAVersionDoesNotGiveAreRefused) {
  const auto cast = [](int32_t version) {
    GraphBuilder b;
    b.node("Cast", {b.input("x", DType::kF32, Dims{})}, {{"to", static_cast<int64_t>(DType::kF8E5M2)}});
    b.graph.node(0).since_version = version;
    return b.infer();
  };
  EXPECT_EQ(cast(19), "float8e5m2[]");
  EXPECT_THAT(cast(13),
              HasSubstr("output #0 'output' would be float8e5m2[]; version 13 of the operator gives float32, "));
}

// Also in sequences and optionals.
TEST(ElementTypes, OfValuesThatAreNoTensorsAreLookedAt) {
  const auto pass = [](DType dtype, int32_t version) {
    GraphBuilder b;
    const ValueId x = b.graph.add_value(b.graph.intern("x"), Type::optional(Type::sequence(Type::tensor(dtype))));
    b.graph.inputs.push_back(x);
    b.node("Identity", {x});
    b.graph.node(0).since_version = version;
    return b.infer();
  };
  EXPECT_EQ(pass(DType::kI4, 21), "optional(sequence(int4))");
  EXPECT_THAT(pass(DType::kI4, 19), HasSubstr("input #0 'input' is optional(sequence(int4)); it must be float32, "));
}

}  // namespace
}  // namespace mortise
