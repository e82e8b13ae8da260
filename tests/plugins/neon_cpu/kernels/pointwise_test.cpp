// Pointwise programs against double: every op over a sweep of all magnitudes, then layouts, types and chains.
#include "plugins/neon_cpu/kernels/pointwise.h"

#include <iomanip>
#include <limits>

#include "activations.h"
#include "kernel_test.h"
#include "mortise/sdk/float16.h"

namespace mortise::neon {
namespace {

class Pointwise : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Pointwise);

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What a result may be away from the exact one: units in the last place, or so much, whichever is more.
struct Bound {
  double ulps = 0;
  double absolute = 0;
};
constexpr Bound kExact{};  // the exact result, rounded

using Reference = double (*)(double a, double b, double c, double alpha, double beta);
struct OpCase {
  PointwiseOp op;
  Bound bound;
  Reference expected;
  float alpha = 0;
  float beta = 0;
};

double truth(bool value) { return value ? 1 : 0; }

// Where an op rounds in between.
double as_float(double value) { return static_cast<float>(value); }

#define OP(name, limit, expression, ...)                                        \
  OpCase {                                                                      \
    PointwiseOp::k##name, limit,                                                \
        [](double a, double b, double c, double alpha, double beta) -> double { \
          (void)a, (void)b, (void)c, (void)alpha, (void)beta;                   \
          return expression;                                                    \
        },                                                                      \
        __VA_ARGS__                                                             \
  }
const OpCase kCases[] = {
    OP(Constant, kExact, alpha, 2.5f),
    OP(Copy, kExact, a, ),
    OP(Neg, kExact, -a, ),
    OP(Abs, kExact, std::abs(a), ),
    OP(Sign, kExact, std::isnan(a) ? a : (a > 0) - (a < 0), ),
    OP(Reciprocal, kExact, 1 / a, ),
    OP(Sqrt, kExact, std::sqrt(a), ),
    OP(Square, kExact, a* a, ),
    OP(Floor, kExact, std::floor(a), ),
    OP(Ceil, kExact, std::ceil(a), ),
    OP(Round, kExact, std::nearbyint(a), ),
    OP(Truncate, kExact, std::trunc(a), ),
    OP(Exp, (Bound{1.5}), std::exp(a), ),
    OP(Log, (Bound{1.5}), std::log(a), ),
    OP(Sin, (Bound{2}), std::sin(a), ),
    OP(Cos, (Bound{2}), std::cos(a), ),
    OP(Tan, (Bound{1.5}), std::tan(a), ),
    OP(Asin, (Bound{1.5}), std::asin(a), ),
    OP(Acos, (Bound{1.5}), std::acos(a), ),
    OP(Atan, (Bound{1.5}), std::atan(a), ),
    OP(Sinh, (Bound{2}), std::sinh(a), ),
    OP(Cosh, (Bound{2}), std::cosh(a), ),
    OP(Asinh, (Bound{2}), std::asinh(a), ),
    OP(Acosh, (Bound{2}), std::acosh(a), ),
    OP(Atanh, (Bound{2}), std::atanh(a), ),
    OP(Tanh, (Bound{2}), std::tanh(a), ),
    OP(Sigmoid, (Bound{2, 1.2e-38}), 1 / (1 + std::exp(-a)), ),
    OP(Erf, (Bound{2}), std::erf(a), ),
    OP(Gelu, (Bound{2, 2e-07}), activate(Activation::kGelu, 0, 0, a), ),
    OP(GeluTanh, (Bound{2, 2e-07}), activate(Activation::kGeluTanh, 0, 0, a), ),
    OP(Silu, (Bound{4, 2e-8}), a == -kInfinity ? 0 : a / (1 + std::exp(-alpha * a)), 1.5f),
    OP(Relu, kExact, std::isnan(a) ? a : std::max(a, 0.0), ),
    OP(LeakyRelu, kExact, a < 0 ? alpha * a : a, 0.01f),
    OP(Elu, (Bound{2, 2e-07}), a < 0 ? alpha * std::expm1(a) : a, 1.5f),
    OP(Selu, (Bound{2, 2e-07}), beta*(a < 0 ? alpha * std::expm1(a) : a), 1.5f, 1.05f),
    OP(Celu, (Bound{2, 2e-07}), a < 0 ? alpha * std::expm1(a / alpha) : a, 1.5f),
    OP(Softplus, (Bound{2}), std::isnan(a) ? a : std::log1p(std::exp(-std::abs(a))) + std::max(a, 0.0), ),
    OP(Softsign, (Bound{2}), a / (1 + std::abs(a)), ),
    OP(Mish, (Bound{3, 1.2e-36}),
       a == -kInfinity ? 0 : a * std::tanh(std::log1p(std::exp(-std::abs(a))) + std::max(a, 0.0)), ),
    OP(HardSigmoid, (Bound{1, 6e-8}), std::isnan(a) ? a : std::clamp(alpha* a + beta, 0.0, 1.0), 0.2f, 0.5f),
    OP(HardSwish, (Bound{2, 3e-07}), a* std::clamp(a / 6 + 0.5, 0.0, 1.0), ),
    OP(ThresholdedRelu, kExact, a > alpha ? a : 0, 0.5f),
    OP(Shrink, kExact, a<-alpha ? a + beta : a> alpha ? a - beta : 0, 0.5f, 0.25f),
    OP(Clip, kExact, std::isnan(a) ? a : std::min(std::max(a, alpha), beta), -0.5f, 0.75f),
    OP(Affine, kExact, as_float(alpha* a) + beta, 1.5f, -0.5f),
    OP(AddConstant, kExact, a + alpha, 1.5f),
    OP(MulConstant, kExact, a* alpha, 1.5f),
    OP(Not, kExact, truth(a == 0), ),
    OP(IsNaN, kExact, truth(std::isnan(a)), ),
    OP(IsInf, kExact, truth(a == kInfinity), 1),
    OP(IsInf, kExact, truth(a == -kInfinity), 0, 1),
    OP(Add, kExact, a + b, ),
    OP(Sub, kExact, a - b, ),
    OP(Mul, kExact, a* b, ),
    OP(Div, kExact, a / b, ),
    OP(Max, kExact, std::isnan(a) || std::isnan(b) ? kNan : std::max(a, b), ),
    OP(Min, kExact, std::isnan(a) || std::isnan(b) ? kNan : std::min(a, b), ),
    OP(Pow, (Bound{1}), std::pow(a, b), ),
    OP(Fmod, kExact, std::fmod(a, b), ),
    OP(PRelu, kExact, a < 0 ? a * b : a, ),
    OP(Equal, kExact, truth(a == b), ),
    OP(Less, kExact, truth(a < b), ),
    OP(LessOrEqual, kExact, truth(a <= b), ),
    OP(Greater, kExact, truth(a > b), ),
    OP(GreaterOrEqual, kExact, truth(a >= b), ),
    OP(And, kExact, truth(a != 0 && b != 0), ),
    OP(Or, kExact, truth(a != 0 || b != 0), ),
    OP(Xor, kExact, truth((a != 0) != (b != 0)), ),
    OP(MulAdd, kExact, as_float(a* b) + c, ),
    OP(Where, kExact, a != 0 ? b : c, ),
    OP(ClipTo, kExact, std::isnan(a) ? a : std::min(std::max(a, b), c), ),
};
#undef OP

// Numbers of every magnitude and sign, those on which functions turn, and the special ones.
std::vector<float> sweep() {
  std::vector<float> numbers = {0.0f,
                                -0.0f,
                                1.0f,
                                -1.0f,
                                0.5f,
                                1.5f,
                                2.5f,
                                -0.5f,
                                -2.5f,
                                INFINITY,
                                -INFINITY,
                                NAN,
                                3.4e38f,
                                -3.4e38f,
                                1e-45f,
                                -1e-45f,
                                1.17549435e-38f,
                                88.7f,
                                88.8f,
                                -87.4f,
                                -103.9f,
                                -104.1f,
                                89.1f,
                                8191.9f,
                                8192.1f,
                                1e10f};
  for (int i = -1300; i <= 1200; ++i) {
    numbers.push_back(std::exp2(static_cast<float>(i) * 0.0997f));
    numbers.push_back(-numbers.back());
  }
  for (int i = -4000; i <= 4000; ++i) numbers.push_back(static_cast<float>(i) * 0.00613f);
  return numbers;
}

// Runs one op over a, b and c.
Buffer<float> run_op(const OpCase& test, const std::vector<float>& a, const std::vector<float>& b,
                     const std::vector<float>& c) {
  const uint64_t n = a.size();
  const auto plan =
      plan_pointwise({{.op = test.op, .to = 3, .a = 0, .b = 1, .c = 2, .alpha = test.alpha, .beta = test.beta}},
                     {{.strides = {1}}, {.strides = {1}}, {.strides = {1}}}, Element::kF32, {{n}});
  Buffer<float> y(n, -7, 1);
  const void* const inputs[] = {a.data(), b.data(), c.data()};
  run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    pointwise(plan, inputs, y.data(), begin, end, scratch);
  });
  return y;
}

