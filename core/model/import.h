// import_model: a parsed ModelProto as a Graph.
//
// Names become ids, attributes and initializers get types, Constant nodes become constants, calls of model-local
// functions are inlined. Linear in the model. Not done here: checking operators (unknown ones are kept, a plugin may
// own them) and inferring types. Takes content out of the proto, which is good for nothing afterwards. Thread-safe for
// distinct protos.
#pragma once

#include <filesystem>

#include "core/graph/graph.h"
#include "core/model/load.h"

namespace onnx {
class ModelProto;
}

namespace mortise {

// folder: where external data may be; empty if nowhere. The graph is finalized.
Result<Graph> import_model(onnx::ModelProto& proto, const std::filesystem::path& folder, const LoadOptions& options);

}  // namespace mortise
