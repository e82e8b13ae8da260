// Attention, computed by nodes: softmax(scale Q K', capped and masked) V for many heads, with a cache of keys and
// values.
// RotaryEmbedding: a rotation, whose derivative is the rotation back.
#include <limits>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

// The score of a key that a query must not see.
constexpr double kUnseen = -std::numeric_limits<double>::infinity();

// The least finite number of a float type.
double lowest(DType dtype) {
  return dtype == DType::kF64 ? std::numeric_limits<double>::lowest() : double{std::numeric_limits<float>::lowest()};
}

Term swap_heads(Term t) { return transpose(t, {0, 2, 1, 3}); }

// As [batch, heads, position, size]; an input of rank 3 has its heads side by side.
Result<Term> heads_of(Derivation& d, size_t input, std::string_view attribute) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(d.x(input)));
  if (rank != 3) return d.x(input);
  const Term shape = shape_of(d.x(input)), heads = ints(d.emitter(), {d.node().get_int(attribute, 1)});
  return swap_heads(reshape(d.x(input), concat_ints({part_of(shape, 0, 2), heads, part_of(shape, 2, 3) / heads})));
}

Term behind(Term past, Term current) {
  return past ? op("Concat", {cast(past, current.dtype()), current}, {{"axis", 2}}) : current;
}

// 0, 1, ... along an axis of the scores.
Term places_along(Term scores, int64_t axis) {
  const Term extent = op("Squeeze", {part_of(shape_of(scores), axis, axis + 1)});
  return op("Range", {number(0, extent), extent, number(1, extent)});
}

// lengths: of the keys of each batch that are no padding, [batch, 1, 1, 1]; empty: all are none. Query i stands behind
// the cached keys, or else is one of the last of those keys, and sees those up to its own.
Term causal(Term scores, Term past, Term lengths) {
  Term query = unsqueeze(places_along(scores, 2), ints(scores.emitter(), {1}));
  if (past) {
    query = query + part_of(shape_of(past), 2, 3);
  } else if (lengths) {
    query = query + lengths - part_of(shape_of(scores), 2, 3);
  }
  return op("LessOrEqual", {places_along(scores, 3), query});
}

// A mask may leave out keys at the end, which nobody sees then; before version 24 one column is for all keys.
Term whole_mask(Derivation& d, Term scores) {
  const bool chooses = d.x(3).dtype() == DType::kBool;
  const Term mask = chooses ? d.x(3) : cast(d.x(3), scores.dtype());
  const Dim columns = mask.dims() != nullptr && !mask.dims()->empty() ? mask.dims()->back() : kUnknownDim;
  if (d.node().since_version < 24 && (!is_known(columns) || columns.value == 1)) return mask;
  const Term missing = part_of(shape_of(scores), 3, 4) - part_of(shape_of(mask), -1, INT64_MAX);
  const Term fill = chooses ? d.emitter().constant(Tensor::of<bool>({}, {false})) : number(kUnseen, scores);
  return op("Pad", {mask, concat_ints({ints(d.emitter(), {0}), missing}), fill, ints(d.emitter(), {-1})});
}

Term masked(Derivation& d, Term scores) {
  const Term unseen = number(kUnseen, scores);
  if (d.x(3)) {
    const Term mask = whole_mask(d, scores);
    scores = mask.dtype() == DType::kBool ? where(mask, scores, unseen) : scores + mask;
  }
  const Term lengths = d.x(6) ? unsqueeze(d.x(6), ints(d.emitter(), {1, 2, 3})) : Term();
  if (lengths) scores = where(less(places_along(scores, 3), lengths), scores, unseen);
  return d.node().get_int("is_causal", 0) != 0 ? where(causal(scores, d.x(4), lengths), scores, unseen) : scores;
}

}  // namespace

// Query heads that share a head of keys are an axis of their own, along which keys and values are broadcast.
Status differentiate_attention(Derivation& d) {
  MORTISE_ASSIGN(const Term queries, heads_of(d, 0, "q_num_heads"));
  MORTISE_ASSIGN(const Term own_keys, heads_of(d, 1, "kv_num_heads"));
  MORTISE_ASSIGN(const Term own_values, heads_of(d, 2, "kv_num_heads"));
  const DType wide = d.x(0).dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  const Term keys = behind(d.x(4), own_keys), values = behind(d.x(5), own_values);
  const Term q = cast(queries, wide), k = cast(keys, wide), v = cast(values, wide);
  const Term heads = part_of(shape_of(k), 1, 2), length = part_of(shape_of(q), 2, 4);
  const Term axis = ints(d.emitter(), {2});
  const auto grouped = [&](Term t) {
    return reshape(t, concat_ints({part_of(shape_of(q), 0, 1), heads, part_of(shape_of(q), 1, 2) / heads,
                                   part_of(shape_of(t), 2, 4)}));
  };
  const auto joined = [&](Term t) {
    return reshape(t, concat_ints({part_of(shape_of(q), 0, 3), part_of(shape_of(t), 4, 5)}));
  };
  const auto* scale = d.node().get<float>("scale");
  const Term factor = scale != nullptr ? number(static_cast<double>(*scale), q)
                                       : op("Reciprocal", {op("Sqrt", {cast(part_of(length, 1, 2), wide)})});
  const Term product = op("MatMul", {grouped(q), transpose(unsqueeze(k, axis), {0, 1, 2, 4, 3})});
  const Term scores = joined(product) * factor;
  const double cap = d.real("softcap", 0);
  const Term capped = cap > 0 ? cap * op("Tanh", {scores / number(cap, scores)}) : scores;
  const Term seen = masked(d, capped);
  // Softmax over what is seen: where all of that is as low as numbers are, the rest has a share that is taken back.
  // Where nothing is seen, all weights are 0.
  const Term visible = op("Not", {op("IsInf", {seen}, {{"detect_positive", 0}})});
  const Term all = op("Softmax", {where(visible, seen, number(lowest(wide), seen))}, {{"axis", -1}});
  const Term shares = only_where(visible, all);
  const Term sum = sum_over(shares, ints(d.emitter(), {-1}));
  const Term weights = shares / where(equal(sum, number(0, sum)), number(1, sum), sum);
  Term y = joined(op("MatMul", {grouped(weights), unsqueeze(v, axis)}));
  if (d.y().dims() != nullptr && d.y().dims()->size() == 3) {
    const Term shape = shape_of(y);  // [batch, heads, position, size]
    y = reshape(swap_heads(y),
                concat_ints({part_of(shape, 0, 1), part_of(shape, 2, 3), part_of(shape, 1, 2) * part_of(shape, 3, 4)}));
  }
  const Term stages[] = {scores, capped, seen, weights};
  const auto stage = static_cast<size_t>(d.node().get_int("qk_matmul_output_mode", 0));
  return d.through({cast(y, d.y().dtype()), keys, values, cast(stages[stage & 3], d.x(0).dtype())});
}

// Inputs: X, cos_cache, sin_cache, position_ids.
Status differentiate_rotary_embedding(Derivation& d) {
  if (d.wants(1) || d.wants(2)) return unimplemented("no derivative with respect to the caches is known");
  std::vector<Term> inputs = {d.dy(), d.x(1), -d.x(2)};
  if (d.x(3)) inputs.push_back(d.x(3));
  d.give(0, d.emitter().add_like(d.id(), inputs)[0]);
  return {};
}

}  // namespace mortise::gradient
