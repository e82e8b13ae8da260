// What is counted for JPEG 2000 streams that announce more than they hold.
#include "providers/reference/ops/image/jpeg2000_header.h"

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

void put(Encoded& stream, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) stream.push_back(static_cast<uint8_t>(value >> shift));
}

struct Announced {
  uint64_t width = 1024, height = 1024;
  uint64_t tile = 1024;
  uint64_t channels = 3;
  uint64_t layers = 1;
  uint8_t precincts = 0xFF;  // exponents of height and width
  uint8_t block_bits = 4;    // 2 less than the exponent
};

Encoded header(const Announced& announced) {
  Encoded stream = {0xFF, 0x4F, 0xFF, 0x51};
  put(stream, 38 + 3 * announced.channels, 2);
  put(stream, 0, 2);
  for (const uint64_t extent : {announced.width, announced.height, uint64_t{0}, uint64_t{0}, announced.tile,
                                announced.tile, uint64_t{0}, uint64_t{0}})
    put(stream, extent, 4);
  put(stream, announced.channels, 2);
  for (uint64_t c = 0; c < announced.channels; ++c) put(stream, 0x070101, 3);
  put(stream, 0xFF52, 2);
  put(stream, 13, 2);
  put(stream, 1, 1);  // precincts follow
  put(stream, 0, 1);
  put(stream, announced.layers, 2);
  for (const uint8_t byte : {uint8_t{0}, uint8_t{0}, announced.block_bits, announced.block_bits, uint8_t{0}, uint8_t{1},
                             announced.precincts})
    stream.push_back(byte);
  return stream;
}

uint64_t working(const Announced& announced) {
  const auto read = reference::image::read_jpeg2000_header(header(announced));
  EXPECT_TRUE(read.ok()) << read.status().message();
  return read.ok() ? read->working : 0;
}

constexpr uint64_t kGiB = uint64_t{1} << 30;

TEST(Jpeg2000Header, CountsAnOrdinaryImageAsSomeTimesItsSamples) { EXPECT_LT(working({}), 1024 * 1024 * 3 * 12); }

TEST(Jpeg2000Header, CountsTilesPrecinctsBlocksAndLayers) {
  EXPECT_GT(working({.tile = 4}), kGiB / 2);
  EXPECT_GT(working({.precincts = 0}), kGiB);
  EXPECT_GT(working({.block_bits = 0}), 1024 * 1024 * 3 * 40);
  EXPECT_GT(working({.layers = 65535, .precincts = 0x55}), 1024 * 65535 * 2);
}

// A palette of 255 columns makes as many images of one channel.
TEST(Jpeg2000Header, CountsTheChannelsOfAPalette) {
  const Encoded codestream = header({.channels = 1});
  Encoded file;
  put(file, 8 + 8 + 3, 4);
  put(file, 0x6A703268, 4);  // jp2h
  put(file, 8 + 3, 4);
  put(file, 0x70636C72, 4);  // pclr
  put(file, 256, 2);
  put(file, 255, 1);
  put(file, 8 + codestream.size(), 4);
  put(file, 0x6A703263, 4);  // jp2c
  file.insert(file.end(), codestream.begin(), codestream.end());
  const auto read = reference::image::read_jpeg2000_header(file);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_GT(read->working, uint64_t{4} * 255 * 1024 * 1024);
}

TEST(Jpeg2000Header, RefusesMarkersThatCouldHideOthers) {
  Encoded stream = header({});
  put(stream, 0xFF30, 2);
  put(stream, 2, 2);
  expect_damaged(decode(stream));
}

TEST(Jpeg2000Header, RefusesAStreamBeforeOpenJpegSeesIt) {
  const auto image = decode(header({.precincts = 0}));
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.status().code(), StatusCode::kResourceExhausted);
  expect_damaged(decode(header({.width = 0})));
  expect_damaged(decode(header({.tile = 0})));
  expect_damaged(decode(header({.channels = 16384})));
  expect_damaged(decode(header({.channels = 0})));
  expect_damaged(decode(header({.width = 0xFFFFFFFF})));
}

}  // namespace
}  // namespace mortise::test
