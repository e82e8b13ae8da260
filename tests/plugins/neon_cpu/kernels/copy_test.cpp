// Strided copies against the loop that defines them.
#include "plugins/neon_cpu/kernels/copy.h"

#include "kernel_test.h"

namespace mortise::neon {
namespace {

template <class T>
void check(const std::vector<uint64_t>& extents, const std::vector<int64_t>& x_strides,
           const std::vector<int64_t>& y_strides) {
  uint64_t total = 1, x_size = 1, y_size = 1;
  int64_t x_start = 0;
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    total *= extents[axis];
    if (extents[axis] == 0) continue;
    x_size += (extents[axis] - 1) * static_cast<uint64_t>(std::abs(x_strides[axis]));
    y_size += (extents[axis] - 1) * static_cast<uint64_t>(y_strides[axis]);
    if (x_strides[axis] < 0) x_start -= static_cast<int64_t>(extents[axis] - 1) * x_strides[axis];
  }
  const Buffer<T> x = random_integers<T>(x_size, -100, 100);
  Buffer<T> y(y_size, T(7), 1);
  std::vector<T> expected(y_size, T(7));
  for (uint64_t i = 0; i < total; ++i) {
    int64_t from = x_start, to = 0;
    uint64_t rest = i;
    for (size_t axis = extents.size(); axis-- > 0; rest /= extents[axis]) {
      from += static_cast<int64_t>(rest % extents[axis]) * x_strides[axis];
      to += static_cast<int64_t>(rest % extents[axis]) * y_strides[axis];
    }
    expected[static_cast<uint64_t>(to)] = x[static_cast<uint64_t>(from)];
  }
  const CopyPlan plan = plan_copy(sizeof(T), extents, x_strides, y_strides);
  ASSERT_EQ(plan.element_bytes, sizeof(T));
  run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte*) {
    copy(plan, x.data() + x_start, y.data(), begin, end);
  });
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), y.begin()));
}

void check_all(const std::vector<uint64_t>& extents, const std::vector<int64_t>& x_strides,
               const std::vector<int64_t>& y_strides) {
  check<int8_t>(extents, x_strides, y_strides);
  check<int16_t>(extents, x_strides, y_strides);
  check<int32_t>(extents, x_strides, y_strides);
  check<int64_t>(extents, x_strides, y_strides);
}

// The output contiguous, the input's axes permuted.
void check_transpose(const std::vector<uint64_t>& x_extents, const std::vector<size_t>& order) {
  const size_t rank = order.size();
  std::vector<int64_t> x_all(rank, 1), x_strides, y_strides(rank, 1);
  for (size_t i = rank; i-- > 1;) x_all[i - 1] = x_all[i] * static_cast<int64_t>(x_extents[i]);
  std::vector<uint64_t> extents;
  for (const size_t axis : order) {
    extents.push_back(x_extents[axis]);
    x_strides.push_back(x_all[axis]);
  }
  for (size_t i = rank; i-- > 1;) y_strides[i - 1] = y_strides[i] * static_cast<int64_t>(extents[i]);
  check_all(extents, x_strides, y_strides);
}

TEST(Copies, Transpose) {
  for (const uint64_t rows : {1, 2, 3, 15, 16, 17, 33, 130}) {
    for (const uint64_t columns : {1, 2, 5, 16, 31, 64, 65}) check_transpose({rows, columns}, {1, 0});
  }
  check_transpose({3, 4, 5}, {2, 0, 1});
  check_transpose({3, 4, 5}, {2, 1, 0});
  check_transpose({3, 40, 50}, {0, 2, 1});
  check_transpose({2, 3, 40, 17}, {0, 2, 1, 3});
  check_transpose({2, 3, 14, 15}, {0, 2, 3, 1});
  check_transpose({2, 14, 15, 3}, {0, 3, 1, 2});
  check_transpose({2, 3, 2, 3, 2, 3}, {5, 3, 1, 0, 2, 4});
}

TEST(Copies, SliceExpandAndReverse) {
  check_all({1000}, {1}, {1});
  check_all({1000}, {-1}, {1});
  check_all({1000}, {3}, {1});
  check_all({1000}, {0}, {1});
  check_all({100}, {1}, {2});
  check_all({10, 20}, {50, 2}, {20, 1});
  check_all({10, 20, 3}, {0, 3, 1}, {60, 3, 1});
  check_all({10, 20}, {1, 0}, {20, 1});
  check_all({10, 20}, {20, 1}, {57, 1});  // into a wider tensor
  check_all({200, 300}, {-300, 1}, {300, 1});
}

TEST(Copies, LongRowsAreManyItems) {
  EXPECT_EQ(plan_copy(4, {{1 << 20}}, {{1}}, {{1}}).work.items, 128u);
  check_all({100003}, {1}, {1});
  check_all({100003}, {-1}, {1});
  check_all({3, 70001}, {70001, 1}, {70003, 1});
}

TEST(Copies, ScalarsAndNothing) {
  check_all({}, {}, {});
  check_all({1, 1}, {5, 5}, {5, 5});
  EXPECT_EQ(plan_copy(4, {{3, 0, 2}}, {{2, 2, 1}}, {{2, 2, 1}}).work.items, 0u);
}

TEST(Copies, AxesJoinOrAreRefused) {
  const std::vector<uint64_t> extents(10, 2);
  std::vector<int64_t> strides(10, 1);
  for (size_t i = 10; i-- > 1;) strides[i - 1] = 2 * strides[i];
  EXPECT_EQ(plan_copy(4, extents, strides, strides).rank, 1u);
  const std::vector<int64_t> reversed(strides.rbegin(), strides.rend());
  EXPECT_EQ(plan_copy(4, extents, reversed, strides).element_bytes, 0u);
}

}  // namespace
}  // namespace mortise::neon
