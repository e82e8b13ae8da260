// fold_batch_normalization: a BatchNormalization in inference form after a Conv becomes part of the Conv's weights.
//
//   scale * (W x + b - mean) / sqrt(var + eps) + bias  =  (f W) x + f (b - mean) + bias,  f = scale / sqrt(var + eps)
#include <cmath>
#include <cstring>

#include "core/optimize/pass.h"

namespace mortise::optimize {
namespace {

struct Parameters {
  const Tensor* weights;
  const Tensor* conv_bias;  // null: none
  const Tensor* scale;
  const Tensor* bias;
  const Tensor* mean;
  const Tensor* variance;
  double epsilon;
};

// Constant tensors of one dtype, and vectors with one element per output channel; nothing otherwise.
std::optional<Parameters> parameters(const Graph& graph, const Node& conv, const Node& norm) {
  const auto constant = [&](const Node& node, size_t index) -> const Tensor* {
    return index < node.inputs.size() && node.inputs[index] != kNoId ? graph.constant(node.inputs[index]) : nullptr;
  };
  const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != kNoId;
  const Parameters p = {.weights = constant(conv, 1),
                        .conv_bias = constant(conv, 2),
                        .scale = constant(norm, 1),
                        .bias = constant(norm, 2),
                        .mean = constant(norm, 3),
                        .variance = constant(norm, 4),
                        .epsilon = static_cast<double>(norm.get_float("epsilon", 1e-5f))};
  if (p.weights == nullptr || p.weights->rank() < 2 || has_bias != (p.conv_bias != nullptr)) return std::nullopt;
  const Shape channels = {p.weights->dim(0)};
  const auto fits = [&](const Tensor* t) {
    return t != nullptr && t->dtype() == p.weights->dtype() && t->shape() == channels;
  };
  if (!fits(p.scale) || !fits(p.bias) || !fits(p.mean) || !fits(p.variance)) return std::nullopt;
  if (has_bias && !fits(p.conv_bias)) return std::nullopt;
  return p;
}

bool is_inference(const Graph& graph, const Node& norm) {
  if (norm.since_version < 7 || norm.get_int("spatial", 1) != 1 || norm.get_int("training_mode", 0) != 0) return false;
  for (size_t i = 1; i < norm.outputs.size(); ++i) {
    const ValueId output = norm.outputs[i];
    if (output != kNoId && (graph.value(output).is_output || !graph.consumers(output).empty())) return false;
  }
  return !norm.outputs.empty() && norm.outputs[0] != kNoId;
}

struct Folded {
  Tensor weights;
  Tensor bias;
};

// Nothing if a result is not finite: such a model keeps its own arithmetic.
template <class T>
std::optional<Folded> fold(const Parameters& p) {
  auto weights = Tensor::allocate(p.weights->dtype(), p.weights->shape());
  auto bias = Tensor::allocate(p.weights->dtype(), p.scale->shape());
  if (!weights.ok() || !bias.ok()) return std::nullopt;
  const int64_t channels = p.weights->dim(0);
  const int64_t size = channels == 0 ? 0 : p.weights->num_elements() / channels;
  for (int64_t c = 0; c < channels; ++c) {
    const auto at = [&](const Tensor* t) { return static_cast<double>(t->data<T>()[c]); };
    const double factor = at(p.scale) / std::sqrt(at(p.variance) + p.epsilon);
    const double before = p.conv_bias != nullptr ? at(p.conv_bias) : 0.0;
    const T folded_bias = static_cast<T>((before - at(p.mean)) * factor + at(p.bias));
    if (!std::isfinite(factor) || !std::isfinite(folded_bias)) return std::nullopt;
    bias->data<T>()[c] = folded_bias;
    for (int64_t i = c * size; i < (c + 1) * size; ++i) {
      weights->data<T>()[i] = static_cast<T>(factor * static_cast<double>(p.weights->data<T>()[i]));
      if (!std::isfinite(weights->data<T>()[i])) return std::nullopt;
    }
  }
  return Folded{std::move(*weights), std::move(*bias)};
}

std::optional<Folded> fold(const Parameters& p) {
  if (p.weights->dtype() == DType::kF32) return fold<float>(p);
  if (p.weights->dtype() == DType::kF64) return fold<double>(p);
  return std::nullopt;
}

}  // namespace

Result<bool> fold_batch_normalization(Graph& graph, const PassContext&) {
  struct Match {
    NodeId conv;
    NodeId norm;
    Folded folded;
  };
  std::vector<Match> matches;
  const Graph& read = graph;
  for (NodeId id = 0; id < read.num_nodes(); ++id) {
    const Node& norm = read.node(id);
    if (norm.op_type != "BatchNormalization" || !norm.domain.empty() || norm.inputs.size() < 5 ||
        !is_inference(read, norm))
      continue;
    if (norm.inputs[0] == kNoId) continue;
    const ValueInfo& between = read.value(norm.inputs[0]);
    if (between.producer == kNoId || between.is_output || read.consumers(norm.inputs[0]).size() != 1) continue;
    const Node& conv = read.node(between.producer);
    if (conv.op_type != "Conv" || !conv.domain.empty()) continue;
    const auto found = parameters(read, conv, norm);
    if (!found) continue;
    if (auto folded = fold(*found)) matches.push_back({between.producer, id, std::move(*folded)});
  }
  for (Match& match : matches) {
    const ValueId result = read.node(match.norm).outputs[0];
    const Symbol name = read.node(match.conv).name;
    const ValueId weights =
        graph.add_constant(graph.intern(concat(name.view(), "_folded_weights")), std::move(match.folded.weights));
    const ValueId bias =
        graph.add_constant(graph.intern(concat(name.view(), "_folded_bias")), std::move(match.folded.bias));
    graph.erase_node(match.norm);
    Node& conv = graph.node(match.conv);
    conv.inputs.resize(3, kNoId);
    conv.inputs[1] = weights;
    conv.inputs[2] = bias;
    graph.value(conv.outputs[0]).producer = kNoId;
    conv.outputs[0] = result;
    graph.value(result).producer = match.conv;
  }
  return !matches.empty();
}

}  // namespace mortise::optimize
