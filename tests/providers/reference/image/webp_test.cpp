// WebP against pictures encoded by libwebp without loss.
#include <webp/encode.h>

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

Encoded encode(const Picture& picture) {
  uint8_t* data = nullptr;
  const size_t size =
      WebPEncodeLosslessRGB(picture.rgb.data(), static_cast<int>(picture.width), static_cast<int>(picture.height),
                            static_cast<int>(3 * picture.width), &data);
  Encoded stream(data, data + size);
  WebPFree(data);
  return stream;
}

TEST(WebP, KeepsColorsOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    const Encoded stream = encode(picture);
    expect_picture(decode(stream), picture);
    expect_no_prefix_decodes(stream);
  }
}

TEST(WebP, DropsTransparency) {
  const Encoded rgba = {10, 20, 30, 255, 40, 50, 60, 128};
  uint8_t* data = nullptr;
  const size_t size = WebPEncodeLosslessRGBA(rgba.data(), 2, 1, 8, &data);
  const Encoded stream(data, data + size);
  WebPFree(data);
  expect_picture(decode(stream), {2, 1, {10, 20, 30, 40, 50, 60}});
}

TEST(WebP, KeepsOneColorWithLoss) {
  const Picture picture = make_picture(17, 9, [](uint32_t, uint32_t) { return std::array<uint8_t, 3>{90, 140, 60}; });
  uint8_t* data = nullptr;
  const size_t size = WebPEncodeRGB(picture.rgb.data(), 17, 9, 3 * 17, 100, &data);
  const Encoded stream(data, data + size);
  WebPFree(data);
  expect_picture(decode(stream), picture, 3);
  expect_no_prefix_decodes(stream);
}

TEST(WebP, SurvivesEveryTurnedBit) { expect_survives_damage(encode(colorful(8, 8))); }

}  // namespace
}  // namespace mortise::test
