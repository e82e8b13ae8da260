// Writes an ONNX model node by node. A value is its name, so that a model reads as a list of expressions:
//
//   ModelBuilder model("example");
//   const std::string x = model.input("x", {1, 16});
//   model.output(model.node("relu", "Relu", {x}), {1, 16});
//
// Random weights come from one seeded generator in the order in which they are asked for: the same program makes the
// same bytes on every machine. Everything is float32 but what `int64s` holds. Not checked: whoever reads the model does.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mortise::bench {

using Dims = std::vector<int64_t>;
using Attributes = std::vector<std::pair<std::string, std::variant<int64_t, float, Dims>>>;

class ModelBuilder {
 public:
  explicit ModelBuilder(const std::string& name);

  std::string input(const std::string& name, const Dims& dims);
  void output(const std::string& name, const Dims& dims);

  // The node's only output: named like the node with "_output_0" at the end, as PyTorch's exporter does, or `output`.
  std::string node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {}, const std::string& output = "");

  // Initializers.
  std::string floats(const std::string& name, const Dims& dims, const std::vector<float>& values);
  std::string int64s(const std::string& name, const std::vector<int64_t>& values);  // a vector
  // Uniform in [middle - spread, middle + spread).
  std::string random(const std::string& name, const Dims& dims, float middle, float spread);
  // Uniform around 0 with the variance 2 / fan_in, with which Relu keeps the size of activations (He et al. 2015).
  std::string weights(const std::string& name, const Dims& dims, int64_t fan_in);
  // An initializer whose data is still to be set.
  onnx::TensorProto& initializer(const std::string& name, const Dims& dims, int32_t dtype);

  const onnx::ModelProto& model() const { return model_; }

 private:
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  onnx::ModelProto model_;
  std::mt19937 random_{17};
};

}  // namespace mortise::bench
