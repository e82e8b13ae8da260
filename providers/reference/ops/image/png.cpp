// PNG through libpng, whose errors jump: a function that calls setjmp() holds nothing that has a destructor.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {
namespace {

struct Reader {
  explicit Reader(Bytes stream);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }

  Bytes rest;
  png_structp png;
  png_infop info;
  char reason[128] = "out of memory";
};

void fail(png_structp png, png_const_charp reason) {
  auto& reader = *static_cast<Reader*>(png_get_error_ptr(png));
  std::snprintf(reader.reason, sizeof reader.reason, "%s", reason);
  png_longjmp(png, 1);
}

void ignore(png_structp, png_const_charp) {}

void read(png_structp png, png_bytep to, size_t size) {
  Bytes& rest = static_cast<Reader*>(png_get_io_ptr(png))->rest;
  if (size > rest.size()) png_error(png, "the stream ends early");
  std::memcpy(to, rest.data(), size);
  rest = rest.subspan(size);
}

Reader::Reader(Bytes stream)
    : rest(stream),
      png(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)),
      info(png == nullptr ? nullptr : png_create_info_struct(png)) {}

// Texts, profiles and the like may be bombs, and nobody looks at them.
constexpr png_byte kUnread[] = "eXIf\0iCCP\0iTXt\0sPLT\0tEXt\0zTXt";

bool read_header(Reader& reader) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &reader, read);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kUnread, sizeof kUnread / 5);
  png_read_info(png, reader.info);
  return true;
}

bool read_pixels(Reader& reader, Canvas& canvas) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_palette_to_rgb(png);
  if (png_get_bit_depth(png, reader.info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  if (png_get_rowbytes(png, reader.info) != 3 * canvas.width()) png_error(png, "the rows are not as announced");
  for (int pass = 0; pass < passes; ++pass) {
    for (uint64_t y = 0; y < canvas.height(); ++y) png_read_row(png, canvas.row(y), nullptr);
  }
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

Status decode_png(Bytes stream, Canvas& canvas) {
  Reader reader(stream);
  if (reader.info == nullptr) return make_error(StatusCode::kResourceExhausted, reader.reason);
  if (!read_header(reader)) return damaged(reader.reason);
  const uint64_t width = png_get_image_width(reader.png, reader.info);
  // Two rows of up to four samples of two bytes, and what inflating takes.
  MORTISE_TRY(canvas.begin(width, png_get_image_height(reader.png, reader.info), 16 * width + (1 << 16)));
  if (!read_pixels(reader, canvas)) return damaged(reader.reason);
  return {};
}

}  // namespace mortise::reference::image
