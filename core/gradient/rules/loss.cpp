// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: computed by nodes that pick the score of each label.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

// logarithms: of the probabilities [N, C, d...]; labels are [N, d...].
Term loss_of(Derivation& d, Term logarithms) {
  Term labels = cast(d.x(1), DType::kI64);
  Term ignored;
  if (const auto* index = d.node().get<int64_t>("ignore_index")) {
    ignored = equal(labels, d.emitter().constant(Tensor::of<int64_t>({}, {*index})));
    labels = where(ignored, number(0, labels), labels);
  }
  const Term places = unsqueeze(labels, ints(d.emitter(), {1}));
  const Term picked = reshape_like(op("GatherElements", {logarithms, places}, {{"axis", 1}}), labels);
  Term weights = d.x(2) ? op("Gather", {d.x(2), labels}) : filled(1, picked);
  if (ignored) weights = where(ignored, number(0, weights), weights);
  const Term losses = -(picked * weights);
  const auto total = [](Term t) { return op("ReduceSum", {t}, {{"keepdims", 0}}); };
  const std::string_view reduction = d.node().get_string("reduction", "mean");
  if (reduction == "none") return losses;
  return reduction == "sum" ? total(losses) : total(losses) / total(weights);
}

}  // namespace

Status differentiate_negative_log_likelihood(Derivation& d) { return d.through({loss_of(d, d.x())}); }

Status differentiate_softmax_cross_entropy(Derivation& d) {
  const Term logarithms = op("LogSoftmax", {d.x()}, {{"axis", 1}});
  return d.through({loss_of(d, logarithms), logarithms});
}

}  // namespace mortise::gradient
