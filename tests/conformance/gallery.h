// The list of the gallery: which broken plugin is caught by which case (tests/plugins/gallery/gallery.inc).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/verdict.h"

namespace mortise::conformance {

// What is run on a plugin: a suite, or those of its cases whose names match a regular expression.
struct Part {
  std::string suite;
  std::string filter;  // empty: all cases
};

struct Exhibit {
  std::string name;  // plugins/<name>.cpp
  std::vector<Part> parts;
  std::vector<std::string> cases;  // that must fail; '*' stands for anything
  Outcome outcome;                 // of the first of them; kPass: none fails
  std::string description;         // what it breaks, a sentence: the comment that the file begins with
};

std::span<const Exhibit> gallery();

// Whether a case is one that the pattern names.
bool names(std::string_view pattern, std::string_view case_name);

}  // namespace mortise::conformance
