// TIFF against pictures encoded by libtiff.
#include <tiffio.h>
#include <unistd.h>

#include <sys/mman.h>

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

struct Settings {
  uint16_t compression = COMPRESSION_NONE;
  uint16_t channels = 3;
  uint16_t bits = 8;
  uint16_t photometric = PHOTOMETRIC_RGB;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  uint16_t format = SAMPLEFORMAT_UINT;
  const char* mode = "wl";
};

Encoded encode(uint32_t width, uint32_t height, Encoded samples, const Settings& settings = {}) {
  const int file = memfd_create("image.tiff", 0);
  TIFF* tiff = TIFFFdOpen(dup(file), "image.tiff", settings.mode);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, settings.channels);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, settings.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, settings.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, settings.photometric);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, settings.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, settings.orientation);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3);
  if (settings.channels > 3) {
    const uint16_t kinds[] = {EXTRASAMPLE_UNASSALPHA, EXTRASAMPLE_UNSPECIFIED};
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, settings.channels - 3, kinds);
  }
  const size_t row_bytes = samples.size() / height;
  for (uint32_t y = 0; y < height; ++y) TIFFWriteScanline(tiff, samples.data() + y * row_bytes, y, 0);
  TIFFClose(tiff);
  Encoded stream(static_cast<size_t>(lseek(file, 0, SEEK_END)));
  EXPECT_EQ(pread(file, stream.data(), stream.size(), 0), static_cast<ssize_t>(stream.size()));
  close(file);
  return stream;
}

TEST(Tiff, KeepsColorsOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    for (const uint16_t compression :
         {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
      for (const char* mode : {"wl", "wb", "w8"}) {
        const Encoded stream = encode(width, height, picture.rgb, {.compression = compression, .mode = mode});
        expect_picture(decode(stream), picture);
      }
    }
  }
}

TEST(Tiff, SurvivesEveryTruncation) {
  // The directory is at the end: without it there is nothing.
  const Picture picture = colorful(9, 5);
  const Encoded stream = encode(9, 5, picture.rgb);
  for (size_t length = 0; length < stream.size(); ++length) {
    const auto image = decode(std::span(stream).first(length));
    if (image.ok()) {
      expect_picture(image, picture);
    } else {
      expect_damaged(image);
    }
  }
}

TEST(Tiff, DropsTransparencyAndReadsWords) {
  const Picture picture{2, 1, {10, 20, 30, 40, 50, 60}};
  expect_picture(decode(encode(2, 1, {10, 20, 30, 0, 40, 50, 60, 128}, {.channels = 4})), picture);
  expect_picture(decode(encode(2, 1, {10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 60, 60}, {.bits = 16})), picture);
}

TEST(Tiff, ReadsGrayAndBits) {
  const Picture picture{2, 1, {0, 0, 0, 200, 200, 200}};
  expect_picture(decode(encode(2, 1, {0, 200}, {.channels = 1, .photometric = PHOTOMETRIC_MINISBLACK})), picture);
  expect_picture(decode(encode(2, 1, {255, 55}, {.channels = 1, .photometric = PHOTOMETRIC_MINISWHITE})), picture);
  expect_picture(decode(encode(3, 1, {0xA0}, {.channels = 1, .bits = 1, .photometric = PHOTOMETRIC_MINISBLACK})),
                 {3, 1, {255, 255, 255, 0, 0, 0, 255, 255, 255}});
}

TEST(Tiff, IsUprightAsItsOrientationSays) {
  const Picture stored = colorful(4, 3);
  for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const bool turned = orientation >= 5;
    // Where row 0 and column 0 of what is stored are seen, by the format's table.
    const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    const uint32_t width = turned ? 3 : 4, height = turned ? 4 : 3;
    const Picture seen = make_picture(width, height, [&](uint32_t x, uint32_t y) {
      const uint32_t across = right ? width - 1 - x : x, down = bottom ? height - 1 - y : y;
      const uint8_t* p = turned ? stored.pixel(down, across) : stored.pixel(across, down);
      return std::array{p[0], p[1], p[2]};
    });
    expect_picture(decode(encode(4, 3, stored.rgb, {.orientation = orientation})), seen);
  }
}

TEST(Tiff, DropsTransparencyWithAnotherSampleBehindIt) {
  const Encoded samples = {200, 100, 50, 128, 7, 10, 20, 30, 0, 9};
  expect_picture(decode(encode(2, 1, samples, {.channels = 5})), {2, 1, {200, 100, 50, 10, 20, 30}});
}

TEST(Tiff, RefusesSamplesThatAreNoUnsignedIntegers) {
  expect_damaged(decode(encode(1, 1, {0, 0, 0, 0, 0, 0}, {.bits = 16, .format = SAMPLEFORMAT_IEEEFP})));
}

TEST(Tiff, SurvivesEveryTurnedBit) {
  expect_survives_damage(encode(5, 3, colorful(5, 3).rgb));
  expect_survives_damage(encode(5, 3, colorful(5, 3).rgb, {.compression = COMPRESSION_LZW}));
}

}  // namespace
}  // namespace mortise::test
