// BMP, as Windows and OS/2 1.x write it: 1 to 32 bits a pixel, palettes, bit fields, run lengths.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {
namespace {

enum Compression : uint32_t { kNone = 0, kRle8 = 1, kRle4 = 2, kFields = 3, kFieldsWithAlpha = 6 };

constexpr uint64_t kFileHeader = 14;

struct Header {
  uint64_t size = 0;  // of what follows the file header
  uint64_t pixels = 0;
  int64_t width = 0, height = 0;
  uint32_t bits = 0;
  uint32_t compression = kNone;
  uint32_t colors = 0;
  uint32_t masks[3] = {};
  bool top_down = false;

  bool is_run_length() const { return compression == kRle8 || compression == kRle4; }
  bool has_fields() const { return compression == kFields || compression == kFieldsWithAlpha; }
};

using Rgb = std::array<uint8_t, 3>;

// The caller has made sure that they are there.
uint32_t u16(Bytes bytes, uint64_t at) { return bytes[at] | uint32_t{bytes[at + 1]} << 8; }
uint32_t u32(Bytes bytes, uint64_t at) { return u16(bytes, at) | u16(bytes, at + 2) << 16; }

Status read_fields(Bytes stream, Header& header) {
  constexpr uint64_t kMasks = kFileHeader + 40;
  if (header.has_fields()) {
    if (stream.size() < kMasks + 12) return damaged("the header ends early");
    for (uint64_t c = 0; c < 3; ++c) header.masks[c] = u32(stream, kMasks + 4 * c);
    // Behind the shortest header come the masks, and only then a palette.
    if (header.size == 40) header.size += header.compression == kFields ? 12 : 16;
  } else {
    const uint32_t channel = header.bits == 16 ? 0x1F : 0xFF;
    const int width = header.bits == 16 ? 5 : 8;
    for (int c = 0; c < 3; ++c) header.masks[c] = channel << (width * (2 - c));
  }
  for (const uint32_t mask : header.masks) {
    const uint32_t ones = mask >> std::countr_zero(mask | 0x80000000u);
    if ((ones & (ones + 1)) != 0) return damaged("a colour's bits are not side by side");
  }
  return {};
}

Result<Header> read_header(Bytes stream) {
  Header header;
  if (stream.size() < kFileHeader + 12) return damaged("the header ends early");
  header.pixels = u32(stream, 10);
  header.size = u32(stream, kFileHeader);
  if (header.size == 12) {
    header.width = u16(stream, 18);
    header.height = u16(stream, 20);
    header.bits = u16(stream, 24);
  } else if (header.size >= 40 && header.size <= 124) {
    if (stream.size() < kFileHeader + header.size) return damaged("the header ends early");
    header.width = static_cast<int32_t>(u32(stream, 18));
    header.height = static_cast<int32_t>(u32(stream, 22));
    header.bits = u16(stream, 28);
    header.compression = u32(stream, 30);
    header.colors = u32(stream, 46);
  } else {
    return damaged("the header has an unknown size, ", header.size);
  }
  header.top_down = header.height < 0;
  if (header.top_down) header.height = -header.height;
  if (header.width <= 0) return damaged("the image has no pixels");
  const uint32_t bits = header.bits;
  const bool known = (header.compression == kNone && (bits == 1 || bits == 4 || bits == 8 || bits == 24)) ||
                     ((header.compression == kNone || header.has_fields()) && (bits == 16 || bits == 32)) ||
                     (header.compression == kRle8 && bits == 8) || (header.compression == kRle4 && bits == 4);
  if (!known) return damaged(bits, " bits a pixel with compression ", header.compression, " are not decoded");
  if (bits == 16 || bits == 32) MORTISE_TRY(read_fields(stream, header));
  return header;
}

Result<std::vector<Rgb>> read_palette(Bytes stream, const Header& header) {
  if (header.bits > 8) return std::vector<Rgb>();
  const uint32_t most = 1u << header.bits;
  const uint64_t entry = header.size == 12 ? 3 : 4;
  std::vector<Rgb> palette(header.colors == 0 ? most : std::min(header.colors, most));
  uint64_t at = kFileHeader + header.size;
  if (stream.size() < at + entry * palette.size()) return damaged("the palette ends early");
  for (Rgb& color : palette) {
    color = {stream[at + 2], stream[at + 1], stream[at]};
    at += entry;
  }
  palette.resize(most);  // black
  return palette;
}

uint8_t* row_from_bottom(Canvas& canvas, const Header& header, uint64_t y) {
  return canvas.row(header.top_down ? y : canvas.height() - 1 - y);
}

uint8_t field(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  return to_byte((pixel & mask) >> shift, mask >> shift);
}

void decode_row(const uint8_t* from, const Header& header, const std::vector<Rgb>& palette, uint64_t width,
                uint8_t* rgb) {
  const Bytes row(from, (width * header.bits + 7) / 8);
  for (uint64_t x = 0; x < width; ++x, rgb += 3) {
    if (header.bits <= 8) {
      const uint64_t bit = x * header.bits;
      const uint32_t index = row[bit / 8] >> (8 - header.bits - bit % 8) & ((1u << header.bits) - 1);
      std::memcpy(rgb, palette[index].data(), 3);
    } else if (header.bits == 24) {
      for (uint64_t c = 0; c < 3; ++c) rgb[c] = row[3 * x + 2 - c];
    } else {
      const uint32_t pixel = header.bits == 16 ? u16(row, 2 * x) : u32(row, 4 * x);
      for (uint64_t c = 0; c < 3; ++c) rgb[c] = field(pixel, header.masks[c]);
    }
  }
}

Status decode_rows(Bytes data, const Header& header, const std::vector<Rgb>& palette, uint64_t stride, Canvas& canvas) {
  for (uint64_t y = 0; y < canvas.height(); ++y) {
    decode_row(data.data() + y * stride, header, palette, canvas.width(), row_from_bottom(canvas, header, y));
  }
  return {};
}

// Pairs of bytes: a run of a color; or 0 and the end of a row (0) or of the image (1), a move (2), or a number of colors
// written out. What is moved over has color 0.
Status decode_runs(Bytes data, const Header& header, const std::vector<Rgb>& palette, Canvas& canvas) {
  const uint64_t width = canvas.width(), height = canvas.height();
  for (uint64_t y = 0; y < height; ++y) {
    for (uint64_t x = 0; x < width; ++x) std::memcpy(canvas.row(y) + 3 * x, palette[0].data(), 3);
  }
  const uint64_t per_byte = 8 / header.bits;
  const uint32_t mask = (1u << header.bits) - 1;
  uint64_t x = 0, y = 0, at = 0;
  while (at + 2 <= data.size()) {
    const uint64_t count = data[at], second = data[at + 1];
    at += 2;
    if (count == 0 && second == 1) return {};
    if (count == 0 && second == 0) {
      x = 0;
      ++y;
    } else if (count == 0 && second == 2) {
      if (at + 2 > data.size()) break;
      x += data[at];
      y += data[at + 1];
      at += 2;
    } else {
      const bool run = count != 0;
      const uint64_t pixels = run ? count : second, bytes = run ? 0 : (pixels + per_byte - 1) / per_byte;
      if (y >= height || x + pixels > width) return damaged("pixels lie outside of the image");
      if (at + bytes > data.size()) break;
      uint8_t* rgb = row_from_bottom(canvas, header, y) + 3 * x;
      for (uint64_t i = 0; i < pixels; ++i) {
        const uint64_t byte = run ? second : data[at + i / per_byte];
        const uint64_t shift = 8 - header.bits * (1 + i % per_byte);
        std::memcpy(rgb + 3 * i, palette[byte >> shift & mask].data(), 3);
      }
      x += pixels;
      at += bytes + bytes % 2;
    }
  }
  return damaged("the stream ends early");
}

}  // namespace

Status decode_bmp(Bytes stream, Canvas& canvas) {
  MORTISE_ASSIGN(const Header header, read_header(stream));
  MORTISE_ASSIGN(const std::vector<Rgb> palette, read_palette(stream, header));
  if (header.pixels > stream.size()) return damaged("the stream ends early");
  const Bytes data = stream.subspan(header.pixels);
  const auto width = static_cast<uint64_t>(header.width), height = static_cast<uint64_t>(header.height);
  const uint64_t stride = (width * header.bits + 31) / 32 * 4;
  if (!header.is_run_length() && height > data.size() / stride) return damaged("the stream ends early");
  MORTISE_TRY(canvas.begin(width, height, 0));
  if (header.is_run_length()) return decode_runs(data, header, palette, canvas);
  return decode_rows(data, header, palette, stride, canvas);
}

}  // namespace mortise::reference::image
