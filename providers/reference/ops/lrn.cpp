// LRN: each element divided by a power of the sum of squares at its place in neighbouring channels.
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

Result<Kernel> make_lrn(const NodeSpec& node) {
  const int64_t size = node.get_int("size", 1);
  if (size < 1) return invalid_argument("attribute size is ", size, "; at least one channel is needed");
  const float alpha = node.get_float("alpha", 0.0001f), beta = node.get_float("beta", 0.75f),
              bias = node.get_float("bias", 1.0f);
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2) return invalid_argument("input ", to_string(x.shape()), " has no channels");
    const auto channels = x.dim(1);
    const auto inner = static_cast<uint64_t>(x.shape().product(2, x.rank()));
    Tensor& y = context.output(0, x.dtype(), x.shape());
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        const auto scale = static_cast<Acc>(alpha) / static_cast<Acc>(size);
        const uint64_t planes = static_cast<uint64_t>(x.dim(0)) * static_cast<uint64_t>(channels);
        context.parallel_for(planes, 5'000 / (inner + 1) + 1, [&](uint64_t begin, uint64_t end) {
          for (uint64_t plane = begin; plane < end; ++plane) {
            const auto channel = static_cast<int64_t>(plane % static_cast<uint64_t>(channels));
            const auto before = static_cast<uint64_t>(std::min(channel, (size - 1) / 2));
            const auto after = static_cast<uint64_t>(std::min(channels - 1 - channel, size / 2));
            const T* in = x.data<T>() + plane * inner;
            T* out = y.data<T>() + plane * inner;
            for (uint64_t i = 0; i < inner; ++i) {
              Acc sum = 0;
              for (const T* p = in - before * inner; p <= in + after * inner; p += inner) {
                sum += static_cast<Acc>(p[i]) * static_cast<Acc>(p[i]);
              }
              out[i] = static_cast<T>(static_cast<Acc>(in[i]) /
                                      std::pow(static_cast<Acc>(bias) + scale * sum, static_cast<Acc>(beta)));
            }
          }
        });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
