// Attention: softmax(scale Q K' , capped and masked) V for many heads, with a cache of keys and values. Sums are
// carried in double. A query from which every key is hidden gives 0, whatever its scores would be.
#include <cmath>
#include <limits>

#include "providers/reference/borrowed.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

constexpr uint64_t kNoInput = ~uint64_t{0};
// Added to the score of a key that a query must not see.
constexpr double kHidden = -std::numeric_limits<double>::infinity();

enum class ScoreOutput : int64_t { kProducts, kCapped, kMasked, kProbabilities };

struct AttentionAttributes {
  bool pads_masks = false;  // of one column too, which before version 24 is for all keys
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
  MORTISE_TRY(check_extents(result.shape()));
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

// What is added to a score.
class Mask {
 public:
  static Result<Mask> read(KernelContext& context, const Shape& scores, bool pads) {
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
      const bool repeats = extent == 1 && scores[at] != 1 && !(at == 3 && pads);
      // Of the last axis a mask may leave out the end, which nobody sees then.
      if (!repeats && extent != scores[at] && !(at == 3 && extent < scores[at])) {
        return invalid_argument("attn_mask ", to_string(input.shape()), " does not fit scores ", to_string(scores));
      }
      mask.steps_[at] = repeats ? 0 : strides[i];
      if (at == 3) mask.keys_ = repeats ? scores[3] : extent;
    }
    mask.is_bool_ = input.dtype() == DType::kBool;
    mask.values_ = read_doubles(context, input);
    mask.given_ = true;
    return mask;
  }
  double operator()(int64_t b, int64_t h, int64_t i, int64_t j) const {
    if (!given_) return 0;
    if (j >= keys_) return kHidden;
    const double value = values_[static_cast<uint64_t>(b * steps_[0] + h * steps_[1] + i * steps_[2] + j * steps_[3])];
    if (!is_bool_) return value;
    return value != 0 ? 0 : kHidden;
  }

 private:
  bool given_ = false, is_bool_ = false;
  int64_t steps_[4] = {};
  int64_t keys_ = 0;
  std::span<const double> values_;
};

// Each head the other way round, [batch, head, size, position]: what all of its keys have at one place lies together.
std::span<const double> turned_heads(KernelContext& context, const Heads& heads) {
  const std::span<double> turned = context.scratch<double>(heads.data.size());
  const auto count = static_cast<uint64_t>(heads.batch * heads.heads);
  context.parallel_for(count, grain_for(heads.length * heads.size), [&](uint64_t begin, uint64_t end) {
    for (auto head = static_cast<int64_t>(begin); head < static_cast<int64_t>(end); ++head) {
      const double* from = heads.row(0, head, 0);
      double* to = turned.data() + head * heads.size * heads.length;
      for (int64_t d = 0; d < heads.size; ++d) {
        for (int64_t i = 0; i < heads.length; ++i) *to++ = from[i * heads.size + d];
      }
    }
  });
  return turned;
}

// The products of a query with many keys, whose numbers at place d are columns + d * stride: blocks of keys at once, but
// each sum in the order of its places.
void multiply_keys(const double* query, int64_t size, const double* columns, int64_t stride, double scale,
                   std::span<double> scores) {
  constexpr uint64_t kBlock = 64;
  for (uint64_t first = 0; first < scores.size(); first += kBlock) {
    const uint64_t count = std::min(kBlock, scores.size() - first);
    double sums[kBlock] = {};
    for (int64_t d = 0; d < size; ++d) {
      const double* column = columns + d * stride + first;
      for (uint64_t j = 0; j < count; ++j) sums[j] += query[d] * column[j];
    }
    for (uint64_t j = 0; j < count; ++j) scores[first + j] = sums[j] * scale;
  }
}

