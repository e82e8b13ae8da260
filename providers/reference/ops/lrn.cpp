// LRN: each element divided by a power of the sum of squares at its place in neighbouring channels.
#include <algorithm>
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

namespace {

struct Lrn {
  int64_t size;
  float alpha, beta, bias;
};

// Places of the image that are done at once; their running sums lie on the stack.
constexpr uint64_t kMaxPlaces = 256;

// Channels are cut into blocks as long as a window, so that a window is the end of one block and the beginning of the
// next. Sums from each channel to the end of its block are kept in `ends`, those from the beginning of the next run
// along: whatever the size, an element costs two squares, and nothing is ever subtracted. `in`, `out` and `ends` are
// `inner` apart from channel to channel.
template <class T, class Acc>
void normalise(const Lrn& op, const T* in, T* out, Acc* ends, int64_t channels, uint64_t inner, uint64_t places) {
  const int64_t before = std::min((op.size - 1) / 2, channels - 1), after = std::min(op.size / 2, channels - 1);
  const int64_t width = before + after + 1;
  const Acc scale = static_cast<Acc>(op.alpha) / static_cast<Acc>(op.size);
  Acc sums[kMaxPlaces];
  const auto add_squares = [&](int64_t channel) {
    if (channel < 0 || channel >= channels) return;
    const T* row = in + static_cast<uint64_t>(channel) * inner;
    for (uint64_t i = 0; i < places; ++i) sums[i] += static_cast<Acc>(row[i]) * static_cast<Acc>(row[i]);
  };
  for (int64_t block = 0; block < channels; block += width) {
    const int64_t windows = std::min(width, channels - block);
    std::fill_n(sums, places, Acc{0});
    for (int64_t w = width; w-- > 0;) {
      add_squares(block - before + w);
      if (w < windows) std::copy_n(sums, places, ends + static_cast<uint64_t>(w) * inner);
    }
    std::fill_n(sums, places, Acc{0});
    for (int64_t w = 0; w < windows; ++w) {
      const uint64_t row = static_cast<uint64_t>(block + w) * inner;
      const Acc* end = ends + static_cast<uint64_t>(w) * inner;
      for (uint64_t i = 0; i < places; ++i) {
        const Acc divisor = std::pow(static_cast<Acc>(op.bias) + scale * (end[i] + sums[i]), static_cast<Acc>(op.beta));
        out[row + i] = static_cast<T>(static_cast<Acc>(in[row + i]) / divisor);
      }
      add_squares(block - before + width + w);
    }
  }
}

}  // namespace

Result<Kernel> make_lrn(const NodeSpec& node) {
  const Lrn op{.size = node.get_int("size", 1),
               .alpha = node.get_float("alpha", 0.0001f),
               .beta = node.get_float("beta", 0.75f),
               .bias = node.get_float("bias", 1.0f)};
  if (op.size < 1) return invalid_argument("attribute size is ", op.size, "; at least one channel is needed");
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2) return invalid_argument("input ", to_string(x.shape()), " has no channels");
    const int64_t channels = x.dim(1);
    const auto inner = static_cast<uint64_t>(x.shape().product(2, x.rank()));
    Tensor& y = context.output(0, x.dtype(), x.shape());
    if (x.num_elements() == 0) return {};
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        const auto image = static_cast<uint64_t>(channels) * inner;
        const uint64_t block = static_cast<uint64_t>(std::min(op.size, channels)) * inner;
        const uint64_t places = static_cast<uint64_t>(x.dim(0)) * inner;
        const std::span<Acc> ends = context.scratch<Acc>(static_cast<uint64_t>(x.dim(0)) * block);
        const uint64_t grain = 5'000 / static_cast<uint64_t>(channels) + 16;
        context.parallel_for(places, grain, [&](uint64_t begin, uint64_t end) {
          for (uint64_t next, place = begin; place < end; place = next) {
            const uint64_t i = place / inner, first = place % inner;
            next = std::min({end, (i + 1) * inner, place + kMaxPlaces});
            normalise(op, x.data<T>() + i * image + first, y.data<T>() + i * image + first,
                      ends.data() + i * block + first, channels, inner, next - place);
          }
        });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
