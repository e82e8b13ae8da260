// JPEG through libjpeg-turbo, whose errors jump: a function that calls setjmp() holds nothing that has a destructor.
//
// The inverse transform is the exact integer one and chroma is interpolated ("fancy upsampling"): the library's
// defaults, and what the standard asks for.
#include <cstdio>
// jpeglib.h needs size_t and FILE before it.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {
namespace {

// A progressive image has some ten scans; each takes the time of a whole image, however few bytes it has.
constexpr int kMostScans = 500;

struct Reader {
  explicit Reader(Bytes bytes);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&jpeg); }

  Bytes stream;
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump;
  char reason[JMSG_LENGTH_MAX] = "";
};

Reader& reader_of(j_common_ptr common) { return *static_cast<Reader*>(common->client_data); }

void fail(j_common_ptr common) {
  Reader& reader = reader_of(common);
  common->err->format_message(common, reader.reason);
  std::longjmp(reader.jump, 1);
}

// The library's warnings are about data that it makes up for, except these.
void warn(j_common_ptr common, int level) {
  const int code = common->err->msg_code;
  const bool harmless = code == JWRN_ADOBE_XFORM || code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR;
  if (level < 0 && !harmless) fail(common);
}

void count_scans(j_common_ptr common) {
  Reader& reader = reader_of(common);
  if (reader.jpeg.input_scan_number <= kMostScans) return;
  std::snprintf(reader.reason, sizeof reader.reason, "the image has more than %d scans", kMostScans);
  std::longjmp(reader.jump, 1);
}

Reader::Reader(Bytes bytes) : stream(bytes) {
  jpeg.client_data = this;
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = fail;
  errors.emit_message = warn;
  errors.output_message = [](j_common_ptr) {};
  progress.progress_monitor = count_scans;
}

// Why the library gave up: it says so in one way for streams and for memory, which JPEGMEM in the environment may limit.
Status failure(const Reader& reader) {
  const int code = reader.errors.msg_code;
  if (code != JERR_OUT_OF_MEMORY && code != JERR_NO_BACKING_STORE) return damaged(reader.reason);
  return make_error(StatusCode::kResourceExhausted, "libjpeg has no memory: ", reader.reason);
}

bool read_header(Reader& reader) {
  jpeg_decompress_struct* jpeg = &reader.jpeg;
  if (setjmp(reader.jump) != 0) return false;
  jpeg_create_decompress(jpeg);
  jpeg->progress = &reader.progress;
  jpeg_mem_src(jpeg, reader.stream.data(), reader.stream.size());
  jpeg_read_header(jpeg, TRUE);
  return true;
}

// CMYK to RGB in place; `inverted` as Adobe's programs write it. A row has 4 bytes a pixel, the result 3.
void to_rgb(const uint8_t* cmyk, uint64_t width, bool inverted, uint8_t* rgb) {
  const int flip = inverted ? 0 : 255;
  for (uint64_t x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = to_byte(static_cast<uint32_t>((cmyk[c] ^ flip) * (cmyk[3] ^ flip)), 255 * 255);
  }
}

bool read_pixels(Reader& reader, Canvas& canvas) {
  jpeg_decompress_struct* jpeg = &reader.jpeg;
  if (setjmp(reader.jump) != 0) return false;
  const bool cmyk = jpeg->num_components == 4;
  jpeg->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(jpeg);
  JSAMPARRAY row =
      jpeg->mem->alloc_sarray(reinterpret_cast<j_common_ptr>(jpeg), JPOOL_IMAGE, 4 * jpeg->output_width, 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t* to = canvas.row(jpeg->output_scanline);
    jpeg_read_scanlines(jpeg, cmyk ? row : &to, 1);
    if (cmyk) to_rgb(row[0], jpeg->output_width, jpeg->saw_Adobe_marker != FALSE, to);
  }
  jpeg_finish_decompress(jpeg);
  return true;
}

// Coefficients of a whole image, where it comes in several scans, and some rows of every component.
uint64_t working_memory(jpeg_decompress_struct& jpeg) {
  const auto padded = [](uint64_t extent) { return (extent + 31) / 32 * 32; };
  const uint64_t rows = jpeg_has_multiple_scans(&jpeg) ? padded(jpeg.image_height) : 0;
  return padded(jpeg.image_width) * static_cast<uint64_t>(jpeg.num_components) * (2 * rows + 256);
}

}  // namespace

Status decode_jpeg(Bytes stream, Canvas& canvas) {
  Reader reader(stream);
  if (!read_header(reader)) return failure(reader);
  MORTISE_TRY(canvas.begin(reader.jpeg.image_width, reader.jpeg.image_height, working_memory(reader.jpeg)));
  if (!read_pixels(reader, canvas)) return failure(reader);
  return {};
}

}  // namespace mortise::reference::image
