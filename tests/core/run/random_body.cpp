#include "tests/core/run/random_body.h"

#include <set>

namespace mortise::test {
namespace {

int64_t combined(const std::string& op, int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  return static_cast<int64_t>(op == "Add" ? x + y : op == "Sub" ? x - y : x * y);
}

}  // namespace

Body random_body(std::mt19937& random, size_t num_values, size_t num_results, int depth) {
  static const char* const kOps[] = {"Add", "Sub", "Mul"};
  Body body;
  for (size_t count = random() % 4; count > 0; --count) {
    const size_t seen = num_values + body.steps.size();
    Body::Step step;
    if (depth > 0 && random() % 6 == 0) {
      step.op = "If";
      for (int i = 0; i < 2; ++i) step.branches.push_back(random_body(random, seen, 1, depth - 1));
    } else {
      step = {kOps[random() % 3], random() % seen, random() % seen, {}};
    }
    body.steps.push_back(std::move(step));
  }
  for (size_t i = 0; i < num_results; ++i) body.results.push_back(random() % (num_values + body.steps.size()));
  return body;
}

std::vector<Numbers> evaluate(const Body& body, std::vector<Numbers> values, bool flag) {
  for (const Body::Step& step : body.steps) {
    if (step.op == "If") {
      values.push_back(evaluate(step.branches[flag ? 0 : 1], values, flag)[0]);
      continue;
    }
    Numbers made;
    for (size_t i = 0; i < kBodyWidth; ++i) made.push_back(combined(step.op, values[step.a][i], values[step.b][i]));
    values.push_back(made);
  }
  std::vector<Numbers> results;
  for (const size_t result : body.results) results.push_back(values[result]);
  return results;
}

void write_body(const Body& body, ModelBuilder& model, onnx::GraphProto& graph, std::vector<std::string> values,
                size_t own, const std::string& flag) {
  for (const Body::Step& step : body.steps) {
    if (step.op != "If") {
      values.push_back(model.add_node(graph, step.op, {values[step.a], values[step.b]}).output(0));
      continue;
    }
    onnx::NodeProto& node = model.add_node(graph, "If", {flag});
    write_body(step.branches[0], model, add_body(node, "then_branch"), values, values.size(), flag);
    write_body(step.branches[1], model, add_body(node, "else_branch"), values, values.size(), flag);
    values.push_back(node.output(0));
  }
  // A graph gives only values of its own, each once; the others by way of Identity.
  std::set<std::string> given;
  for (const size_t result : body.results) {
    std::string name = values[result];
    if (result < own || !given.insert(name).second) name = model.add_node(graph, "Identity", {name}).output(0);
    declare(*graph.add_output(), name, DType::kI64, {kBodyWidth});
  }
}

}  // namespace mortise::test
