// Inference of transforms: which signals have one side, and which spectra are one.
#include <gmock/gmock.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

std::string dft_of(int64_t parts, std::map<std::string, int64_t> attributes) {
  GraphBuilder b;
  b.node("DFT", {b.input("x", DType::kF32, Dims{known_dim(1), known_dim(9), known_dim(parts)})}, std::move(attributes));
  return b.infer();
}

std::string stft_of(int64_t parts, std::map<std::string, int64_t> attributes) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(1), known_dim(16), known_dim(parts)});
  b.node("STFT", {x, b.scalar(4), kNoId, b.scalar(8)}, std::move(attributes));
  return b.infer();
}

TEST(InferSignal, OneSideIsOfRealSignals) {
  EXPECT_EQ(dft_of(1, {{"onesided", 1}}), "float32[1, 5, 2]");
  EXPECT_THAT(dft_of(2, {{"onesided", 1}}), HasSubstr("a complex signal, which needs all of them; set onesided to 0"));
  EXPECT_EQ(stft_of(1, {}), "float32[1, 3, 5, 2]");
  EXPECT_EQ(stft_of(2, {{"onesided", 0}}), "float32[1, 3, 8, 2]");
  EXPECT_EQ(stft_of(2, {}), "float32[1, 3, 5, 2]");
}

TEST(InferSignal, OneSideGoesBackFromComplexFrequencies) {
  EXPECT_EQ(dft_of(2, {{"onesided", 1}, {"inverse", 1}}), "float32[1, 16, 1]");
  EXPECT_THAT(dft_of(1, {{"onesided", 1}, {"inverse", 1}}), HasSubstr("real numbers; set onesided to 0"));
}

}  // namespace
}  // namespace mortise
