// FlexAttention end to end, with and without bodies, against its formula.
#include <gmock/gmock.h>

#include <functional>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

std::string bytes_of(const std::string& graph) {
  const std::string text = R"(<ir_version: 8, opset_import: ["" : 17, "ai.onnx.preview" : 1]>)" + graph;
  onnx::ModelProto model;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(model); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  return model.SerializeAsString();
}

// A model of one node with these attributes; type: "float[b, h, l, e]" and the like.
std::string one_node(const std::string& q, const std::string& k, const std::string& v, const std::string& attributes) {
  return bytes_of("g (" + q + " Q, " + k + " K, " + v + " V) => (Y) { Y = ai.onnx.preview.FlexAttention " + attributes +
                  "(Q, K, V) }");
}

Result<Session> load(const std::string& bytes) {
  return Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
}

struct Case {
  int64_t batch, q_heads, heads, queries, keys, size, value;
};

// What a body does to the number at [.., i, j].
using Change = std::function<double(double, int64_t, int64_t)>;
const Change kNothing = [](double x, int64_t, int64_t) { return x; };

std::vector<double> naive(const Case& s, const std::vector<double>& q, const std::vector<double>& k,
                          const std::vector<double>& v, double scale, const Change& score_mod, const Change& prob_mod) {
  std::vector<double> y;
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t h = 0; h < s.q_heads; ++h)
      for (int64_t i = 0; i < s.queries; ++i) {
        const int64_t shared = b * s.heads + h * s.heads / s.q_heads;
        std::vector<double> weights;
        double sum = 0;
        for (int64_t j = 0; j < s.keys; ++j) {
          double score = 0;
          for (int64_t e = 0; e < s.size; ++e)
            score += q[((b * s.q_heads + h) * s.queries + i) * s.size + e] * k[(shared * s.keys + j) * s.size + e];
          weights.push_back(std::exp(score_mod(score * scale, i, j)));
          sum += weights.back();
        }
        for (int64_t e = 0; e < s.value; ++e) {
          double out = 0;
          for (int64_t j = 0; j < s.keys; ++j)
            out += prob_mod(weights[j] / sum, i, j) * v[(shared * s.keys + j) * s.value + e];
          y.push_back(out);
        }
      }
  return y;
}

