// DFT and STFT against the sum that defines them.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <random>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using Signal = std::vector<std::complex<double>>;

// The transform of one length by its definition.
class Definition {
 public:
  Definition(int64_t length, bool inverse)
      : length_(length), factor_(inverse ? 1.0L / static_cast<long double>(length) : 1) {
    for (int64_t k = 0; k < length; ++k) {
      const long double turn = static_cast<long double>(k) / static_cast<long double>(length);
      roots_.push_back(std::polar(1.0L, (inverse ? 2 : -2) * std::numbers::pi_v<long double> * turn));
    }
  }
  std::complex<double> frequency(const Signal& x, int64_t k) const {
    std::complex<long double> sum = 0;
    for (int64_t i = 0; i < length_ && i < static_cast<int64_t>(x.size()); ++i) {
      const auto& root = roots_[static_cast<size_t>(k * i % length_)];
      const std::complex<long double> number(x[static_cast<size_t>(i)]);
      sum += std::complex<long double>(number.real() * root.real() - number.imag() * root.imag(),
                                       number.real() * root.imag() + number.imag() * root.real());
    }
    return std::complex<double>(sum * factor_);
  }

 private:
  int64_t length_;
  long double factor_;
  std::vector<std::complex<long double>> roots_;
};

// What rounding explains: for every step of a transform a part of the signal's norm (N. Higham, Accuracy and Stability
// of Numerical Algorithms, 2nd edition, theorem 24.2).
double tolerance(const Signal& x, int64_t length, double unit) {
  double squares = 0;
  for (const auto& number : x) squares += std::norm(number);
  return 8 * unit * (std::log2(static_cast<double>(length)) + 1) * std::sqrt(squares);
}

Signal random_signal(std::mt19937& random, int64_t count, bool real) {
  std::normal_distribution<float> part;
  Signal signal;
  for (int64_t i = 0; i < count; ++i) {
    const float first = part(random);
    signal.emplace_back(first, real ? 0.0f : part(random));
  }
  return signal;
}

template <class T>
Tensor tensor_of(const Signal& signal, const Shape& shape) {
  std::vector<T> all;
  for (const auto& number : signal) {
    all.push_back(static_cast<T>(number.real()));
    if (shape.back() == 2) all.push_back(static_cast<T>(number.imag()));
  }
  return Tensor::of<T>(shape, all);
}

