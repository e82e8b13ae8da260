#include "tools/mortise/image.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "providers/reference/ops/image/image.h"

namespace mortise::tool {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 30;  // of an image in memory, three bytes a pixel

Result<Tensor> decode(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return make_error(StatusCode::kNotFound, "is no file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return make_error(StatusCode::kNotFound, "cannot be opened");
  const std::vector<char> stream{std::istreambuf_iterator<char>(file), {}};
  const reference::image::Bytes bytes(reinterpret_cast<const uint8_t*>(stream.data()), stream.size());
  return reference::image::decode(bytes, [](const Shape& shape) -> Result<Tensor> {
    MORTISE_ASSIGN(const uint64_t size, Tensor::storage_size(DType::kU8, shape));
    if (size > kMostBytes)
      return make_error(StatusCode::kOutOfRange, "the image is too large, it takes ", size, " bytes");
    return Tensor::allocate(DType::kU8, shape);
  });
}

// Where the channels are, and how many.
struct Layout {
  bool channels_last;
  int64_t channels;
};

Result<Layout> layout_of(const Port& port) {
  if (port.dims.size() == 4 && port.dims[0] <= 1 && (port.dtype == DType::kF32 || port.dtype == DType::kU8)) {
    if (port.dims[1] == 1 || port.dims[1] == 3) return Layout{false, port.dims[1]};
    if (port.dims[3] == 1 || port.dims[3] == 3) return Layout{true, port.dims[3]};
  }
  return invalid_argument(
      "input '", port.name, "' is ", port.type,
      ", which is no image; give a .npy or .pb file, or use a model with float32[1, 1 or 3, height, width]");
}

Result<Value> to_value(const Tensor& image, const Port& port) {
  MORTISE_ASSIGN(const Layout layout, layout_of(port));
  const int64_t rows = image.dim(0), columns = image.dim(1), channels = layout.channels;
  const int64_t height = port.dims[layout.channels_last ? 1 : 2], width = port.dims[layout.channels_last ? 2 : 3];
  if ((height >= 0 && height != rows) || (width >= 0 && width != columns)) {
    return invalid_argument("is ", columns, "x", rows, " pixels; input '", port.name, "' wants ", width, "x", height);
  }
  const Shape shape = layout.channels_last ? Shape{1, rows, columns, channels} : Shape{1, channels, rows, columns};
  MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(port.dtype, shape));
  for (int64_t pixel = 0; pixel < rows * columns; ++pixel) {
    const uint8_t* rgb = image.data<uint8_t>() + 3 * pixel;
    for (int64_t c = 0; c < channels; ++c) {
      // Gray by ITU-R BT.601, which leaves a gray pixel as it is.
      const int level = channels == 3 ? rgb[c] : (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000;
      const int64_t at = layout.channels_last ? pixel * channels + c : c * rows * columns + pixel;
      if (port.dtype == DType::kF32) {
        tensor.data<float>()[at] = static_cast<float>(level) / 255.0f;
      } else {
        tensor.data<uint8_t>()[at] = static_cast<uint8_t>(level);
      }
    }
  }
  return Value(std::move(tensor));
}

}  // namespace

Result<Value> read_image(const std::filesystem::path& path, const Port& port) {
  auto image = decode(path);
  if (!image.ok()) return std::move(image).status().context(path.string());
  auto value = to_value(*image, port);
  if (!value.ok()) return std::move(value).status().context(path.string());
  return value;
}

}  // namespace mortise::tool
