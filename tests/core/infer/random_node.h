// Random graphs of one node: the victim of tests that must hold for any node of any operator.
#pragma once

#include <random>

#include "core/graph/graph.h"
#include "core/infer/operator_table.h"

namespace mortise {

// How far a node strays from its operator's signature.
enum class Manners {
  kPolite,   // parameters, types and attributes as the signature wants them; shapes and numbers are small
  kHostile,  // anything goes
};

// A finalized graph of one node, 'victim'. Its inputs are graph inputs and constants. The same seed gives the same
// graph.
Graph random_node(const infer::Operator& op, const infer::Signature& signature, Manners manners, std::mt19937& random);

}  // namespace mortise