// Which zero it is: not said of an extreme of 0 and -0.
bool has_sign_of_zero(PointwiseOp op) {
  switch (op) {
    case PointwiseOp::kMax:
    case PointwiseOp::kMin:
    case PointwiseOp::kRelu:
    case PointwiseOp::kClip:
    case PointwiseOp::kClipTo:
      return false;
    default:
      return true;
  }
}

bool is_within(const OpCase& test, double expected, float actual) {
  const auto rounded = static_cast<float>(expected);
  if (std::isnan(expected)) return std::isnan(actual);
  if (test.bound.ulps == 0) {
    return actual == rounded && (!has_sign_of_zero(test.op) || std::signbit(actual) == std::signbit(rounded));
  }
  if (std::isinf(rounded)) {
    const bool near_overflow = std::abs(expected) < 3.41e38 && std::abs(actual) > 3.39e38f;
    return actual == rounded || near_overflow;
  }
  const double unit = std::nextafter(std::abs(rounded), INFINITY) - std::abs(rounded);
  return std::abs(actual - expected) <= std::max(test.bound.ulps * unit, test.bound.absolute);
}

// One op over a, b and c; says the first element that is not right.
void check_op(const OpCase& test, const std::vector<float>& a, const std::vector<float>& b,
              const std::vector<float>& c) {
  const Buffer<float> y = run_op(test, a, b, c);
  for (size_t i = 0; i < a.size(); ++i) {
    const double expected = test.expected(a[i], b[i], c[i], test.alpha, test.beta);
    if (is_within(test, expected, y[i])) continue;
    FAIL() << std::setprecision(9) << "op " << static_cast<int>(test.op) << " of " << a[i] << ", " << b[i] << ", "
           << c[i] << ": " << y[i] << " instead of " << expected;
  }
}

