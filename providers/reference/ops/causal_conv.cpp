// CausalConvWithState: a convolution of each channel with a kernel of its own over the positions up to the current one.
// The k - 1 positions before the first are the state that the run before has left, or 0. Sums are carried in double.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

Status check_input(const KernelContext& context, uint64_t i, std::string_view name, const Shape& wanted) {
  if (!context.has_input(i)) return {};
  const Tensor& tensor = context.input(i);
  const Tensor& x = context.input(0);
  if (tensor.shape() == wanted && tensor.dtype() == x.dtype()) return {};
  return invalid_argument(name, " is ", to_string(tensor.dtype()), to_string(tensor.shape()), ", but input ",
                          to_string(x.dtype()), to_string(x.shape()), " needs ", to_string(x.dtype()),
                          to_string(wanted));
}

Status convolve_causally(KernelContext& context, bool swish) {
  const Tensor& x = context.input(0);
  const Tensor& w = context.input(1);
  if (x.rank() != 3 || w.rank() != 3 || w.dim(2) < 1) {
    return invalid_argument("input ", to_string(x.shape()), " must be [batch, channels, length] and weight ",
                            to_string(w.shape()), " [channels, 1, k] with k of at least 1");
  }
  const int64_t channels = x.dim(1), length = x.dim(2), k = w.dim(2);
  if (k > std::numeric_limits<int64_t>::max() - length) return invalid_argument("a kernel of ", k, " is too long");
  const Shape state{x.dim(0), channels, k - 1};
  MORTISE_TRY(check_input(context, 1, "weight", {channels, 1, k}));
  MORTISE_TRY(check_input(context, 2, "bias", {channels}));
  MORTISE_TRY(check_input(context, 3, "past_state", state));
  // The state and the input, in one row per channel.
  const int64_t padded = length + k - 1;
  const Shape rows{x.dim(0), channels, padded};
  MORTISE_TRY(check_shape(DType::kF64, rows));
  const std::span<const double> in = read_doubles(context, x), weights = read_doubles(context, w);
  const std::span<const double> bias =
      context.has_input(2) ? read_doubles(context, context.input(2)) : std::span<double>();
  const std::span<const double> past =
      context.has_input(3) ? read_doubles(context, context.input(3)) : std::span<double>();
  const auto joined = context.scratch<double>(static_cast<uint64_t>(rows.num_elements()));
  const auto out = context.scratch<double>(in.size());
  const auto present = context.scratch<double>(static_cast<uint64_t>(state.num_elements()));
  const auto num_rows = static_cast<uint64_t>(x.dim(0) * channels);
  context.parallel_for(num_rows, grain_for(std::min<int64_t>(length, 1 << 20) * std::min<int64_t>(k, 1 << 20)),
                       [&](uint64_t begin, uint64_t end) {
                         for (uint64_t at = begin; at < end; ++at) {
                           const auto r = static_cast<int64_t>(at);
                           const int64_t channel = r % channels;
                           double* const row = joined.data() + r * padded;
                           if (past.empty()) {
                             std::fill_n(row, k - 1, 0.0);
                           } else {
                             std::copy_n(past.data() + r * (k - 1), k - 1, row);
                           }
                           std::copy_n(in.data() + r * length, length, row + k - 1);
                           for (int64_t t = 0; t < length; ++t) {
                             double sum = bias.empty() ? 0 : bias[static_cast<uint64_t>(channel)];
                             for (int64_t tap = 0; tap < k; ++tap)
                               sum += weights[static_cast<uint64_t>(channel * k + tap)] * row[t + tap];
                             out[static_cast<uint64_t>(r * length + t)] = swish ? sum / (1 + std::exp(-sum)) : sum;
                           }
                           std::copy_n(row + length, k - 1, present.data() + r * (k - 1));
                         }
                       });
  write_doubles(context, out, context.output(0, x.dtype(), x.shape()));
  if (context.has_output(1)) write_doubles(context, present, context.output(1, x.dtype(), state));
  return {};
}

}  // namespace

Result<Kernel> make_causal_conv_with_state(const NodeSpec& node) {
  const std::string_view activation = node.get_string("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return invalid_argument("attribute activation is '", activation, "', not none, silu or swish");
  }
  return Kernel([swish = activation != "none"](KernelContext& context) { return convolve_causally(context, swish); });
}

}  // namespace mortise::reference
