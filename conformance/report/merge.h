// Merging: the reports of all shards of one run as the report of that run. Pure function.
#pragma once

#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace mortise::conformance {

struct Part {
  std::string file;  // for sentences
  Results results;
};

// Cases come in the order of the catalogue as far as the parts tell: suite by suite, and by the parts' order in each. Each
// keeps the command that its part gives, and so its part's number and folder for models.
// Fails, naming the files, unless the parts are all shards, each once, of one selection of cases run with one suite
// version, binary, provider, options and seed.
Result<Results> merge(std::vector<Part> parts);

}  // namespace mortise::conformance
