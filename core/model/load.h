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
  uint64_t max_nodes = 500'000;                        // after inlining, see below
  uint64_t max_derivative_nodes = 1'000'000;           // that Gradient nodes become; see gradient.h

  // max_nodes counts the nodes of the graph and of all bodies once functions are inlined, and the calls, bodies and
  // Constants that they come of. A file that holds more nodes itself may have as many as it holds.
  //
  // Rationale: measured, a node takes 0.4 to 0.6 KB and 1 to 2 us at load. What long lists and names add to that is
  // limited too, to so much for each of max_nodes. The worst 2 KB of functions that were tried cost 3 s and 1.1 GB.
  static constexpr uint64_t kBytesPerNode = 2048;
};

Result<Model> load_model(const std::filesystem::path& path, const LoadOptions& options = {});

// folder: where external data may be; empty if nowhere.
Result<Model> load_model(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                         const LoadOptions& options = {});

}  // namespace mortise
