// Taking tensors apart along an axis and stacking the parts gives the tensor again, of elements that share bytes too.
#include "core/run/stack.h"

#include <gmock/gmock.h>

#include <vector>

namespace mortise::run {
namespace {

using testing::ElementsAre;

// Element i is in the low bits of its byte first.
std::vector<int> codes_of(const Tensor& packed) {
  const uint32_t bits = info(packed.dtype()).bits, per_byte = 8 / bits;
  std::vector<int> codes(static_cast<size_t>(packed.num_elements()));
  for (size_t i = 0; i < codes.size(); ++i) {
    codes[i] = packed.data<uint8_t>()[i / per_byte] >> (i % per_byte * bits) & ((1 << bits) - 1);
  }
  return codes;
}

Tensor packed(DType dtype, const Shape& shape, std::initializer_list<uint8_t> bytes) {
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  std::copy(bytes.begin(), bytes.end(), tensor.data<uint8_t>());
  return tensor;
}

class Stack : public testing::Test {
 protected:
  Tensor stacked(const std::vector<Tensor>& parts, uint32_t axis, bool reversed) {
    return stack(*memory_, {parts[0].dtype(), parts[0].shape()}, parts, axis, reversed).value();
  }
  std::shared_ptr<MemoryBudget> memory_ = std::make_shared<MemoryBudget>(0);
};

TEST_F(Stack, TakesRowsThatBeginWithinAByte) {
  const Tensor x = packed(DType::kU4, {3, 3}, {0x21, 0x43, 0x65, 0x87, 0x09});
  EXPECT_THAT(codes_of(take_slice(*memory_, x, 0, 1).value()), ElementsAre(4, 5, 6));
  EXPECT_THAT(codes_of(take_slice(*memory_, x, 1, 2).value()), ElementsAre(3, 6, 9));
  const Tensor y = packed(DType::kU2, {2, 3}, {0b00111001, 0b1110});
  EXPECT_THAT(codes_of(y), ElementsAre(1, 2, 3, 0, 2, 3));
  EXPECT_THAT(codes_of(take_slice(*memory_, y, 0, 1).value()), ElementsAre(0, 2, 3));
}

TEST_F(Stack, GivesBackWhatWasTakenApart) {
  const Tensor x = packed(DType::kI4, {3, 3}, {0x21, 0x43, 0x65, 0x87, 0x09});
  for (const uint32_t axis : {0u, 1u}) {
    std::vector<Tensor> parts;
    for (int64_t i = 0; i < 3; ++i) parts.push_back(take_slice(*memory_, x, axis, i).value());
    const Tensor y = stacked(parts, axis, false);
    EXPECT_EQ(y.dtype(), DType::kI4);
    EXPECT_EQ(y.shape(), x.shape());
    EXPECT_EQ(std::vector<uint8_t>(y.data<uint8_t>(), y.data<uint8_t>() + 5),
              std::vector<uint8_t>(x.data<uint8_t>(), x.data<uint8_t>() + 5));
  }
}

TEST_F(Stack, TurnsTheOrderAround) {
  const std::vector<Tensor> parts = {packed(DType::kU4, {1}, {1}), packed(DType::kU4, {1}, {2}),
                                     packed(DType::kU4, {1}, {3})};
  EXPECT_THAT(codes_of(stacked(parts, 0, true)), ElementsAre(3, 2, 1));
  const std::vector<Tensor> bytes = {Tensor::of<uint8_t>({2}, {1, 2}), Tensor::of<uint8_t>({2}, {3, 4})};
  const Tensor y = stacked(bytes, 1, false);
  EXPECT_EQ(std::vector<int>(y.data<uint8_t>(), y.data<uint8_t>() + 4), (std::vector<int>{1, 3, 2, 4}));
}

}  // namespace
}  // namespace mortise::run
