#include "conformance/report/escape.h"

#include <nlohmann/json.hpp>

namespace mortise::conformance {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The JSON library knows UTF-8: its writer replaces what is none.
std::string valid_utf8(std::string_view text) {
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          made += kReplacement;
        } else if ((c == '\xBE' || c == '\xBF') && made.ends_with("\xEF\xBF")) {
          made += kReplacement.back();  // U+FFFE and U+FFFF begin as U+FFFD does
        } else {
          made += c;
        }
    }
  }
  return made;
}

}  // namespace mortise::conformance
