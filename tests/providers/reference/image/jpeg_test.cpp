// JPEG against smooth pictures encoded by libjpeg at its best quality. The exact levels are the standard's vectors' task.
#include <cstdio>
// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>

#include <cstdlib>

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

struct Settings {
  J_COLOR_SPACE color = JCS_RGB;
  J_COLOR_SPACE stored = JCS_YCbCr;
  bool progressive = false;
  int chroma_step = 1;
};

Encoded encode(uint32_t width, uint32_t height, Encoded samples, const Settings& settings = {}) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &data, &size);
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = static_cast<int>(samples.size() / width / height);
  jpeg.in_color_space = settings.color;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, settings.stored);
  jpeg_set_quality(&jpeg, 100, TRUE);
  for (int c = 0; c < jpeg.num_components; ++c)
    jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = c == 0 ? settings.chroma_step : 1;
  if (settings.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < height) {
    JSAMPROW row = samples.data() + size_t{jpeg.next_scanline} * width * static_cast<size_t>(jpeg.input_components);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  Encoded stream(data, data + size);
  std::free(data);
  return stream;
}

// Planes, which a cosine transform and interpolation keep.
Picture smooth(uint32_t width, uint32_t height) {
  return make_picture(width, height, [](uint32_t x, uint32_t y) {
    return std::array{static_cast<uint8_t>(60 + 2 * x), static_cast<uint8_t>(200 - 3 * y),
                      static_cast<uint8_t>(100 + x + y)};
  });
}

// A sample is wrong by up to 0.5 when it is stored and 1 by the transform there and back. Of luma and chroma together, blue
// is (0.5 + 1) (1 + 1.772) + 0.5 at most.
constexpr int kSampleRoom = 2, kColorRoom = 5;

TEST(Jpeg, KeepsSmoothColorsOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = smooth(width, height);
    const Encoded stream = encode(width, height, picture.rgb);
    expect_picture(decode(stream), picture, kColorRoom);
    expect_picture(decode(encode(width, height, picture.rgb, {.progressive = true})), picture, kColorRoom);
    expect_picture(decode(encode(width, height, picture.rgb, {.stored = JCS_RGB})), picture, kSampleRoom);
    // Chroma is not interpolated at the edges, where it is off by a quarter of two pixels' slope.
    expect_picture(decode(encode(width, height, picture.rgb, {.chroma_step = 2})), picture, kColorRoom + 1);
  }
}

TEST(Jpeg, NeedsAllOfTheStream) {
  const Picture picture = smooth(9, 5);
  expect_no_prefix_decodes(encode(9, 5, picture.rgb));
  expect_no_prefix_decodes(encode(9, 5, picture.rgb, {.progressive = true}));
}

TEST(Jpeg, ReadsGray) {
  const Encoded samples = {100, 104, 108, 112};
  expect_picture(decode(encode(4, 1, samples, {.color = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE})),
                 {4, 1, {100, 100, 100, 104, 104, 104, 108, 108, 108, 112, 112, 112}}, 1);
}

TEST(Jpeg, ReadsInkAsAdobeWritesIt) {
  // With Adobe's marker, which libjpeg writes, 255 is no ink. R = C K / 255.
  Encoded samples;
  for (int i = 0; i < 64; ++i) samples.insert(samples.end(), {255, 128, 0, 204});
  const auto image = decode(encode(8, 8, samples, {.color = JCS_CMYK, .stored = JCS_CMYK}));
  expect_picture(image, make_picture(8, 8, [](uint32_t, uint32_t) { return std::array<uint8_t, 3>{204, 102, 0}; }), 1);
}

TEST(Jpeg, RefusesScansWithoutEnd) {
  // The last scan of a progressive image, again and again.
  Encoded stream = encode(8, 8, smooth(8, 8).rgb, {.progressive = true});
  stream.resize(stream.size() - 2);
  size_t scan = stream.size() - 2;
  while (stream[scan] != 0xFF || stream[scan + 1] != 0xDA) --scan;
  const Encoded last(stream.begin() + static_cast<ptrdiff_t>(scan), stream.end());
  for (int i = 0; i < 1000; ++i) stream.insert(stream.end(), last.begin(), last.end());
  stream.insert(stream.end(), {0xFF, 0xD9});
  expect_damaged(decode(stream));
}

// libjpeg takes the limit of its own memory, in kilobytes, from the environment.
TEST(Jpeg, SaysThatMemoryIsUsedUp) {
  const Encoded stream = encode(64, 512, smooth(64, 512).rgb, {.progressive = true});
  setenv("JPEGMEM", "1", 1);
  const auto image = decode(stream);
  unsetenv("JPEGMEM");
  EXPECT_EQ(image.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(image.status().message(), testing::HasSubstr("libjpeg has no memory"));
  EXPECT_TRUE(decode(stream).ok());
}

TEST(Jpeg, SurvivesEveryTurnedBit) { expect_survives_damage(encode(9, 5, smooth(9, 5).rgb)); }

}  // namespace
}  // namespace mortise::test
