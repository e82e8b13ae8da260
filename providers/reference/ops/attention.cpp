// Attention: softmax(scale Q K' , capped and masked) V for many heads, with a cache of keys and values. Sums are
// carried in double. A query for which every key is masked gives 0.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

constexpr uint64_t kNoInput = ~uint64_t{0};

enum class ScoreOutput : int64_t { kProducts, kCapped, kMasked, kProbabilities };

struct AttentionAttributes {
  bool causal = false;
  std::optional<float> scale;  // nothing: one over the root of the size of a head
  float softcap = 0;
  int64_t q_heads = 0, kv_heads = 0;  // for inputs of rank 3
  ScoreOutput scores = ScoreOutput::kProducts;
};

// Rows [batch, head, position] of `size` numbers.
struct Heads {
  int64_t batch = 0, heads = 0, length = 0, size = 0;
  std::span<double> data;
  const double* row(int64_t b, int64_t h, int64_t i) const {
    return data.data() + ((b * heads + h) * length + i) * size;
  }
  double* row(int64_t b, int64_t h, int64_t i) { return data.data() + ((b * heads + h) * length + i) * size; }
  Shape shape() const { return {batch, heads, length, size}; }
};

// An input of rank 4, or of rank 3 cut into heads; behind the cached rows if there are some.
Result<Heads> read_heads(KernelContext& context, uint64_t input, uint64_t past_input, int64_t heads) {
  const Tensor& x = context.input(input);
  const bool packed = x.rank() == 3;
  if (!packed && x.rank() != 4) return invalid_argument("input ", input, " must have rank 3 or 4, not ", x.rank());
  if (packed && (heads < 1 || x.dim(2) % heads != 0)) {
    return invalid_argument("input ", input, " ", to_string(x.shape()), " cannot be cut into ", heads, " heads");
  }
  Heads result{.batch = x.dim(0),
               .heads = packed ? heads : x.dim(1),
               .length = x.dim(packed ? 1 : 2),
               .size = packed ? x.dim(2) / heads : x.dim(3)};
  const int64_t own = result.length;
  int64_t before = 0;
  std::span<double> past;
  if (context.has_input(past_input)) {
    const Tensor& cache = context.input(past_input);
    if (cache.rank() != 4 || cache.dim(0) != result.batch || cache.dim(1) != result.heads ||
        cache.dim(3) != result.size || !contains(kFloats, cache.dtype())) {
      return invalid_argument("cached input ", past_input, " ", to_string(cache.shape()), " does not fit input ", input,
                              " ", to_string(x.shape()));
    }
    before = cache.dim(2);
    past = read_doubles(context, cache);
    result.length += before;
  }
  MORTISE_TRY(check_shape(DType::kF64, result.shape()));
  result.data = context.scratch<double>(static_cast<uint64_t>(result.shape().num_elements()));
  const std::span<const double> values = read_doubles(context, x);
  for (int64_t b = 0; b < result.batch; ++b) {
    for (int64_t h = 0; h < result.heads; ++h) {
      const int64_t head = b * result.heads + h;
      std::copy_n(past.data() + head * before * result.size, before * result.size, result.row(b, h, 0));
      for (int64_t i = 0; i < own; ++i) {
        const int64_t row = packed ? (b * own + i) * result.heads + h : head * own + i;
        std::copy_n(values.data() + row * result.size, result.size, result.row(b, h, before + i));
      }
    }
  }
  return result;
}

// What is added to a score: -infinity for a key that a query must not see.
class Mask {
 public:
  static Result<Mask> read(KernelContext& context, const Shape& scores) {
    Mask mask;
    if (!context.has_input(3)) return mask;
    const Tensor& input = context.input(3);
    if (input.rank() < 2 || input.rank() > 4 || !contains(kNumbersAndBool, input.dtype())) {
      return invalid_argument("attn_mask ", to_string(input.dtype()), to_string(input.shape()),
                              " must be bool or numbers of rank 2 to 4");
    }
    const Shape strides = strides_of(input.shape());
    for (uint32_t i = 0; i < input.rank(); ++i) {
      const uint32_t at = 4 - input.rank() + i;
      const int64_t extent = input.dim(i);
      // Of the last axis a mask may leave out the end, which nobody sees then.
      if (extent != 1 && extent != scores[at] && !(at == 3 && extent < scores[at])) {
        return invalid_argument("attn_mask ", to_string(input.shape()), " does not fit scores ", to_string(scores));
      }
      mask.steps_[at] = extent == 1 && scores[at] != 1 ? 0 : strides[i];
    }
    mask.keys_ = input.shape().back() == 1 ? scores[3] : input.shape().back();
    mask.is_bool_ = input.dtype() == DType::kBool;
    mask.values_ = read_doubles(context, input);
    mask.given_ = true;
    return mask;
  }
  double operator()(int64_t b, int64_t h, int64_t i, int64_t j) const {
    if (!given_) return 0;
    if (j >= keys_) return -std::numeric_limits<double>::infinity();
    const double value = values_[static_cast<uint64_t>(b * steps_[0] + h * steps_[1] + i * steps_[2] + j * steps_[3])];
    if (!is_bool_) return value;
    return value != 0 ? 0 : -std::numeric_limits<double>::infinity();
  }

