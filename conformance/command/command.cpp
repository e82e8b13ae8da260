#include "conformance/command/command.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
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

std::string exit_codes(std::string_view ok, std::string_view failed) {
  return fmt::format("Exit codes: 0 {}; 1 {}; 2 the command line or a file named there is wrong.", ok, failed);
}

CLI::Validator not_empty() {
  return {
      [](const std::string& text) { return text.empty() ? "is empty; leave the option out or name something" : ""; },
      ""};
}

CLI::Validator number_between(double least, double most) {
  const std::string range = fmt::format("from {} to {}", least, most);
  return {[=](const std::string& text) {
            double value = 0;
            const char* end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc() && rest == end && value >= least && value <= most) return std::string();
            return fmt::format("'{}' is no number {}", text, range);
          },
          range};
}

}  // namespace mortise::conformance