template <class T>
void expect_transform(const Signal& x, int64_t length, bool inverse, const std::vector<int64_t>& frequencies) {
  SCOPED_TRACE(testing::Message() << "length " << length << (inverse ? ", inverse" : ""));
  const auto count = static_cast<int64_t>(x.size());
  const auto y = run_op({.op = "DFT",
                         .version = 20,
                         .attributes = {{"inverse", int64_t{inverse}}},
                         .inputs = {tensor_of<T>(x, {1, count, 2}), Tensor::of<int64_t>({}, {length})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].tensor.shape(), (Shape{1, length, 2}));
  const auto got = elements<T>((*y)[0]);
  const double bound = tolerance(x, length, std::numeric_limits<T>::epsilon() / 2);
  const Definition definition(length, inverse);
  for (const int64_t k : frequencies) {
    const std::complex<double> wanted = definition.frequency(x, k);
    ASSERT_NEAR(static_cast<double>(got[static_cast<size_t>(2 * k)]), wanted.real(), bound) << "frequency " << k;
    ASSERT_NEAR(static_cast<double>(got[static_cast<size_t>(2 * k + 1)]), wanted.imag(), bound) << "frequency " << k;
  }
}

// Powers, products of small primes, primes and their squares; signals that are cut and ones that are filled up.
TEST(Dft, OfEveryLengthIsItsSum) {
  std::mt19937 random(1);
  std::vector<int64_t> lengths = {101, 128, 243, 256, 360, 961, 1000, 1021, 1024};
  for (int64_t length = 1; length <= 70; ++length) lengths.push_back(length);
  for (const int64_t length : lengths) {
    std::vector<int64_t> all(static_cast<size_t>(length));
    for (int64_t k = 0; k < length; ++k) all[static_cast<size_t>(k)] = k;
    for (const bool inverse : {false, true}) {
      const int64_t count = std::max<int64_t>(1, length + static_cast<int64_t>(random() % 5) - 2);
      const Signal x = random_signal(random, count, false);
      expect_transform<float>(x, length, inverse, all);
      expect_transform<double>(x, length, inverse, all);
    }
  }
}

// By the sum alone these would take minutes.
TEST(Dft, OfManyPointsTakesNoMinutes) {
  std::mt19937 random(2);
  for (const int64_t length : {262'144, 250'000, 250'007}) {
    const Signal x = random_signal(random, length, false);
    expect_transform<float>(x, length, false, {0, 1, length / 3, length - 1});
  }
}

// An impulse has the same part of every frequency, which shows each root of unity by itself.
TEST(Dft, OfAnImpulseIsExactToTheLastDigit) {
  for (const int64_t length : {8, 12, 60, 1024}) {
    Signal x(static_cast<size_t>(length));
    x[1] = 1;
    const auto y = run_op({.op = "DFT", .version = 20, .inputs = {tensor_of<double>(x, {1, length, 2})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    const auto got = elements<double>((*y)[0]);
    const Definition definition(length, false);
    for (int64_t k = 0; k < length; ++k) {
      const std::complex<double> wanted = definition.frequency(x, k);
      EXPECT_NEAR(got[static_cast<size_t>(2 * k)], wanted.real(), 2.3e-16) << k << " of " << length;
      EXPECT_NEAR(got[static_cast<size_t>(2 * k + 1)], wanted.imag(), 2.3e-16) << k << " of " << length;
    }
  }
}

TEST(Dft, OfOneSideAndBackGivesARealSignal) {
  std::mt19937 random(3);
  for (const int64_t length : {1, 2, 7, 10, 37, 64, 150}) {
    const Signal x = random_signal(random, length, true);
    const auto side = run_op({.op = "DFT",
                              .version = 20,
                              .attributes = {{"onesided", int64_t{1}}},
                              .inputs = {tensor_of<float>(x, {1, length, 1})}});
    ASSERT_TRUE(side.ok()) << side.status().message();
    ASSERT_EQ((*side)[0].tensor.shape(), (Shape{1, length / 2 + 1, 2}));
    const auto back = run_op({.op = "DFT",
                              .version = 20,
                              .attributes = {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
                              .inputs = {(*side)[0], Tensor::of<int64_t>({}, {length})}});
    ASSERT_TRUE(back.ok()) << back.status().message();
    ASSERT_EQ((*back)[0].tensor.shape(), (Shape{1, length, 1}));
    const auto got = floats((*back)[0]);
    for (int64_t i = 0; i < length; ++i) {
      EXPECT_NEAR(got[static_cast<size_t>(i)], x[static_cast<size_t>(i)].real(), 2e-6) << i << " of " << length;
    }
  }
}

TEST(Dft, OfAComplexSignalHasBothSides) {
  const Signal x(4, 1.0);
  const auto y = run_op({.op = "DFT",
                         .version = 20,
                         .attributes = {{"onesided", int64_t{1}}},
                         .inputs = {tensor_of<float>(x, {1, 4, 2})}});
  ASSERT_FALSE(y.ok());
  EXPECT_NE(y.status().message().find("is a complex signal"), std::string::npos) << y.status().message();
}

TEST(Dft, BackFromOneSideTakesComplexFrequencies) {
  const auto y = run_op({.op = "DFT",
                         .version = 20,
                         .attributes = {{"onesided", int64_t{1}}, {"inverse", int64_t{1}}},
                         .inputs = {tensor_of<float>(Signal(4, 1.0), {1, 4, 1})}});
  ASSERT_FALSE(y.ok());
  EXPECT_NE(y.status().message().find("holds real numbers"), std::string::npos) << y.status().message();
}

// Many lines around an axis in the middle, on several threads.
TEST(Dft, TransformsEveryLineOfAnInnerAxis) {
  std::mt19937 random(4);
  constexpr int64_t kOuter = 3, kLength = 45, kInner = 50;
  const Signal x = random_signal(random, kOuter * kLength * kInner, false);
  const auto y =
      run_op({.op = "DFT",
              .version = 20,
              .inputs = {tensor_of<float>(x, {kOuter, kLength, kInner, 2}), Value(), Tensor::of<int64_t>({}, {1})},
              .threads = 4});
  ASSERT_TRUE(y.ok()) << y.status().message();
  const auto got = floats((*y)[0]);
  const Definition definition(kLength, false);
  for (int64_t outer = 0; outer < kOuter; ++outer) {
    for (int64_t inner = 0; inner < kInner; ++inner) {
      const auto place = [&](int64_t i) { return static_cast<size_t>((outer * kLength + i) * kInner + inner); };
      Signal line;
      for (int64_t i = 0; i < kLength; ++i) line.push_back(x[place(i)]);
      const double bound = tolerance(line, kLength, std::numeric_limits<float>::epsilon() / 2);
      for (int64_t k = 0; k < kLength; ++k) {
        const std::complex<double> wanted = definition.frequency(line, k);
        ASSERT_NEAR(got[2 * place(k)], wanted.real(), bound);
        ASSERT_NEAR(got[2 * place(k) + 1], wanted.imag(), bound);
      }
    }
  }
}

// One side of a complex signal is the first half of its frequencies, as of a real one.
TEST(Stft, TransformsEveryFrameUnderItsWindow) {
  std::mt19937 random(5);
  for (const auto& [real, one_sided] : {std::pair(true, true), std::pair(false, false), std::pair(false, true)}) {
    for (const bool windowed : {true, false}) {
      for (const int64_t length : {1, 16, 30, 37}) {
        constexpr int64_t kBatch = 2, kSamples = 100, kStep = 9;
        const Signal x = random_signal(random, kBatch * kSamples, real);
        const Signal weights = random_signal(random, length, true);
        const auto y =
            run_op({.op = "STFT",
                    .version = 17,
                    .attributes = {{"onesided", int64_t{one_sided}}},
                    .inputs = {tensor_of<float>(x, {kBatch, kSamples, real ? 1 : 2}), Tensor::of<int64_t>({}, {kStep}),
                               windowed ? Value(tensor_of<float>(weights, Shape{length})) : Value(),
                               Tensor::of<int64_t>({}, {length})}});
        ASSERT_TRUE(y.ok()) << y.status().message();
        const int64_t frames = (kSamples - length) / kStep + 1, frequencies = one_sided ? length / 2 + 1 : length;
        ASSERT_EQ((*y)[0].tensor.shape(), (Shape{kBatch, frames, frequencies, 2}));
        const auto got = floats((*y)[0]);
        const Definition definition(length, false);
        for (int64_t frame = 0; frame < kBatch * frames; ++frame) {
          Signal part;
          for (int64_t i = 0; i < length; ++i) {
            const auto at = static_cast<size_t>(frame / frames * kSamples + frame % frames * kStep + i);
            part.push_back(x[at] * (windowed ? weights[static_cast<size_t>(i)] : 1.0));
          }
          const double bound = tolerance(part, length, std::numeric_limits<float>::epsilon() / 2);
          for (int64_t k = 0; k < frequencies; ++k) {
            const std::complex<double> wanted = definition.frequency(part, k);
            const auto at = static_cast<size_t>(2 * (frame * frequencies + k));
            ASSERT_NEAR(got[at], wanted.real(), bound) << length;
            ASSERT_NEAR(got[at + 1], wanted.imag(), bound) << length;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace mortise::test
