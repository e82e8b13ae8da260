// HannWindow, HammingWindow, BlackmanWindow, MelWeightMatrix, DFT and STFT. Sums are carried in double; transforms are
// by the definition, with the roots of unity in a table.
#include <cmath>
#include <numbers>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
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
    if (size < 0) return invalid_argument("size is ", size);
    MORTISE_TRY(check_shape(DType::kF64, Shape{size}));
    const std::span<double> values = context.scratch<double>(static_cast<uint64_t>(size));
    const auto length = static_cast<double>(periodic ? size : size - 1);
    for (uint64_t n = 0; n < values.size(); ++n) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(n) / length;
      values[n] = a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle);
    }
    write_doubles(values, context.output(0, type, Shape{size}));
    return {};
  });
}

struct Complex {
  double real = 0, imaginary = 0;
};

// exp(sign 2 pi i k / length) for all k.
std::span<Complex> roots_of_unity(KernelContext& context, int64_t length, bool inverse) {
  const std::span<Complex> roots = context.scratch<Complex>(static_cast<uint64_t>(length));
  for (uint64_t k = 0; k < roots.size(); ++k) {
    const double angle = (inverse ? 2 : -2) * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  return roots;
}

// Frequency k of the first `count` numbers that at(i) gives; the others are 0.
template <class At>
Complex frequency(std::span<const Complex> roots, uint64_t k, int64_t count, At&& at) {
  Complex sum;
  uint64_t turn = 0;
  for (int64_t i = 0; i < count; ++i) {
    const Complex value = at(i), root = roots[turn];
    sum.real += value.real * root.real - value.imaginary * root.imaginary;
    sum.imaginary += value.real * root.imaginary + value.imaginary * root.real;
    turn = (turn + k) % roots.size();
  }
  return sum;
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
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2 || x.shape().back() < 1 || x.shape().back() > 2) {
      return invalid_argument("input ", to_string(x.shape()), " must end in 1 (real) or 2 (complex)");
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
    if (length < 1) return invalid_argument("a transform of length ", length, " is not possible");
    MORTISE_TRY(check_shape(DType::kF64, Shape{2, length}));
    const int64_t parts = x.shape().back();
    Shape result = x.shape();
    result[axis] = onesided && !inverse ? length / 2 + 1 : length;
    result[x.rank() - 1] = to_real ? 1 : 2;
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, x.dtype(), result);
    if (result.num_elements() == 0) return {};
    const std::span<const double> in = read_doubles(context, x);
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    const std::span<const Complex> roots = roots_of_unity(context, length, inverse);
    const AxisSplit from = split_at(x.shape(), axis);
    const int64_t inner = from.inner / parts, frequencies = result[axis];
    const int64_t count = to_real ? length : std::min(length, x.dim(axis));
    const auto value_at = [&](int64_t line, int64_t i) {
      const int64_t own = to_real && i > length / 2 ? length - i : i;
      if (own >= from.extent) return Complex{};
      const int64_t at = ((line / inner * from.extent + own) * inner + line % inner) * parts;
      const double imaginary = parts == 2 ? in[static_cast<uint64_t>(at + 1)] : 0.0;
      return Complex{in[static_cast<uint64_t>(at)], own == i ? imaginary : -imaginary};
    };
    const double factor = inverse ? 1.0 / static_cast<double>(length) : 1.0;
    const auto total = static_cast<uint64_t>(from.outer * inner * frequencies);
    context.parallel_for(total, grain_for(4 * count), [&](uint64_t begin, uint64_t end) {
      for (uint64_t n = begin; n < end; ++n) {
        const auto line = static_cast<int64_t>(n) / frequencies, k = static_cast<int64_t>(n) % frequencies;
        const Complex sum =
            frequency(roots, static_cast<uint64_t>(k), count, [&](int64_t i) { return value_at(line, i); });
        const int64_t at = ((line / inner * frequencies + k) * inner + line % inner) * result.back();
        out[static_cast<uint64_t>(at)] = sum.real * factor;
        if (!to_real) out[static_cast<uint64_t>(at + 1)] = sum.imaginary * factor;
      }
    });
    write_doubles(out, y);
    return {};
  });
}

Result<Kernel> make_stft(const NodeSpec& node) {
  return Kernel([onesided = node.get_int("onesided", 1) != 0](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const int64_t parts = x.rank() == 3 ? x.dim(2) : 1;
    if ((x.rank() != 2 && x.rank() != 3) || parts < 1 || parts > 2) {
      return invalid_argument("signal ", to_string(x.shape()), " must be [batch, length, 1 or 2]");
    }
    MORTISE_ASSIGN(const int64_t step, int_of(context, 1, "frame_step"));
    const bool windowed = context.has_input(2);
    if (!windowed && !context.has_input(3)) return invalid_argument("window or frame_length is needed");
    if (windowed && (context.input(2).rank() != 1 || !contains(kFloats, context.input(2).dtype()))) {
      return invalid_argument("window ", to_string(context.input(2).shape()), " must be floats of rank 1");
    }
    int64_t length = windowed ? context.input(2).dim(0) : 0;
    if (context.has_input(3)) {
      MORTISE_ASSIGN(length, int_of(context, 3, "frame_length"));
    }
    const int64_t samples = x.dim(1);
    if (step < 1 || length < 1 || length > samples || (windowed && context.input(2).dim(0) != length)) {
      return invalid_argument("frames of length ", length, " and step ", step, " do not fit a signal of ", samples);
    }
    const int64_t frames = (samples - length) / step + 1, frequencies = onesided ? length / 2 + 1 : length;
    const Shape result{x.dim(0), frames, frequencies, 2};
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, x.dtype(), result);
    const std::span<const double> in = read_doubles(context, x);
    const std::span<const double> window =
        windowed ? std::span<const double>(read_doubles(context, context.input(2))) : std::span<const double>();
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    const std::span<const Complex> roots = roots_of_unity(context, length, false);
    context.parallel_for(out.size() / 2, grain_for(4 * length), [&](uint64_t begin, uint64_t end) {
      for (uint64_t n = begin; n < end; ++n) {
        const auto k = n % static_cast<uint64_t>(frequencies);
        const auto frame = static_cast<int64_t>(n / static_cast<uint64_t>(frequencies));
        const int64_t first = frame / frames * samples + frame % frames * step;
        const Complex sum = frequency(roots, k, length, [&](int64_t i) {
          const auto at = static_cast<uint64_t>((first + i) * parts);
          const double weight = windowed ? window[static_cast<uint64_t>(i)] : 1.0;
          return Complex{in[at] * weight, parts == 2 ? in[at + 1] * weight : 0.0};
        });
        out[2 * n] = sum.real;
        out[2 * n + 1] = sum.imaginary;
      }
    });
    write_doubles(out, y);
    return {};
  });
}

}  // namespace mortise::reference
