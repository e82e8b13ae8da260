// PNG against pictures encoded by libpng.
#include <png.h>

#include <csetjmp>

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

struct Settings {
  int color = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  int interlace = PNG_INTERLACE_NONE;
  std::vector<png_color> palette;
};

// `samples` as they are stored, `row_bytes` a row.
Encoded encode(uint32_t width, uint32_t height, Encoded samples, size_t row_bytes, const Settings& settings = {}) {
  Encoded stream;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &stream,
      [](png_structp writer, png_bytep data, size_t size) {
        auto& to = *static_cast<Encoded*>(png_get_io_ptr(writer));
        to.insert(to.end(), data, data + size);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, settings.bits, settings.color, settings.interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!settings.palette.empty())
    png_set_PLTE(png, info, settings.palette.data(), static_cast<int>(settings.palette.size()));
  std::vector<png_bytep> rows;
  for (uint32_t y = 0; y < height; ++y) rows.push_back(samples.data() + y * row_bytes);
  png_set_rows(png, info, rows.data());
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return stream;
}

TEST(Png, KeepsColorsOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    const Encoded stream = encode(width, height, picture.rgb, 3 * width);
    expect_picture(decode(stream), picture);
    expect_picture(decode(encode(width, height, picture.rgb, 3 * width, {.interlace = PNG_INTERLACE_ADAM7})), picture);
    expect_no_prefix_decodes(stream);
  }
}

TEST(Png, DropsTransparency) {
  const Picture picture = colorful(17, 5);
  Encoded samples;
  for (size_t i = 0; i < picture.rgb.size(); i += 3) {
    samples.insert(samples.end(), &picture.rgb[i], &picture.rgb[i] + 3);
    samples.push_back(static_cast<uint8_t>(i));
  }
  expect_picture(decode(encode(17, 5, samples, 4 * 17, {.color = PNG_COLOR_TYPE_RGB_ALPHA})), picture);
}

TEST(Png, ReadsGrayOfEveryDepth) {
  const Picture picture = gray(5, 3);
  Encoded bytes, words;
  for (size_t i = 0; i < picture.rgb.size(); i += 3) {
    bytes.push_back(picture.rgb[i]);
    words.insert(words.end(), 2, picture.rgb[i]);  // 257 times the level
  }
  expect_picture(decode(encode(5, 3, bytes, 5, {.color = PNG_COLOR_TYPE_GRAY})), picture);
  expect_picture(decode(encode(5, 3, words, 10, {.color = PNG_COLOR_TYPE_GRAY, .bits = 16})), picture);
  expect_picture(decode(encode(3, 1, {0xA0}, 1, {.color = PNG_COLOR_TYPE_GRAY, .bits = 1})),
                 {3, 1, {255, 255, 255, 0, 0, 0, 255, 255, 255}});
  expect_picture(decode(encode(2, 1, {0x60}, 1, {.color = PNG_COLOR_TYPE_GRAY, .bits = 2})),
                 {2, 1, {85, 85, 85, 170, 170, 170}});
}

TEST(Png, ReadsPalettes) {
  expect_picture(
      decode(encode(3, 1, {0x12, 0x00}, 2,
                    {.color = PNG_COLOR_TYPE_PALETTE, .bits = 4, .palette = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}})),
      {3, 1, {4, 5, 6, 7, 8, 9, 1, 2, 3}});
}

TEST(Png, KeepsToTheLimitOfMemory) {
  Encoded stream = encode(1, 1, {1, 2, 3}, 3);
  const auto image = decode(stream, 2);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.status().code(), StatusCode::kResourceExhausted);
}

TEST(Png, RefusesADamagedHeaderAndSurvivesEveryTurnedBit) {
  const Encoded stream = encode(8, 8, colorful(8, 8).rgb, 24);
  expect_survives_damage(stream);
  for (size_t at = 8; at < 33; ++at) {  // IHDR has a checksum
    Encoded turned = stream;
    turned[at] ^= 16;
    expect_damaged(decode(turned));
  }
}

}  // namespace
}  // namespace mortise::test
