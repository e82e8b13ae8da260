// A specimen in a folder as a case: what `reproduce FOLDER` runs, and each try of a reduction.
//
// No part of the catalogue: every worker knows it by its name, which carries the folder.
#pragma once

#include <filesystem>
#include <optional>

#include "conformance/engine/case.h"

namespace mortise::conformance {

// Runs the model of generate/specimen.h's layout as the graphs suite runs a graph: the device has all that it claims, then
// parts of that. Outputs are the oracle's, bit by bit where the model is made of exact operators, otherwise by ONNX's
// own tolerance.
Case specimen_case(const std::filesystem::path& folder);
// The case of this name, or nothing if it is another's name.
std::optional<Case> find_specimen_case(std::string_view name);

}  // namespace mortise::conformance
