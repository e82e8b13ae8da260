// Model: a loaded ONNX model: its graph, with functions inlined, and what the file says about itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/graph.h"

namespace mortise {

struct Model {
  Graph graph;  // finalized
  int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  std::string description;
  int64_t model_version = 0;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::filesystem::path path;  // empty if it was loaded from memory
};

}  // namespace mortise
