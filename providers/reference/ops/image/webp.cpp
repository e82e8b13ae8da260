// WebP through libwebp. Animations are not decoded.
#include <webp/decode.h>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {

Status decode_webp(Bytes stream, Canvas& canvas) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) return make_error(StatusCode::kInternal, "libwebp is of another version");
  if (WebPGetFeatures(stream.data(), stream.size(), &config.input) != VP8_STATUS_OK) {
    return damaged("the header is damaged");
  }
  if (config.input.has_animation != 0) return damaged("animations are not decoded");
  const auto width = static_cast<uint64_t>(config.input.width), height = static_cast<uint64_t>(config.input.height);
  // Lossless images are decoded to four bytes a pixel, transparency to one.
  MORTISE_TRY(canvas.begin(width, height, 5 * width * height));
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {.rgba = canvas.row(0), .stride = static_cast<int>(3 * width), .size = 3 * width * height};
  if (const VP8StatusCode code = WebPDecode(stream.data(), stream.size(), &config); code != VP8_STATUS_OK) {
    if (code == VP8_STATUS_OUT_OF_MEMORY) return make_error(StatusCode::kResourceExhausted, "libwebp has no memory");
    return damaged(code == VP8_STATUS_NOT_ENOUGH_DATA ? "the stream ends early" : "the stream is damaged");
  }
  return {};
}

}  // namespace mortise::reference::image
