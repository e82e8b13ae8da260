// LinearAttention against its closed form: without a delta rule a query sees the values of all positions up to its own,
// weighted by decayed products of keys; with one, what is told is what remains after all that was told before.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

constexpr const char* kLinearOp = "LinearAttention";

struct LinearCase {
  std::string rule;
  int64_t batch, length, q_heads, kv_heads, key, value;
  int64_t decays, betas;  // extents of the last axis; 0: left out
  bool past;
  float scale;
  Shape state() const { return {batch, kv_heads, key, value}; }
};

std::vector<Value> inputs_of(const LinearCase& s, DType dtype, DType state_dtype) {
  const auto input = [&](int64_t width, uint32_t seed) {
    return Value(eighths(dtype, {s.batch, s.length, width}, seed));
  };
  return {input(s.q_heads * s.key, 1),
          input(s.kv_heads * s.key, 2),
          input(s.kv_heads * s.value, 3),
          s.past ? Value(eighths(state_dtype, s.state(), 4)) : Value(),
          s.decays != 0 ? input(s.decays, 5) : Value(),
          s.betas != 0 ? input(s.betas, 6) : Value()};
}

struct Results {
  std::vector<double> output, state;
};

// Nothing is carried from position to position but the list of what was told.
Results naive(const LinearCase& s, const std::vector<Value>& inputs) {
  const auto of = [&](size_t i) {
    return inputs[i].kind == ValueKind::kNone ? std::vector<double>() : doubles(inputs[i].tensor);
  };
  const auto q = of(0), k = of(1), v = of(2), past = of(3), decay = of(4), beta = of(5);
  Results results{.output = std::vector<double>(s.batch * s.length * s.q_heads * s.value), .state = {}};
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t h = 0; h < s.kv_heads; ++h) {
      const auto key = [&](int64_t t, int64_t d) { return k[((b * s.length + t) * s.kv_heads + h) * s.key + d]; };
      // What is left at the end of position `to` of component d as it was at the end of position `from`.
      const auto left = [&](int64_t from, int64_t to, int64_t d) {
        double log = 0;
        for (int64_t t = from + 1; t <= to && !decay.empty(); ++t) {
          const int64_t row = (b * s.length + t) * s.decays;
          log += s.decays == s.kv_heads ? decay[row + h] : decay[row + h * s.key + d];
        }
        return std::exp(log);
      };
      std::vector<std::vector<double>> told;
      // Element [d, m] of the state after position `to`, of what was told before position `end`.
      const auto state = [&](int64_t end, int64_t to, int64_t d, int64_t m) {
        double sum = past.empty() ? 0 : past[((b * s.kv_heads + h) * s.key + d) * s.value + m] * left(-1, to, d);
        for (int64_t t = 0; t < end; ++t) sum += key(t, d) * told[t][m] * left(t, to, d);
        return sum;
      };
      for (int64_t t = 0; t < s.length; ++t) {
        std::vector<double> news;
        for (int64_t m = 0; m < s.value; ++m) {
          double value = v[((b * s.length + t) * s.kv_heads + h) * s.value + m];
          if (!beta.empty()) {
            for (int64_t d = 0; d < s.key; ++d) value -= state(t, t, d, m) * key(t, d);
            value *= beta[(b * s.length + t) * s.betas + (s.betas == 1 ? 0 : h)];
          }
          news.push_back(value);
        }
        told.push_back(news);
        const int64_t group = s.q_heads / s.kv_heads;
        for (int64_t reader = h * group; reader < (h + 1) * group; ++reader)
          for (int64_t m = 0; m < s.value; ++m) {
            double sum = 0;
            const int64_t row = (b * s.length + t) * s.q_heads + reader;
            for (int64_t d = 0; d < s.key; ++d) sum += q[row * s.key + d] * state(t + 1, t, d, m);
            const double scale = s.scale != 0 ? s.scale : 1 / std::sqrt(static_cast<double>(s.key));
            results.output[row * s.value + m] = sum * scale;
          }
      }
      for (int64_t d = 0; d < s.key; ++d)
        for (int64_t m = 0; m < s.value; ++m) results.state.push_back(state(s.length, s.length - 1, d, m));
    }
  return results;
}

Attributes attributes_of(const LinearCase& s) {
  return {{"update_rule", s.rule}, {"q_num_heads", s.q_heads}, {"kv_num_heads", s.kv_heads}, {"scale", s.scale}};
}

