#include "providers/reference/ops/image/image.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace mortise::reference::image {
namespace {

struct Format {
  std::string_view name;
  Status (*decode)(Bytes, Canvas&);
  std::string_view signature;
};

#define MORTISE_IMAGE_FORMAT(name, decoder, signature) {name, decoder, {signature, sizeof(signature) - 1}},
constexpr Format kFormats[] = {
#include "providers/reference/ops/image/formats.inc"
};
#undef MORTISE_IMAGE_FORMAT

bool begins_with(Bytes stream, std::string_view signature) {
  return stream.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), stream.begin(),
                    [](char wanted, uint8_t byte) { return wanted == '?' || static_cast<uint8_t>(wanted) == byte; });
}

}  // namespace

Status Canvas::begin(uint64_t width, uint64_t height, uint64_t working) {
  constexpr uint64_t kMost = std::numeric_limits<int32_t>::max();
  if (width == 0 || height == 0) return damaged("the image has no pixels");
  if (width > kMost || height > kMost) return damaged("the image is said to be ", width, "x", height, " pixels");
  if (working != 0) {
    const auto bytes = static_cast<int64_t>(std::min<uint64_t>(working, std::numeric_limits<int64_t>::max()));
    MORTISE_ASSIGN(working_, allocate_(Shape{bytes}));
  }
  MORTISE_ASSIGN(pixels_, allocate_(Shape{static_cast<int64_t>(height), static_cast<int64_t>(width), 3}));
  return {};
}

Result<Tensor> decode(Bytes stream, const Allocate& allocate) {
  for (const Format& format : kFormats) {
    if (!begins_with(stream, format.signature)) continue;
    Canvas canvas(allocate);
    if (Status status = format.decode(stream, canvas); !status.ok()) return std::move(status).context(format.name);
    return canvas.take();
  }
  return damaged("the stream is no image in a known format");
}

}  // namespace mortise::reference::image
