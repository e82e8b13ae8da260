// MelWeightMatrix: triangular filters, evenly spaced on the mel scale, over the bins of a spectrum.
#include <cmath>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_mel_weight_matrix(const NodeSpec& node) {
  const auto type = static_cast<DType>(node.get_int("output_datatype", 1));
  if (!is_known(type) || !contains(kNumbers, type)) {
    return invalid_argument("attribute output_datatype is ", static_cast<int32_t>(type), ", which is no number type");
  }
  return Kernel([type](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const int64_t mels, int_of(context, 0, "num_mel_bins"));
    MORTISE_ASSIGN(const int64_t length, int_of(context, 1, "dft_length"));
    MORTISE_ASSIGN(const int64_t rate, int_of(context, 2, "sample_rate"));
    for (const uint64_t i : {3, 4}) {
      if (context.input(i).num_elements() != 1 || !contains(kFloats, context.input(i).dtype())) {
        return invalid_argument("input ", i, " is ", form_of(context.input(i)),
                                "; an edge of the frequencies must be one float");
      }
    }
    const double low = read_doubles(context, context.input(3))[0], high = read_doubles(context, context.input(4))[0];
    if (mels < 0 || mels > 1 << 20 || length < 0 || rate < 1 || !(low >= 0 && low <= high && std::isfinite(high))) {
      return invalid_argument("filters ", mels, " of length ", length, " from ", low, " to ", high, " Hz at rate ",
                              rate, " cannot be");
    }
    const int64_t bins = length / 2 + 1;
    MORTISE_TRY(check_shape(DType::kF64, Shape{bins, mels}));
    const auto to_mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
    const double low_mel = to_mel(low), step = (to_mel(high) - low_mel) / static_cast<double>(mels + 2);
    // The bin in which edge i of the filters lies.
    const auto edge = [&](int64_t i) {
      const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + low_mel) / 2595) - 1);
      const double bin = std::floor(static_cast<double>(length + 1) * hertz / static_cast<double>(rate));
      return static_cast<int64_t>(std::min(bin, 0x1p53));
    };
    const std::span<double> weights = context.scratch<double>(static_cast<uint64_t>(bins * mels));
    std::fill(weights.begin(), weights.end(), 0.0);
    for (int64_t m = 0; m < mels; ++m) {
      const int64_t lower = edge(m), centre = edge(m + 1), upper = edge(m + 2);
      const auto weight = [&](int64_t bin) -> double& { return weights[static_cast<uint64_t>(bin * mels + m)]; };
      if (lower == centre && centre < bins) weight(centre) = 1;
      for (int64_t bin = lower; bin <= std::min(centre, bins - 1) && lower != centre; ++bin) {
        weight(bin) = static_cast<double>(bin - lower) / static_cast<double>(centre - lower);
      }
      for (int64_t bin = centre; bin < std::min(upper, bins); ++bin) {
        weight(bin) = static_cast<double>(upper - bin) / static_cast<double>(upper - centre);
      }
    }
    write_doubles(context, weights, context.output(0, type, Shape{bins, mels}));
    return {};
  });
}

}  // namespace mortise::reference