TEST_P(Pointwise, EveryOpIsTested) {
  std::vector<bool> seen(static_cast<size_t>(PointwiseOp::kClipTo) + 1);
  for (const OpCase& test : kCases) seen[static_cast<size_t>(test.op)] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0);
}

TEST_P(Pointwise, OpsAreRightOverASweep) {
  const std::vector<float> a = sweep();
  for (const OpCase& test : kCases) {
    if (pointwise_arity(test.op) > 1) continue;
    check_op(test, a, a, a);
  }
}

// A vector without the other special values, for which there are other ways.
TEST_P(Pointwise, OddFunctionsKeepTheSignOfAZero) {
  const std::vector<float> zeros = {-0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f};
  for (const OpCase& test : kCases) {
    if (test.op != PointwiseOp::kSin && test.op != PointwiseOp::kTanh && test.op != PointwiseOp::kErf) continue;
    const Buffer<float> y = run_op(test, zeros, zeros, zeros);
    for (size_t i = 0; i < zeros.size(); ++i) {
      EXPECT_EQ(y[i], 0) << static_cast<int>(test.op);
      EXPECT_EQ(std::signbit(y[i]), std::signbit(zeros[i])) << static_cast<int>(test.op);
    }
  }
}

TEST_P(Pointwise, OpsOfSeveralAreRightForPairs) {
  const float some[] = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f, 0.3f, -7.5f, 1e20f, -1e-20f, INFINITY, -INFINITY, NAN};
  std::vector<float> a, b, c;
  for (const float x : some) {
    for (const float y : some) {
      for (const float z : {0.25f, -3.0f, 1e10f}) a.push_back(x), b.push_back(y), c.push_back(z);
    }
  }
  for (const OpCase& test : kCases) {
    if (pointwise_arity(test.op) < 2 || test.op == PointwiseOp::kClipTo) continue;
    check_op(test, a, b, c);
  }
  std::vector<float> low(a.size(), -0.5f), high(a.size(), 0.75f);
  check_op(kCases[std::size(kCases) - 1], a, low, high);
}

