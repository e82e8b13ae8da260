// image::decode: the pixels of an image file, in whatever format it is.
//
// A format is a file of its own here, `Status decode_png(Bytes stream, Canvas& canvas)`, and a line in formats.inc. A
// decoder reads the size, asks the canvas for room, and only then decodes. It trusts nothing in the stream, writes every
// pixel or fails, prints nothing and keeps no state, so that it may run on several threads at once.
//
// Pixels are as the file stores them: transparency is dropped, profiles and EXIF data are not looked at. Of several
// images in a file it is the first.
#pragma once

#include <functional>
#include <span>

#include "mortise/sdk/result.h"
#include "mortise/sdk/tensor.h"

namespace mortise::reference::image {

using Bytes = std::span<const uint8_t>;
// Memory for a tensor of uint8, within some limit.
using Allocate = std::function<Result<Tensor>(const Shape& shape)>;

// The image as uint8 [height, width, 3], red first. Errors: kDataLoss where the stream is no image or a damaged one,
// kUnimplemented where this build has no decoder for its format, and those of `allocate`.
Result<Tensor> decode(Bytes stream, const Allocate& allocate);

// Where a decoder puts the pixels.
class Canvas {
 public:
  explicit Canvas(const Allocate& allocate) : allocate_(allocate) {}

  // Room for the pixels, uninitialised. `working` is the memory in bytes that the decoder's library takes beside: it is
  // counted with the rest until decoding ends.
  Status begin(uint64_t width, uint64_t height, uint64_t working);

  uint64_t width() const { return static_cast<uint64_t>(pixels_.dim(1)); }
  uint64_t height() const { return static_cast<uint64_t>(pixels_.dim(0)); }
  // 3 * width() bytes; row 0 is the top.
  uint8_t* row(uint64_t y) { return pixels_.data<uint8_t>() + 3 * width() * y; }

  Tensor take() { return std::move(pixels_); }

 private:
  const Allocate& allocate_;
  Tensor pixels_;
  Tensor working_;
};

template <class... Parts>
Status damaged(const Parts&... parts) {
  return make_error(StatusCode::kDataLoss, parts...);
}

// A sample of 0 to `most` as one of 0 to 255.
inline uint8_t to_byte(uint32_t sample, uint32_t most) {
  return static_cast<uint8_t>((uint64_t{sample} * 255 + most / 2) / most);
}

#define MORTISE_IMAGE_FORMAT(name, decoder, signature) Status decoder(Bytes stream, Canvas& canvas);
#include "providers/reference/ops/image/formats.inc"
#undef MORTISE_IMAGE_FORMAT

}  // namespace mortise::reference::image
