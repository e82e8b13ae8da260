#include "tests/core/gradient/gradient_check.h"

#include <gtest/gtest.h>
#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <random>

#include "mortise/core/session.h"

namespace mortise::test {
namespace {

onnx::ModelProto parse(const std::string& graph, int opset) {
  const std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) +
                           ", \"ai.onnx.preview.training\" : 1]>\n" + graph;
  onnx::ModelProto model;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(model); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  for (auto& output : *model.mutable_graph()->mutable_output()) output.clear_type();
  return model;
}

std::string list(const std::vector<Variable>& variables, const std::string& before, const std::string& quote) {
  std::string text;
  for (const Variable& v : variables) text += (text.empty() ? "" : ", ") + quote + before + v.name + quote;
  return text;
}

// Outputs: once, which is sin(y), the derivatives d_<variable> of its sum, and, if asked for, twice, which is the sum of
// the sines of those, with its derivatives dd_<variable>.
std::string graph_of(const GradientCheck& check, bool twice) {
  std::string inputs, outputs = "float once";
  for (const Variable& v : check.variables) {
    std::string extents;
    for (const int64_t extent : v.shape) extents += (extents.empty() ? "" : ", ") + std::to_string(extent);
    inputs += (inputs.empty() ? "double[" : ", double[") + extents + "] " + v.name;
    outputs += ", float d_" + v.name;
    if (twice) outputs += ", float dd_" + v.name;
  }
  if (twice) outputs += ", float twice";
  const std::string names = list(check.variables, "", "\""), values = list(check.variables, "", "");
  std::string text = "g (" + inputs + ") => (" + outputs + ") {\n" + check.nodes + "\nonce = Sin(y)\n" +
                     list(check.variables, "d_", "") + " = ai.onnx.preview.training.Gradient <xs = [" + names +
                     "], y = \"once\"> (" + values + ")\n";
  if (twice) {
    std::string sum;
    for (const Variable& v : check.variables) {
      text += "sin_" + v.name + " = Sin(d_" + v.name + ")\nsum_" + v.name + " = ReduceSum <keepdims = 0> (sin_" +
              v.name + ")\n";
      sum += (sum.empty() ? "sum_" : ", sum_") + v.name;
    }
    text += "twice = Sum(" + sum + ")\n" + list(check.variables, "dd_", "") +
            " = ai.onnx.preview.training.Gradient <xs = [" + names + "], y = \"twice\"> (" + values + ")\n";
  }
  return text + "}";
}

Session load(const GradientCheck& check, bool twice, bool symbolic) {
  onnx::ModelProto model = parse(graph_of(check, twice), check.opset);
  for (auto& input : *model.mutable_graph()->mutable_input()) {
    int axis = 0;
    if (!symbolic) break;
    for (auto& dim : *input.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
      dim.set_dim_param(input.name() + std::to_string(axis++));
    }
  }
  const std::string bytes = model.SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  if (!session.ok()) throw std::invalid_argument(session.status().message());
  return std::move(*session);
}

double sum(const Tensor& tensor) {
  double total = 0;
  for (const double element : tensor.elements<double>()) total += element;
  return total;
}

using Values = std::map<std::string, Value>;

Values run(Session& session, const Values& inputs) {
  auto outputs = session.run(inputs);
  if (!outputs.ok()) throw std::invalid_argument(outputs.status().message());
  return std::move(*outputs);
}

void compare(const GradientCheck& check, Session& session, const Values& inputs, const std::string& function,
             const std::string& prefix) {
  const Values found = run(session, inputs);
  for (const Variable& v : check.variables) {
    SCOPED_TRACE(prefix + v.name);
    const Tensor& derivative = found.at(prefix + v.name).tensor;
    ASSERT_EQ(derivative.shape(), v.shape);
    Values moved = inputs;
    Tensor& x = moved.at(v.name).tensor = Tensor::of<double>(v.shape, inputs.at(v.name).tensor.elements<double>());
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      double& element = x.data<double>()[i];
      const double here = element;
      element = here + check.step;
      const double above = sum(run(session, moved).at(function).tensor);
      element = here - check.step;
      const double below = sum(run(session, moved).at(function).tensor);
      element = here;
      const double expected = (above - below) / (2 * check.step);
      ASSERT_NEAR(derivative.data<double>()[i], expected, check.tolerance * (1 + std::fabs(expected)))
          << "element " << i;
    }
  }
}

}  // namespace

std::string training_model(const std::string& graph, int opset) { return parse(graph, opset).SerializeAsString(); }

void check_gradient(const GradientCheck& check) {
  SCOPED_TRACE(check.nodes + " in opset " + std::to_string(check.opset));
  std::mt19937 random(7);
  Values inputs;
  for (const Variable& v : check.variables) {
    Tensor tensor = Tensor::allocate(DType::kF64, v.shape).value();
    for (double& element : tensor.elements<double>()) {
      element = std::uniform_real_distribution<double>(v.low, v.high)(random);
    }
    inputs.emplace(v.name, tensor);
  }
  for (const bool symbolic : {false, true}) {
    SCOPED_TRACE(symbolic ? "symbolic shapes" : "static shapes");
    try {
      const bool twice = check.twice && symbolic;
      Session session = load(check, twice, symbolic);
      compare(check, session, inputs, "once", "d_");
      if (twice) compare(check, session, inputs, "twice", "dd_");
    } catch (const std::invalid_argument& error) {
      FAIL() << error.what();
    }
  }
}

}  // namespace mortise::test
