// A case of the graphs suite by the name that seeds it.
#pragma once

#include "conformance/engine/settings.h"
#include "conformance/generate/specimen.h"

namespace mortise::conformance {

// The graph of 'graph-17' with the inputs of each of its runs.
Result<std::vector<Specimen>> graph_specimens(const Settings& settings, std::string_view name);

}  // namespace mortise::conformance
