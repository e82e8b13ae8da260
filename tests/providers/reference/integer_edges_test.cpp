// Integers at the ends of their types, against a second formula in 128 bits of which the low bits are taken.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

Value one(const OpTest& test) {
  auto y = run_op(test);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : Value();
}

template <class T>
class IntegerEdges : public testing::Test {
 public:
  // The ends, their neighbours, those of zero, and some at random.
  static std::vector<T> numbers() {
    using Limits = std::numeric_limits<T>;
    std::vector<T> all = {Limits::min(), static_cast<T>(Limits::min() + 1), static_cast<T>(-1), T{0}, T{1}, T{2},
                          T{3},          static_cast<T>(Limits::max() - 1), Limits::max()};
    std::mt19937_64 random(1);
    for (int i = 0; i < 8; ++i) all.push_back(static_cast<T>(random()));
    return all;
  }
  static Tensor row(const std::vector<T>& values, bool as_column = false) {
    const auto count = static_cast<int64_t>(values.size());
    Tensor tensor = Tensor::allocate(dtype_of<T>, as_column ? Shape{count, 1} : Shape{count}).value();
    std::copy(values.begin(), values.end(), tensor.data<T>());
    return tensor;
  }
  // The operator on every pair of a and b.
  static void expect(const char* op, int32_t version, const std::vector<T>& a, const std::vector<T>& b,
                     Wide (*formula)(Wide, Wide), const Attributes& attributes = {}) {
    const auto y =
        elements<T>(one({.op = op, .version = version, .attributes = attributes, .inputs = {row(a, true), row(b)}}));
    ASSERT_EQ(y.size(), a.size() * b.size());
    for (size_t i = 0; i < y.size(); ++i) {
      const T p = a[i / b.size()], q = b[i % b.size()];
      EXPECT_EQ(y[i], static_cast<T>(formula(p, q))) << op << ' ' << +p << ' ' << +q;
    }
  }
};
using Types = testing::Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
TYPED_TEST_SUITE(IntegerEdges, Types);

TYPED_TEST(IntegerEdges, OfArithmeticWrapAround) {
  const auto all = this->numbers();
  this->expect("Add", 14, all, all, [](Wide a, Wide b) { return a + b; });
  this->expect("Sub", 14, all, all, [](Wide a, Wide b) { return a - b; });
  // Two numbers of 64 bits without a sign have a product that only the unsigned wide type holds.
  this->expect("Mul", 14, all, all, [](Wide a, Wide b) {
    return static_cast<Wide>(static_cast<UnsignedWide>(a) * static_cast<UnsignedWide>(b));
  });
}

// Shrink computes with a real bias: its results are held within the type, and those of 64 bits are rounded to a double.
TYPED_TEST(IntegerEdges, OfShrinkStayWithinTheType) {
  using Limits = std::numeric_limits<TypeParam>;
  const auto all = this->numbers();
  for (const float bias : {-2.0f, 2.0f}) {
    const auto y = elements<TypeParam>(one(
        {.op = "Shrink", .version = 9, .attributes = {{"bias", bias}, {"lambd", 1.0f}}, .inputs = {this->row(all)}}));
    ASSERT_EQ(y.size(), all.size());
    for (size_t i = 0; i < y.size(); ++i) {
      const Wide x = all[i], step = static_cast<Wide>(bias);
      const Wide moved = x < -1 ? x + step : x > 1 ? x - step : 0;
      const Wide held = std::clamp<Wide>(moved, Limits::min(), Limits::max());
      EXPECT_LE(std::abs(static_cast<double>(Wide{y[i]} - held)), sizeof(TypeParam) == 8 ? 2048 : 0) << +all[i];
    }
  }
}

