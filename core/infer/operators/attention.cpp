// Inference of attention.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// A tensor with heads: [batch, heads, sequence, size], which rank 3 packs as [batch, sequence, heads * size].
struct Heads {
  Dim batch = kUnknownDim;
  Dim heads = kUnknownDim;
  Dim sequence = kUnknownDim;
  Dim size = kUnknownDim;
};

Result<Heads> read_heads(const InferContext& context, uint32_t i, std::string_view attribute) {
  const Dims* dims = context.dims(i);
  const int64_t count = context.node().get_int(attribute, 0);
  if (dims == nullptr) return Heads{.heads = count > 0 ? known_dim(count) : kUnknownDim};
  if (dims->size() == 4) return Heads{(*dims)[0], (*dims)[1], (*dims)[2], (*dims)[3]};
  if (dims->size() != 3) {
    return context.error("input #", i, " is ", to_string(context.input(i)), "; its rank must be 3 or 4");
  }
  if (count <= 0) {
    return context.error("input #", i, " has the rank 3, so attribute '", attribute,
                         "' must say how many heads it packs");
  }
  if (is_known((*dims)[2]) && (*dims)[2].value % count != 0) {
    return context.error("input #", i, " is ", to_string(context.input(i)), ", whose last extent is not that of ",
                         count, " heads");
  }
  return Heads{(*dims)[0], known_dim(count), (*dims)[1], divide((*dims)[2], known_dim(count))};
}

// The type in which the softmax is to be computed.
Result<DType> precision_of(const InferContext& context, DType usual) {
  MORTISE_ASSIGN(const DType precision, context.dtype_attribute("softmax_precision", usual));
  if (precision == usual || precision == DType::kF16 || precision == DType::kBF16 || precision == DType::kF32 ||
      precision == DType::kF64) {
    return precision;
  }
  return context.error("its softmax_precision is ", to_string(precision), ", which is no floating-point type");
}

}  // namespace

// Q, K, V, mask, past key, past value. Results: Y, keys and values with those of the past in front, scores.
Status infer_attention(InferContext& context) {
  MORTISE_ASSIGN(const Heads q, read_heads(context, 0, "q_num_heads"));
  MORTISE_ASSIGN(const Heads k, read_heads(context, 1, "kv_num_heads"));
  MORTISE_ASSIGN(const Heads v, read_heads(context, 2, "kv_num_heads"));
  MORTISE_TRY(context.expect_rank(4, 4));
  MORTISE_TRY(context.expect_rank(5, 4));
  if (context.has_input(6) && (context.has_input(4) || context.has_input(5))) {
    return context.error("it has nonpad_kv_seqlen and past keys or values; keys are either cached or padded");
  }
  MORTISE_TRY(precision_of(context, DType::kUndefined).status());
  MORTISE_TRY(context.same(q.size, k.size, "numbers in each head of queries and keys").status());
  MORTISE_ASSIGN(Dim batch, context.same(q.batch, k.batch, "batches"));
  MORTISE_ASSIGN(batch, context.same(batch, v.batch, "batches"));
  MORTISE_ASSIGN(const Dim heads, context.same(k.heads, v.heads, "heads of keys and values"));
  const Dim keys = context.has_input(4) ? add(context.extent(4, 2), k.sequence) : k.sequence;
  const Dim values = context.has_input(5) ? add(context.extent(5, 2), v.sequence) : v.sequence;
  if (const Dims* dims = context.dims(0)) {
    context.set_shape(0, dims->size() == 4 ? Dims{batch, q.heads, q.sequence, v.size}
                                           : Dims{batch, q.sequence, multiply(q.heads, v.size)});
  }
  context.set_shape(1, Dims{batch, heads, keys, k.size});
  context.set_shape(2, Dims{batch, heads, values, v.size});
  context.set_shape(3, Dims{batch, q.heads, q.sequence, keys});
  return {};
}

