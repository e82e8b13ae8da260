#include "conformance/command/command.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>

namespace mortise::conformance {

void stop(int code, std::string_view message) {
  // A terminal obeys control characters, and names in messages come from plugins.
  std::string text(message);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c != '\n' && std::iscntrl(static_cast<unsigned char>(c)) != 0; },
      ' ');
  std::fprintf(stderr, "mortise-conformance: %s\n", text.c_str());
  throw Exit{code};
}

}  // namespace mortise::conformance
