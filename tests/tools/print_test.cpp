// Values as text.
#include "tools/mortise/print.h"

#include <gmock/gmock.h>

namespace mortise::tool {
namespace {

using testing::EndsWith;

// A tensor that nobody has the memory to widen: of its elements, 16 exist.
TEST(Print, ReadsNoMoreElementsThanItShows) {
  uint8_t bytes[8] = {0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
  const Shape shape = {int64_t{1} << 50};
  EXPECT_EQ(printed(Value(Tensor::view(DType::kU4, shape, bytes))),
            "uint4[1125899906842624] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 …");
  EXPECT_EQ(printed(Value(Tensor::view(DType::kI4, {16}, bytes))), "int4[16] 0 1 2 3 4 5 6 7 -8 -7 -6 -5 -4 -3 -2 -1");
  EXPECT_THAT(printed(Value(Tensor::view(DType::kF4E2M1, shape, bytes))), EndsWith(" -6 …"));
}

TEST(Print, HasEveryElementOfAScalarAndNoneOfNothing) {
  EXPECT_EQ(printed(Value(Tensor::of<float>({}, {2.5f}))), "float32[] 2.5");
  EXPECT_EQ(printed(Value(Tensor::of<float>({0}, {}))), "float32[0]");
}

}  // namespace
}  // namespace mortise::tool