TEST(LinearAttention, MatchesItsClosedForm) {
  const LinearCase cases[] = {
      {"linear", 2, 4, 2, 2, 3, 2, 0, 0, true, 0},       {"linear", 1, 3, 3, 1, 2, 4, 0, 0, false, 0.25f},
      {"gated", 2, 3, 4, 2, 3, 2, 2, 0, true, 0},        {"gated", 1, 4, 2, 2, 3, 3, 6, 0, false, -1},
      {"delta", 2, 4, 2, 1, 2, 3, 0, 1, true, 0},        {"delta", 1, 3, 4, 4, 2, 1, 0, 4, false, 2},
      {"gated_delta", 2, 4, 4, 2, 3, 2, 6, 2, true, 0},  {"gated_delta", 1, 3, 2, 2, 1, 3, 2, 1, true, 0},
      {"gated_delta", 1, 0, 2, 2, 3, 2, 2, 2, true, 0},  {"linear", 2, 0, 2, 1, 3, 2, 0, 0, false, 0},
      {"gated_delta", 0, 2, 2, 2, 3, 2, 2, 2, false, 0}, {"gated", 2, 2, 2, 2, 3, 0, 2, 0, false, 0}};
  for (const LinearCase& s : cases) {
    for (const DType dtype : kFloatTypes) {
      const DType state_dtype = dtype == DType::kF16 ? DType::kF32 : dtype;
      const auto inputs = inputs_of(s, dtype, state_dtype);
      for (const uint32_t threads : {1u, 3u}) {
        const auto y = run_op({.op = kLinearOp,
                               .version = 27,
                               .attributes = attributes_of(s),
                               .inputs = inputs,
                               .num_outputs = 2,
                               .threads = threads});
        ASSERT_TRUE(y.ok()) << y.status().message();
        const Results wanted = naive(s, inputs);
        EXPECT_EQ((*y)[0].tensor.shape(), (Shape{s.batch, s.length, s.q_heads * s.value}));
        EXPECT_EQ((*y)[0].tensor.dtype(), dtype);
        EXPECT_EQ((*y)[1].tensor.shape(), s.state());
        EXPECT_EQ((*y)[1].tensor.dtype(), s.past ? state_dtype : dtype);
        expect_near((*y)[0], wanted.output);
        expect_near((*y)[1], wanted.state);
      }
    }
  }
}

std::string message_of(const LinearCase& s, size_t input, const Shape& shape) {
  auto inputs = inputs_of(s, DType::kF32, DType::kF32);
  if (shape.rank() != 0) inputs[input] = eighths(DType::kF32, shape, 1);
  const auto y =
      run_op({.op = kLinearOp, .version = 27, .attributes = attributes_of(s), .inputs = inputs, .num_outputs = 2});
  return y.ok() ? std::string() : std::string(y.status().message());
}

TEST(LinearAttention, RefusesWhatDoesNotFit) {
  const LinearCase s{"gated_delta", 2, 4, 4, 2, 3, 2, 6, 2, true, 0};
  EXPECT_THAT(message_of(s, 0, {2, 4}), HasSubstr("query [2, 4] must have rank 3"));
  EXPECT_THAT(message_of(s, 0, {2, 4, 16}), HasSubstr("has 4 numbers, one of key [2, 4, 6] 3"));
  EXPECT_THAT(message_of(s, 1, {2, 4, 7}), HasSubstr("key float32[2, 4, 7] cannot be cut into 2 heads"));
  EXPECT_THAT(message_of(s, 2, {2, 3, 4}), HasSubstr("value float32[2, 3, 4] cannot be cut"));
  EXPECT_THAT(message_of(s, 3, {2, 2, 2, 3}), HasSubstr("here [2, 2, 3, 2]"));
  EXPECT_THAT(message_of(s, 4, {2, 4, 4}), HasSubstr("decay [2, 4, 4] must have one number per head, or 3"));
  EXPECT_THAT(message_of(s, 5, {2, 4, 4}), HasSubstr("beta [2, 4, 4] must have one number"));
}

TEST(LinearAttention, RefusesRulesAndHeadsThatCannotBe) {
  LinearCase s{"gated", 2, 4, 4, 2, 3, 2, 6, 2, true, 0};
  EXPECT_THAT(message_of(s, 0, {}), HasSubstr("takes decay only where it is gated and beta only as a delta rule"));
  s.rule = "linear_delta";
  EXPECT_THAT(message_of(s, 0, {}), HasSubstr("update_rule is 'linear_delta'"));
  s = {"linear", 2, 4, 3, 2, 3, 2, 0, 0, true, 0};
  EXPECT_THAT(message_of(s, 0, {}), HasSubstr("q_num_heads is 3, no multiple of kv_num_heads, which is 2"));
  s.kv_heads = 0;
  EXPECT_THAT(message_of(s, 1, {2, 4, 6}), HasSubstr("which is 0"));
}

// Heads of no numbers: their count is bounded by nothing.
TEST(LinearAttention, RefusesMoreHeadsThanATensorHasNumbers) {
  const Tensor none = Tensor::allocate(DType::kF32, {1, 1, 0}).value();
  const Tensor value = Tensor::of<float>({1, 1, 4}, {1, 2, 3, 4});
  const auto y = run_op({.op = kLinearOp,
                         .version = 27,
                         .attributes = {{"q_num_heads", int64_t{1} << 62},
                                        {"kv_num_heads", int64_t{1}},
                                        {"update_rule", std::string("linear")}},
                         .inputs = {none, none, value},
                         .num_outputs = 2});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("more than a tensor can have"));
}

}  // namespace
}  // namespace mortise::test
