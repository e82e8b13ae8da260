// PNM against pixels written out by hand.
#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

Result<Tensor> decode_text(std::string_view stream) {
  return decode({reinterpret_cast<const uint8_t*>(stream.data()), stream.size()});
}

Picture grays(uint32_t width, uint32_t height, std::vector<uint8_t> levels) {
  return make_picture(width, height, [&](uint32_t x, uint32_t y) {
    const uint8_t level = levels[y * width + x];
    return std::array{level, level, level};
  });
}

TEST(Pnm, ReadsTextsWithComments) {
  expect_picture(decode_text("P1 # bits\n3 2\n 101\n0 1 0"), grays(3, 2, {0, 255, 0, 255, 0, 255}));
  expect_picture(decode_text("P2\n2 2 # size\n15\n0 15\n#x\n5 10"), grays(2, 2, {0, 255, 85, 170}));
  expect_picture(decode_text("P3 1 2 255\n1 2 3\n4 5 6\n"), {1, 2, {1, 2, 3, 4, 5, 6}});
}

TEST(Pnm, ReadsBinaries) {
  using namespace std::string_view_literals;
  expect_picture(decode_text("P4 9 2 \xAA\x80\x55\x00"sv),
                 grays(9, 2, {0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255}));
  expect_picture(decode_text("P5 3 1 100 \x00\x32\x64"sv), grays(3, 1, {0, 128, 255}));
  expect_picture(decode_text("P5 2 1 65535 \x80\x00\xFF\xFF"sv), grays(2, 1, {128, 255}));
  expect_picture(decode_text("P6 1 1 255 \x01\x02\x03"sv), {1, 1, {1, 2, 3}});
  expect_picture(decode_text("P6 1 1 65535 \x00\xFF\x7F\xFF\xFF\xFE"sv), {1, 1, {1, 127, 255}});
}

TEST(Pnm, KeepsPicturesOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    const std::string header = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    Encoded stream(header.begin(), header.end());
    stream.insert(stream.end(), picture.rgb.begin(), picture.rgb.end());
    expect_picture(decode(stream), picture);
    expect_no_prefix_decodes(stream);
  }
}

TEST(Pnm, RefusesDamage) {
  for (const char* stream :
       {"P2 2 1 255 0", "P2 1 1 255 256", "P2 1 1 0 0", "P2 1 1 65536 0", "P2 0 5 255 1", "P2 5 0 255 1",
        "P5 -1 1 255 ", "P5 1 1 255", "P2 999999999 999999999 255 1", "P5 4294967297 1 255 x", "P6 1 1 255 ab",
        "P3 1 1 255 a b c", "P4 9 1 a", "P7 1 1 255 a", "P1 2 1 2 1", "P2 2 1 255 0000000007 1", "P"}) {
    SCOPED_TRACE(stream);
    expect_damaged(decode_text(stream));
  }
}

TEST(Pnm, SurvivesEveryTurnedBit) {
  for (const std::string_view stream : {"P3 2 1 255 1 2 3 4 5 6", "P4 9 2 abcd", "P6 1 2 255 abcdef"}) {
    expect_survives_damage({stream.begin(), stream.end()});
  }
}

}  // namespace
}  // namespace mortise::test
