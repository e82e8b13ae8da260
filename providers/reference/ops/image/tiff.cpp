// TIFF through libtiff: the first image of the file, upright as its Orientation says (which, unlike EXIF's, is part of
// the format).
#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {
namespace {

constexpr tmsize_t kMostAtOnce = tmsize_t{1} << 30;  // bytes that libtiff allocates in one piece

struct Source {
  Bytes stream;
  uint64_t at = 0;
  char reason[256] = "the stream is damaged";
};

tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
  auto& source = *static_cast<Source*>(handle);
  const uint64_t rest = source.stream.size() - std::min<uint64_t>(source.at, source.stream.size());
  const uint64_t count = std::min(static_cast<uint64_t>(size), rest);
  if (count != 0) std::memcpy(to, source.stream.data() + source.at, count);
  source.at += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto& source = *static_cast<Source*>(handle);
  const uint64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? source.at : source.stream.size();
  return source.at = from + offset;
}

int close(thandle_t) { return 0; }

toff_t size(thandle_t handle) { return static_cast<Source*>(handle)->stream.size(); }

// Not returning 0 keeps the process's own handlers, which print, from being called.
int fail(TIFF*, void* user_data, const char*, const char* format, va_list arguments) {
  auto& source = *static_cast<Source*>(user_data);
  std::vsnprintf(source.reason, sizeof source.reason, format, arguments);
  return 1;
}

int ignore(TIFF*, void*, const char*, const char*, va_list) { return 1; }

using Image = std::unique_ptr<TIFF, void (*)(TIFF*)>;

Image open(Source& source) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), fail, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore, nullptr);
  // "m": the stream is read, not mapped.
  return {TIFFClientOpenExt("stream", "rm", &source, read, write, seek, close, size, nullptr, nullptr, options.get()),
          TIFFClose};
}

// What TIFFReadRGBAImage() would misread, and transparency, which it would multiply the colours by.
Status prepare(TIFF* tiff) {
  uint16_t format = SAMPLEFORMAT_UINT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)
    return damaged("its samples are no unsigned integers");
  uint16_t count = 0;
  uint16_t* kinds = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) != 0 && count != 0) {
    std::vector<uint16_t> multiplied(kinds, kinds + count);
    std::replace(multiplied.begin(), multiplied.end(), uint16_t{EXTRASAMPLE_UNASSALPHA},
                 uint16_t{EXTRASAMPLE_ASSOCALPHA});
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, count, multiplied.data());
  }
  char reason[1024] = "";
  if (TIFFRGBAImageOK(tiff, reason) == 0) return damaged(reason);
  return {};
}

// Orientations 1 to 8: bits of what is done to the stored image, in this order.
enum : uint32_t { kMirror = 1, kFlip = 2, kTranspose = 4 };
constexpr uint32_t kTurns[] = {0,
                               kMirror,
                               kMirror | kFlip,
                               kFlip,
                               kTranspose,
                               kFlip | kTranspose,
                               kMirror | kFlip | kTranspose,
                               kMirror | kTranspose};

void copy(const uint32_t* raster, uint64_t width, uint64_t height, uint32_t turns, Canvas& canvas) {
  for (uint64_t y = 0; y < height; ++y) {
    for (uint64_t x = 0; x < width; ++x) {
      const uint64_t column = (turns & kMirror) != 0 ? width - 1 - x : x,
                     row = (turns & kFlip) != 0 ? height - 1 - y : y;
      uint8_t* rgb = (turns & kTranspose) != 0 ? canvas.row(column) + 3 * row : canvas.row(row) + 3 * column;
      const uint32_t pixel = raster[y * width + x];
      rgb[0] = static_cast<uint8_t>(TIFFGetR(pixel));
      rgb[1] = static_cast<uint8_t>(TIFFGetG(pixel));
      rgb[2] = static_cast<uint8_t>(TIFFGetB(pixel));
    }
  }
}

}  // namespace

Status decode_tiff(Bytes stream, Canvas& canvas) {
  Source source{.stream = stream};
  const Image tiff = open(source);
  if (tiff == nullptr) return damaged(source.reason);
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  if (orientation < 1 || orientation > 8) orientation = ORIENTATION_TOPLEFT;
  MORTISE_TRY(prepare(tiff.get()));
  // The raster, and a strip or tile packed and unpacked for every sample.
  const uint64_t piece = TIFFIsTiled(tiff.get()) != 0 ? TIFFTileSize64(tiff.get()) : TIFFStripSize64(tiff.get());
  if (piece > static_cast<uint64_t>(kMostAtOnce)) return damaged("its strips or tiles are too large");
  if (uint64_t{width} * height > static_cast<uint64_t>(kMostAtOnce) / 4) return damaged("the image is too large");
  const uint64_t raster_size = uint64_t{4} * width * height;
  const uint32_t turns = kTurns[orientation - 1];
  const bool transpose = (turns & kTranspose) != 0;
  MORTISE_TRY(canvas.begin(transpose ? height : width, transpose ? width : height, raster_size + 8 * piece));
  const auto raster = std::make_unique<uint32_t[]>(uint64_t{width} * height);  // black, where nothing is stored
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, raster.get(), orientation, 1) == 0) {
    return damaged(source.reason);
  }
  copy(raster.get(), width, height, turns, canvas);
  return {};
}

}  // namespace mortise::reference::image