// a + 2 * b where a and b are broadcast in some axes.
void check_layout(const std::vector<uint64_t>& extents, const std::vector<int64_t>& a_strides,
                  const std::vector<int64_t>& b_strides) {
  uint64_t total = 1;
  uint64_t a_size = 1, b_size = 1;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    total *= extents[axis];
    a_size += (extents[axis] - 1) * static_cast<uint64_t>(a_strides[axis]);
    b_size += (extents[axis] - 1) * static_cast<uint64_t>(b_strides[axis]);
  }
  const Buffer<float> a = random_floats(a_size), b = random_floats(b_size);
  const auto plan = plan_pointwise({{.op = PointwiseOp::kMulConstant, .to = 2, .a = 1, .alpha = 2},
                                    {.op = PointwiseOp::kAdd, .to = 3, .a = 0, .b = 2}},
                                   {{.strides = a_strides}, {.strides = b_strides}}, Element::kF32, extents);
  ASSERT_FALSE(plan.steps.empty());
  Buffer<float> y(total, -7, 1);
  const void* const inputs[] = {a.data(), b.data()};
  run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    pointwise(plan, inputs, y.data(), begin, end, scratch);
  });
  for (uint64_t i = 0; i < total; ++i) {
    int64_t at_a = 0, at_b = 0;
    uint64_t rest = i;
    for (size_t axis = extents.size(); axis-- > 0; rest /= extents[axis]) {
      at_a += static_cast<int64_t>(rest % extents[axis]) * a_strides[axis];
      at_b += static_cast<int64_t>(rest % extents[axis]) * b_strides[axis];
    }
    ASSERT_EQ(y[i], a[static_cast<uint64_t>(at_a)] + 2 * b[static_cast<uint64_t>(at_b)]) << "element " << i;
  }
}

TEST_P(Pointwise, InputsBroadcastInEveryWay) {
  check_layout({5000}, {1}, {1});
  check_layout({5000}, {1}, {0});
  check_layout({5000}, {0}, {0});
  check_layout({5000}, {2}, {1});
  check_layout({7, 49}, {49, 1}, {1, 0});     // per channel
  check_layout({70, 300}, {300, 1}, {0, 1});  // per column
  check_layout({300, 7}, {7, 1}, {0, 1});     // narrow rows
  check_layout({3, 50, 49}, {2450, 49, 1}, {0, 1, 0});
  check_layout({3, 5, 4, 60}, {1200, 240, 60, 1}, {240, 0, 60, 1});
  check_layout({40, 50}, {1, 40}, {50, 1});  // transposed
  check_layout({2, 3, 4, 5, 6}, {360, 120, 30, 6, 1}, {3, 1, 0, 6, 0});
  check_layout({1, 1, 1}, {0, 0, 0}, {1, 1, 1});
  check_layout({}, {}, {});
}

