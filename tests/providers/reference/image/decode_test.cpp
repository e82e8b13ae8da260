// What all formats share, and the operator around them.
#include "tests/providers/reference/image/picture.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Encoded text(std::string_view stream) { return {stream.begin(), stream.end()}; }

Result<std::vector<Value>> run_decoder(const Encoded& stream, std::string format) {
  return run_op({.op = "ImageDecoder",
                 .version = 20,
                 .attributes = {{"pixel_format", std::move(format)}},
                 .inputs = {Tensor::of<uint8_t>({static_cast<int64_t>(stream.size())}, std::span(stream))}});
}

const Encoded kTwoPixels = text("P3 2 1 255 10 20 30 200 100 10");

TEST(ImageDecoder, GivesThePixelFormatsOfTheStandard) {
  const auto rgb = run_decoder(kTwoPixels, "RGB"), bgr = run_decoder(kTwoPixels, "BGR");
  const auto luma = run_decoder(kTwoPixels, "Grayscale");
  ASSERT_TRUE(rgb.ok() && bgr.ok() && luma.ok());
  EXPECT_EQ((*rgb)[0].tensor.shape(), (Shape{1, 2, 3}));
  EXPECT_EQ((*luma)[0].tensor.shape(), (Shape{1, 2, 1}));
  EXPECT_THAT(elements<uint8_t>((*rgb)[0]), ElementsAre(10, 20, 30, 200, 100, 10));
  EXPECT_THAT(elements<uint8_t>((*bgr)[0]), ElementsAre(30, 20, 10, 10, 100, 200));
  // 0.299 R + 0.587 G + 0.114 B
  EXPECT_THAT(elements<uint8_t>((*luma)[0]), ElementsAre(18, 120));
}

TEST(ImageDecoder, KeepsEveryLevelOfGray) {
  Encoded stream = text("P5 256 1 255 ");
  for (int level = 0; level < 256; ++level) stream.push_back(static_cast<uint8_t>(level));
  const auto luma = run_decoder(stream, "Grayscale");
  ASSERT_TRUE(luma.ok());
  for (int level = 0; level < 256; ++level) EXPECT_EQ(elements<uint8_t>((*luma)[0])[level], level);
}

TEST(ImageDecoder, GivesAnEmptyImageForWhatCannotBeDecoded) {
  for (const Encoded& stream : {Encoded(), text("P3 2 1 255 10"), text("no image")}) {
    const auto color = run_decoder(stream, "RGB"), luma = run_decoder(stream, "Grayscale");
    ASSERT_TRUE(color.ok() && luma.ok());
    EXPECT_EQ((*color)[0].tensor.shape(), (Shape{0, 0, 3}));
    EXPECT_EQ((*luma)[0].tensor.shape(), (Shape{0, 0, 1}));
  }
}

TEST(ImageDecoder, RefusesAnotherPixelFormatAndAStreamOfTwoAxes) {
  EXPECT_FALSE(run_decoder(kTwoPixels, "CMYK").ok());
  EXPECT_FALSE(run_op({.op = "ImageDecoder", .version = 20, .inputs = {Tensor::of<uint8_t>({1, 2}, {'P', '3'})}}).ok());
}

TEST(ImageFormats, KeepToTheLimitOfMemory) {
  // 100 million black pixels in a BMP of run lengths.
  const auto le32 = [](uint32_t n) { return std::string{char(n), char(n >> 8), char(n >> 16), char(n >> 24)}; };
  const std::string header = "BM" + le32(0) + le32(0) + le32(14 + 40 + 4) + le32(40) + le32(10000) + le32(10000) +
                             std::string{1, 0, 8, 0} + le32(1) + le32(0) + le32(0) + le32(0) + le32(1) + le32(0) +
                             le32(0);
  const Encoded stream = text(header + std::string{0, 1});
  const auto image = decode(stream, 1 << 20);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(image.status().message(), HasSubstr("BMP"));
}

}  // namespace
}  // namespace mortise::test
