// Results: everything that a report says, as plain data; what the console, HTML, JSON and JUnit are made from.
#pragma once

#include <string>
#include <vector>

#include "conformance/engine/case.h"
#include "conformance/engine/settings.h"
#include "conformance/engine/verdict.h"

namespace mortise::conformance {

struct CaseResult {
  std::string name;
  std::string suite;
  std::string requirement;
  std::string description;
  Coordinates at;
  Verdict verdict;
};

struct Results {
  Settings settings;
  std::vector<CaseResult> cases;  // in the catalogue's order
  std::vector<std::string> notes;
  double seconds = 0;  // wall time of the run
};

}  // namespace mortise::conformance
