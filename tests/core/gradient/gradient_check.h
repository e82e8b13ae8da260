// check_gradient: what Gradient says of a few nodes is compared with central differences in float64.
//
//   check_gradient({.nodes = "y = Mul(a, b)", .variables = {{"a", {2, 3}}, {"b", {3}}}});
//
// The nodes compute y from the variables. What is differentiated is the sum of sin(y), so that each element of y counts
// differently. That is done for static and for symbolic shapes, and for the latter again with the derivative of the
// derivative.
#pragma once

#include <string>
#include <vector>

#include "mortise/sdk/shape.h"

namespace mortise::test {

struct Variable {
  std::string name;
  Shape shape;
  double low = -1;
  double high = 1;
};

struct GradientCheck {
  std::string nodes;  // in the form that ONNX's parser reads
  std::vector<Variable> variables;
  int opset = 18;
  bool twice = true;  // false: the derivative of the derivative is not known
  // Larger where nodes compute in float32, because they take no float64.
  double step = 1e-5;
  double tolerance = 1e-6;
};

void check_gradient(const GradientCheck& check);

// The serialized ModelProto with the graph's text, for an opset of ai.onnx and the training operators. Outputs have no
// declared type.
std::string training_model(const std::string& graph, int opset = 18);

}  // namespace mortise::test
