// StringSplit: the pieces of strings between delimiters, or between white space (Unicode's) without one.
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <limits>
#include <string>
#include <vector>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

using Pieces = std::vector<std::string_view>;

// Bytes of the white space character at `at`; 0 for any other.
size_t space_at(std::string_view text, size_t at) {
  const auto size = static_cast<int32_t>(std::min<size_t>(text.size() - at, U8_MAX_LENGTH));
  int32_t next = 0;
  UChar32 character = 0;
  U8_NEXT(text.data() + at, next, size, character);
  return character >= 0 && u_isUWhiteSpace(character) != 0 ? static_cast<size_t>(next) : 0;
}

void skip_space(std::string_view& text) {
  for (size_t space = 0; !text.empty() && (space = space_at(text, 0)) != 0;) text.remove_prefix(space);
}

std::string_view without_space_at_end(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t space = space_at(text, at);
    at += space != 0 ? space : 1;
    if (space == 0) end = at;
  }
  return text.substr(0, end);
}

Pieces split_at_space(std::string_view text, uint64_t splits) {
  Pieces pieces;
  for (skip_space(text); !text.empty(); skip_space(text)) {
    if (splits-- == 0) {
      pieces.push_back(without_space_at_end(text));
      break;
    }
    size_t end = 0;
    while (end < text.size() && space_at(text, end) == 0) ++end;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

// One more than there are delimiters: an empty string is one piece.
Pieces split_at(std::string_view delimiter, std::string_view text, uint64_t splits) {
  Pieces pieces;
  for (size_t end = text.find(delimiter); end != text.npos && splits-- != 0; end = text.find(delimiter)) {
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  pieces.push_back(text);
  return pieces;
}

}  // namespace

Result<Kernel> make_string_split(const NodeSpec& node) {
  const int64_t given = node.get_int("maxsplit", -1);
  const uint64_t splits = given < 0 ? std::numeric_limits<uint64_t>::max() : static_cast<uint64_t>(given);
  return Kernel([=, delimiter = std::string(node.get_string("delimiter", ""))](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    std::vector<Pieces> all;
    size_t most = 0;
    for (const mortise_string_t& element : x.elements<mortise_string_t>()) {
      const std::string_view text(element.data, element.size);
      all.push_back(delimiter.empty() ? split_at_space(text, splits) : split_at(delimiter, text, splits));
      most = std::max(most, all.back().size());
    }
    Shape result = x.shape();
    result.push_back(static_cast<int64_t>(most));
    MORTISE_TRY(check_shape(DType::kString, result));
    const auto y = context.output(0, DType::kString, result).elements<mortise_string_t>();
    const auto counts = context.output(1, DType::kI64, x.shape()).elements<int64_t>();
    const mortise_string_t empty = context.keep(std::string());
    std::fill(y.begin(), y.end(), empty);
    for (size_t i = 0; i < all.size(); ++i) {
      counts[i] = static_cast<int64_t>(all[i].size());
      for (size_t k = 0; k < all[i].size(); ++k) y[i * most + k] = {all[i][k].data(), all[i][k].size()};
    }
    return {};
  });
}

}  // namespace mortise::reference
