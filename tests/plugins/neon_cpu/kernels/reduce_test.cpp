// Reductions against double.
#include "plugins/neon_cpu/kernels/reduce.h"

#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Reductions : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Reductions);

constexpr Reduction kReductions[] = {Reduction::kSum,    Reduction::kMean,     Reduction::kMax, Reduction::kMin,
                                     Reduction::kProd,   Reduction::kL1,       Reduction::kL2,  Reduction::kSumSquare,
                                     Reduction::kLogSum, Reduction::kLogSumExp};

double reduced(Reduction reduction, const std::vector<double>& x) {
  double sum = 0, absolute = 0, squares = 0, product = 1, low = INFINITY, high = -INFINITY;
  bool nan = false;
  for (const double v : x) {
    sum += v, absolute += std::abs(v), squares += v * v, product *= v;
    low = std::min(low, v), high = std::max(high, v), nan |= std::isnan(v);
  }
  double exponentials = 0;
  const double shift = std::isfinite(high) ? high : 0;
  for (const double v : x) exponentials += std::exp(v - shift);
  switch (reduction) {
    case Reduction::kSum:
      return sum;
    case Reduction::kMean:
      return sum / static_cast<double>(x.size());
    case Reduction::kMax:
      return nan ? NAN : high;
    case Reduction::kMin:
      return nan ? NAN : low;
    case Reduction::kProd:
      return product;
    case Reduction::kL1:
      return absolute;
    case Reduction::kL2:
      return std::sqrt(squares);
    case Reduction::kSumSquare:
      return squares;
    case Reduction::kLogSum:
      return std::log(sum);
    case Reduction::kLogSumExp:
      return std::log(exponentials) + shift;
  }
  return 0;
}

void check(const ReduceShape& s, Buffer<float> x) {
  for (const Reduction reduction : kReductions) {
    SCOPED_TRACE("reduction " + std::to_string(static_cast<int>(reduction)) + " of " + std::to_string(s.outer) + "x" +
                 std::to_string(s.n) + "x" + std::to_string(s.inner));
    Buffer<float> y(s.outer * s.inner, -7, 1);
    run_in_all_cuts(reduce_work(reduction, s), y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      reduce(reduction, s, x.data(), y.data(), begin, end, scratch);
    });
    for (uint64_t i = 0; i < y.size(); ++i) {
      std::vector<double> values;
      for (uint64_t k = 0; k < s.n; ++k) values.push_back(x[(i / s.inner * s.n + k) * s.inner + i % s.inner]);
      expect_close(y[i], reduced(reduction, values), 2e-6, "element " + std::to_string(i));
    }
  }
}

TEST_P(Reductions, AreRightForOddExtents) {
  for (const uint64_t n : {1, 2, 5, 15, 16, 17, 64, 65, 127, 300, 9000}) {
    check({3, n, 1}, random_floats(3 * n, 0.5f, 1.4f));
    if (n < 1000) {
      for (const uint64_t inner : {2, 15, 17, 33, 600}) check({2, n, inner}, random_floats(2 * n * inner, 0.5f, 1.4f));
    }
  }
}

TEST_P(Reductions, LoseNothingOverLongRuns) {
  Buffer<float> x(1000003, 0.1f);
  Buffer<float> y(1);
  const ReduceShape s{1, x.size(), 1};
  run(reduce_work(Reduction::kSum, s), [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    reduce(Reduction::kSum, s, x.data(), y.data(), begin, end, scratch);
  });
  EXPECT_NEAR(y[0], 0.1f * 1000003.0, 0.5);
}

TEST_P(Reductions, KeepInfinitiesAndNan) {
  for (const float special : {INFINITY, -INFINITY, NAN}) {
    for (const uint64_t at : {0, 3, 20, 36}) {
      for (const uint64_t inner : {1, 3}) {
        Buffer<float> x = random_floats(37 * inner, 0.5f, 1.4f);
        x[at * inner] = special;
        check({1, 37, inner}, std::move(x));
      }
    }
  }
  check({1, 20, 1}, Buffer<float>(20, -INFINITY, 1));
}

TEST_P(Reductions, OfNothing) {
  EXPECT_EQ(reduce_work(Reduction::kSum, {0, 5, 1}).items, 0u);
  EXPECT_EQ(reduce_work(Reduction::kSum, {2, 5, 0}).items, 0u);
  Buffer<float> y(3, -7);
  for (const uint64_t inner : {1, 3}) {
    const ReduceShape s{3 / inner, 0, inner};
    run(reduce_work(Reduction::kSum, s), [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      reduce(Reduction::kSum, s, nullptr, y.data(), begin, end, scratch);
    });
    EXPECT_EQ(std::count(y.begin(), y.end(), 0.0f), 3);
  }
}

}  // namespace
}  // namespace mortise::neon