// Scores to probabilities, in place.
void softmax(std::span<double> row) {
  double highest = -std::numeric_limits<double>::infinity();
  for (const double value : row) highest = std::max(highest, value);
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
  MORTISE_ASSIGN(const Mask mask, Mask::read(context, score_shape, attributes.pads_masks));
  Shape lengths;
  if (context.has_input(6)) {
    MORTISE_ASSIGN(lengths, ints_of(context, 6, "nonpad_kv_seqlen"));
    if (static_cast<int64_t>(lengths.size()) != q.batch) {
      return invalid_argument("nonpad_kv_seqlen has ", lengths.size(), " entries for a batch of ", q.batch);
    }
    for (const int64_t length : lengths) {
      if (length >= 0 && length <= k.length) continue;
      return invalid_argument("nonpad_kv_seqlen has the entry ", length, "; it must be from 0 to the ", k.length,
                              " keys that there are");
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
  const int64_t cost = std::min<int64_t>(k.length, 1 << 20) * std::min<int64_t>(q.size + v.size, 1 << 20);
  // Every range has scores of its own, so there are not too many of them.
  constexpr uint64_t kMostRanges = 256;
  const uint64_t grain = std::max(grain_for(cost), (rows + kMostRanges - 1) / kMostRanges);
  const auto keys = static_cast<uint64_t>(k.length);
  const std::span<const double> turned = turned_heads(context, k);
  const auto buffer = context.scratch<double>((rows + grain - 1) / grain * keys);
  context.parallel_for(rows, grain, [&](uint64_t begin, uint64_t end) {
    const std::span<double> scores = buffer.subspan(begin / grain * keys, keys);
    for (uint64_t at = begin; at < end; ++at) {
      const auto r = static_cast<int64_t>(at);
      const int64_t i = r % q.length, h = r / q.length % q.heads, b = r / q.length / q.heads;
      const int64_t kv = h / (q.heads / k.heads);
      const auto show = [&](ScoreOutput stage) {
        if (!wants_scores || attributes.scores != stage) return;
        std::copy(scores.begin(), scores.end(), shown.begin() + r * k.length);
      };
      multiply_keys(q.row(b, h, i), q.size, turned.data() + (b * k.heads + kv) * k.size * k.length, k.length, scale,
                    scores);
      show(ScoreOutput::kProducts);
      if (attributes.softcap > 0) {
        for (double& score : scores) score = attributes.softcap * std::tanh(score / attributes.softcap);
      }
      show(ScoreOutput::kCapped);
      // The last key that query i sees: its own, at the end of the cache.
      const bool padded = !lengths.empty();
      const int64_t valid = padded ? lengths[static_cast<uint64_t>(b)] : k.length;
      const int64_t offset = padded ? valid - q.length : past;  // inference refuses a cache with padded keys
      bool sees_any = false;
      for (int64_t j = 0; j < k.length; ++j) {
        double& score = scores[static_cast<uint64_t>(j)];
        const bool hidden = j >= valid || (attributes.causal && j > i + offset);
        const double bias = hidden ? kHidden : mask(b, h, i, j);
        score = bias == kHidden ? kHidden : score + bias;
        sees_any = sees_any || bias != kHidden;
      }
      show(ScoreOutput::kMasked);
      if (sees_any) {
        softmax(scores);
      } else {
        std::fill(scores.begin(), scores.end(), 0.0);
      }
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
    write_doubles(context, joined, context.output(0, type, Shape{q.batch, q.length, q.heads * v.size}));
  } else {
    write_doubles(context, y.data, context.output(0, type, y.shape()));
  }
  if (context.has_output(1)) write_doubles(context, k.data, context.output(1, context.input(1).dtype(), k.shape()));
  if (context.has_output(2)) write_doubles(context, v.data, context.output(2, context.input(2).dtype(), v.shape()));
  if (wants_scores) write_doubles(context, shown, context.output(3, type, score_shape));
  return {};
}

std::optional<float> scale_of(const NodeSpec& node) {
  return node.has("scale") ? std::optional(node.get_float("scale", 0)) : std::nullopt;
}

}  // namespace

Result<Kernel> make_attention(const NodeSpec& node) {
  const int64_t mode = node.get_int("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) return invalid_argument("attribute qk_matmul_output_mode is ", mode, ", not 0 to 3");
  const AttentionAttributes attributes{.pads_masks = node.since_version() >= 24,
                                       .causal = node.get_int("is_causal", 0) != 0,
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
