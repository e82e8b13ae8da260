// JPEG 2000 against pictures encoded by OpenJPEG without loss.
#include <openjpeg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/providers/reference/image/picture.h"

namespace mortise::test {
namespace {

struct Settings {
  OPJ_CODEC_FORMAT codec = OPJ_CODEC_JP2;
  uint32_t channels = 3;
  uint32_t bits = 8;
  OPJ_COLOR_SPACE color = OPJ_CLRSPC_SRGB;
  int tile = 0;
};

// Channel c of a pixel is `samples[channels * pixel + c]`.
Encoded encode(uint32_t width, uint32_t height, const std::vector<int32_t>& samples, const Settings& settings = {}) {
  std::vector<opj_image_cmptparm_t> parameters(settings.channels);
  for (opj_image_cmptparm_t& p : parameters) {
    p = {};
    p.dx = p.dy = 1;
    p.w = width;
    p.h = height;
    p.prec = settings.bits;
  }
  opj_image_t* image = opj_image_create(settings.channels, parameters.data(), settings.color);
  image->x1 = width;
  image->y1 = height;
  for (size_t i = 0; i < samples.size(); ++i)
    image->comps[i % settings.channels].data[i / settings.channels] = samples[i];
  opj_cparameters_t coding;
  opj_set_default_encoder_parameters(&coding);
  coding.tcp_numlayers = 1;
  coding.cp_disto_alloc = 1;
  coding.numresolution = std::min(width, height) < 8 ? 1 : 2;
  if (settings.tile != 0) {
    coding.tile_size_on = OPJ_TRUE;
    coding.cp_tdx = coding.cp_tdy = settings.tile;
  }
  opj_codec_t* codec = opj_create_compress(settings.codec);
  opj_setup_encoder(codec, &coding, image);
  const int file = memfd_create("image", 0);
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  opj_stream_t* stream = opj_stream_create_default_file_stream(path.c_str(), OPJ_FALSE);
  EXPECT_TRUE(opj_start_compress(codec, image, stream) && opj_encode(codec, stream) && opj_end_compress(codec, stream));
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
  Encoded bytes(static_cast<size_t>(lseek(file, 0, SEEK_END)));
  EXPECT_EQ(pread(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  close(file);
  return bytes;
}

Encoded encode(const Picture& picture, const Settings& settings = {}) {
  return encode(picture.width, picture.height, {picture.rgb.begin(), picture.rgb.end()}, settings);
}

TEST(Jpeg2000, KeepsColorsOfAllSizes) {
  for (const auto& [width, height] : kSizes) {
    const Picture picture = colorful(width, height);
    expect_picture(decode(encode(picture)), picture);
    expect_picture(decode(encode(picture, {.codec = OPJ_CODEC_J2K})), picture);
    expect_picture(decode(encode(picture, {.tile = 8})), picture);
  }
}

TEST(Jpeg2000, NeedsAllOfTheStreamButItsEndMarker) {
  const Encoded stream = encode(colorful(9, 5), {.codec = OPJ_CODEC_J2K});
  expect_no_prefix_decodes({stream.begin(), stream.end() - 2});
}

TEST(Jpeg2000, ReadsGrayOfEveryDepth) {
  const Settings settings{.channels = 1, .color = OPJ_CLRSPC_GRAY};
  expect_picture(decode(encode(2, 1, {0, 200}, settings)), {2, 1, {0, 0, 0, 200, 200, 200}});
  Settings words = settings, bits = settings;
  words.bits = 16;
  bits.bits = 4;
  expect_picture(decode(encode(2, 1, {0x1234, 0xFFFF}, words)), {2, 1, {0x12, 0x12, 0x12, 255, 255, 255}});
  expect_picture(decode(encode(2, 1, {5, 15}, bits)), {2, 1, {85, 85, 85, 255, 255, 255}});
}

TEST(Jpeg2000, ConvertsLumaAndChroma) {
  // Y 76, Cb 85, Cr 255 is pure red but for rounding.
  expect_picture(decode(encode(1, 1, {76, 85, 255}, {.color = OPJ_CLRSPC_SYCC})), {1, 1, {254, 0, 0}}, 1);
}

TEST(Jpeg2000, DropsTransparency) {
  expect_picture(decode(encode(1, 1, {1, 2, 3, 128}, {.channels = 4})), {1, 1, {1, 2, 3}});
}

TEST(Jpeg2000, SurvivesEveryTurnedBit) {
  expect_survives_damage(encode(colorful(5, 4)));
  expect_survives_damage(encode(colorful(5, 4), {.codec = OPJ_CODEC_J2K, .tile = 4}));
}

}  // namespace
}  // namespace mortise::test