 private:
  bool given_ = false, is_bool_ = false;
  int64_t steps_[4] = {};
  int64_t keys_ = 0;
  std::span<const double> values_;
};

// Scores to probabilities, in place; all 0 where every score is -infinity.
void softmax(std::span<double> row) {
  double highest = -std::numeric_limits<double>::infinity();
  for (const double value : row) highest = std::max(highest, value);
  if (highest == -std::numeric_limits<double>::infinity()) {
    std::fill(row.begin(), row.end(), 0.0);
    return;
  }
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value - highest);
  for (double& value : row) value /= sum;
}

Status attend(KernelContext& context, const AttentionAttributes& attributes) {
  const DType type = context.input(0).dtype();
  const bool packed = context.input(0).rank() == 3;
  for (const uint64_t i : {1, 2}) {
    if (!contains(kFloats, context.input(i).dtype())) {
      return invalid_argument("input ", i, " is ", form_of(context.input(i)), "; it must be floating point");
    }
  }
  MORTISE_ASSIGN(const Heads q, read_heads(context, 0, kNoInput, attributes.q_heads));
  MORTISE_ASSIGN(const Heads k, read_heads(context, 1, 4, attributes.kv_heads));
  MORTISE_ASSIGN(const Heads v, read_heads(context, 2, 5, attributes.kv_heads));
  if (k.batch != q.batch || v.batch != q.batch || k.heads != v.heads || k.length != v.length || k.size != q.size ||
      (k.heads == 0 ? q.heads != 0 : q.heads % k.heads != 0)) {
    return invalid_argument("queries ", to_string(q.shape()), ", keys ", to_string(k.shape()), " and values ",
                            to_string(v.shape()), " do not fit each other");
  }
  const Shape score_shape{q.batch, q.heads, q.length, k.length};
  MORTISE_TRY(check_shape(DType::kF64, score_shape));
  MORTISE_ASSIGN(const Mask mask, Mask::read(context, score_shape));
  Shape lengths;
  if (context.has_input(6)) {
    MORTISE_ASSIGN(lengths, ints_of(context, 6, "nonpad_kv_seqlen"));
    if (static_cast<int64_t>(lengths.size()) != q.batch) {
      return invalid_argument("nonpad_kv_seqlen has ", lengths.size(), " entries for a batch of ", q.batch);
    }
  }
  const int64_t past = context.has_input(4) ? context.input(4).dim(2) : 0;
  const double scale = attributes.scale ? *attributes.scale : 1 / std::sqrt(static_cast<double>(q.size));
  const bool wants_scores = context.has_output(3);
  const auto shown = context.scratch<double>(wants_scores ? static_cast<uint64_t>(score_shape.num_elements()) : 0);
  Heads y = q;
  y.size = v.size;
  MORTISE_TRY(check_shape(DType::kF64, y.shape()));
  y.data = context.scratch<double>(static_cast<uint64_t>(y.shape().num_elements()));
  const auto rows = static_cast<uint64_t>(q.batch * q.heads * q.length);
  const auto row_buffer = context.scratch<double>(static_cast<uint64_t>(score_shape.num_elements()));
  const int64_t cost = std::min<int64_t>(k.length, 1 << 20) * std::min<int64_t>(q.size + v.size, 1 << 20);
  context.parallel_for(rows, grain_for(cost), [&](uint64_t begin, uint64_t end) {
    for (uint64_t at = begin; at < end; ++at) {
      const auto r = static_cast<int64_t>(at);
      const int64_t i = r % q.length, h = r / q.length % q.heads, b = r / q.length / q.heads;
      const int64_t kv = h / (q.heads / k.heads);
      const std::span<double> scores =
          row_buffer.subspan(at * static_cast<uint64_t>(k.length), static_cast<uint64_t>(k.length));
      const auto show = [&](ScoreOutput stage) {
        if (!wants_scores || attributes.scores != stage) return;
        std::copy(scores.begin(), scores.end(), shown.begin() + r * k.length);
      };
      for (int64_t j = 0; j < k.length; ++j) {
        double sum = 0;
        for (int64_t d = 0; d < q.size; ++d) sum += q.row(b, h, i)[d] * k.row(b, kv, j)[d];
        scores[static_cast<uint64_t>(j)] = sum * scale;
      }
      show(ScoreOutput::kProducts);
      if (attributes.softcap > 0) {
        for (double& score : scores) score = attributes.softcap * std::tanh(score / attributes.softcap);
      }
      show(ScoreOutput::kCapped);
      // The last key that query i sees: its own, at the end of the cache.
      const bool padded = !lengths.empty();
      const int64_t valid = padded ? lengths[static_cast<uint64_t>(b)] : k.length;
      const int64_t offset = padded && past == 0 && !context.has_input(4) ? valid - q.length : past;
      for (int64_t j = 0; j < k.length; ++j) {
        double& score = scores[static_cast<uint64_t>(j)];
        score += mask(b, h, i, j);
        if (j >= valid || (attributes.causal && j > i + offset)) score = -std::numeric_limits<double>::infinity();
      }
      show(ScoreOutput::kMasked);
      softmax(scores);
      show(ScoreOutput::kProbabilities);
      double* out = y.row(b, h, i);
      std::fill_n(out, v.size, 0.0);
      for (int64_t j = 0; j < k.length; ++j) {
        const double weight = scores[static_cast<uint64_t>(j)];
        if (weight == 0) continue;  // a key that is not seen does not count, whatever its value holds
        for (int64_t d = 0; d < v.size; ++d) out[d] += weight * v.row(b, kv, j)[d];
      }
    }
  });
  if (packed) {
    const auto joined = context.scratch<double>(y.data.size());
    for (int64_t r = 0; r < q.batch * q.length * q.heads; ++r) {
      const int64_t h = r % q.heads, i = r / q.heads % q.length, b = r / q.heads / q.length;
      std::copy_n(y.row(b, h, i), y.size, joined.begin() + r * y.size);
    }
    write_doubles(joined, context.output(0, type, Shape{q.batch, q.length, q.heads * v.size}));
  } else {
    write_doubles(y.data, context.output(0, type, y.shape()));
  }
  if (context.has_output(1)) write_doubles(k.data, context.output(1, context.input(1).dtype(), k.shape()));
  if (context.has_output(2)) write_doubles(v.data, context.output(2, context.input(2).dtype(), v.shape()));
  if (wants_scores) write_doubles(shown, context.output(3, type, score_shape));
  return {};
}

