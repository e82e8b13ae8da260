// Pad, by hand calculation and, for wrapping, against positions modulo what the negative pads leave.
#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <numeric>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;

Tensor pads(std::initializer_list<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

Tensor numbers(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.num_elements()));
  std::iota(values.begin(), values.end(), 0.0f);
  return Tensor::of<float>(shape, std::span<const float>(values));
}

TEST(Pad, ReflectsMoreThanOnce) {
  const auto y = run_op({.op = "Pad",
                         .version = 18,
                         .attributes = {{"mode", std::string("reflect")}},
                         .inputs = {numbers({3}), pads({5, 4})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2));
}

TEST(Pad, CutsWhereNegative) {
  const auto y = run_op({.op = "Pad", .version = 18, .inputs = {numbers({2, 3}), pads({0, -1, 1, 1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2, 0, 4, 5, 0, 0, 0, 0));
}

constexpr int64_t kRows = 3, kColumns = 4;

// Every type whose elements take whole bytes; packed_test.cpp has the others.
constexpr DType kWholeBytes[] = {
    DType::kBool, DType::kI8,       DType::kU8,         DType::kI16,    DType::kU16,        DType::kF16,   DType::kBF16,
    DType::kI32,  DType::kU32,      DType::kF32,        DType::kI64,    DType::kU64,        DType::kF64,   DType::kC64,
    DType::kC128, DType::kF8E4M3FN, DType::kF8E4M3FNUZ, DType::kF8E5M2, DType::kF8E5M2FNUZ, DType::kF8E8M0};

// Every byte of an element is its number.
Tensor numbered(DType dtype, int64_t rows, int64_t columns, const std::vector<int64_t>& numbers) {
  Tensor tensor = Tensor::allocate(dtype, {rows, columns}).value();
  const uint64_t size = tensor.size_bytes() / numbers.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    std::fill_n(static_cast<uint8_t*>(tensor.raw()) + i * size, size, static_cast<uint8_t>(numbers[i]));
  }
  return tensor;
}

// Which input positions are along an axis of the output: the negative pads cut first, and what they leave is laid
// end to end without end ("as if the data tensor forms a torus").
std::vector<int64_t> wrapped(int64_t extent, int64_t begin, int64_t end) {
  const int64_t low = std::max<int64_t>(0, -begin), left = extent - low - std::max<int64_t>(0, -end);
  const int64_t before = std::max<int64_t>(0, begin), length = before + left + std::max<int64_t>(0, end);
  std::vector<int64_t> from;
  for (int64_t at = 0; at < length; ++at) from.push_back(low + (at - before + 1000 * left) % left);
  return from;
}

TEST(Pad, WrapsWhatNegativePadsLeaveAsOftenAsItTakes) {
  std::vector<int64_t> all(kRows * kColumns);
  std::iota(all.begin(), all.end(), 1);
  for (const auto& [above, below, before, behind] : std::vector<std::array<int64_t, 4>>{{0, 0, 1, 2},
                                                                                        {0, 0, 9, 0},
                                                                                        {7, 8, 13, 14},
                                                                                        {-1, 5, 6, -2},
                                                                                        {-2, 3, -1, -2},
                                                                                        {4, -2, -3, 0},
                                                                                        {0, -1, 11, -3}}) {
    std::vector<int64_t> expected;
    const auto rows = wrapped(kRows, above, below), columns = wrapped(kColumns, before, behind);
    for (const int64_t row : rows) {
      for (const int64_t column : columns) expected.push_back(all[static_cast<size_t>(row * kColumns + column)]);
    }
    for (const DType dtype : kWholeBytes) {
      SCOPED_TRACE(concat(to_string(dtype), " padded by ", above, ' ', before, ' ', below, ' ', behind));
      const auto y = run_op({.op = "Pad",
                             .version = 25,
                             .attributes = {{"mode", std::string("wrap")}},
                             .inputs = {numbered(dtype, kRows, kColumns, all), pads({above, before, below, behind})}});
      ASSERT_TRUE(y.ok()) << y.status().message();
      const Tensor wanted =
          numbered(dtype, static_cast<int64_t>(rows.size()), static_cast<int64_t>(columns.size()), expected);
      const Tensor& got = (*y)[0].tensor;
      ASSERT_EQ(got.shape(), wanted.shape());
      EXPECT_EQ(std::memcmp(got.raw(), wanted.raw(), wanted.size_bytes()), 0);
    }
  }
}

TEST(Pad, WrapsStrings) {
  const auto y = run_op({.op = "Pad",
                         .version = 25,
                         .attributes = {{"mode", std::string("wrap")}},
                         .inputs = {Tensor::strings({3}, {"a", "longer than a short string is", "c"}), pads({-1, 5})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("longer than a short string is", "c", "longer than a short string is", "c",
                                            "longer than a short string is", "c", "longer than a short string is"));
}

TEST(Pad, RefusesToWrapWhatIsNotThere) {
  const auto y = run_op({.op = "Pad",
                         .version = 25,
                         .attributes = {{"mode", std::string("wrap")}},
                         .inputs = {numbers({2, 3}), pads({0, -3, 0, 4})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), testing::HasSubstr("axis 1 of data [2, 3] has nothing to pad from with -3 and 4"));
}

}  // namespace
}  // namespace mortise::test
