// PBM, PGM and PPM, as text (P1 to P3) and binary (P4 to P6).
#include <optional>

#include "providers/reference/ops/image/image.h"

namespace mortise::reference::image {
namespace {

bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(Bytes rest) : rest_(rest) {}

  // A number of up to `digits` digits behind white space and comments.
  std::optional<uint32_t> number(int digits = 9) {
    while (!rest_.empty() && (is_space(rest_[0]) || rest_[0] == '#')) {
      if (rest_[0] != '#') {
        skip(1);
      } else {
        while (!rest_.empty() && rest_[0] != '\n' && rest_[0] != '\r') skip(1);
      }
    }
    if (rest_.empty() || !is_digit(rest_[0])) return std::nullopt;
    uint32_t value = 0;
    const bool bit = digits == 1;  // the next one may follow at once
    for (; digits > 0 && !rest_.empty() && is_digit(rest_[0]); --digits, skip(1)) value = 10 * value + (rest_[0] - '0');
    if (!bit && !rest_.empty() && is_digit(rest_[0])) return std::nullopt;
    return value;
  }
  Bytes rest() const { return rest_; }
  void skip(uint64_t count) { rest_ = rest_.subspan(count); }

 private:
  Bytes rest_;
};

struct Header {
  bool text = false;
  bool bits = false;  // samples are bits, 1 is black
  uint64_t channels = 1;
  uint64_t width = 0, height = 0;
  uint32_t most = 1;

  uint64_t sample_bytes() const { return most > 255 ? 2 : 1; }
  // Of a row; as text the fewest that there can be.
  uint64_t row_bytes() const {
    return text || !bits ? width * channels * (text ? 1 : sample_bytes()) : (width + 7) / 8;
  }
};

Result<Header> read_header(char kind, Reader& reader) {
  Header header{
      .text = kind <= '3', .bits = kind == '1' || kind == '4', .channels = kind == '3' || kind == '6' ? 3u : 1u};
  const auto width = reader.number(), height = reader.number();
  const auto most = header.bits ? 1 : reader.number();
  if (!width || !height || !most) return damaged("the header is damaged");
  header.width = *width;
  header.height = *height;
  header.most = *most;
  if (header.most == 0 || header.most > 65535) return damaged("the largest sample is ", header.most);
  if (reader.rest().empty() || !is_space(reader.rest()[0])) return damaged("the header is not followed by white space");
  reader.skip(1);
  if (header.width != 0 && header.height > reader.rest().size() / header.row_bytes()) {
    return damaged("the stream ends early");
  }
  return header;
}

// The sample at x of a binary row.
uint32_t binary_sample(const Header& header, const uint8_t* row, uint64_t x) {
  if (header.bits) return row[x / 8] >> (7 - x % 8) & 1;
  return header.sample_bytes() == 1 ? row[x] : static_cast<uint32_t>(row[2 * x] << 8 | row[2 * x + 1]);
}

}  // namespace

Status decode_pnm(Bytes stream, Canvas& canvas) {
  Reader reader(stream.subspan(2));
  MORTISE_ASSIGN(const Header header, read_header(static_cast<char>(stream[1]), reader));
  MORTISE_TRY(canvas.begin(header.width, header.height, 0));
  for (uint64_t y = 0; y < header.height; ++y) {
    uint8_t* rgb = canvas.row(y);
    for (uint64_t x = 0; x < header.width * header.channels; ++x) {
      // The bits of a text need no white space between them.
      const auto sample =
          header.text ? reader.number(header.bits ? 1 : 9) : binary_sample(header, reader.rest().data(), x);
      if (!sample) return damaged("the stream ends early");
      if (*sample > header.most) return damaged("a sample is ", *sample, " where the largest is ", header.most);
      const uint8_t byte = to_byte(header.bits ? 1 - *sample : *sample, header.most);
      if (header.channels == 3) {
        rgb[x] = byte;
      } else {
        rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = byte;
      }
    }
    if (!header.text) reader.skip(header.row_bytes());
  }
  return {};
}

}  // namespace mortise::reference::image
