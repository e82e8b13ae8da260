#include "tools/mortise/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace mortise::tool {

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) != 0; }

std::string coloured(std::string_view text, Colour colour, std::FILE* stream) {
  const char* unwanted = std::getenv("NO_COLOR");
  if (!is_terminal(stream) || (unwanted != nullptr && *unwanted != '\0')) return std::string(text);
  return (colour == Colour::kRed ? "\x1b[31m" : "\x1b[32m") + std::string(text) + "\x1b[0m";
}

}  // namespace mortise::tool
