// Files of ONNX's backend test vectors as values of tests: models of one node, data sets, and what counts as equal.
//
// For files that come with the standard; a damaged one throws.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/support/run_op.h"

namespace mortise::test {

namespace fs = std::filesystem;

template <class Proto>
Proto parse(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Proto proto;
  if (!proto.ParseFromIstream(&file)) throw std::runtime_error("cannot parse " + path.string());
  return proto;
}

Tensor tensor_of(const onnx::TensorProto& proto);
Value read_value(const fs::path& path, const onnx::TypeProto& type);

// False for an attribute that TestGraph cannot express.
bool add_attribute(Attributes& attributes, const onnx::AttributeProto& a);

// Floats within the standard's tolerance, all else exactly.
bool equal(const Value& a, const Value& b);

// A case whose model is one node, with its first data set.
struct NodeCase {
  std::string name;            // of its folder
  OpTest op;                   // its version is the operator's since-version
  std::vector<Value> results;  // of the outputs that are not left out
};

// Nothing for a model of several nodes, or with what OpTest cannot express.
std::optional<NodeCase> read_node_case(const fs::path& directory);

}  // namespace mortise::test
