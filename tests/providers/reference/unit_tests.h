// Which tests of tests/providers/reference run which operators, found in their text.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

namespace mortise::test {

// The names of tests ("Suite.Name") by operator and since-version. A test runs what it names as `.op = "Abs"` with
// `.version = 13` (or none, for 1), itself or in a function of its file that it calls; and what it names as
// `run("Scaler"`, at version 1. Tests that say what is refused do not count.
using UnitTests = std::map<std::pair<std::string, int32_t>, std::set<std::string>>;
UnitTests find_unit_tests(const std::string& folder);

}  // namespace mortise::test
