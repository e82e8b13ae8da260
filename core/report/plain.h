// A terminal obeys control characters; in text that a model or a plugin has written they become spaces.
#pragma once

#include <algorithm>
#include <string>

namespace mortise::report {

inline std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

}  // namespace mortise::report
