// NeonModel: a model written by a test, run on the NEON provider and on the reference provider, and compared.
//
//   NeonModel model;
//   model.input("x", {-1, 8});                       // -1: not known before the run
//   model.node("MatMul", {"x", model.weights({8, 4})}, "y");
//   model.output("y");
//   model.expect_like_reference({random_tensor({3, 8})});
//
// Every node must run on NEON.
#pragma once

#include <onnx/onnx_pb.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mortise/core/session.h"

namespace mortise::test {

using Dims = std::vector<int64_t>;
using NodeAttributes =
    std::vector<std::pair<std::string, std::variant<int64_t, float, std::string, std::vector<int64_t>>>>;

// Uniform in [low, high) for float32, small integers for integers; the same seed gives the same elements.
Tensor random_tensor(const Shape& shape, uint32_t seed = 1, float low = -1, float high = 1);
Tensor random_tensor_of(DType dtype, const Shape& shape, uint32_t seed = 1);

struct NeonOptions {
  bool fuse = true;
  bool exact_conv = false;
  uint32_t threads = 1;
};

class NeonModel {
 public:
  explicit NeonModel(int opset = 17);

  // An extent of -1 gets a symbol of its own name, so that equal letters are equal extents: input("x", {-1}, "b").
  std::string input(const std::string& name, const Dims& dims, const std::string& symbols = "",
                    DType dtype = DType::kF32);
  std::string constant(const Tensor& tensor);
  std::string weights(const Shape& shape, float low = -1, float high = 1) {
    return constant(random_tensor(shape, ++seed_, low, high));
  }
  std::string ints(const Dims& values) {
    return constant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values)));
  }
  // An empty name is an operand left out. The first output's name.
  std::string node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output,
                   const NodeAttributes& attributes = {}) {
    return node(op, inputs, std::vector<std::string>{output}, attributes);
  }
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs, const NodeAttributes& attributes = {});
  void output(const std::string& name, DType dtype = DType::kF32);

  Session load_neon(const NeonOptions& options = {}) const;
  Session load_reference() const;

  // |neon - reference| <= tolerance * max(1, |reference|), NaN like NaN; other types equal. The model is complete from
  // the first of these on: its sessions are kept for the next.
  void expect_like_reference(const std::vector<Tensor>& inputs, float tolerance = 1e-5f);

  // With a configuration of the test's own. Throws std::runtime_error where the model does not load.
  Session load(Config config) const;

 private:
  onnx::ModelProto model_;
  uint32_t seed_ = 100;
  std::unique_ptr<Session> neon_, reference_;
};

// Runs a session on inputs in the model's order.
std::vector<Tensor> run(Session& session, const std::vector<Tensor>& inputs);
void expect_close(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected, float tolerance);
void expect_same_bits(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected);

// The names of the steps of a run inside NEON's segments, as its profile tells them.
std::vector<std::string> steps_of(Session& session, const std::vector<Tensor>& inputs);

uint32_t nodes_on_neon(const Session& session);

}  // namespace mortise::test
