// Operators that hand a state on: the state's type, and what their inputs must have in common.
#include <gmock/gmock.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

Dims dims(std::initializer_list<int64_t> extents) {
  Dims result;
  for (const int64_t extent : extents) result.push_back(extent < 0 ? kUnknownDim : known_dim(extent));
  return result;
}

// The type of output 1 of a node, or the error.
std::string state_of(GraphBuilder& b) {
  const ValueId state = b.graph.add_value(b.graph.intern("state"));
  b.graph.node(b.graph.num_nodes() - 1).outputs.push_back(state);
  b.graph.value(state).producer = b.graph.num_nodes() - 1;
  b.graph.outputs = {state};
  return b.infer();
}

std::string causal_conv(Dims x, Dims w, std::optional<Dims> bias, std::optional<Dims> past) {
  GraphBuilder b;
  const ValueId input = b.input("x", DType::kF32, std::move(x)), weight = b.input("w", DType::kF32, std::move(w));
  b.node("CausalConvWithState", {input, weight, bias ? b.input("b", DType::kF32, std::move(bias)) : kNoId,
                                 past ? b.input("p", DType::kF32, std::move(past)) : kNoId});
  return state_of(b);
}

TEST(InferCausalConv, KeepsOnePositionLessThanTheKernelHas) {
  EXPECT_EQ(causal_conv(dims({2, 3, 5}), dims({3, 1, 4}), std::nullopt, std::nullopt), "float32[2, 3, 3]");
  EXPECT_EQ(causal_conv(dims({-1, -1, -1}), dims({-1, 1, -1}), dims({3}), dims({2, -1, 3})), "float32[2, 3, 3]");
}

TEST(InferCausalConv, RejectsWhatDoesNotFit) {
  EXPECT_THAT(causal_conv(dims({2, 3, 5}), dims({3, 1, 0}), std::nullopt, std::nullopt), HasSubstr("is empty"));
  EXPECT_THAT(causal_conv(dims({2, 3, 5}), dims({2, 1, 4}), std::nullopt, std::nullopt), HasSubstr("3 and 2 channels"));
  EXPECT_THAT(causal_conv(dims({2, 3, 5}), dims({3, 1, 4}), dims({1}), std::nullopt), HasSubstr("3 and 1 channels"));
  EXPECT_THAT(causal_conv(dims({2, 3, 5}), dims({3, 1, 4}), std::nullopt, dims({2, 3, 4})),
              HasSubstr("3 and 4 positions"));
}

// Inputs without dims are left out.
std::string linear_attention(const std::string& rule, int64_t q_heads, const std::vector<Dims>& inputs) {
  GraphBuilder b;
  IdList ids;
  for (const Dims& given : inputs) ids.push_back(given.empty() ? kNoId : b.input("x", DType::kF16, given));
  b.node("LinearAttention", ids, {{"q_num_heads", q_heads}, {"kv_num_heads", 2}});
  b.graph.node(0).attributes.push_back({b.graph.intern("update_rule"), rule});
  return state_of(b);
}

TEST(InferLinearAttention, KnowsTheStateFromKeysAndValues) {
  EXPECT_EQ(linear_attention("linear", 4, {dims({2, 5, 12}), dims({2, 5, 6}), dims({-1, -1, 8})}),
            "float16[2, 2, 3, 4]");
  EXPECT_EQ(linear_attention("gated_delta", 2,
                             {dims({-1, -1, -1}), dims({-1, -1, -1}), dims({-1, -1, -1}), dims({2, 2, 3, 4}),
                              dims({-1, -1, 2}), dims({-1, -1, 1})}),
            "float16[2, 2, 3, 4]");
}

TEST(InferLinearAttention, RejectsWhatDoesNotFit) {
  const Dims q = dims({2, 5, 12}), k = dims({2, 5, 6}), gate = dims({2, 5, 2});
  EXPECT_THAT(linear_attention("gated", 4, {q, k, k}), HasSubstr("'gated', which needs input 'decay'"));
  EXPECT_THAT(linear_attention("linear", 4, {q, k, k, {}, {}, gate}), HasSubstr("takes no input 'beta'"));
  EXPECT_THAT(linear_attention("linear", 3, {q, k, k}), HasSubstr("3 query heads cannot share 2 heads"));
  EXPECT_THAT(linear_attention("linear", 2, {q, k, k}), HasSubstr("6 and 3 numbers in each head"));
  EXPECT_THAT(linear_attention("linear", 4, {q, k, dims({2, 4, 6})}), HasSubstr("5 and 4 positions"));
  EXPECT_THAT(linear_attention("linear", 4, {q, k, k, dims({2, 2, 3, 4})}), HasSubstr("3 and 4 numbers in a value"));
}

}  // namespace
}  // namespace mortise
