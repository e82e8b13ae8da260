// JPEG 2000 through OpenJPEG: gray or colour, of any depth, channels subsampled or not.
#include <openjpeg.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include "providers/reference/ops/image/jpeg2000_header.h"

namespace mortise::reference::image {
namespace {

struct Source {
  Bytes stream;
  uint64_t at = 0;
};

OPJ_SIZE_T read(void* to, OPJ_SIZE_T size, void* user_data) {
  auto& source = *static_cast<Source*>(user_data);
  const uint64_t count = std::min<uint64_t>(size, source.stream.size() - source.at);
  if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, source.stream.data() + source.at, count);
  source.at += count;
  return count;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void* user_data) {
  auto& source = *static_cast<Source*>(user_data);
  if (count < 0 || static_cast<uint64_t>(count) > source.stream.size() - source.at) return -1;
  source.at += static_cast<uint64_t>(count);
  return count;
}

OPJ_BOOL seek(OPJ_OFF_T to, void* user_data) {
  auto& source = *static_cast<Source*>(user_data);
  if (to < 0 || static_cast<uint64_t>(to) > source.stream.size()) return OPJ_FALSE;
  source.at = static_cast<uint64_t>(to);
  return OPJ_TRUE;
}

struct Reason {
  char text[256] = "the stream is damaged";
};

void keep(const char* message, void* user_data) {
  auto& reason = *static_cast<Reason*>(user_data);
  std::snprintf(reason.text, sizeof reason.text, "%.*s", static_cast<int>(std::strcspn(message, "\n")), message);
}

using Codec = std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)>;
using Stream = std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)>;
using Image = std::unique_ptr<opj_image_t, void (*)(opj_image_t*)>;

Stream open(Source& source) {
  Stream stream(opj_stream_create(1 << 16, OPJ_TRUE), opj_stream_destroy);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), source.stream.size());
  opj_stream_set_read_function(stream.get(), read);
  opj_stream_set_skip_function(stream.get(), skip);
  opj_stream_set_seek_function(stream.get(), seek);
  return stream;
}

Codec create_codec(bool boxed, Reason& reason) {
  Codec codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), opj_destroy_codec);
  opj_set_error_handler(codec.get(), keep, &reason);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_setup_decoder(codec.get(), &parameters);
  opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE);
  return codec;
}

// The sample at (x, y) of the image, as 0 to 255.
uint8_t sample(const opj_image_comp_t& channel, uint64_t x, uint64_t y) {
  const uint64_t column = std::min<uint64_t>(x / channel.dx, channel.w - 1);
  const uint64_t row = std::min<uint64_t>(y / channel.dy, channel.h - 1);
  const int64_t most = (int64_t{1} << channel.prec) - 1;
  const int64_t value = channel.data[row * channel.w + column] + (channel.sgnd != 0 ? (most + 1) / 2 : 0);
  const auto clamped = static_cast<uint32_t>(std::clamp<int64_t>(value, 0, most));
  return channel.prec > 8 ? static_cast<uint8_t>(clamped >> (channel.prec - 8))
                          : to_byte(clamped, static_cast<uint32_t>(most));
}

uint8_t rounded(double value) { return static_cast<uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

// Full-range ITU-R BT.601, in place.
void ycc_to_rgb(uint8_t* p) {
  const double luma = p[0], blue = p[1] - 128.0, red = p[2] - 128.0;
  p[0] = rounded(luma + 1.402 * red);
  p[1] = rounded(luma - 0.344136 * blue - 0.714136 * red);
  p[2] = rounded(luma + 1.772 * blue);
}

Status write_pixels(const opj_image_t& image, Canvas& canvas) {
  if (image.color_space == OPJ_CLRSPC_CMYK || image.color_space == OPJ_CLRSPC_EYCC) {
    return damaged("its colour space is not decoded");
  }
  const uint32_t channels = image.numcomps >= 3 ? 3 : 1;  // one or two: gray, and transparency
  for (uint32_t c = 0; c < channels; ++c) {
    const opj_image_comp_t& channel = image.comps[c];
    if (channel.data == nullptr || channel.w == 0 || channel.h == 0 || channel.prec == 0 || channel.prec > 31) {
      return damaged("a channel has no samples");
    }
  }
  for (uint64_t y = 0; y < canvas.height(); ++y) {
    uint8_t* rgb = canvas.row(y);
    for (uint64_t x = 0; x < canvas.width(); ++x, rgb += 3) {
      for (uint32_t c = 0; c < 3; ++c) rgb[c] = sample(image.comps[channels == 3 ? c : 0], x, y);
      if (image.color_space == OPJ_CLRSPC_SYCC && channels == 3) ycc_to_rgb(rgb);
    }
  }
  return {};
}

}  // namespace

Status decode_jpeg2000(Bytes bytes, Canvas& canvas) {
  MORTISE_ASSIGN(const Jpeg2000Header header, read_jpeg2000_header(bytes));
  MORTISE_TRY(canvas.begin(header.width, header.height, header.working));
  Reason reason;
  Source source{bytes};
  const Stream stream = open(source);
  const Codec codec = create_codec(header.boxed, reason);
  opj_image_t* read_image = nullptr;
  const bool good = opj_read_header(stream.get(), codec.get(), &read_image) != 0;
  const Image image(read_image, opj_image_destroy);  // there may be one all the same
  if (!good || image == nullptr) return damaged(reason.text);
  if (image->x1 - image->x0 != header.width || image->y1 - image->y0 != header.height) {
    return damaged("the stream has two sizes");
  }
  if (opj_decode(codec.get(), stream.get(), image.get()) == 0 || opj_end_decompress(codec.get(), stream.get()) == 0) {
    return damaged(reason.text);
  }
  return write_pixels(*image, canvas);
}

}  // namespace mortise::reference::image