// Mod takes the sign of the divisor, or with fmod that of the dividend: a - b * floor(a / b) or a - b * trunc(a / b).
TYPED_TEST(IntegerEdges, OfQuotientsAreThoseOfWiderNumbers) {
  const auto all = this->numbers();
  std::vector<TypeParam> divisors = all;
  std::erase(divisors, TypeParam{0});
  this->expect("Div", 14, all, divisors, [](Wide a, Wide b) { return a / b; });
  this->expect("Mod", 13, all, divisors, [](Wide a, Wide b) { return a - b * (a / b); }, {{"fmod", int64_t{1}}});
  this->expect("Mod", 13, all, divisors, [](Wide a, Wide b) {
    const Wide quotient = a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
    return a - b * quotient;
  });
  const bool is_signed = std::numeric_limits<TypeParam>::is_signed;
  for (const char* op : {"Div", "Mod"}) {
    const auto y = run_op({.op = op, .version = 13, .inputs = {this->row(all), this->row(all)}});
    EXPECT_EQ(y.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(y.status().message(),
                HasSubstr(is_signed ? "element 3 of input 1 [17] is 0" : "element 0 of input 1 [17] is 0"));
  }
}

// base^exponent modulo 2^64, digit by digit of the exponent in decimal, each by repeated multiplication.
uint64_t decimal_power(uint64_t base, uint64_t exponent) {
  const auto repeated = [](uint64_t factor, uint64_t times) {
    uint64_t product = 1;
    for (; times > 0; --times) product *= factor;
    return product;
  };
  uint64_t result = 1;
  for (const char digit : std::to_string(exponent)) {
    result = repeated(result, 10) * repeated(base, static_cast<uint64_t>(digit - '0'));
  }
  return result;
}

// With a negative exponent the quotient 1 / base^-exponent, towards zero; 0 for the base 0, which has none.
template <class T, class E>
T integer_power(T base, E exponent) {
  if (exponent >= 0) return static_cast<T>(decimal_power(static_cast<uint64_t>(base), static_cast<uint64_t>(exponent)));
  if (base == 1) return 1;
  if (base != static_cast<T>(-1) || !std::is_signed_v<T>) return 0;
  return static_cast<T>(exponent % 2 == 0 ? 1 : -1);
}

template <class T, class E>
void expect_powers() {
  const auto bases = IntegerEdges<T>::numbers();
  const auto exponents = IntegerEdges<E>::numbers();
  const auto y = elements<T>(one(
      {.op = "Pow", .version = 15, .inputs = {IntegerEdges<T>::row(bases, true), IntegerEdges<E>::row(exponents)}}));
  ASSERT_EQ(y.size(), bases.size() * exponents.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const T base = bases[i / exponents.size()];
    const E exponent = exponents[i % exponents.size()];
    EXPECT_EQ(y[i], integer_power(base, exponent)) << +base << " to the power of " << +exponent;
  }
}

TYPED_TEST(IntegerEdges, OfPowersWrapAroundForExponentsOfEveryType) {
  expect_powers<TypeParam, int8_t>();
  expect_powers<TypeParam, uint8_t>();
  expect_powers<TypeParam, int16_t>();
  expect_powers<TypeParam, uint16_t>();
  expect_powers<TypeParam, int32_t>();
  expect_powers<TypeParam, uint32_t>();
  expect_powers<TypeParam, int64_t>();
  expect_powers<TypeParam, uint64_t>();
}

TYPED_TEST(IntegerEdges, OfSumsAndProductsWrapAround) {
  const auto all = this->numbers();
  Wide sum = 0;
  UnsignedWide product = 1;
  std::vector<TypeParam> sums, odd;
  for (const TypeParam x : all) {
    sums.push_back(static_cast<TypeParam>(sum += x));
    odd.push_back(static_cast<TypeParam>(x | 1));  // a product that is not 0 soon
    product *= static_cast<UnsignedWide>(odd.back());
  }
  EXPECT_EQ(elements<TypeParam>(
                one({.op = "CumSum", .version = 14, .inputs = {this->row(all), Tensor::of<int64_t>({}, {0})}})),
            sums);
  // Reductions know integers of 32 and 64 bits.
  if (sizeof(TypeParam) < 4) return;
  EXPECT_THAT(elements<TypeParam>(one({.op = "ReduceSum", .version = 13, .inputs = {this->row(all)}})),
              ElementsAre(sums.back()));
  EXPECT_THAT(elements<TypeParam>(one({.op = "ReduceProd", .version = 18, .inputs = {this->row(odd)}})),
              ElementsAre(static_cast<TypeParam>(product)));
}

TYPED_TEST(IntegerEdges, OfRangesAreCountedExactly) {
  using Limits = std::numeric_limits<TypeParam>;
  const TypeParam high = Limits::max(), low = Limits::min();
  const auto range = [](TypeParam first, TypeParam limit, TypeParam delta) {
    return elements<TypeParam>(one({.op = "Range",
                                    .version = 11,
                                    .inputs = {Tensor::of<TypeParam>({}, {first}), Tensor::of<TypeParam>({}, {limit}),
                                               Tensor::of<TypeParam>({}, {delta})}}));
  };
  EXPECT_THAT(range(static_cast<TypeParam>(high - 2), high, 1),
              ElementsAre(static_cast<TypeParam>(high - 2), static_cast<TypeParam>(high - 1)));
  EXPECT_THAT(range(static_cast<TypeParam>(high - 3), high, 2),
              ElementsAre(static_cast<TypeParam>(high - 3), static_cast<TypeParam>(high - 1)));
  EXPECT_THAT(range(low, high, high), testing::SizeIs(Limits::is_signed ? 3 : 1));
  EXPECT_THAT(range(high, low, high), IsEmpty());
  if (!Limits::is_signed) return;
  EXPECT_THAT(range(static_cast<TypeParam>(low + 2), low, static_cast<TypeParam>(-1)),
              ElementsAre(static_cast<TypeParam>(low + 2), static_cast<TypeParam>(low + 1)));
  EXPECT_THAT(range(high, low, low), ElementsAre(high, static_cast<TypeParam>(-1)));
}

TYPED_TEST(IntegerEdges, OfTopKAndArgMaxGoByIndexAmongEquals) {
  const TypeParam high = std::numeric_limits<TypeParam>::max(), low = std::numeric_limits<TypeParam>::min();
  const Tensor x = this->row({low, high, high, low});
  const auto top = [&](int64_t k) {
    return run_op({.op = "TopK", .version = 11, .inputs = {x, Tensor::of<int64_t>({1}, {k})}, .num_outputs = 2});
  };
  EXPECT_THAT(elements<int64_t>((*top(3))[1]), ElementsAre(1, 2, 0));
  EXPECT_THAT(elements<int64_t>((*top(0))[1]), IsEmpty());
  EXPECT_THAT(top(5).status().message(), HasSubstr("K is 5, but X"));
  EXPECT_THAT(top(-1).status().message(), HasSubstr("K is -1, but X"));
  for (const int64_t last : {0, 1}) {
    const Attributes attributes = {{"select_last_index", last}, {"axis", int64_t{0}}};
    EXPECT_THAT(elements<int64_t>(one({.op = "ArgMax", .version = 13, .attributes = attributes, .inputs = {x}})),
                ElementsAre(last == 0 ? 1 : 2));
    EXPECT_THAT(elements<int64_t>(one({.op = "ArgMin", .version = 13, .attributes = attributes, .inputs = {x}})),
                ElementsAre(last == 0 ? 0 : 3));
  }
}

// Zero points at the ends of their types: products of differences of up to 255, in 32 bits.
TEST(IntegerProducts, TakeZeroPointsAtTheEnds) {
  const Tensor a = Tensor::of<uint8_t>({2, 3}, {0, 255, 128, 255, 255, 0});
  const Tensor b = Tensor::of<int8_t>({3, 2}, {-128, 127, 127, -128, 0, 1});
  for (const int a_zero : {0, 255}) {
    for (const int b_zero : {-128, 127}) {
      std::vector<int32_t> expected;
      for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 2; ++j) {
          int32_t sum = 0;
          for (int k = 0; k < 3; ++k)
            sum += (a.data<uint8_t>()[3 * i + k] - a_zero) * (b.data<int8_t>()[2 * k + j] - b_zero);
          expected.push_back(sum);
        }
      }
      const Tensor a_point = Tensor::of<uint8_t>({}, {static_cast<uint8_t>(a_zero)});
      const Tensor b_point = Tensor::of<int8_t>({}, {static_cast<int8_t>(b_zero)});
      EXPECT_EQ(elements<int32_t>(one({.op = "MatMulInteger", .version = 10, .inputs = {a, b, a_point, b_point}})),
                expected);
    }
  }
}

