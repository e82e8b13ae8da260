// import_model: a parsed ModelProto as a Graph.
//
// Names become ids, attributes and initializers get types, Constant nodes become constants, calls of model-local
// functions are inlined, unless that would make too much of the model (growth.h). Linear in the graph. Not done here:
// checking operators (unknown ones are kept, a plugin may own them) and inferring types. Takes content out of the
// message, which is good for nothing afterwards. Thread-safe for distinct models.
#pragma once

#include <filesystem>
#include <memory>

#include "core/graph/graph.h"
#include "core/model/load.h"
#include "core/model/mapped_file.h"

namespace mortise {

struct ParsedModel;

struct ModelOrigin {
  std::filesystem::path folder;            // where external data may be; empty if nowhere
  std::shared_ptr<const MappedFile> file;  // of the model itself; null: its bytes are the caller's
};

// The graph is finalized.
Result<Graph> import_model(ParsedModel& model, const ModelOrigin& origin, const LoadOptions& options);

}  // namespace mortise
