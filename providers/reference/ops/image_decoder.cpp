// ImageDecoder: an encoded image to [height, width, channels]. What cannot be decoded is an empty image, as the standard
// says: [0, 0, channels]. Only what is not the stream's fault is an error.
#include "providers/reference/kernel.h"
#include "providers/reference/ops/image/image.h"

namespace mortise::reference {
namespace {

enum class PixelFormat { kRgb, kBgr, kGrayscale };

// ITU-R BT.601's luma in 16 bits of fraction.
uint8_t luma(const uint8_t* rgb) {
  return static_cast<uint8_t>((19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 0x8000u) >> 16);
}

void write_pixels(std::span<const uint8_t> rgb, PixelFormat format, uint8_t* y) {
  for (size_t i = 0; i < rgb.size(); i += 3) {
    if (format == PixelFormat::kGrayscale) {
      *y++ = luma(&rgb[i]);
    } else {
      const size_t red = format == PixelFormat::kRgb ? 0 : 2;
      *y++ = rgb[i + red];
      *y++ = rgb[i + 1];
      *y++ = rgb[i + 2 - red];
    }
  }
}

}  // namespace

Result<Kernel> make_image_decoder(const NodeSpec& node) {
  const std::string_view name = node.get_string("pixel_format", "RGB");
  if (name != "RGB" && name != "BGR" && name != "Grayscale") {
    return invalid_argument("attribute pixel_format is '", name, "', not RGB, BGR or Grayscale");
  }
  const PixelFormat format = name == "RGB"   ? PixelFormat::kRgb
                             : name == "BGR" ? PixelFormat::kBgr
                                             : PixelFormat::kGrayscale;
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& stream = context.input(0);
    if (stream.rank() != 1)
      return invalid_argument("the encoded stream ", to_string(stream.shape()), " must be [bytes]");
    auto image = image::decode(stream.elements<uint8_t>(),
                               [&](const Shape& shape) { return context.allocate(DType::kU8, shape); });
    if (!image.ok() && image.status().code() != StatusCode::kDataLoss) return std::move(image).status();
    Shape shape = image.ok() ? image->shape() : Shape(3, 0);
    shape[2] = format == PixelFormat::kGrayscale ? 1 : 3;
    uint8_t* y = context.output(0, DType::kU8, shape).data<uint8_t>();
    if (image.ok()) write_pixels(image->elements<uint8_t>(), format, y);
    return {};
  });
}

}  // namespace mortise::reference
