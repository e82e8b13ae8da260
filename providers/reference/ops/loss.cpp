// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: the loss of class scores [N, C, d...] against labels [N, d...].
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/ops/axes.h"

namespace mortise::reference {
namespace {

enum class Reduction { kNone, kSum, kMean };

struct Loss {
  Reduction reduction = Reduction::kMean;
  std::optional<int64_t> ignored;
  bool softmax = false;  // the scores are not yet logarithms of probabilities
};

template <class T>
Status run(KernelContext& context, const Loss& op) {
  const Tensor& x = context.input(0);
  const Tensor& labels = context.input(1);
  MORTISE_TRY(check_indices(labels, "the labels"));
  Shape expected = x.shape();
  if (x.rank() >= 2) expected.erase(1);
  if (x.rank() < 2 || !(labels.shape() == expected)) {
    return invalid_argument("labels ", to_string(labels.shape()), " do not fit scores ", to_string(x.shape()));
  }
  const AxisSplit split = split_at(x.shape(), 1);
  const int64_t classes = split.extent, inner = split.inner, count = labels.num_elements();
  std::span<double> weights;
  if (context.has_input(2)) {
    if (context.input(2).num_elements() != classes) {
      return invalid_argument("weight ", to_string(context.input(2).shape()), " does not fit ", classes, " classes");
    }
    weights = context.scratch<double>(static_cast<uint64_t>(classes));
    MORTISE_TRY(read_floats(context.input(2), weights));
  }
  T* logarithms = op.softmax && context.has_output(1) ? context.output(1, x.dtype(), x.shape()).data<T>() : nullptr;
  Tensor& y = context.output(0, x.dtype(), op.reduction == Reduction::kNone ? expected : Shape());
  double sum = 0, weight_sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first = i / inner * classes * inner + i % inner;
    const auto score = [&](int64_t c) { return static_cast<double>(x.data<T>()[first + c * inner]); };
    double normaliser = 0;
    if (op.softmax && classes > 0) {
      double largest = score(0), total = 0;
      for (int64_t c = 1; c < classes; ++c) largest = std::max(largest, score(c));
      for (int64_t c = 0; c < classes; ++c) total += std::exp(score(c) - largest);
      normaliser = largest + std::log(total);
    }
    for (int64_t c = 0; logarithms != nullptr && c < classes; ++c) {
      logarithms[first + c * inner] = static_cast<T>(score(c) - normaliser);
    }
    const int64_t label = index_at(labels, i);
    double loss = 0;
    if (!op.ignored || label != *op.ignored) {
      if (label < 0 || label >= classes) {
        return invalid_argument("the target has the label ", label, ", which is none of the classes 0 to ",
                                classes - 1);
      }
      const double weight = weights.empty() ? 1.0 : weights[static_cast<uint64_t>(label)];
      loss = (normaliser - score(label)) * weight;
      weight_sum += weight;
    }
    sum += loss;
    if (op.reduction == Reduction::kNone) y.data<T>()[i] = static_cast<T>(loss);
  }
  if (op.reduction == Reduction::kSum) y.data<T>()[0] = static_cast<T>(sum);
  if (op.reduction == Reduction::kMean) y.data<T>()[0] = static_cast<T>(sum / weight_sum);
  return {};
}

Result<Kernel> make_loss(const NodeSpec& node, bool softmax) {
  Loss op{.softmax = softmax};
  const std::string_view reduction = node.get_string("reduction", "mean");
  if (reduction != "none" && reduction != "sum" && reduction != "mean") {
    return invalid_argument("attribute reduction has the unknown value '", reduction, "'");
  }
  op.reduction = reduction == "none" ? Reduction::kNone : reduction == "sum" ? Reduction::kSum : Reduction::kMean;
  if (node.has("ignore_index")) op.ignored = node.get_int("ignore_index", 0);
  return Kernel([op](KernelContext& context) -> Status {
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status { return run<T>(context, op); });
  });
}

}  // namespace

Result<Kernel> make_negative_log_likelihood_loss(const NodeSpec& node) { return make_loss(node, false); }
Result<Kernel> make_softmax_cross_entropy_loss(const NodeSpec& node) { return make_loss(node, true); }

}  // namespace mortise::reference
