// BMP against pictures written by the test, field by field.
#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

using Rgb = std::array<uint8_t, 3>;

void put(Encoded& stream, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) stream.push_back(static_cast<uint8_t>(value));
}

struct Bmp {
  uint32_t width = 0;
  int32_t height = 0;  // negative: the top row comes first
  uint32_t bits = 24;
  uint32_t compression = 0;
  std::vector<uint32_t> masks;
  std::vector<Rgb> palette;
  Encoded data;  // rows are filled up by the caller
  uint32_t header = 40;
};

Encoded encode(const Bmp& bmp) {
  Encoded stream = {'B', 'M'};
  const auto entry = bmp.header == 12 ? 3 : 4;
  const auto before = static_cast<uint32_t>(14 + bmp.header + (bmp.header == 40 ? 4 * bmp.masks.size() : 0) +
                                            entry * bmp.palette.size());
  put(stream, before + static_cast<uint32_t>(bmp.data.size()), 4);
  put(stream, 0, 4);
  put(stream, before, 4);
  put(stream, bmp.header, 4);
  const int extent = bmp.header == 12 ? 2 : 4;
  put(stream, bmp.width, extent);
  put(stream, static_cast<uint32_t>(bmp.height), extent);
  put(stream, 1, 2);
  put(stream, bmp.bits, 2);
  if (bmp.header != 12) {
    put(stream, bmp.compression, 4);
    for (int i = 0; i < 3; ++i) put(stream, 0, 4);
    put(stream, static_cast<uint32_t>(bmp.palette.size()), 4);
    put(stream, 0, 4);
    for (const uint32_t mask : bmp.masks) put(stream, mask, 4);
    stream.resize(std::max<size_t>(stream.size(), 14 + bmp.header));
  }
  for (const Rgb& c : bmp.palette) {
    for (const int channel : {2, 1, 0}) stream.push_back(c[channel]);
    if (entry == 4) stream.push_back(0);
  }
  stream.insert(stream.end(), bmp.data.begin(), bmp.data.end());
  return stream;
}

// Rows from the bottom; pixel(rgb) as so many bytes.
template <class Function>
Encoded rows(const Picture& picture, int bytes, Function&& pixel) {
  Encoded data;
  for (uint32_t y = picture.height; y-- > 0;) {
    for (uint32_t x = 0; x < picture.width; ++x) put(data, pixel(picture.pixel(x, y)), bytes);
    data.resize((data.size() + 3) / 4 * 4);
  }
  return data;
}

uint32_t bgr(const uint8_t* p) { return p[2] | p[1] << 8 | p[0] << 16; }

TEST(Bmp, ReadsTrueColorOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    const auto rows_up = static_cast<int32_t>(height);
    const Encoded data = rows(picture, 3, bgr);
    const Encoded stream = encode({.width = width, .height = rows_up, .data = data});
    expect_picture(decode(stream), picture);
    expect_no_prefix_decodes(stream);
    expect_picture(decode(encode({.width = width, .height = rows_up, .data = data, .header = 12})), picture);
    expect_picture(decode(encode({.width = width, .height = rows_up, .data = data, .header = 124})), picture);
    expect_picture(decode(encode({.width = width, .height = rows_up, .bits = 32, .data = rows(picture, 4, bgr)})),
                   picture);
  }
}

TEST(Bmp, ReadsTopRowsFirstWhereTheHeightIsNegative) {
  expect_picture(decode(encode({.width = 1, .height = -2, .data = {3, 2, 1, 0, 6, 5, 4, 0}})),
                 {1, 2, {1, 2, 3, 4, 5, 6}});
}

TEST(Bmp, ReadsPalettes) {
  const std::vector<Rgb> palette = {{1, 2, 3}, {40, 50, 60}, {7, 8, 9}, {250, 251, 252}};
  const Picture four{4, 1, {40, 50, 60, 1, 2, 3, 250, 251, 252, 7, 8, 9}};
  expect_picture(decode(encode({.width = 4, .height = 1, .bits = 8, .palette = palette, .data = {1, 0, 3, 2}})), four);
  expect_picture(decode(encode({.width = 4, .height = 1, .bits = 4, .palette = palette, .data = {0x10, 0x32, 0, 0}})),
                 four);
  expect_picture(
      decode(
          encode({.width = 3, .height = 1, .bits = 1, .palette = {palette[0], palette[1]}, .data = {0xA0, 0, 0, 0}})),
      {3, 1, {40, 50, 60, 1, 2, 3, 40, 50, 60}});
}

