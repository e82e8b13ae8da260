// Elementwise operators: broadcasting, edge values, errors. Expected values are worked out by hand or by naive loops.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Value run_one(const OpTest& test) {
  auto y = run_op(test);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : Value();
}

Tensor ramp(const Shape& shape) {
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  std::iota(tensor.data<float>(), tensor.data<float>() + tensor.num_elements(), 1.0f);
  return tensor;
}

// Element of a tensor at the place that corresponds to `index` of a broadcast output.
float at(const Tensor& tensor, const std::vector<int64_t>& index) {
  int64_t offset = 0;
  for (uint32_t axis = 0; axis < tensor.rank(); ++axis) {
    const int64_t i = index[index.size() - tensor.rank() + axis];
    offset = offset * tensor.dim(axis) + (tensor.dim(axis) == 1 ? 0 : i);
  }
  return tensor.data<float>()[offset];
}

struct ShapePair {
  Shape a, b, y;
};

TEST(Broadcast, AgreesWithIndexArithmetic) {
  const ShapePair pairs[] = {{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}},
                             {{2, 3, 4}, {}, {2, 3, 4}},
                             {{}, {2, 3, 4}, {2, 3, 4}},
                             {{2, 3, 4}, {4}, {2, 3, 4}},
                             {{2, 3, 4}, {3, 1}, {2, 3, 4}},
                             {{2, 1, 4}, {1, 3, 1}, {2, 3, 4}},
                             {{1, 1}, {3, 1, 5}, {3, 1, 5}},
                             {{2, 1, 3, 1, 2}, {5, 1, 4, 1}, {2, 5, 3, 4, 2}},
                             {{}, {}, {}},
                             {{0, 3}, {1, 3}, {0, 3}},
                             {{100, 1, 70}, {1, 60, 70}, {100, 60, 70}}};
  for (const auto& [a_shape, b_shape, y_shape] : pairs) {
    for (const uint32_t threads : {1u, 3u}) {
      const Tensor a = ramp(a_shape);
      const Tensor b = ramp(b_shape);
      const Value y = run_one({.op = "Sub", .version = 14, .inputs = {a, b}, .threads = threads});
      ASSERT_EQ(y.tensor.shape(), y_shape);
      std::vector<int64_t> index(y_shape.rank(), 0);
      for (int64_t i = 0; i < y.tensor.num_elements(); ++i) {
        int64_t rest = i;
        for (uint32_t axis = y_shape.rank(); axis-- > 0; rest /= y_shape[axis]) index[axis] = rest % y_shape[axis];
        ASSERT_EQ(y.tensor.data<float>()[i], at(a, index) - at(b, index))
            << to_string(a_shape) << to_string(b_shape) << i;
      }
    }
  }
}

