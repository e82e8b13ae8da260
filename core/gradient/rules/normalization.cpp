// Normalizations, computed by nodes: statistics over some axes, then (x - mean) / deviation * scale + bias.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

// Statistics of 16-bit types are carried in float32.
Term widen(Term t) {
  const bool narrow = t.dtype() == DType::kF16 || t.dtype() == DType::kBF16;
  return narrow ? cast(t, DType::kF32) : t;
}

struct Normalized {
  Term mean;
  Term variance;
  Term inverse_deviation;
  Term result;
};

Normalized normalize(Term x, Term axes, double epsilon) {
  Normalized n;
  n.mean = mean_over(x, axes);
  const Term centred = x - n.mean;
  n.variance = mean_over(centred * centred, axes);
  n.inverse_deviation = op("Reciprocal", {op("Sqrt", {n.variance + epsilon})});
  n.result = centred * n.inverse_deviation;
  return n;
}

// One number per channel, broadcast along axis 1 of a value of that rank.
Term per_channel(Term t, int64_t rank, DType dtype) {
  if (!t) return {};
  return cast(unsqueeze(t, ints(t.emitter(), range(1, rank - 1))), dtype);
}

Result<Term> last_axes(Derivation& d) {
  MORTISE_ASSIGN(std::vector<int64_t> axes, axes_from(d.node().get_int("axis", -1), d.x()));
  return ints(d.emitter(), std::move(axes));
}

}  // namespace

// Training is an attribute from version 14 on; before, more than one output asks for it. The statistics of the batch
// are outputs before version 14 only.
Status differentiate_batch_normalization(Derivation& d) {
  const bool training =
      d.node().since_version >= 14 ? d.node().get_int("training_mode", 0) != 0 : static_cast<bool>(d.y(1));
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x()));
  if (rank < 2) return unimplemented("the derivative is known for inputs with an axis of channels only");
  const double epsilon = d.real("epsilon", 1e-5f);
  const Term x = widen(d.x());
  const auto channels = [&](size_t i) { return per_channel(d.x(i), rank, x.dtype()); };
  const auto affine = [&](Term normalized) { return cast(normalized * channels(1) + channels(2), d.y().dtype()); };
  if (!training) {
    return d.through({affine((x - channels(3)) / op("Sqrt", {channels(4) + epsilon}))});
  }
  std::vector<int64_t> others = range(2, rank);
  others.insert(others.begin(), 0);
  const Normalized n = normalize(x, ints(d.emitter(), std::move(others)), epsilon);
  const double momentum = d.real("momentum", 0.9f);
  const auto running = [&](size_t i, Term current) {
    const Term before = d.x(i);
    return momentum * before + (1 - momentum) * cast(flat(current), before.dtype());
  };
  return d.through({affine(n.result), running(3, n.mean), running(4, n.variance), flat(n.mean), flat(n.variance)});
}

Status differentiate_layer_normalization(Derivation& d) {
  MORTISE_ASSIGN(const Term axes, last_axes(d));
  const Normalized n = normalize(widen(d.x()), axes, d.real("epsilon", 1e-5f));
  Term y = cast(n.result, d.x().dtype()) * d.x(1);
  if (d.x(2)) y = y + d.x(2);
  const auto statistic = [&](size_t i, Term t) { return d.y(i) ? cast(t, d.y(i).dtype()) : t; };
  return d.through({y, statistic(1, n.mean), statistic(2, n.inverse_deviation)});
}

Status differentiate_rms_normalization(Derivation& d) {
  MORTISE_ASSIGN(const Term axes, last_axes(d));
  const Term x = widen(d.x());
  const Term deviation = op("Sqrt", {mean_over(x * x, axes) + d.real("epsilon", 1e-5f)});
  return d.through({cast(x / deviation, d.y().dtype()) * cast(d.x(1), d.y().dtype())});
}

Status differentiate_instance_normalization(Derivation& d) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x()));
  const Term x = widen(d.x());
  const Normalized n = normalize(x, ints(d.emitter(), range(2, rank)), d.real("epsilon", 1e-5f));
  const Term y = n.result * per_channel(d.x(1), rank, x.dtype()) + per_channel(d.x(2), rank, x.dtype());
  return d.through({cast(y, d.y().dtype())});
}

// Each group's channels lie in one row. Scale and bias are one per group before version 21, one per channel since.
Status differentiate_group_normalization(Derivation& d) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x()));
  const Term x = widen(d.x());
  const Term rows = op("Reshape", {x, ints(d.emitter(), {0, d.node().get_int("num_groups", 1), -1})});
  const Normalized n = normalize(rows, ints(d.emitter(), {2}), d.real("epsilon", 1e-5f));
  const auto affine = [&](Term t, int64_t of_rank) {
    return t * per_channel(d.x(1), of_rank, x.dtype()) + per_channel(d.x(2), of_rank, x.dtype());
  };
  const bool by_group = d.node().since_version < 21;
  const Term y = by_group ? reshape_like(affine(n.result, 3), x) : affine(reshape_like(n.result, x), rank);
  return d.through({cast(y, d.y().dtype())});
}

Status differentiate_lp_normalization(Derivation& d) {
  const Term axes = ints(d.emitter(), {d.node().get_int("axis", -1)});
  const bool is_l1 = d.node().get_int("p", 2) == 1;
  const Term norm = op(is_l1 ? "ReduceL1" : "ReduceL2", {d.x(), axes}, {{"keepdims", 1}});
  return d.through({d.x() / norm});
}

// x / (bias + alpha * mean of the squares in a window over the channels, zeros around them) ^ beta
Status differentiate_lrn(Derivation& d) {
  const Term x = widen(d.x());
  const int64_t size = d.node().get_int("size", 1), before = (size - 1) / 2;
  const Term shape = shape_of(x);
  const Term rows = op("Reshape", {x * x, concat_ints({part_of(shape, 0, 1), ints(d.emitter(), {1}),
                                                       part_of(shape, 1, 2), ints(d.emitter(), {-1})})});
  const Term squares = op("AveragePool", {rows},
                          {{"kernel_shape", std::vector<int64_t>{size, 1}},
                           {"pads", std::vector<int64_t>{before, 0, size - 1 - before, 0}},
                           {"count_include_pad", 1}});
  const Term base = d.real("bias", 1) + d.real("alpha", 0.0001f) * reshape_like(squares, x);
  return d.through({cast(x / op("Pow", {base, number(d.real("beta", 0.75), x)}), d.y().dtype())});
}

// The divisor is the deviation plus 1e-9.
Status differentiate_mean_variance_normalization(Derivation& d) {
  const auto given = d.node().get_ints("axes");
  const Term axes = given.empty() ? ints(d.emitter(), {0, 2, 3}) : ints(d.emitter(), {given.begin(), given.end()});
  const Term x = widen(d.x());
  const Term centred = x - mean_over(x, axes);
  const Term deviation = op("Sqrt", {mean_over(centred * centred, axes)});
  return d.through({cast(centred / (deviation + 1e-9), d.y().dtype())});
}

}  // namespace mortise::gradient