// A [2, 1, 2, 3] times B [3, 3, 4]: each matrix has zero points of its own, which follow it through the broadcast.
TEST(IntegerProducts, TakeZeroPointsOfEachMatrix) {
  std::vector<uint8_t> a(12), a_points(4);
  std::vector<int8_t> b(36), b_points(12);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<uint8_t>(37 * i);
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<int8_t>(29 * i);
  for (size_t i = 0; i < a_points.size(); ++i) a_points[i] = static_cast<uint8_t>(71 * i + 5);
  for (size_t i = 0; i < b_points.size(); ++i) b_points[i] = static_cast<int8_t>(53 * i + 7);
  std::vector<int32_t> expected;
  for (size_t p = 0; p < 2; ++p)
    for (size_t q = 0; q < 3; ++q)
      for (size_t i = 0; i < 2; ++i)
        for (size_t j = 0; j < 4; ++j) {
          int32_t sum = 0;
          for (size_t k = 0; k < 3; ++k)
            sum += (a[(p * 2 + i) * 3 + k] - a_points[p * 2 + i]) * (b[(q * 3 + k) * 4 + j] - b_points[q * 4 + j]);
          expected.push_back(sum);
        }
  const Value y = one({.op = "MatMulInteger",
                       .version = 10,
                       .inputs = {Tensor::of<uint8_t>({2, 1, 2, 3}, std::span<const uint8_t>(a)),
                                  Tensor::of<int8_t>({3, 3, 4}, std::span<const int8_t>(b)),
                                  Tensor::of<uint8_t>({2, 1, 2, 1}, std::span<const uint8_t>(a_points)),
                                  Tensor::of<int8_t>({3, 1, 4}, std::span<const int8_t>(b_points))}});
  EXPECT_EQ(y.tensor.shape(), Shape({2, 3, 2, 4}));
  EXPECT_EQ(elements<int32_t>(y), expected);
}

