// CausalConvWithState against its definition, and against itself run piece by piece.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

constexpr const char* kOp = "CausalConvWithState";

struct Case {
  int64_t batch, channels, length, taps;
  bool bias, past;
  std::string activation;
  Shape state() const { return {batch, channels, taps - 1}; }
};

std::vector<Value> inputs_of(const Case& s, DType dtype) {
  return {eighths(dtype, {s.batch, s.channels, s.length}, 1), eighths(dtype, {s.channels, 1, s.taps}, 2),
          s.bias ? Value(eighths(dtype, {s.channels}, 3)) : Value(),
          s.past ? Value(eighths(dtype, s.state(), 4)) : Value()};
}

// Output and state, element by element: position p below 0 is in the past.
std::pair<std::vector<double>, std::vector<double>> naive(const Case& s, const std::vector<Value>& inputs) {
  const auto x = doubles(inputs[0].tensor), w = doubles(inputs[1].tensor);
  const auto bias = s.bias ? doubles(inputs[2].tensor) : std::vector<double>(s.channels);
  const auto past = s.past ? doubles(inputs[3].tensor) : std::vector<double>(s.state().num_elements());
  const auto at = [&](int64_t b, int64_t c, int64_t p) {
    const int64_t row = b * s.channels + c;
    return p < 0 ? past[row * (s.taps - 1) + s.taps - 1 + p] : x[row * s.length + p];
  };
  std::pair<std::vector<double>, std::vector<double>> result;
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t c = 0; c < s.channels; ++c) {
      for (int64_t t = 0; t < s.length; ++t) {
        double sum = bias[c];
        for (int64_t back = 0; back < s.taps; ++back) sum += at(b, c, t - back) * w[c * s.taps + s.taps - 1 - back];
        result.first.push_back(s.activation == "none" ? sum : sum * (1 - 1 / (1 + std::exp(sum))));
      }
      for (int64_t p = s.length - s.taps + 1; p < s.length; ++p) result.second.push_back(at(b, c, p));
    }
  return result;
}

TEST(CausalConvWithState, MatchesItsDefinition) {
  const Case cases[] = {{2, 3, 5, 4, true, true, "silu"},   {1, 2, 2, 4, false, false, "none"},
                        {1, 1, 1, 1, true, false, "swish"}, {3, 70, 9, 2, false, true, "none"},
                        {2, 3, 0, 3, true, true, "none"},   {2, 3, 0, 3, false, false, "silu"},
                        {0, 3, 4, 3, true, true, "none"},   {2, 0, 4, 3, true, true, "silu"}};
  for (const Case& s : cases) {
    for (const DType dtype : kFloatTypes) {
      const auto inputs = inputs_of(s, dtype);
      for (const uint32_t threads : {1u, 3u}) {
        const auto y = run_op({.op = kOp,
                               .version = 27,
                               .attributes = {{"activation", s.activation}},
                               .inputs = inputs,
                               .num_outputs = 2,
                               .threads = threads});
        ASSERT_TRUE(y.ok()) << y.status().message();
        const auto wanted = naive(s, inputs);
        EXPECT_EQ((*y)[0].tensor.shape(), inputs[0].tensor.shape());
        EXPECT_EQ((*y)[1].tensor.shape(), s.state());
        expect_near((*y)[0], wanted.first);
        expect_near((*y)[1], wanted.second);
      }
    }
  }
}

TEST(CausalConvWithState, GoesOnWhereTheStateEnds) {
  const Case s{1, 1, 6, 4, false, false, "none"};
  const auto inputs = inputs_of(s, DType::kF64);
  const auto x = doubles(inputs[0].tensor);
  Value state;
  std::vector<double> pieces;
  for (int64_t at = 0, length = 1; at < 6; at += length++) {
    const Tensor piece = typed(DType::kF64, {1, 1, length}, std::span(x).subspan(at, length));
    const auto y = run_op({.op = kOp, .version = 27, .inputs = {piece, inputs[1], Value(), state}, .num_outputs = 2});
    ASSERT_TRUE(y.ok()) << y.status().message();
    for (const double value : doubles((*y)[0].tensor)) pieces.push_back(value);
    state = (*y)[1];
  }
  EXPECT_EQ(pieces, naive(s, inputs).first);
}

TEST(CausalConvWithState, RefusesWhatDoesNotFit) {
  const Case s{2, 3, 5, 4, true, true, "none"};
  const auto message = [&](size_t input, const Shape& shape, DType dtype = DType::kF32) {
    auto inputs = inputs_of(s, DType::kF32);
    inputs[input] = eighths(dtype, shape, 1);
    const auto y = run_op({.op = kOp, .version = 27, .inputs = inputs});
    return y.ok() ? std::string() : std::string(y.status().message());
  };
  EXPECT_THAT(message(0, {2, 3}), HasSubstr("input [2, 3] must be [batch, channels, length]"));
  EXPECT_THAT(message(1, {3, 1, 0}), HasSubstr("with k of at least 1"));
  EXPECT_THAT(message(1, {3, 2, 4}), HasSubstr("weight is float32[3, 2, 4]"));
  EXPECT_THAT(message(2, {1}), HasSubstr("bias is float32[1], but input float32[2, 3, 5] needs float32[3]"));
  EXPECT_THAT(message(3, {2, 3, 4}), HasSubstr("past_state is float32[2, 3, 4]"));
  EXPECT_THAT(message(3, {2, 3, 3}, DType::kF64), HasSubstr("past_state is float64[2, 3, 3]"));
}

}  // namespace
}  // namespace mortise::test
