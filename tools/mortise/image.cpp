#include "tools/mortise/image.h"

#include <png.h>
// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>
#include <cstdio>

#include <csetjmp>
#include <memory>

namespace mortise::tool {
namespace {

constexpr uint32_t kMaxExtent = 16384;  // of either side: 1 GiB as RGBA at most

struct Image {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<uint8_t> rgb;  // 3 bytes a pixel
};

Result<Image> read_png(const std::filesystem::path& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&png, path.c_str()) == 0) return make_error(StatusCode::kDataLoss, png.message);
  if (png.width > kMaxExtent || png.height > kMaxExtent) {
    png_image_free(&png);
    return make_error(StatusCode::kOutOfRange, "is larger than ", kMaxExtent, " pixels on a side");
  }
  png.format = PNG_FORMAT_RGB;
  Image image{png.width, png.height, std::vector<uint8_t>(PNG_IMAGE_SIZE(png))};
  if (png_image_finish_read(&png, nullptr, image.rgb.data(), 0, nullptr) == 0) {
    return make_error(StatusCode::kDataLoss, png.message);
  }
  return image;
}

// libjpeg's error handler must not return; it jumps back to the reader.
struct JpegError {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

bool decode_jpeg(std::FILE* file, JpegError& error, Image& image) {
  jpeg_decompress_struct jpeg{};
  jpeg.err = jpeg_std_error(&error.manager);
  error.manager.error_exit = [](j_common_ptr common) {
    auto* self = reinterpret_cast<JpegError*>(common->err);
    self->manager.format_message(common, self->message);
    std::longjmp(self->jump, 1);
  };
  error.manager.output_message = [](j_common_ptr) {};
  jpeg_create_decompress(&jpeg);
  if (setjmp(error.jump) != 0) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg_stdio_src(&jpeg, file);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  if (jpeg.output_width > kMaxExtent || jpeg.output_height > kMaxExtent) {
    std::snprintf(error.message, sizeof error.message, "is larger than %u pixels on a side", kMaxExtent);
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  image.width = jpeg.output_width;
  image.height = jpeg.output_height;
  image.rgb.resize(size_t{3} * image.width * image.height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = image.rgb.data() + size_t{3} * image.width * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return true;
}

Result<Image> read_jpeg(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return make_error(StatusCode::kNotFound, "cannot be opened");
  JpegError error{};
  Image image;
  if (!decode_jpeg(file.get(), error, image)) return make_error(StatusCode::kDataLoss, error.message);
  return image;
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

Result<Value> to_value(const Image& image, const Port& port) {
  MORTISE_ASSIGN(const Layout layout, layout_of(port));
  const int64_t height = port.dims[layout.channels_last ? 1 : 2], width = port.dims[layout.channels_last ? 2 : 3];
  if ((height >= 0 && height != image.height) || (width >= 0 && width != image.width)) {
    return invalid_argument("is ", image.width, "x", image.height, " pixels; input '", port.name, "' wants ", width,
                            "x", height);
  }
  const int64_t rows = image.height, columns = image.width, channels = layout.channels;
  const Shape shape = layout.channels_last ? Shape{1, rows, columns, channels} : Shape{1, channels, rows, columns};
  MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(port.dtype, shape));
  for (int64_t pixel = 0; pixel < rows * columns; ++pixel) {
    const uint8_t* rgb = image.rgb.data() + 3 * pixel;
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

bool is_image(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

Result<Value> read_image(const std::filesystem::path& path, const Port& port) {
  auto image = path.extension() == ".png" ? read_png(path) : read_jpeg(path);
  if (!image.ok()) return std::move(image).status().context(path.string());
  auto value = to_value(*image, port);
  if (!value.ok()) return std::move(value).status().context(path.string());
  return value;
}

}  // namespace mortise::tool