TEST(Broadcast, RejectsShapesThatDoNotFit) {
  const auto y = run_op({.op = "Add", .version = 14, .inputs = {ramp({2, 3}), ramp({2, 2})}});
  EXPECT_EQ(y.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(y.status().message(), HasSubstr("node 'n' (Add): A [2, 3] and B [2, 2] cannot be broadcast together"));
}

TEST(Broadcast, FollowsAxisBeforeVersion7) {
  const Value y = run_one({.op = "Add",
                           .version = 6,
                           .attributes = {{"broadcast", 1}, {"axis", 0}},
                           .inputs = {ramp({2, 2}), Tensor::of<float>({2}, {10, 20})}});
  EXPECT_THAT(floats(y), ElementsAre(11, 12, 23, 24));
}

TEST(Div, RefusesIntegerZero) {
  const auto y = run_op(
      {.op = "Div", .version = 14, .inputs = {Tensor::of<int32_t>({2}, {1, 2}), Tensor::of<int32_t>({2}, {1, 0})}});
  EXPECT_EQ(y.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(y.status().message(), HasSubstr("element 1 of input 1 [2] is 0"));
}

TEST(Div, WrapsAtTheMostNegativeNumber) {
  const Value y =
      run_one({.op = "Div",
               .version = 14,
               .inputs = {Tensor::of<int32_t>({3}, {INT32_MIN, 7, -7}), Tensor::of<int32_t>({3}, {-1, -1, 2})}});
  EXPECT_THAT(elements<int32_t>(y), ElementsAre(INT32_MIN, -7, -3));
}

TEST(Mul, WrapsAroundForEveryWidth) {
  const Value u16 = run_one(
      {.op = "Mul", .version = 14, .inputs = {Tensor::of<uint16_t>({1}, {65535}), Tensor::of<uint16_t>({1}, {65535})}});
  EXPECT_THAT(elements<uint16_t>(u16), ElementsAre(1));
  const Value i64 = run_one(
      {.op = "Mul", .version = 14, .inputs = {Tensor::of<int64_t>({1}, {INT64_MAX}), Tensor::of<int64_t>({1}, {2})}});
  EXPECT_THAT(elements<int64_t>(i64), ElementsAre(-2));
}

TEST(Mod, TakesTheSignThatIsAskedFor) {
  const Tensor a = Tensor::of<int32_t>({5}, {-4, 7, 5, -8, INT32_MIN});
  const Tensor b = Tensor::of<int32_t>({5}, {3, -3, 8, -1, -1});
  EXPECT_THAT(elements<int32_t>(run_one({.op = "Mod", .version = 13, .inputs = {a, b}})), ElementsAre(2, -2, 5, 0, 0));
  EXPECT_THAT(elements<int32_t>(run_one({.op = "Mod", .version = 13, .attributes = {{"fmod", 1}}, .inputs = {a, b}})),
              ElementsAre(-1, 1, 5, 0, 0));
}

TEST(Pow, TakesExponentsOfAnotherType) {
  EXPECT_THAT(elements<int32_t>(
                  run_one({.op = "Pow",
                           .version = 15,
                           .inputs = {Tensor::of<int32_t>({3}, {2, -1, 3}), Tensor::of<int64_t>({3}, {10, -3, -1})}})),
              ElementsAre(1024, -1, 0));
  EXPECT_THAT(floats(run_one({.op = "Pow", .version = 15, .inputs = {ramp({3}), Tensor::of<int64_t>({}, {3})}})),
              ElementsAre(1, 8, 27));
}

TEST(Pow, TellsOddExponentsFromEvenWhereFloatsDoNot) {
  const Tensor exponents = Tensor::of<int64_t>({2}, {(1 << 24) + 1, 1 << 24});
  EXPECT_THAT(floats(run_one({.op = "Pow", .version = 15, .inputs = {Tensor::of<float>({1}, {-1}), exponents}})),
              ElementsAre(-1, 1));
}

TEST(MaxMin, LetNanWin) {
  const Tensor a = Tensor::of<float>({3}, {kNan, 1, 2});
  const Tensor b = Tensor::of<float>({3}, {0, kNan, 3});
  EXPECT_THAT(floats(run_one({.op = "Max", .version = 13, .inputs = {a, b}})), ElementsAre(IsNan(), IsNan(), 3));
  EXPECT_THAT(floats(run_one({.op = "Min", .version = 13, .inputs = {a, b}})), ElementsAre(IsNan(), IsNan(), 2));
}

TEST(Mean, BroadcastsAllInputs) {
  EXPECT_THAT(floats(run_one({.op = "Mean", .version = 13, .inputs = {ramp({1}), ramp({2, 1}), ramp({1, 2})}})),
              ElementsAre(1, 4.0f / 3, 4.0f / 3, 5.0f / 3));
}

// Each addition of 1 alone would be lost: half's neighbours are 2 apart at 2048, bfloat16's at 256.
TEST(Mean, AndSumRoundHalvesOnce) {
  const auto run = [](const char* op, DType dtype, const std::vector<double>& numbers) {
    OpTest test{.op = op, .version = 13};
    for (const double number : numbers) test.inputs.emplace_back(typed(dtype, {1}, std::vector{number}));
    return doubles(run_one(test).tensor)[0];
  };
  EXPECT_EQ(run("Sum", DType::kF16, {2048, 1, 1, 1, 1, 1, 1, 1}), 2056);  // 2055, a tie
  EXPECT_EQ(run("Sum", DType::kBF16, {256, 1, 1, 1, 1, 1, 1, 1}), 264);   // 263, a tie
  // A sum that is rounded before it is divided gives 682.5 and 86.5.
  EXPECT_EQ(run("Mean", DType::kF16, {2048, 1, 0}), 683);
  EXPECT_EQ(run("Mean", DType::kBF16, {256, 5, 0}), 87);
}

TEST(Round, TakesHalvesToEven) {
  EXPECT_THAT(
      floats(run_one({.op = "Round", .version = 11, .inputs = {Tensor::of<float>({5}, {0.5, 1.5, 2.5, -0.5, -1.5})}})),
      ElementsAre(0, 2, 2, 0, -2));
}

TEST(Abs, WrapsAtTheMostNegativeNumber) {
  EXPECT_THAT(
      elements<int8_t>(run_one({.op = "Abs", .version = 13, .inputs = {Tensor::of<int8_t>({3}, {-128, -1, 5})}})),
      ElementsAre(-128, 1, 5));
}

TEST(Sigmoid, DoesNotOverflow) {
  EXPECT_THAT(floats(run_one(
                  {.op = "Sigmoid", .version = 13, .inputs = {Tensor::of<float>({4}, {-1000, 0, 1000, -kInfinity})}})),
              ElementsAre(0, 0.5, 1, 0));
}

TEST(Clip, TakesBoundsFromInputsOrAttributes) {
  const Tensor x = Tensor::of<float>({4}, {-2, 0, 2, kNan});
  EXPECT_THAT(floats(run_one({.op = "Clip", .version = 13, .inputs = {x, Value(), Tensor::of<float>({}, {1})}})),
              ElementsAre(-2, 0, 1, IsNan()));
  EXPECT_THAT(floats(run_one({.op = "Clip", .version = 6, .attributes = {{"min", -1.0f}}, .inputs = {x}})),
              ElementsAre(-1, 0, 2, IsNan()));
}

TEST(Equal, ComparesStrings) {
  EXPECT_THAT(elements<bool>(
                  run_one({.op = "Equal",
                           .version = 19,
                           .inputs = {Tensor::strings({3}, {"a", "", "b"}), Tensor::strings({3}, {"a", "", "bb"})}})),
              ElementsAre(true, true, false));
}

TEST(Where, BroadcastsAllThree) {
  const Tensor condition = Tensor::of<bool>({2, 1}, {true, false});
  EXPECT_THAT(elements<int64_t>(
                  run_one({.op = "Where",
                           .version = 16,
                           .inputs = {condition, Tensor::of<int64_t>({}, {7}), Tensor::of<int64_t>({2}, {1, 2})}})),
              ElementsAre(7, 7, 1, 2));
}

TEST(BitShift, LeavesNothingBeyondTheWidth) {
  EXPECT_THAT(elements<uint8_t>(
                  run_one({.op = "BitShift",
                           .version = 11,
                           .attributes = {{"direction", "LEFT"}},
                           .inputs = {Tensor::of<uint8_t>({3}, {129, 1, 1}), Tensor::of<uint8_t>({3}, {1, 7, 8})}})),
              ElementsAre(2, 128, 0));
}

TEST(Cast, IsDefinedForEveryFloat) {
  const Tensor x = Tensor::of<float>({6}, {1.9f, -1.9f, kNan, 300, kInfinity, -kInfinity});
  EXPECT_THAT(elements<uint8_t>(run_one({.op = "Cast", .version = 13, .attributes = {{"to", 2}}, .inputs = {x}})),
              ElementsAre(1, 255, 0, 44, 255, 0));
  EXPECT_THAT(elements<bool>(run_one({.op = "Cast", .version = 13, .attributes = {{"to", 9}}, .inputs = {x}})),
              ElementsAre(true, true, true, true, true, true));
}

TEST(Cast, ReadsAndWritesStrings) {
  const Value numbers = run_one({.op = "Cast",
                                 .version = 13,
                                 .attributes = {{"to", 1}},
                                 .inputs = {Tensor::strings({5}, {"3.25", "-1e-2", "INF", "NaN", "+7"})}});
  EXPECT_THAT(floats(numbers), ElementsAre(3.25f, -0.01f, kInfinity, IsNan(), 7));
  const Value text = run_one({.op = "Cast",
                              .version = 13,
                              .attributes = {{"to", 8}},
                              .inputs = {Tensor::of<float>({4}, {0.1f, 2, -kInfinity, kNan})}});
  EXPECT_THAT(strings(text), ElementsAre("0.1", "2", "-INF", "NaN"));
  const auto bad =
      run_op({.op = "Cast", .version = 13, .attributes = {{"to", 7}}, .inputs = {Tensor::strings({1}, {"x1"})}});
  EXPECT_THAT(bad.status().message(), HasSubstr("the string 'x1' is no number"));
}

// Each formula adds or multiplies x, so that NaN in is NaN out. The other values are worked out by hand.
TEST(Activations, KeepNan) {
  const Tensor x = Tensor::of<float>({3}, {kNan, -6, 6});
  EXPECT_THAT(floats(run_one({.op = "Celu", .version = 12, .inputs = {x}})),
              ElementsAre(IsNan(), testing::FloatNear(-0.99752125f, 1e-6f), 6));
  EXPECT_THAT(floats(run_one({.op = "HardSigmoid", .version = 6, .inputs = {x}})), ElementsAre(IsNan(), 0, 1));
  EXPECT_THAT(floats(run_one({.op = "HardSwish", .version = 14, .inputs = {x}})), ElementsAre(IsNan(), 0, 6));
  for (const char* op : {"Elu", "LeakyRelu", "Mish", "Relu", "Selu", "Sigmoid", "Softplus", "Softsign"}) {
    EXPECT_THAT(floats(run_one({.op = op, .version = 22, .inputs = {x}}))[0], IsNan()) << op;
  }
}

TEST(Mod, OfFloatsIsThatOfTheDividendOnly) {
  const Tensor x = Tensor::of<float>({1}, {-5}), y = Tensor::of<float>({1}, {3});
  const auto refused = run_op({.op = "Mod", .version = 13, .inputs = {x, y}});
  EXPECT_THAT(refused.status().message(), HasSubstr("attribute fmod is 0 for float32; it must be 1"));
  EXPECT_THAT(floats(run_one({.op = "Mod", .version = 13, .attributes = {{"fmod", 1}}, .inputs = {x, y}})),
              ElementsAre(-2));
}

// Version 1 names no range, and its default for a list is behind the last axis; version 11 does.
TEST(Softmax, TakesTheAxisBehindTheLastInVersion1) {
  const Tensor x = Tensor::of<float>({2}, {3, 4});
  for (const char* op : {"Softmax", "Hardmax"}) {
    EXPECT_THAT(floats(run_one({.op = op, .version = 1, .inputs = {x}})), ElementsAre(1, 1)) << op;
    const auto refused = run_op({.op = op, .version = 11, .inputs = {x}});
    EXPECT_THAT(refused.status().message(), HasSubstr("axis 1 is out of range for rank 1")) << op;
  }
}

TEST(Expand, RefusesMoreAxesThanThereCanBe) {
  const std::vector<int64_t> ones(300, 1);
  const auto refused =
      run_op({.op = "Expand",
              .version = 13,
              .inputs = {Tensor::of<float>({1}, {1}), Tensor::of<int64_t>({300}, std::span<const int64_t>(ones))}});
  EXPECT_THAT(refused.status().message(), HasSubstr("a tensor of 300 axes; there can be 256"));
}

TEST(Cast, ReadsNumbersBeyondDouble) {
  const std::string many(400, '9');
  const Value numbers =
      run_one({.op = "Cast",
               .version = 13,
               .attributes = {{"to", 11}},
               .inputs = {Tensor::strings({9}, {"1e400", "-1.5E+400", "1e-400", "-0.1e-400", many, "-" + many + "e2",
                                                "0." + std::string(400, '0') + "1",
                                                "0." + std::string(400, '0') + "1e900", "1e-99999999999999999999"})}});
  constexpr double kInf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(elements<double>(numbers), ElementsAre(kInf, -kInf, 0, -0.0, kInf, -kInf, 0, kInf, 0));
}

TEST(Cast, RoundsIntegersToBFloat16Once) {
  // Just above halfway between two bfloat16; a float in between would round the first to the tie and then down.
  for (const int64_t x : {int64_t{16842753}, -int64_t{16842753}, (int64_t{1} << 62) + (int64_t{1} << 54) + 1}) {
    const Value y =
        run_one({.op = "Cast", .version = 13, .attributes = {{"to", 16}}, .inputs = {Tensor::of<int64_t>({1}, {x})}});
    int exponent = 0;
    std::frexp(static_cast<double>(x), &exponent);
    const double step = std::ldexp(1, exponent - 8);  // between neighbours of x
    const double up = (std::floor(std::fabs(static_cast<double>(x)) / step) + 1) * step;
    EXPECT_EQ(static_cast<double>(static_cast<float>(y.tensor.data<BFloat16>()[0])), x < 0 ? -up : up);
  }
}

// ONNX names what becomes of numbers below the least power in two modes.
TEST(Cast, GivesNaNForNumbersWithoutAPowerUnlessItSaturates) {
  for (const auto& [saturate, expected] : {std::pair(0, 255), std::pair(1, 0)}) {
    const Value y = run_one({.op = "Cast",
                             .version = 24,
                             .attributes = {{"to", 24}, {"saturate", saturate}, {"round_mode", "nearest"}},
                             .inputs = {Tensor::of<double>({2}, {0, 1e-45})}});
    EXPECT_THAT(std::vector<int>(y.tensor.data<uint8_t>(), y.tensor.data<uint8_t>() + 2),
                ElementsAre(expected, expected));
  }
}

TEST(Cast, RoundsDoubleToHalfOnce) {
  // Just above halfway between 1 and the next half: a float in between would round it to the tie and then down.
  const double x = 1 + 0x1p-11 + 0x1p-40;
  const Value y =
      run_one({.op = "Cast", .version = 13, .attributes = {{"to", 10}}, .inputs = {Tensor::of<double>({1}, {x})}});
  EXPECT_EQ(y.tensor.data<Half>()[0].bits(), 0x3c01);
}

}  // namespace
}  // namespace mortise::test