TEST(Bmp, ReadsBitFields) {
  // 5, 6 and 5 bits; and 5 each where there are no fields.
  expect_picture(decode(encode({.width = 2,
                                .height = 1,
                                .bits = 16,
                                .compression = 3,
                                .masks = {0xF800, 0x07E0, 0x001F},
                                .data = {0xE0, 0x07, 0x1F, 0xF8}})),
                 {2, 1, {0, 255, 0, 255, 0, 255}});
  expect_picture(decode(encode({.width = 1, .height = 1, .bits = 16, .data = {0x10, 0x7C, 0, 0}})),
                 {1, 1, {255, 0, 132}});
  const Encoded red_first = {1, 2, 3, 0xFF};
  const std::vector<uint32_t> masks = {0xFF, 0xFF00, 0xFF0000};
  for (const uint32_t header : {40u, 56u, 108u}) {
    expect_picture(decode(encode({.width = 1,
                                  .height = 1,
                                  .bits = 32,
                                  .compression = 3,
                                  .masks = masks,
                                  .data = red_first,
                                  .header = header})),
                   {1, 1, {1, 2, 3}});
  }
  expect_damaged(
      decode(encode({.width = 1, .height = 1, .bits = 32, .compression = 3, .masks = {5, 2, 8}, .data = red_first})));
}

TEST(Bmp, ReadsRunLengths) {
  const Rgb a = {10, 11, 12}, b = {20, 21, 22};
  const Picture picture = make_picture(4, 2, [&](uint32_t x, uint32_t y) {
    return y == 1 && x < 3 ? b : y == 0 && x == 3 ? b : a;
  });
  // The bottom row is 3 b, the rest is left; the top row 3 a and one b written out.
  expect_picture(decode(encode({.width = 4,
                                .height = 2,
                                .bits = 8,
                                .compression = 1,
                                .palette = {a, b},
                                .data = {3, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1}})),
                 picture);
  expect_picture(decode(encode({.width = 4,
                                .height = 2,
                                .bits = 4,
                                .compression = 2,
                                .palette = {a, b},
                                .data = {3, 0x11, 0, 0, 0, 4, 0x00, 0x01, 0, 1}})),
                 picture);
  // A move to the last pixel.
  expect_picture(decode(encode({.width = 4,
                                .height = 2,
                                .bits = 8,
                                .compression = 1,
                                .palette = {a, b},
                                .data = {3, 1, 0, 2, 0, 1, 1, 1, 0, 1}})),
                 picture);
}

TEST(Bmp, RefusesRunsOutsideOfTheImageAndWithoutAnEnd) {
  for (const Encoded& data : {Encoded{5, 0, 0, 1}, Encoded{0, 0, 1, 0, 0, 1}, Encoded{0, 2, 255, 255, 1, 0, 0, 1},
                              Encoded{1, 0}, Encoded{0, 4, 0, 0}, Encoded{0, 2, 1}, Encoded{}}) {
    expect_damaged(
        decode(encode({.width = 4, .height = 1, .bits = 8, .compression = 1, .palette = {{1, 2, 3}}, .data = data})));
  }
}

TEST(Bmp, RefusesWhatItDoesNotKnow) {
  const Encoded data(16);
  expect_damaged(decode(encode({.width = 1, .height = 1, .bits = 7, .data = data})));
  expect_damaged(decode(encode({.width = 1, .height = 1, .bits = 24, .compression = 4, .data = data})));
  expect_damaged(decode(encode({.width = 0, .height = 1, .data = data})));
  expect_damaged(decode(encode({.width = 1, .height = 0, .data = data})));
  expect_damaged(decode(encode({.width = 0x80000000u, .height = 1, .data = data})));
  expect_damaged(decode(encode({.width = 1, .height = std::numeric_limits<int32_t>::min(), .data = data})));
  expect_damaged(decode(encode({.width = 1, .height = 1, .data = data, .header = 39})));
}

TEST(Bmp, SurvivesEveryTurnedBit) {
  expect_survives_damage(encode({.width = 4,
                                 .height = 2,
                                 .bits = 8,
                                 .compression = 1,
                                 .palette = {{1, 2, 3}, {4, 5, 6}},
                                 .data = {3, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1}}));
  expect_survives_damage(encode({.width = 1,
                                 .height = 1,
                                 .bits = 16,
                                 .compression = 3,
                                 .masks = {0xF800, 0x07E0, 0x001F},
                                 .data = {1, 2, 0, 0}}));
}

}  // namespace
}  // namespace mortise::test
