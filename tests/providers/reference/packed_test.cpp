// Elements of 4 and 2 bits: what moves them does to their codes what it does to the same numbers as bytes, for extents
// of which some rows end within a byte.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr DType kPacked[] = {DType::kU4, DType::kI4, DType::kF4E2M1, DType::kU2, DType::kI2};

std::vector<uint8_t> bytes_of(const Tensor& packed) {
  return {packed.data<uint8_t>(), packed.data<uint8_t>() + packed.size_bytes()};
}

// Element i of a packed tensor is in the low bits of its byte first.
Tensor pack(DType dtype, const Shape& shape, const std::vector<uint8_t>& codes) {
  const uint32_t bits = info(dtype).bits, per_byte = 8 / bits;
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  auto* bytes = tensor.data<uint8_t>();
  std::fill_n(bytes, tensor.size_bytes(), uint8_t{0});
  for (size_t i = 0; i < codes.size(); ++i) {
    bytes[i / per_byte] = static_cast<uint8_t>(bytes[i / per_byte] | codes[i] << (i % per_byte * bits));
  }
  return tensor;
}

// Codes that do not repeat in step with bytes or rows.
std::vector<uint8_t> some_codes(DType dtype, const Shape& shape) {
  std::vector<uint8_t> codes(static_cast<size_t>(shape.num_elements()));
  for (size_t i = 0; i < codes.size(); ++i) {
    codes[i] = static_cast<uint8_t>((i * i + 3 * i + 1) % 11 & ((1u << info(dtype).bits) - 1));
  }
  return codes;
}

// The operator of inputs of the given shapes, first packed and then as bytes; further inputs are the same for both.
void expect_same(const OpTest& op, const std::vector<Shape>& shapes, const std::vector<size_t>& places) {
  for (const DType dtype : kPacked) {
    SCOPED_TRACE(concat(op.op, " ", to_string(dtype), to_string(shapes[0])));
    OpTest packed = op, bytes = op;
    for (size_t i = 0; i < shapes.size(); ++i) {
      const auto codes = some_codes(dtype, shapes[i]);
      const size_t place = places[i];
      packed.inputs.resize(std::max(packed.inputs.size(), place + 1));
      bytes.inputs.resize(packed.inputs.size());
      packed.inputs[place] = pack(dtype, shapes[i], codes);
      bytes.inputs[place] = Tensor::of<uint8_t>(shapes[i], std::span<const uint8_t>(codes));
    }
    const auto y = run_op(packed);
    const auto wanted = run_op(bytes);
    ASSERT_TRUE(y.ok()) << y.status().message();
    ASSERT_TRUE(wanted.ok()) << wanted.status().message();
    const Tensor& tensor = (*y)[0].tensor;
    EXPECT_EQ(tensor.dtype(), dtype);
    EXPECT_EQ(tensor.shape(), (*wanted)[0].tensor.shape());
    // What is left of the last byte is zero.
    EXPECT_EQ(bytes_of(tensor), bytes_of(pack(dtype, tensor.shape(), elements<uint8_t>((*wanted)[0]))));
  }
}

Tensor packed_ints(std::initializer_list<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

TEST(Packed, TransposePermutesElements) {
  const auto perm = std::vector<int64_t>{2, 0, 1};
  expect_same({.op = "Transpose", .version = 25, .attributes = {{"perm", perm}}}, {{3, 5, 7}}, {0});
  expect_same({.op = "Transpose", .version = 25}, {{5}}, {0});
  expect_same({.op = "Transpose", .version = 25}, {{}}, {0});
  expect_same({.op = "Transpose", .version = 25}, {{3, 0}}, {0});
}

TEST(Packed, TransposeTakesMoreElementsThanOneThreadConverts) {
  expect_same({.op = "Transpose", .version = 25, .threads = 4}, {{211, 157}}, {0});
}

TEST(Packed, PadSurroundsElements) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    expect_same(
        {.op = "Pad", .version = 25, .attributes = {{"mode", mode}}, .inputs = {{}, packed_ints({1, 2, 0, -1})}},
        {{3, 5}}, {0});
  }
  expect_same({.op = "Pad", .version = 25, .inputs = {{}, packed_ints({1, 0})}}, {{4}, {}}, {0, 2});
}

