#include "tests/conformance/gallery.h"

#include <fstream>
#include <sstream>

namespace mortise::conformance {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// "abi,ops" or "abi:^run-basic$"
std::vector<Part> parts_of(const std::string& text) {
  std::vector<Part> parts;
  for (const std::string& one : split(text, ',')) {
    const size_t colon = one.find(':');
    parts.push_back({one.substr(0, colon), colon == std::string::npos ? std::string() : one.substr(colon + 1)});
  }
  return parts;
}

// The comment that the plugin's file begins with.
std::string description_of(const std::string& name) {
  std::ifstream file(concat(MORTISE_GALLERY_SOURCES, "/", name, ".cpp"));
  std::string text;
  for (std::string line; std::getline(file, line) && line.starts_with("// ");) {
    text += concat(text.empty() ? "" : " ", line.substr(3));
  }
  return text;
}

}  // namespace

std::span<const Exhibit> gallery() {
  static const std::vector<Exhibit> kGallery = {
#define MORTISE_GALLERY(name, parts, cases, outcome) \
  {#name, parts_of(parts), split(cases, ' '), parse_outcome(#outcome).value(), description_of(#name)},
#include "tests/plugins/gallery/gallery.inc"
#undef MORTISE_GALLERY
  };
  return kGallery;
}

bool names(std::string_view pattern, std::string_view case_name) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == case_name;
  if (!case_name.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  for (case_name.remove_prefix(star);; case_name.remove_prefix(1)) {
    if (names(pattern, case_name)) return true;
    if (case_name.empty()) return false;
  }
}

}  // namespace mortise::conformance