// The right number of elements is not enough.
TEST(IntegerProducts, RefuseZeroPointsOfAnotherShape) {
  const Tensor a = Tensor::of<uint8_t>({1, 2, 2}, {1, 2, 3, 4}), b = Tensor::of<uint8_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto message = [&](const Value& a_point, const Value& b_point) {
    const auto y = run_op({.op = "MatMulInteger", .version = 10, .inputs = {a, b, a_point, b_point}});
    EXPECT_EQ(y.status().code(), StatusCode::kInvalidArgument);
    return y.status().message();
  };
  EXPECT_THAT(message(Tensor::of<uint8_t>({1, 2}, {1, 2}), {}),
              HasSubstr("a_zero_point is uint8[1, 2]; for uint8[1, 2, 2] it must be uint8 of one of the shapes [], "
                        "[1], [2], [1, 2, 1]"));
  EXPECT_THAT(message({}, Tensor::of<uint8_t>({3, 1}, {1, 2, 3})),
              HasSubstr("b_zero_point is uint8[3, 1]; for uint8[2, 3] it must be uint8 of one of the shapes [], [1], "
                        "[3], [1, 3]"));
  EXPECT_THAT(message({}, Tensor::of<uint8_t>({1, 1}, {1})), HasSubstr("b_zero_point is uint8[1, 1]"));
}

// Sums in double of the largest integers end just beyond them.
TEST(Reduce, OfTheLargestIntegersIsTheLargest) {
  const auto reduced = [](const char* op, const Tensor& x) {
    const auto y = run_op({.op = op, .version = 18, .inputs = {x}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? (*y)[0] : Value();
  };
  const Tensor large = Tensor::of<int64_t>({3}, {INT64_MAX, 5, INT64_MIN});
  EXPECT_EQ(*reduced("ReduceLogSumExp", large).tensor.data<int64_t>(), INT64_MAX);
  EXPECT_EQ(*reduced("ReduceLogSumExp", Tensor::of<int64_t>({1}, {INT64_MIN})).tensor.data<int64_t>(), INT64_MIN);
  EXPECT_EQ(*reduced("ReduceL2", Tensor::of<int64_t>({1}, {INT64_MAX})).tensor.data<int64_t>(), INT64_MAX);
  EXPECT_EQ(*reduced("ReduceL2", Tensor::of<uint64_t>({1}, {uint64_t{1} << 63})).tensor.data<uint64_t>(),
            uint64_t{1} << 63);
  EXPECT_EQ(*reduced("ReduceL2", Tensor::of<uint64_t>({1}, {UINT64_MAX})).tensor.data<uint64_t>(), UINT64_MAX);
}

}  // namespace
}  // namespace mortise::test
