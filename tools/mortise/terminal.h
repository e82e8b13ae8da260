// What depends on whether a person is looking: colour, and lines that are written over.
//
// Only a terminal gets either; a file, a pipe and anyone who sets NO_COLOR get plain lines.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace mortise::tool {

bool is_terminal(std::FILE* stream);

enum class Colour { kRed, kGreen };

// The text in a colour where the stream is a terminal and wants one, the text alone otherwise.
std::string coloured(std::string_view text, Colour colour, std::FILE* stream);

}  // namespace mortise::tool