void expect_runs(const std::string& bytes, const Case& s, DType dtype, double scale, const Change& score_mod,
                 const Change& prob_mod) {
  auto session = load(bytes);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Tensor q = eighths(dtype, {s.batch, s.q_heads, s.queries, s.size}, 1);
  const Tensor k = eighths(dtype, {s.batch, s.heads, s.keys, s.size}, 2);
  const Tensor v = eighths(dtype, {s.batch, s.heads, s.keys, s.value}, 3);
  const auto y = session->run({{"Q", q}, {"K", k}, {"V", v}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(y->at("Y").tensor.dtype(), dtype);
  EXPECT_EQ(y->at("Y").tensor.shape(), (Shape{s.batch, s.q_heads, s.queries, s.value}));
  expect_near(y->at("Y"), naive(s, doubles(q), doubles(k), doubles(v), scale, score_mod, prob_mod));
}

const char* word(DType dtype) {
  return dtype == DType::kF64    ? "double"
         : dtype == DType::kF16  ? "float16"
         : dtype == DType::kBF16 ? "bfloat16"
                                 : "float";
}
std::string typed_shape(DType dtype, const Shape& shape) { return word(dtype) + to_string(shape); }

const Case kCases[] = {
    {2, 4, 4, 3, 5, 4, 2}, {1, 6, 2, 3, 2, 4, 3}, {2, 3, 1, 1, 4, 1, 1}, {1, 4, 2, 0, 3, 4, 2}, {0, 2, 2, 3, 3, 2, 2}};

TEST(FlexAttention, RunsWithoutBodies) {
  for (const Case& s : kCases) {
    for (const DType dtype : kFloatTypes) {
      const std::string any = word(dtype) + std::string("[a, b, c, d]"), q = word(dtype) + std::string("[e, f, g, h]");
      expect_runs(one_node(q, any, word(dtype) + std::string("[i, j, k, l]"), ""), s, dtype,
                  1 / std::sqrt(static_cast<double>(s.size)), kNothing, kNothing);
      expect_runs(one_node(q, any, word(dtype) + std::string("[i, j, k, l]"), "<scale = 0.25>"), s, dtype, 0.25,
                  kNothing, kNothing);
    }
  }
}

// The bodies compute in float32 for the types with 16 bits.
std::string bodies(DType dtype) {
  const std::string t = dtype == DType::kF64 ? "double" : "float", to = dtype == DType::kF64 ? "11" : "1";
  return "score_mod = f (" + t + "[B, H, L, S] x) => (" + t + "[B, H, L, S] y) { two = Constant<value = float {2}>() " +
         "factor = Cast<to = " + to + ">(two) y = Mul(x, factor) }, prob_mod = g (" + t + "[B, H, L, S] x) => (" + t +
         "[B, H, L, S] y) { y = Neg(x) }";
}

TEST(FlexAttention, RunsWithBodiesWhetherShapesAreKnownOrNot) {
  const Change twice = [](double x, int64_t, int64_t) { return 2 * x; };
  const Change negated = [](double x, int64_t, int64_t) { return -x; };
  for (const Case& s : kCases) {
    for (const DType dtype : kFloatTypes) {
      const std::string known =
          one_node(typed_shape(dtype, {s.batch, s.q_heads, s.queries, s.size}),
                   typed_shape(dtype, {s.batch, s.heads, s.keys, s.size}),
                   typed_shape(dtype, {s.batch, s.heads, s.keys, s.value}), "<scale = 0.5, " + bodies(dtype) + ">");
      expect_runs(known, s, dtype, 0.5, twice, negated);
      const std::string any = word(dtype);
      const std::string unknown =
          one_node(any + "[a, b, c, d]", any + "[e, f, g, h]", any + "[i, j, k, l]", "<" + bodies(dtype) + ">");
      expect_runs(unknown, s, dtype, 1 / std::sqrt(static_cast<double>(s.size)), twice, negated);
    }
  }
}

TEST(FlexAttention, GivesBodiesTheTypeOfSoftmaxPrecision) {
  const std::string attributes = R"(<softmax_precision = 11, scale = 1.0, score_mod = f (double[B, H, L, S] x) =>
      (double[B, H, L, S] y) { y = Abs(x) }>)";
  expect_runs(
      one_node("float[1, 2, 3, 4]", "float[1, 2, 5, 4]", "float[1, 2, 5, 3]", attributes), {1, 2, 2, 3, 5, 4, 3},
      DType::kF32, 1, [](double x, int64_t, int64_t) { return std::fabs(x); }, kNothing);
}

TEST(FlexAttention, BodiesReadWhatIsOutsideAndHaveBodiesOfTheirOwn) {
  // Adds the outer bias where the sum of all scores is not below the outer limit; in the branch of an If besides.
  const std::string bytes = bytes_of(R"(g (float[1, 1, 2, 1] Q, float[1, 1, 2, 1] K, float[1, 1, 2, 1] V, float limit,
      bool c) => (float[1, 1, 2, 1] Y) {
    bias = Constant<value = float[1, 2] {0.0, 3.0}>()
    Y = If(c) <then_branch = t () => (float[1, 1, 2, 1] z) {
      z = ai.onnx.preview.FlexAttention <score_mod = f (float[B, H, L, S] x) => (float[B, H, L, S] y) {
        sum = ReduceSum<keepdims = 0>(x)
        low = Less(sum, limit)
        y = If(low) <then_branch = keep () => (float[B, H, L, S] same) { same = Identity(x) },
                     else_branch = more () => (float[B, H, L, S] raised) { raised = Add(x, bias) }>
      }> (Q, K, V)
    }, else_branch = e () => (float[1, 1, 2, 1] w) { w = Neg(V) }>
  })");
  auto session = load(bytes);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Case s{1, 1, 1, 2, 2, 1, 1};
  const Tensor q = Tensor::of<float>({1, 1, 2, 1}, {1, 2}), v = Tensor::of<float>({1, 1, 2, 1}, {5, 7});
  for (const double bias : {0.0, 3.0}) {
    const float limit = bias == 0 ? 100 : -100;
    const auto y = session->run(
        {{"Q", q}, {"K", q}, {"V", v}, {"limit", Tensor::of<float>({}, {limit})}, {"c", Tensor::of<bool>({}, {true})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    expect_near(y->at("Y"), naive(
                                s, {1, 2}, {1, 2}, {5, 7}, 1,
                                [&](double x, int64_t, int64_t j) { return x + (j == 1 ? bias : 0); }, kNothing));
  }
}

// The names of the node and of what is in its bodies are not repeated in full for all that it becomes.
TEST(FlexAttention, KeepsNamesShort) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(one_node("float[1, 1, 2, 2]", "float[1, 1, 2, 2]", "float[1, 1, 2, 2]",
                                             "<score_mod = m (float[1, 1, 2, 2] s) => (float[1, 1, 2, 2] t) "
                                             "{ u = Neg(s) t = Neg(u) }>")));
  onnx::NodeProto& node = *model.mutable_graph()->mutable_node(0);
  node.set_name(std::string(5'000, 'n'));
  for (onnx::NodeProto& inner : *node.mutable_attribute(0)->mutable_g()->mutable_node()) {
    inner.set_name(std::string(5'000, 'b'));
  }
  const auto session = load(model.SerializeAsString());
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  EXPECT_GT(placement.graph.nodes.size(), 4u);
  for (const NodePlacement& placed : placement.graph.nodes) EXPECT_LT(placed.name.size(), 400u);
}

TEST(FlexAttention, RefusesBodiesThatChangeTheType) {
  const auto message = [](const std::string& attributes) {
    const auto session = load(one_node("float[1, 4, 3, 4]", "float[1, 2, 5, 4]", "float[1, 2, 5, 3]", attributes));
    return session.ok() ? std::string() : std::string(session.status().message());
  };
  EXPECT_THAT(message("<score_mod = f (float[B, H, L, S] x) => (float y) { y = ReduceSum<keepdims = 0>(x) }>"),
              HasSubstr("its body 'score_mod' makes float32[] of float32[1, 4, 3, 5]"));
  EXPECT_THAT(message("<prob_mod = f (float[B, H, L, S] x) => (double[B, H, L, S] y) { y = Cast<to = 11>(x) }>"),
              HasSubstr("its body 'prob_mod' makes float64"));
  EXPECT_THAT(message("<prob_mod = f (float16[B, H, L, S] x) => (float16[B, H, L, S] y) { y = Neg(x) }>"),
              HasSubstr("float16[B, H, L, S] is declared, but it is float32[1, 4, 3, 5]"));
  EXPECT_THAT(message("<score_mod = f (float[B, H, L, S] x, float[1] z) => (float[B, H, L, S] y) { y = Add(x, z) }>"),
              HasSubstr("takes 2 inputs, not 1"));
  EXPECT_THAT(message("<score_mod = f (float[B, H, L, S] x) => (float[B, H, L, S] y, float[B, H, L, S] z) "
                      "{ y = Neg(x) z = Abs(x) }>"),
              HasSubstr("gives 2 values, not one"));
  EXPECT_THAT(message("<softmax_precision = 7>"), HasSubstr("its softmax_precision is int64"));
}

TEST(FlexAttention, RefusesHeadsThatCannotBeShared) {
  const auto session = load(one_node("float[1, 3, 3, 4]", "float[1, 2, 5, 4]", "float[1, 2, 5, 3]", ""));
  ASSERT_FALSE(session.ok());
  EXPECT_THAT(session.status().message(), HasSubstr("3 query heads cannot share 2 heads"));
}

}  // namespace
}  // namespace mortise::test
