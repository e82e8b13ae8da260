// What the tests of kernels share: every target of this machine, operands of exact size, ranges in every cut.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plugins/neon_cpu/kernels/target.h"
#include "plugins/neon_cpu/kernels/work.h"

namespace mortise::neon {

// A test that runs once per target, and says so where this machine lacks one.
class KernelTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto here = targets();
    if (std::find(here.begin(), here.end(), GetParam()) == here.end()) {
      GTEST_SKIP() << "this processor has no " << GetParam();
    }
    ASSERT_TRUE(choose_target(GetParam()));
  }
  void TearDown() override { choose_target(""); }
};

#define MORTISE_KERNEL_TEST_SUITE(suite)                                          \
  INSTANTIATE_TEST_SUITE_P(Targets, suite, testing::ValuesIn(compiled_targets()), \
                           [](const testing::TestParamInfo<std::string>& target) { return target.param; })

// n elements on the heap at a multiple of 64 plus `shift` elements. Before and behind them lies a guard that intact()
// checks; AddressSanitizer watches the memory behind them by itself.
template <class T>
class Buffer {
 public:
  explicit Buffer(uint64_t n, T value = T(), uint64_t shift = 0) : size_(n), before_(kGuard + shift * sizeof(T)) {
    const uint64_t bytes = before_ + n * sizeof(T) + kGuardBehind;
    raw_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t(64)));
    std::memset(raw_, 0x5a, bytes);
    std::fill_n(data(), n, value);
  }
  Buffer(Buffer&& other) noexcept
      : size_(other.size_), before_(other.before_), raw_(std::exchange(other.raw_, nullptr)) {}
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer() { ::operator delete(raw_, std::align_val_t(64)); }

  T* data() { return reinterpret_cast<T*>(raw_ + before_); }
  const T* data() const { return reinterpret_cast<const T*>(raw_ + before_); }
  uint64_t size() const { return size_; }
  T& operator[](uint64_t i) { return data()[i]; }
  const T& operator[](uint64_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }

  bool intact() const {
    const auto is_guard = [](std::byte b) { return b == std::byte{0x5a}; };
    const std::byte* const behind = raw_ + before_ + size_ * sizeof(T);
    return std::all_of(raw_, raw_ + before_, is_guard) && std::all_of(behind, behind + kGuardBehind, is_guard);
  }

 private:
  static constexpr uint64_t kGuard = 64;
#if defined(__SANITIZE_ADDRESS__)
  static constexpr uint64_t kGuardBehind = 0;
#elif defined(__has_feature)
  static constexpr uint64_t kGuardBehind = __has_feature(address_sanitizer) ? 0 : kGuard;
#else
  static constexpr uint64_t kGuardBehind = kGuard;
#endif
  uint64_t size_, before_;  // elements; bytes of guard and shift
  std::byte* raw_;
};

inline std::mt19937& generator() {
  static std::mt19937 engine(20240531);
  return engine;
}

// In [low, high), shifted away from vector boundaries.
inline Buffer<float> random_floats(uint64_t n, float low = -1, float high = 1) {
  std::uniform_real_distribution<float> distribution(low, high);
  Buffer<float> values(n, 0, 1);
  for (float& value : values) value = distribution(generator());
  return values;
}

template <class T>
Buffer<T> random_integers(uint64_t n, int low, int high) {
  std::uniform_int_distribution<int> distribution(low, high);
  Buffer<T> values(n, 0, 1);
  for (T& value : values) value = static_cast<T>(distribution(generator()));
  return values;
}

// body(begin, end, scratch) over all items: cut 0 in one range, else in ranges of `cut` from the last to the first.
template <class Body>
void run(const Work& work, Body&& body, uint64_t cut = 0) {
  Buffer<std::byte> scratch(work.scratch_bytes, std::byte{0x7f});
  if (cut == 0) {
    body(uint64_t{0}, work.items, scratch.data());
  } else {
    for (uint64_t begin = work.items == 0 ? 0 : (work.items - 1) / cut * cut + cut; begin != 0;) {
      begin -= cut;
      body(begin, std::min(work.items, begin + cut), scratch.data());
    }
  }
  EXPECT_TRUE(scratch.intact()) << "written around the scratch of " << work.scratch_bytes << " bytes";
}

// Runs the whole in one range and in small ones, and sees that `y` has the same bits and that nothing is written around
// it.
template <class T, class Body>
void run_in_all_cuts(const Work& work, Buffer<T>& y, Body&& body) {
  const std::vector<T> before(y.begin(), y.end());
  run(work, body);
  ASSERT_TRUE(y.intact()) << "written around the output";
  const std::vector<T> whole(y.begin(), y.end());
  for (const uint64_t cut : {1, 3}) {
    std::copy(before.begin(), before.end(), y.begin());
    run(work, body, cut);
    ASSERT_TRUE(y.intact()) << "written around the output, ranges of " << cut;
    if (!whole.empty()) {
      ASSERT_EQ(std::memcmp(whole.data(), y.data(), y.size() * sizeof(T)), 0) << "ranges of " << cut;
    }
  }
}

// |actual - expected| <= tolerance * (1 + |expected|), infinities and NaN alike.
inline void expect_close(float actual, double expected, double tolerance, const std::string& where) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << where << ": " << actual << " instead of NaN";
  } else if (static_cast<float>(expected) != actual) {
    EXPECT_LE(std::abs(actual - expected), tolerance * (1 + std::abs(expected)))
        << where << ": " << actual << " instead of " << expected;
  }
}

}  // namespace mortise::neon
