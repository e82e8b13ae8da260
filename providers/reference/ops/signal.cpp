// HannWindow, HammingWindow, BlackmanWindow, DFT and STFT.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/fourier.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N), N being the size, or one less for a symmetric window: of size 1 that
// divides 0 by 0, as in the function by which the standard defines it.
Result<Kernel> make_cosine_window(const NodeSpec& node, double a0, double a1, double a2) {
  const bool periodic = node.get_int("periodic", 1) != 0;
  const auto type = static_cast<DType>(node.get_int("output_datatype", 1));
  if (!is_known(type) || !contains(kNumbers, type)) {
    return invalid_argument("attribute output_datatype is ", static_cast<int32_t>(type), ", which is no number type");
  }
  return Kernel([=](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const int64_t size, int_of(context, 0, "size"));
    if (size < 0) return invalid_argument("size ", size, " must not be negative");
    MORTISE_TRY(check_shape(DType::kF64, Shape{size}));
    const std::span<double> values = context.scratch<double>(static_cast<uint64_t>(size));
    const auto length = static_cast<double>(periodic ? size : size - 1);
    for (uint64_t n = 0; n < values.size(); ++n) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(n) / length;
      // In this order the greatest value is exactly 1, which is cut to a whole number where that is wanted.
      values[n] = a0 - (a1 * std::cos(angle) - a2 * std::cos(2 * angle));
    }
    write_doubles(context, values, context.output(0, type, Shape{size}));
    return {};
  });
}

// The type in which a transform is computed: that of sums of T for complex signals, double for real ones, for the oracle,
// and for lengths whose transform is a convolution. So it is with the vectors of ONNX 1.23, whose zeros are what rounding
// has left of them: in single precision for complex signals (test_dft_inverse), in double for real ones (test_dft).
template <class T, class Body>
Status with_precision(bool f64, bool is_real, int64_t length, Body&& body) {
  if (f64 || is_real || !FourierPasses<double>::can_do(static_cast<uint64_t>(length)))
    return body.template operator()<double>();
  return body.template operator()<Compute<T>>();
}

}  // namespace

Result<Kernel> make_hann_window(const NodeSpec& node) { return make_cosine_window(node, 0.5, 0.5, 0); }
Result<Kernel> make_hamming_window(const NodeSpec& node) {
  return make_cosine_window(node, 25.0 / 46.0, 21.0 / 46.0, 0);
}
Result<Kernel> make_blackman_window(const NodeSpec& node) { return make_cosine_window(node, 0.42, 0.5, 0.08); }

Result<Kernel> make_dft(const NodeSpec& node) {
  const bool inverse = node.get_int("inverse", 0) != 0, onesided = node.get_int("onesided", 0) != 0;
  const bool axis_is_input = node.since_version() >= 20;
  const int64_t axis_attribute = node.get_int("axis", 1);
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2 || x.shape().back() < 1 || x.shape().back() > 2) {
      return invalid_argument("input ", form_of(x), " must have two axes or more and end in 1 (real) or 2 (complex)");
    }
    if (onesided && !inverse && x.shape().back() == 2) {
      return invalid_argument("onesided gives half of the frequencies, but input ", form_of(x),
                              " is a complex signal, which needs all of them; set onesided to 0");
    }
    if (onesided && inverse && x.shape().back() == 1) {
      return invalid_argument("the inverse of one side makes a real signal of complex frequencies, but input ",
                              form_of(x), " holds real numbers; set onesided to 0");
    }
    int64_t wanted = axis_is_input ? -2 : axis_attribute;
    if (axis_is_input && context.has_input(2)) {
      MORTISE_ASSIGN(wanted, int_of(context, 2, "axis"));
    }
    MORTISE_ASSIGN(const uint32_t axis, normalise_axis(wanted, x.rank()));
    if (axis + 1 == x.rank()) return invalid_argument("axis ", wanted, " is that of the real and imaginary parts");
    // The inverse of one side gives a real signal: the other side is its conjugate.
    const bool to_real = inverse && onesided;
    int64_t length = to_real ? 2 * (x.dim(axis) - 1) : x.dim(axis);
    if (context.has_input(1)) {
      MORTISE_ASSIGN(length, int_of(context, 1, "dft_length"));
    }
    if (length < 1) return invalid_argument("the length of the transform, ", length, ", must be at least 1");
    MORTISE_TRY(check_shape(DType::kF64, Shape{2, length}));
    const int64_t parts = x.shape().back();
    Shape result = x.shape();
    result[axis] = onesided && !inverse ? length / 2 + 1 : length;
    result[x.rank() - 1] = to_real ? 1 : 2;
    MORTISE_TRY(check_shape(DType::kF64, result));
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      T* const y = context.output(0, dtype_of<T>, result).template data<T>();
      if (result.num_elements() == 0) return {};
      const T* const in = x.data<T>();
      const AxisSplit from = split_at(x.shape(), axis);
      const int64_t inner = from.inner / parts, frequencies = result[axis], result_parts = result.back();
      // Where number i of a line lies that has `extent` of them, each of `size` parts.
      const auto place = [inner](uint64_t line, int64_t i, int64_t extent, int64_t size) {
        const auto n = static_cast<int64_t>(line);
        return ((n / inner * extent + i) * inner + n % inner) * size;
      };
      return with_precision<T>(f64, parts == 1, length, [&]<class A>() -> Status {
        const auto load = [&](uint64_t line, std::span<Complex<A>> numbers) {
          std::fill(numbers.begin(), numbers.end(), Complex<A>{});
          for (int64_t i = 0, count = std::min(length, from.extent); i < count; ++i) {
            const T* const at = in + place(line, i, from.extent, parts);
            numbers[static_cast<uint64_t>(i)] = {static_cast<A>(at[0]), parts == 2 ? static_cast<A>(at[1]) : A{0}};
          }
          for (uint64_t i = numbers.size() / 2 + 1; to_real && i < numbers.size(); ++i) {
            numbers[i] = conjugate(numbers[numbers.size() - i]);
          }
        };
        const A factor = inverse ? A{1} / static_cast<A>(length) : A{1};
        const auto store = [&](uint64_t line, std::span<const Complex<A>> numbers) {
          for (int64_t k = 0; k < frequencies; ++k) {
            T* const at = y + place(line, k, frequencies, result_parts);
            const Complex<A> number = numbers[static_cast<uint64_t>(k)] * factor;
            at[0] = static_cast<T>(number.real);
            if (!to_real) at[1] = static_cast<T>(number.imaginary);
          }
        };
        transform_lines<A>(context, static_cast<uint64_t>(length), inverse, static_cast<uint64_t>(from.outer * inner),
                           load, store);
        return {};
      });
    });
  });
}

