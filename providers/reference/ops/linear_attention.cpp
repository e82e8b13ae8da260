// LinearAttention: a matrix per head of keys and values that remembers what it has been told, read by the queries.
//
// At each position the state S [key size, value size] decays, is told the value v under the key k, and is read:
//
//   S *= exp(decay)           where the update rule is gated
//   v = beta (v - S' k)       where it is a delta rule: what S does not say yet
//   S += k v'
//   y = scale S' q            for every query head that shares S
//
// Positions follow each other and heads are independent. State and sums are carried in double.
#include <cmath>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

constexpr uint64_t kPastState = 3, kDecay = 4, kBeta = 5;

struct LinearAttributes {
  int64_t q_heads = 0, kv_heads = 0;
  float scale = 0;  // 0: one over the root of the size of a key
  bool gated = false, delta = false;
};

// Rows [batch, position, head] of `size` numbers, as the input has them.
struct AttendedRows {
  std::span<const double> data;
  int64_t heads = 1, size = 0;
  const double* row(int64_t position, int64_t head) const { return data.data() + (position * heads + head) * size; }
};

Result<AttendedRows> read_rows(KernelContext& context, uint64_t i, std::string_view name, int64_t heads) {
  const Tensor& tensor = context.input(i);
  const Tensor& query = context.input(0);
  if (tensor.rank() != 3 || tensor.dim(0) != query.dim(0) || tensor.dim(1) != query.dim(1) ||
      tensor.dim(2) % heads != 0 || !contains(kFloats, tensor.dtype())) {
    return invalid_argument(name, " ", to_string(tensor.dtype()), to_string(tensor.shape()), " cannot be cut into ",
                            heads, " heads for query ", to_string(query.shape()),
                            "; it must be [batch, length, heads * size]");
  }
  return AttendedRows{.data = read_doubles(context, tensor), .heads = heads, .size = tensor.dim(2) / heads};
}

