// find_case(): the case that a person names on the command line.
#pragma once

#include <string>

#include "conformance/engine/case.h"

namespace mortise::conformance {

// A number alone is a graph's. Null for an unknown name.
const Case* find_case(const Catalogue& catalogue, const std::string& what);
// The same; ends with kBadUsage and a hint for an unknown name. settings: those of the catalogue.
const Case& require_case(const Catalogue& catalogue, const Settings& settings, const std::string& what);

}  // namespace mortise::conformance