TEST_P(Pointwise, ManyAxesJoinOrAreRefused) {
  check_layout({2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, {512, 256, 128, 64, 32, 16, 8, 4, 2, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  const std::vector<uint64_t> extents(9, 2);
  const auto plan = plan_pointwise({{.op = PointwiseOp::kCopy, .to = 1}}, {{.strides = {1, 0, 1, 0, 1, 0, 1, 0, 1}}},
                                   Element::kF32, extents);
  EXPECT_TRUE(plan.steps.empty());
}

TEST_P(Pointwise, NothingIsNothing) {
  const auto plan =
      plan_pointwise({{.op = PointwiseOp::kCopy, .to = 1}}, {{.strides = {4, 1}}}, Element::kF32, {{0, 4}});
  EXPECT_EQ(plan.work.items, 0u);
}

template <class From, class To>
void check_cast(Element from, Element to, const std::vector<From>& x, const std::vector<To>& expected) {
  const uint64_t n = x.size() * 700;
  const auto plan =
      plan_pointwise({{.op = PointwiseOp::kCopy, .to = 1}}, {{.element = from, .strides = {1}}}, to, {{n}});
  Buffer<From> in(n, From(), 1);
  for (uint64_t i = 0; i < n; ++i) in[i] = x[i % x.size()];
  Buffer<To> y(n, To(), 1);
  const void* const inputs[] = {in.data()};
  run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    pointwise(plan, inputs, y.data(), begin, end, scratch);
  });
  for (uint64_t i = 0; i < n; ++i) ASSERT_EQ(y[i], expected[i % x.size()]) << "from element " << i % x.size();
}

TEST_P(Pointwise, ElementsConvert) {
  const std::vector<float> x = {0, 1, -1, 2.5f, 3.5f, -0.4f, 127.5f, 200, 300, -129, 3e9f, -3e9f, 1e19f, NAN};
  check_cast<float, uint8_t>(Element::kF32, Element::kBool, x, {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  check_cast<float, uint8_t>(Element::kF32, Element::kU8, x, {0, 1, 0, 2, 4, 0, 128, 200, 255, 0, 255, 0, 255, 0});
  check_cast<float, int8_t>(Element::kF32, Element::kI8, x,
                            {0, 1, -1, 2, 4, 0, 127, 127, 127, -128, 127, -128, 127, 0});
  check_cast<float, int32_t>(Element::kF32, Element::kI32, x,
                             {0, 1, -1, 2, 4, 0, 128, 200, 300, -129, INT32_MAX, INT32_MIN, INT32_MAX, 0});
  check_cast<float, int64_t>(Element::kF32, Element::kI64, x,
                             {0, 1, -1, 2, 4, 0, 128, 200, 300, -129, 3000000000, -3000000000, INT64_MAX, 0});
  check_cast<uint8_t, float>(Element::kU8, Element::kF32, {0, 1, 255}, {0, 1, 255});
  check_cast<int8_t, float>(Element::kI8, Element::kF32, {0, -128, 127}, {0, -128, 127});
  check_cast<int32_t, float>(Element::kI32, Element::kF32, {0, -5, 16777216}, {0, -5, 16777216});
  check_cast<int64_t, int32_t>(Element::kI64, Element::kI32, {0, -5, 1LL << 40}, {0, -5, INT32_MAX});
  check_cast<uint8_t, int64_t>(Element::kBool, Element::kI64, {0, 1}, {0, 1});
  const std::vector<uint16_t> halves = {Half(0.5f).bits(), Half(-65504.0f).bits(), Half(6e-8f).bits()};
  check_cast<uint16_t, float>(Element::kF16, Element::kF32, halves, {0.5f, -65504.0f, static_cast<float>(Half(6e-8f))});
  check_cast<float, uint16_t>(Element::kF32, Element::kF16, {0.5f, -65504.0f, 6e-8f}, halves);
}

TEST_P(Pointwise, ChainsReuseRegistersAndRunInPlace) {
  // y = sigmoid(x * 2 + b) * x, over x itself.
  const uint64_t n = 2500;
  Buffer<float> x = random_floats(n, -4, 4);
  const std::vector<float> before(x.begin(), x.end());
  const float b = 0.5f;
  const auto plan = plan_pointwise({{.op = PointwiseOp::kMulConstant, .to = 2, .a = 0, .alpha = 2},
                                    {.op = PointwiseOp::kAdd, .to = 2, .a = 2, .b = 1},
                                    {.op = PointwiseOp::kSigmoid, .to = 2, .a = 2},
                                    {.op = PointwiseOp::kMul, .to = 2, .a = 2, .b = 0}},
                                   {{.strides = {1}}, {.strides = {0}}}, Element::kF32, {{n}});
  const void* const inputs[] = {x.data(), &b};
  run_in_all_cuts(plan.work, x, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    pointwise(plan, inputs, x.data(), begin, end, scratch);
  });
  for (uint64_t i = 0; i < n; ++i) {
    expect_close(x[i], before[i] / (1 + std::exp(-2.0 * before[i] - b)), 1e-6, "element " + std::to_string(i));
  }
}

}  // namespace
}  // namespace mortise::neon