Status attend(KernelContext& context, const LinearAttributes& attributes) {
  const Tensor& query = context.input(0);
  const int64_t q_heads = attributes.q_heads, heads = attributes.kv_heads;
  if (query.rank() != 3) return invalid_argument("query ", to_string(query.shape()), " must have rank 3");
  MORTISE_ASSIGN(const AttendedRows q, read_rows(context, 0, "query", q_heads));
  MORTISE_ASSIGN(const AttendedRows k, read_rows(context, 1, "key", heads));
  MORTISE_ASSIGN(const AttendedRows v, read_rows(context, 2, "value", heads));
  if (q.size != k.size) {
    return invalid_argument("a head of query ", to_string(query.shape()), " has ", q.size, " numbers, one of key ",
                            to_string(context.input(1).shape()), " ", k.size, "; they must be as many");
  }
  AttendedRows decay, beta;
  if (attributes.gated) {
    MORTISE_ASSIGN(decay, read_rows(context, kDecay, "decay", heads));
    if (decay.size != 1 && decay.size != k.size) {
      return invalid_argument("decay ", to_string(context.input(kDecay).shape()), " must have one number per head, or ",
                              k.size, " as a key");
    }
  }
  if (attributes.delta) {
    const Tensor& given = context.input(kBeta);
    MORTISE_ASSIGN(beta, read_rows(context, kBeta, "beta", given.rank() == 3 && given.dim(2) == 1 ? 1 : heads));
    if (beta.size != 1) {
      return invalid_argument("beta ", to_string(given.shape()), " must have one number per position, or per head");
    }
  }
  const int64_t batch = query.dim(0), length = query.dim(1);
  int64_t width = 0;
  if (__builtin_mul_overflow(q_heads, v.size, &width)) {
    return invalid_argument("attribute q_num_heads is ", q_heads, "; with ", v.size,
                            " numbers in a value that is more than a tensor can have");
  }
  const Shape state_shape{batch, heads, k.size, v.size}, output_shape{batch, length, width};
  MORTISE_TRY(check_shape(DType::kF64, state_shape));
  MORTISE_TRY(check_shape(DType::kF64, output_shape));
  const bool has_past = context.has_input(kPastState);
  const DType state_type = has_past ? context.input(kPastState).dtype() : query.dtype();
  if (has_past && (!(context.input(kPastState).shape() == state_shape) || !contains(kFloats, state_type))) {
    return invalid_argument("past_state ", to_string(state_type), to_string(context.input(kPastState).shape()),
                            " must be [batch, heads, key size, value size], here ", to_string(state_shape));
  }
  const auto states = has_past ? read_doubles(context, context.input(kPastState))
                               : context.scratch<double>(static_cast<uint64_t>(state_shape.num_elements()));
  if (!has_past) std::fill(states.begin(), states.end(), 0.0);
  const auto out = context.scratch<double>(static_cast<uint64_t>(output_shape.num_elements()));
  // One row per head, so that heads can be told things at the same time.
  const auto news = context.scratch<double>(static_cast<uint64_t>(batch * heads * v.size));
  const double scale = attributes.scale != 0 ? attributes.scale : 1 / std::sqrt(static_cast<double>(k.size));
  const int64_t group = q_heads / heads;
  const int64_t cost = std::min<int64_t>(length, 1 << 20) * std::min<int64_t>(k.size * v.size, 1 << 20);
  context.parallel_for(static_cast<uint64_t>(batch * heads), grain_for(cost), [&](uint64_t begin, uint64_t end) {
    for (uint64_t at = begin; at < end; ++at) {
      const int64_t head = static_cast<int64_t>(at) % heads, b = static_cast<int64_t>(at) / heads;
      double* const state = states.data() + static_cast<int64_t>(at) * k.size * v.size;
      double* const told = news.data() + static_cast<int64_t>(at) * v.size;
      for (int64_t position = b * length; position < (b + 1) * length; ++position) {
        const double* const key = k.row(position, head);
        std::copy_n(v.row(position, head), v.size, told);
        if (attributes.gated) {
          const double* const gate = decay.row(position, head);
          for (int64_t d = 0; d < k.size; ++d) {
            const double factor = std::exp(gate[decay.size == 1 ? 0 : d]);
            for (int64_t m = 0; m < v.size; ++m) state[d * v.size + m] *= factor;
          }
        }
        if (attributes.delta) {
          for (int64_t d = 0; d < k.size; ++d) {
            for (int64_t m = 0; m < v.size; ++m) told[m] -= state[d * v.size + m] * key[d];
          }
          const double rate = *beta.row(position, beta.heads == 1 ? 0 : head);
          for (int64_t m = 0; m < v.size; ++m) told[m] *= rate;
        }
        for (int64_t d = 0; d < k.size; ++d) {
          for (int64_t m = 0; m < v.size; ++m) state[d * v.size + m] += key[d] * told[m];
        }
        for (int64_t reader = head * group; reader < (head + 1) * group; ++reader) {
          const double* const asked = q.row(position, reader);
          double* const y = out.data() + (position * q_heads + reader) * v.size;
          std::fill_n(y, v.size, 0.0);
          for (int64_t d = 0; d < k.size; ++d) {
            for (int64_t m = 0; m < v.size; ++m) y[m] += asked[d] * state[d * v.size + m];
          }
          for (int64_t m = 0; m < v.size; ++m) y[m] *= scale;
        }
      }
    }
  });
  write_doubles(context, out, context.output(0, query.dtype(), output_shape));
  if (context.has_output(1)) write_doubles(context, states, context.output(1, state_type, state_shape));
  return {};
}

}  // namespace

Result<Kernel> make_linear_attention(const NodeSpec& node) {
  const std::string_view rule = node.get_string("update_rule", "gated_delta");
  const LinearAttributes attributes{.q_heads = node.get_int("q_num_heads", 0),
                                    .kv_heads = node.get_int("kv_num_heads", 0),
                                    .scale = node.get_float("scale", 0),
                                    .gated = rule == "gated" || rule == "gated_delta",
                                    .delta = rule == "delta" || rule == "gated_delta"};
  if (!attributes.gated && !attributes.delta && rule != "linear") {
    return invalid_argument("attribute update_rule is '", rule, "', not linear, gated, delta or gated_delta");
  }
  if (attributes.kv_heads < 1 || attributes.q_heads < 1 || attributes.q_heads % attributes.kv_heads != 0) {
    return invalid_argument("attribute q_num_heads is ", attributes.q_heads, ", no multiple of kv_num_heads, which is ",
                            attributes.kv_heads);
  }
  if (node.has_input(kDecay) != attributes.gated || node.has_input(kBeta) != attributes.delta) {
    return invalid_argument("update_rule '", rule,
                            "' takes decay only where it is gated and beta only as a delta rule");
  }
  return Kernel([attributes](KernelContext& context) { return attend(context, attributes); });
}

}  // namespace mortise::reference