TEST(Packed, PadRefusesAValueOfAnotherType) {
  const auto y = run_op({.op = "Pad",
                         .version = 25,
                         .inputs = {pack(DType::kU4, {3}, {1, 2, 3}), packed_ints({0, 1}), pack(DType::kI4, {}, {1})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("of the type of data"));
}

TEST(Packed, TensorScatterWritesElements) {
  expect_same({.op = "TensorScatter", .version = 24, .inputs = {{}, {}, packed_ints({1, 3})}}, {{2, 5, 3}, {2, 2, 3}},
              {0, 1});
}

TEST(Packed, ReshapeAndItsLikeKeepElements) {
  expect_same({.op = "Reshape", .version = 25, .inputs = {{}, packed_ints({3, -1})}}, {{5, 3}}, {0});
  expect_same({.op = "Flatten", .version = 25}, {{5, 3, 1}}, {0});
  expect_same({.op = "Squeeze", .version = 25}, {{1, 5, 1}}, {0});
  expect_same({.op = "Unsqueeze", .version = 25, .inputs = {{}, packed_ints({0})}}, {{5}}, {0});
  expect_same({.op = "Identity", .version = 25}, {{7}}, {0});
}

TEST(Packed, ConstantOfShapeRepeatsTheElement) {
  for (const DType dtype : kPacked) {
    for (const int64_t extent : {0, 1, 5, 7, 8}) {
      const Tensor value = pack(dtype, {1}, {2});
      const auto y = run_op({.op = "ConstantOfShape",
                             .version = 25,
                             .attributes = {{"value", value}},
                             .inputs = {packed_ints({extent})}});
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ((*y)[0].tensor.dtype(), dtype);
      const std::vector<uint8_t> codes(static_cast<size_t>(extent), 2);
      EXPECT_EQ(bytes_of((*y)[0].tensor), bytes_of(pack(dtype, {extent}, codes)));
    }
  }
}

TEST(Packed, BitCastKeepsBits) {
  for (const DType from : kPacked) {
    for (const DType to : kPacked) {
      const Tensor x = pack(from, {5}, some_codes(from, {5}));
      const auto y =
          run_op({.op = "BitCast", .version = 26, .attributes = {{"to", static_cast<int64_t>(to)}}, .inputs = {x}});
      ASSERT_EQ(y.ok(), info(from).bits == info(to).bits) << to_string(from) << " " << to_string(to);
      if (!y.ok()) continue;
      EXPECT_EQ((*y)[0].tensor.dtype(), to);
      EXPECT_EQ(bytes_of((*y)[0].tensor), bytes_of(x));
    }
  }
}

// Numbers that the type has, so that they become the same text again.
const std::pair<DType, std::vector<std::string>> kTexts[] = {{DType::kF8E4M3FN, {"448", "-1.5", "NaN"}},
                                                             {DType::kF8E4M3FNUZ, {"240", "-1.5", "NaN"}},
                                                             {DType::kF8E5M2, {"-57344", "0.25", "NaN"}},
                                                             {DType::kF8E5M2FNUZ, {"57344", "-0.25", "NaN"}},
                                                             {DType::kF8E8M0, {"0.5", "1024", "NaN"}},
                                                             {DType::kF4E2M1, {"-6", "0.5", "3"}},
                                                             {DType::kI4, {"-8", "7", "-1"}},
                                                             {DType::kU4, {"15", "0", "8"}},
                                                             {DType::kI2, {"-2", "1", "-1", "0", "1"}},
                                                             {DType::kU2, {"3", "0", "2", "1", "3"}}};

TEST(Packed, CastReadsAndWritesStrings) {
  for (const auto& [dtype, texts] : kTexts) {
    SCOPED_TRACE(to_string(dtype));
    const Tensor x = Tensor::strings({static_cast<int64_t>(texts.size())}, texts);
    const auto y =
        run_op({.op = "Cast", .version = 25, .attributes = {{"to", static_cast<int64_t>(dtype)}}, .inputs = {x}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].tensor.dtype(), dtype);
    const auto back = run_op({.op = "Cast",
                              .version = 25,
                              .attributes = {{"to", static_cast<int64_t>(DType::kString)}},
                              .inputs = {(*y)[0]}});
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_EQ(strings((*back)[0]), texts);
    const auto like = run_op({.op = "CastLike", .version = 25, .inputs = {x, (*y)[0]}});
    ASSERT_TRUE(like.ok()) << like.status().message();
    EXPECT_EQ(bytes_of((*like)[0].tensor), bytes_of((*y)[0].tensor));
    if (dtype == DType::kI4) {
      EXPECT_THAT(bytes_of((*y)[0].tensor), ElementsAre(0x78, 0x0f));
    }
  }
}

TEST(Packed, CastFromStringsSaturatesUnlessToldNotTo) {
  for (const int64_t saturate : {1, 0}) {
    const auto y = run_op({.op = "Cast",
                           .version = 25,
                           .attributes = {{"to", static_cast<int64_t>(DType::kF8E4M3FN)}, {"saturate", saturate}},
                           .inputs = {Tensor::strings({1}, {"1000"})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(bytes_of((*y)[0].tensor), ElementsAre(saturate != 0 ? 0x7e : 0x7f));
  }
}

// Codes of float8e5m2: 0x7c is infinity, 0x7e is no number, 0x7b is the largest.
TEST(Float8, IsAskedForInfinityAndNaN) {
  Tensor x = Tensor::allocate(DType::kF8E5M2, {5}).value();
  std::copy_n(std::initializer_list<uint8_t>{0x7c, 0xfc, 0x7e, 0x7b, 0}.begin(), 5, x.data<uint8_t>());
  const auto inf = run_op({.op = "IsInf", .version = 20, .inputs = {x}});
  ASSERT_TRUE(inf.ok()) << inf.status().message();
  EXPECT_THAT(elements<bool>((*inf)[0]), ElementsAre(true, true, false, false, false));
  const auto negative =
      run_op({.op = "IsInf", .version = 20, .attributes = {{"detect_positive", int64_t{0}}}, .inputs = {x}});
  ASSERT_TRUE(negative.ok()) << negative.status().message();
  EXPECT_THAT(elements<bool>((*negative)[0]), ElementsAre(false, true, false, false, false));
  const auto nan = run_op({.op = "IsNaN", .version = 20, .inputs = {x}});
  ASSERT_TRUE(nan.ok()) << nan.status().message();
  EXPECT_THAT(elements<bool>((*nan)[0]), ElementsAre(false, false, true, false, false));
}

Tensor float8(const Shape& shape, std::initializer_list<uint8_t> codes) {
  Tensor tensor = Tensor::allocate(DType::kF8E4M3FN, shape).value();
  std::copy(codes.begin(), codes.end(), tensor.data<uint8_t>());
  return tensor;
}

// float8e4m3fn: 0x38 is 1, 0x40 is 2, 0x44 is 3, 0xb8 is -1, 0x7e is 448.
TEST(Float8, QLinearMatMulSumsValuesAndSaturates) {
  const Tensor one = Tensor::of<float>({}, {1.0f}), zero = float8({}, {0});
  const auto y = run_op({.op = "QLinearMatMul",
                         .version = 21,
                         .inputs = {float8({2, 2}, {0x38, 0x40, 0x7e, 0x7e}), one, zero, float8({2, 1}, {0x38, 0x38}),
                                    one, zero, one, zero}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<uint8_t>((*y)[0]), ElementsAre(0x44, 0x7e));  // 3; 896 is too large
}

TEST(Float8, QLinearMatMulMixesWithIntegers) {
  const auto y =
      run_op({.op = "QLinearMatMul",
              .version = 21,
              .inputs = {Tensor::of<uint8_t>({1, 2}, {11, 12}), Tensor::of<float>({}, {0.5f}),
                         Tensor::of<uint8_t>({}, {10}), float8({2, 1}, {0x38, 0xb8}), Tensor::of<float>({}, {4.0f}),
                         float8({}, {0}), Tensor::of<float>({}, {1.0f}), Tensor::of<int8_t>({}, {5})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int8_t>((*y)[0]), ElementsAre(3));  // (1 * 1 + 2 * -1) * 0.5 * 4 + 5
}

}  // namespace
}  // namespace mortise::test