std::optional<float> scale_of(const NodeSpec& node) {
  return node.has("scale") ? std::optional(node.get_float("scale", 0)) : std::nullopt;
}

}  // namespace

Result<Kernel> make_attention(const NodeSpec& node) {
  const int64_t mode = node.get_int("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) return invalid_argument("attribute qk_matmul_output_mode is ", mode, ", not 0 to 3");
  const AttentionAttributes attributes{.causal = node.get_int("is_causal", 0) != 0,
                                       .scale = scale_of(node),
                                       .softcap = node.get_float("softcap", 0),
                                       .q_heads = node.get_int("q_num_heads", 0),
                                       .kv_heads = node.get_int("kv_num_heads", 0),
                                       .scores = static_cast<ScoreOutput>(mode)};
  return Kernel([attributes](KernelContext& context) { return attend(context, attributes); });
}

// Sums carried in double are more precise than any softmax_precision asks for.
Result<Kernel> make_flex_attention(const NodeSpec& node) {
  for (const std::string_view body : {"score_mod", "prob_mod"}) {
    if (node.has(body))
      return unimplemented("attribute ", body, " is a body, which the host expands where it knows Q's type");
  }
  return Kernel([attributes = AttentionAttributes{.scale = scale_of(node)}](KernelContext& context) {
    return attend(context, attributes);
  });
}

}  // namespace mortise::reference
