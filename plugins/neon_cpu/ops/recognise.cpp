// SPDX-License-Identifier: Apache-2.0
//
// See recognise.h. An expression is matched against a pattern from its result down: operands of commutative steps in
// both orders, numbers within a few units in the last place, since exporters round sqrt(2) and its like by themselves.
#include "recognise.h"

#include <cmath>
#include <optional>

#include "pointwise_steps.h"

namespace mortise::neon {
namespace {

using Function = PointwiseOp;

// Trees in the order of their nodes: an op, its number if it has one, then its operands. `X` is the function's input.
struct Node {
  Function op = Function::kCopy;
  float alpha = 0, beta = 0;
  bool is_x = false;
};
constexpr Node kX{.is_x = true};

struct Pattern {
  std::vector<Node> tree;
  PointwiseStep step;
};

Node node(Function op, double alpha = 0, double beta = 0) {
  return {op, static_cast<float>(alpha), static_cast<float>(beta), false};
}

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> kPatterns = [] {
    const Node one_and_erf[] = {node(Function::kAddConstant, 1), node(Function::kErf)};
    std::vector<Pattern> all;
    const PointwiseStep gelu{.op = Function::kGelu};
    for (const bool divided : {true, false}) {  // x / sqrt(2), or x * sqrt(1/2)
      std::vector<Node> tail(one_and_erf, one_and_erf + 2);
      if (divided) {
        tail.insert(tail.end(), {node(Function::kDiv), kX, node(Function::kConstant, std::sqrt(2.0))});
      } else {
        tail.insert(tail.end(), {node(Function::kMulConstant, std::sqrt(0.5)), kX});
      }
      const auto add = [&](std::vector<Node> head, std::vector<Node> between) {
        head.insert(head.end(), between.begin(), between.end());
        head.insert(head.end(), tail.begin(), tail.end());
        all.push_back({head, gelu});
      };
      add({node(Function::kMulConstant, 0.5), node(Function::kMul), kX}, {});  // (x * (1 + erf)) / 2
      add({node(Function::kMul), node(Function::kMulConstant, 0.5), kX}, {});  // (x / 2) * (1 + erf)
      add({node(Function::kMul), kX}, {node(Function::kMulConstant, 0.5)});    // x * ((1 + erf) / 2)
    }
    all.push_back({{node(Function::kMul), kX, node(Function::kSigmoid), kX}, {.op = Function::kSilu, .alpha = 1}});
    all.push_back(
        {{node(Function::kMul), kX, node(Function::kHardSigmoid, 1.0 / 6, 0.5), kX}, {.op = Function::kHardSwish}});
    // x * clip(x + 3, 0, 6) / 6
    all.push_back({{node(Function::kDiv), node(Function::kMul), kX, node(Function::kClip, 0, 6),
                    node(Function::kAddConstant, 3), kX, node(Function::kConstant, 6)},
                   {.op = Function::kHardSwish}});
    all.push_back(
        {{node(Function::kMul), kX, node(Function::kTanh), node(Function::kSoftplus), kX}, {.op = Function::kMish}});
    return all;
  }();
  return kPatterns;
}

bool near(float a, float b) { return std::fabs(a - b) <= 1e-6f * std::fabs(b); }

bool is_commutative(Function op) { return op == Function::kMul || op == Function::kAdd; }

class Matcher {
 public:
  Matcher(const std::vector<PointwiseStep>& steps, size_t num_inputs, const std::vector<Node>& tree)
      : steps_(steps), num_inputs_(num_inputs), tree_(tree) {}

  // The register that stands for x, if the step is the pattern's root.
  std::optional<uint8_t> match(const PointwiseStep& root) { return visit(root.to, 0) ? x_ : std::nullopt; }

 private:
  // Matches the tree from node `at` on against a register; the index behind the subtree.
  std::optional<size_t> visit(uint8_t reg, size_t at) {
    const Node& want = tree_[at];
    if (want.is_x) {
      if (x_ && *x_ != reg) return std::nullopt;
      x_ = reg;
      return at + 1;
    }
    if (reg < num_inputs_) return std::nullopt;
    const PointwiseStep& step = steps_[reg - num_inputs_];
    if (step.op != want.op || !near(step.alpha, want.alpha) || !near(step.beta, want.beta)) return std::nullopt;
    const int arity = pointwise_arity(step.op);
    if (arity == 0) return at + 1;
    if (arity == 1) return visit(step.a, at + 1);
    const auto saved_x = x_;
    if (const auto end = visit_pair(step.a, step.b, at + 1)) return end;
    x_ = saved_x;
    return is_commutative(step.op) ? visit_pair(step.b, step.a, at + 1) : std::nullopt;
  }
  std::optional<size_t> visit_pair(uint8_t first, uint8_t second, size_t at) {
    const auto end = visit(first, at);
    return end ? visit(second, *end) : std::nullopt;
  }

  const std::vector<PointwiseStep>& steps_;
  const size_t num_inputs_;
  const std::vector<Node>& tree_;
  std::optional<uint8_t> x_;
};

}  // namespace

bool recognise(std::vector<PointwiseStep>& steps, size_t num_inputs) {
  bool changed = false;
  for (PointwiseStep& step : steps) {
    for (const Pattern& pattern : patterns()) {
      const auto x = Matcher(steps, num_inputs, pattern.tree).match(step);
      if (!x) continue;
      const uint8_t to = step.to;
      step = pattern.step;
      step.to = to;
      step.a = *x;
      changed = true;
      break;
    }
  }
  if (changed) compact(steps, num_inputs);
  return changed;
}

}  // namespace mortise::neon