// Q, K, V. Bodies change the scores, and the probabilities that they become, without changing their type.
Status infer_flex_attention(InferContext& context) {
  for (const uint32_t i : {0, 1, 2}) MORTISE_TRY(context.expect_rank(i, 4));
  MORTISE_ASSIGN(Dim batch, context.same(context.extent(0, 0), context.extent(1, 0), "batches"));
  MORTISE_ASSIGN(batch, context.same(batch, context.extent(2, 0), "batches"));
  MORTISE_ASSIGN(const Dim heads, context.same(context.extent(1, 1), context.extent(2, 1), "heads of keys and values"));
  MORTISE_ASSIGN(const Dim keys, context.same(context.extent(1, 2), context.extent(2, 2), "keys and values"));
  MORTISE_TRY(
      context.same(context.extent(0, 3), context.extent(1, 3), "numbers in each head of queries and keys").status());
  const Dim q_heads = context.extent(0, 1);
  if (is_known(q_heads) && is_known(heads) && (heads.value == 0 ? q_heads.value : q_heads.value % heads.value) != 0) {
    return context.error("its ", q_heads.value, " query heads cannot share ", heads.value, " heads of keys and values");
  }
  const DType given = context.dtype(0);
  const DType usual = given == DType::kF64 || given == DType::kUndefined ? given : DType::kF32;
  MORTISE_ASSIGN(const DType precision, precision_of(context, usual));
  const Type scores = Type::tensor(precision, Dims{batch, q_heads, context.extent(0, 2), keys});
  for (const std::string_view body : {"score_mod", "prob_mod"}) {
    if (context.node().body(body) == nullptr) continue;
    MORTISE_ASSIGN(const auto outputs, context.infer_body(body, std::span(&scores, 1)));
    if (outputs.size() != 1) return context.error("its body '", body, "' gives ", outputs.size(), " values, not one");
    if (!merge(scores, outputs[0].type).ok()) {
      return context.error("its body '", body, "' makes ", to_string(outputs[0].type), " of ", to_string(scores),
                           ", whose type it must keep");
    }
  }
  context.set_shape(0, Dims{batch, q_heads, context.extent(0, 2), context.extent(2, 3)});
  return {};
}

// Query, key, value, past state, decay, beta. Packed as [batch, sequence, heads * size]; the state is [batch, heads, key
// size, value size].
Status infer_linear_attention(InferContext& context) {
  const std::string_view rule = context.node().get_string("update_rule", "gated_delta");
  const bool gated = rule == "gated" || rule == "gated_delta", delta = rule == "delta" || rule == "gated_delta";
  for (const auto& [input, name, wanted] : {std::tuple(4u, "decay", gated), std::tuple(5u, "beta", delta)}) {
    if (context.has_input(input) == wanted) continue;
    return context.error("its update_rule is '", rule, "', which ", wanted ? "needs" : "takes no", " input '", name,
                         "'");
  }
  const int64_t q_heads = context.node().get_int("q_num_heads", 1),
                kv_heads = context.node().get_int("kv_num_heads", 1);
  if (q_heads % kv_heads != 0) {
    return context.error("its ", q_heads, " query heads cannot share ", kv_heads, " heads of keys and values");
  }
  for (const uint32_t i : {0, 1, 2, 4, 5}) MORTISE_TRY(context.expect_rank(i, 3));
  MORTISE_TRY(context.expect_rank(3, 4));
  MORTISE_ASSIGN(const Heads q, read_heads(context, 0, "q_num_heads"));
  MORTISE_ASSIGN(const Heads k, read_heads(context, 1, "kv_num_heads"));
  MORTISE_ASSIGN(const Heads v, read_heads(context, 2, "kv_num_heads"));
  Dim batch = q.batch, sequence = q.sequence;
  for (const uint32_t i : {1, 2, 3, 4, 5}) {
    MORTISE_ASSIGN(batch, context.same(batch, context.extent(i, 0), "batches"));
    if (i == 3) continue;
    MORTISE_ASSIGN(sequence, context.same(sequence, context.extent(i, 1), "positions"));
  }
  MORTISE_TRY(context.same(k.heads, context.extent(3, 1), "heads of keys and of the past state").status());
  MORTISE_ASSIGN(Dim key, context.same(q.size, k.size, "numbers in each head of queries and keys"));
  MORTISE_ASSIGN(key, context.same(key, context.extent(3, 2), "numbers in a key and in the past state"));
  MORTISE_ASSIGN(const Dim value,
                 context.same(v.size, context.extent(3, 3), "numbers in a value and in the past state"));
  context.set_shape(0, Dims{batch, sequence, multiply(q.heads, value)});
  const DType state = context.has_input(3) ? context.dtype(3) : context.dtype(0);
  context.set_tensor(1, state, Dims{batch, k.heads, key, value});
  return {};
}

}  // namespace mortise::infer
