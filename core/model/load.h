// load_model: an ONNX file, or its bytes, as a Model.
//
// Parses, imports, inlines functions, replaces Gradient nodes by what computes them, finalizes and validates. Types are
// set as the model declares them; inference comes later. The file is not trusted: whatever it holds, the answer is a
// model or a sentence. Weights are views of the mapped files wherever they are aligned there, and otherwise copies that
// all models of one process share; so the files must not be cut short or overwritten while the model is alive (see
// mapped_file.h).
//
// Thread-safe: any number of loads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "core/model/model.h"
#include "mortise/sdk/result.h"

namespace mortise {

struct LoadOptions {
  uint64_t max_model_bytes = (uint64_t{2} << 30) - 1;  // of the file itself; also protobuf's own limit
  uint64_t max_tensor_bytes = uint64_t{64} << 30;      // of one tensor, external data included
  uint64_t max_densified_bytes = uint64_t{1} << 30;    // of all sparse constants together, once they are dense
  uint64_t max_nodes = 4'000'000;                      // after inlining, see below
  uint64_t max_derivative_nodes = 2'000'000;           // that Gradient nodes become; see gradient.h
  uint32_t max_nesting_depth = 256;                    // of bodies and function calls

  // max_nodes counts the nodes of the graph and of all bodies once functions are inlined, and the calls, bodies and
  // Constants that they come of. A file that holds more nodes itself may have as many as it holds.
  //
  // Rationale: measured, a node takes 0.9 (Relu) to 2.1 KB (an If and its bodies) at load, so that a model of a million
  // nodes, more than any known one has, takes 1 to 2 GB, and the limit 4 to 8 GB. What long lists and names add to that
  // is limited too, to so much for each of max_nodes.
  static constexpr uint64_t kBytesPerNode = 2048;
};

Result<Model> load_model(const std::filesystem::path& path, const LoadOptions& options = {});

// folder: where external data may be; empty if nowhere.
Result<Model> load_model(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                         const LoadOptions& options = {});

}  // namespace mortise