Result<Kernel> make_stft(const NodeSpec& node) {
  return Kernel(
      [onesided = node.get_int("onesided", 1) != 0, f64 = node.accumulate_f64()](KernelContext& context) -> Status {
        const Tensor& x = context.input(0);
        const int64_t parts = x.rank() == 3 ? x.dim(2) : 1;
        if ((x.rank() != 2 && x.rank() != 3) || parts < 1 || parts > 2) {
          return invalid_argument("signal ", form_of(x), " must be [batch, length, 1 or 2]");
        }
        MORTISE_ASSIGN(const int64_t step, int_of(context, 1, "frame_step"));
        const bool windowed = context.has_input(2);
        if (!windowed && !context.has_input(3)) return invalid_argument("window or frame_length is needed");
        if (windowed && (context.input(2).rank() != 1 || !contains(kFloats, context.input(2).dtype()))) {
          return invalid_argument("window ", form_of(context.input(2)), " must be floats of rank 1");
        }
        int64_t length = windowed ? context.input(2).dim(0) : 0;
        if (context.has_input(3)) {
          MORTISE_ASSIGN(length, int_of(context, 3, "frame_length"));
        }
        const int64_t samples = x.dim(1);
        if (step < 1 || length < 1 || length > samples) {
          return invalid_argument("frame_step ", step, " and frame_length ", length,
                                  " must be at least 1, and a frame no longer than the signal of ", samples);
        }
        if (windowed && context.input(2).dim(0) != length) {
          return invalid_argument("window has ", context.input(2).dim(0), " weights for frames of ", length);
        }
        const int64_t frames = (samples - length) / step + 1, frequencies = onesided ? length / 2 + 1 : length;
        const Shape result{x.dim(0), frames, frequencies, 2};
        MORTISE_TRY(check_shape(DType::kF64, result));
        return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
          T* const y = context.output(0, dtype_of<T>, result).template data<T>();
          const T* const in = x.data<T>();
          const std::span<const double> window =
              windowed ? std::span<const double>(read_doubles(context, context.input(2))) : std::span<const double>();
          return with_precision<T>(f64, parts == 1, length, [&]<class A>() -> Status {
            const auto load = [&](uint64_t frame, std::span<Complex<A>> numbers) {
              const auto n = static_cast<int64_t>(frame);
              const T* at = in + (n / frames * samples + n % frames * step) * parts;
              for (uint64_t i = 0; i < numbers.size(); ++i, at += parts) {
                const A weight = windowed ? static_cast<A>(window[i]) : A{1};
                numbers[i] = {static_cast<A>(at[0]) * weight, parts == 2 ? static_cast<A>(at[1]) * weight : A{0}};
              }
            };
            const auto store = [&](uint64_t frame, std::span<const Complex<A>> numbers) {
              T* at = y + static_cast<int64_t>(frame) * frequencies * 2;
              for (const Complex<A>& number : numbers.first(static_cast<uint64_t>(frequencies))) {
                *at++ = static_cast<T>(number.real);
                *at++ = static_cast<T>(number.imaginary);
              }
            };
            transform_lines<A>(context, static_cast<uint64_t>(length), false, static_cast<uint64_t>(x.dim(0) * frames),
                               load, store);
            return {};
          });
        });
      });
}

}  // namespace mortise::reference
