// Schedule: from atoms, each with its owner, to segments.
#pragma once

#include <vector>

#include "core/plan/atoms.h"
#include "core/plan/partition.h"

namespace mortise::plan {

// Orders the atoms so that runs of one owner are long; a run, split into connected components, gives the segments. Runs
// follow one another and the components of a run do not touch, hence no cycle. The atoms themselves are acyclic.
// owner: per node, a provider or kCoreProvider; a node of the core is a segment of its own.
std::vector<Segment> schedule(const Atoms& atoms, const std::vector<uint32_t>& owner, uint32_t num_providers);

}  // namespace mortise::plan
