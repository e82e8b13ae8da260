#include "providers/reference/ops/image/jpeg2000_header.h"

#include <algorithm>
#include <iterator>

namespace mortise::reference::image {
namespace {

enum Marker : uint64_t { kCod = 0xFF52, kCoc = 0xFF53, kSot = 0xFF90, kSod = 0xFF93, kEoc = 0xFFD9 };

// Other markers with a segment that OpenJPEG knows. It looks for the next one inside of those that it does not know, where
// a COD could hide.
constexpr uint64_t kOtherMarkers[] = {0xFF50, 0xFF55, 0xFF57, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F,
                                      0xFF60, 0xFF61, 0xFF63, 0xFF64, 0xFF74, 0xFF75, 0xFF77, 0xFF78};

constexpr uint64_t kSizBytes = 42;  // SOC, SIZ up to the number of components

// Bytes that OpenJPEG keeps for one of each, rounded up.
constexpr uint64_t kTileBytes = 8192, kTileComponentBytes = 2048, kPrecinctBytes = 1024, kBlockBytes = 768;

uint64_t ceil_div(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// A number of `size` bytes; beyond the end there are zeros.
uint64_t number(Bytes bytes, uint64_t at, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i, ++at) value = value << 8 | (at < bytes.size() ? bytes[at] : 0);
  return value;
}

enum Box : uint64_t { kCodestream = 0x6A703263, kHeaders = 0x6A703268, kPalette = 0x70636C72 };  // jp2c, jp2h, pclr

// What is in the first box of a kind among others; nothing if there is none.
Bytes box_in(Bytes boxes, Box kind) {
  while (boxes.size() >= 8) {
    uint64_t length = number(boxes, 0, 4), header = 8;
    if (length == 1) {
      length = number(boxes, 8, 8);
      header = 16;
    }
    if (length == 0) length = boxes.size();
    if (length < header || header > boxes.size()) break;
    const uint64_t end = std::min<uint64_t>(length, boxes.size());
    if (number(boxes, 4, 4) == kind) return boxes.subspan(header, end - header);
    boxes = boxes.subspan(end);
  }
  return {};
}

// Channels that a JP2 file's palette makes of one, each of them an image of its own: after the number of entries.
uint64_t palette_channels(Bytes file) { return number(box_in(box_in(file, kHeaders), kPalette), 2, 1); }

// Of one component coded as a segment COD or COC says. `at` is where its number of decomposition levels is.
uint64_t coding_memory(Bytes stream, uint64_t at, bool own_precincts, uint64_t layers, uint64_t width,
                       uint64_t height) {
  const uint64_t levels = std::min<uint64_t>(number(stream, at, 1), 32);
  const uint64_t block_bits = (number(stream, at + 1, 1) & 15) + (number(stream, at + 2, 1) & 15) + 4;
  uint64_t precincts = 0, most = 0;
  for (uint64_t level = 0; level <= levels; ++level) {
    const uint64_t exponents = own_precincts ? number(stream, at + 5 + level, 1) : 0xFF;
    const uint64_t scale = levels - level;
    // One more in each direction, for tiles that do not begin where precincts do.
    const uint64_t count = (ceil_div(width, uint64_t{1} << (scale + (exponents & 15))) + 1) *
                           (ceil_div(height, uint64_t{1} << (scale + (exponents >> 4))) + 1);
    precincts += count;
    most = std::max(most, count);
  }
  const uint64_t blocks = (width * height >> std::min<uint64_t>(block_bits, 12)) + 4 * precincts;
  return precincts * kPrecinctBytes + blocks * kBlockBytes + 2 * layers * (levels + 1) * most;
}

// The most that any segment of the main header or of a tile's header makes a component take.
Result<uint64_t> coding_memory(Bytes stream, const Jpeg2000Header& header) {
  uint64_t most = 0, layers = 1, at = 4 + number(stream, 4, 2), tile_end = 0;  // behind SIZ
  while (at + 4 <= stream.size()) {
    const uint64_t marker = number(stream, at, 2), body = at + 4, length = number(stream, at + 2, 2);
    if (marker == kEoc) break;
    if (marker == kSod) {
      if (tile_end <= at) break;
      at = tile_end;
      continue;
    }
    if (marker == kSot) {
      const uint64_t tile_length = number(stream, body + 2, 4);
      tile_end = tile_length == 0 ? stream.size() : at + tile_length;
    } else if (marker == kCod) {
      layers = std::max(layers, number(stream, body + 2, 2));
      const bool own_precincts = (number(stream, body, 1) & 1) != 0;
      most = std::max(most, coding_memory(stream, body + 5, own_precincts, layers, header.width, header.height));
    } else if (marker == kCoc) {
      const uint64_t style = body + (header.components < 257 ? 1 : 2);
      const bool own_precincts = (number(stream, style, 1) & 1) != 0;
      most = std::max(most, coding_memory(stream, style + 1, own_precincts, layers, header.width, header.height));
    }
    const bool known = marker == kCod || marker == kCoc || marker == kSot ||
                       std::find(std::begin(kOtherMarkers), std::end(kOtherMarkers), marker) != std::end(kOtherMarkers);
    if (!known || length < 2) return damaged("there is an unknown marker, ", marker);
    at += 2 + length;
  }
  return most;
}

}  // namespace

Result<Jpeg2000Header> read_jpeg2000_header(Bytes stream) {
  constexpr uint64_t kMostPixels = uint64_t{1} << 31;  // so that no product below overflows
  Jpeg2000Header header;
  header.boxed = stream[0] == 0;
  const uint64_t mapped = header.boxed ? palette_channels(stream) : 0;
  if (header.boxed) stream = box_in(stream, kCodestream);
  if (stream.size() < kSizBytes || number(stream, 0, 4) != 0xFF4FFF51) return damaged("the header ends early");
  const uint64_t right = number(stream, 8, 4), bottom = number(stream, 12, 4);
  const uint64_t left = number(stream, 16, 4), top = number(stream, 20, 4);
  const uint64_t tile_width = number(stream, 24, 4), tile_height = number(stream, 28, 4);
  if (right <= left || bottom <= top || tile_width == 0 || tile_height == 0) return damaged("the image has no pixels");
  header.width = right - left;
  header.height = bottom - top;
  header.components = number(stream, 40, 2);
  if (header.width * header.height > kMostPixels) {
    return damaged("the image is said to be ", header.width, "x", header.height, " pixels");
  }
  if (header.components == 0 || header.components > 4) {
    return damaged("images of ", header.components, " channels are not decoded");
  }
  const uint64_t tiles = (header.width / tile_width + 2) * (header.height / tile_height + 2);
  // A tile is decoded beside the image, each in four bytes a sample.
  MORTISE_ASSIGN(const uint64_t coding, coding_memory(stream, header));
  header.working = tiles * (kTileBytes + header.components * kTileComponentBytes) +
                   header.components * (8 * header.width * header.height + coding) +
                   4 * mapped * header.width * header.height;
  return header;
}

}  // namespace mortise::reference::image
