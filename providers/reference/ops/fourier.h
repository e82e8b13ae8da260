// FourierTransform: discrete Fourier transforms of one length, in n log n steps for every n.
//
// Lengths of small prime factors are taken apart into passes of radix 4, 2 and the odd primes, decimation in frequency
// after Stockham: each pass reads one buffer and writes the other, and the results come out in order (C. Van Loan,
// Computational Frameworks for the Fast Fourier Transform, 1992, section 1.7). A pass of radix 2, if there is one, comes
// first, then those of 4, then those of the odd primes in rising order, which is how FFTPACK's successors in NumPy arrange
// them: rounding errors of single precision agree with theirs, and so with the standard's vectors where the exact result
// is 0.
//
// Other lengths become a convolution, whose transforms are of a power of 2 (L. Bluestein, A linear filtering approach to
// the computation of the discrete Fourier transform, 1970). It loses some digits, so it is meant to be run in double.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <span>

#include "providers/reference/kernel.h"

namespace mortise::reference {

template <class T>
struct Complex {
  T real{}, imaginary{};
  friend Complex operator+(Complex a, Complex b) { return {a.real + b.real, a.imaginary + b.imaginary}; }
  friend Complex operator-(Complex a, Complex b) { return {a.real - b.real, a.imaginary - b.imaginary}; }
  friend Complex operator*(Complex a, Complex b) {
    return {a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real};
  }
  friend Complex operator*(Complex a, T b) { return {a.real * b, a.imaginary * b}; }
};

template <class T>
Complex<T> conjugate(Complex<T> z) {
  return {z.real, -z.imaginary};
}
template <class T>
Complex<T> times_i(Complex<T> z) {
  return {-z.imaginary, z.real};
}

// exp(2 pi i k / n), for 0 <= k < n. The angle is brought into the first eighth of a turn, so that both parts are exact
// to the last digit and the symmetries hold without error.
inline Complex<double> root_of_unity(uint64_t k, uint64_t n) {
  if (2 * k > n) return conjugate(root_of_unity(n - k, n));
  if (4 * k > n) {
    const Complex<double> mirrored = root_of_unity(n - 2 * k, 2 * n);
    return {-mirrored.real, mirrored.imaginary};
  }
  if (8 * k > n) {
    const Complex<double> mirrored = root_of_unity(n - 4 * k, 4 * n);
    return {mirrored.imaginary, mirrored.real};
  }
  const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
  return {std::cos(angle), std::sin(angle)};
}

// The passes of one length. Tables lie in the kernel's scratch memory.
template <class T>
class FourierPasses {
 public:
  static constexpr uint64_t kLargestRadix = 31;

  static bool can_do(uint64_t length) {
    for (uint64_t radix = 2; radix <= kLargestRadix; ++radix) {
      while (length % radix == 0) length /= radix;
    }
    return length == 1;
  }

  // can_do(length).
  FourierPasses(KernelContext& context, uint64_t length, bool inverse)
      : length_(length), inverse_(inverse), roots_(context.scratch<Complex<T>>(length)) {
    for (uint64_t k = 0; k < length; ++k) {
      const Complex<double> root = root_of_unity(k, length);
      roots_[k] = {static_cast<T>(root.real), static_cast<T>(inverse ? root.imaginary : -root.imaginary)};
    }
  }

  // Replaces `line` by its transform, not scaled. Both have `length` numbers.
  void run(std::span<Complex<T>> line, std::span<Complex<T>> work) const {
    Complex<T>*from = line.data(), *to = work.data();
    uint64_t done = 1;
    const auto pass = [&](uint64_t radix, auto butterfly) {
      run_pass(radix, done, from, to, butterfly);
      done *= radix;
      std::swap(from, to);
    };
    const uint64_t twos = static_cast<uint64_t>(std::countr_zero(length_));
    if (twos % 2 != 0) pass(2, [](const Complex<T>* a, Complex<T>* b) { two(a, b); });
    for (uint64_t i = 0; i < twos / 2; ++i) pass(4, [this](const Complex<T>* a, Complex<T>* b) { four(a, b); });
    for (uint64_t rest = length_ >> twos, radix = 3; rest > 1; radix += 2) {
      for (; rest % radix == 0; rest /= radix) {
        pass(radix, OddButterfly(roots_, radix));
      }
    }
    if (from != line.data()) std::copy_n(from, length_, line.data());
  }

 private:
  // The sums and differences of the numbers at both ends share their products.
  class OddButterfly {
   public:
    OddButterfly(std::span<const Complex<T>> roots, uint64_t radix) : radix_(radix) {
      for (uint64_t j = 0; j < radix; ++j) turns_[j] = roots[j * (roots.size() / radix)];
    }
    void operator()(const Complex<T>* a, Complex<T>* b) const {
      const uint64_t half = radix_ / 2;
      std::array<Complex<T>, kLargestRadix / 2 + 1> sums, differences;
      b[0] = a[0];
      for (uint64_t j = 1; j <= half; ++j) {
        sums[j] = a[j] + a[radix_ - j];
        differences[j] = a[j] - a[radix_ - j];
        b[0] = b[0] + sums[j];
      }
      for (uint64_t m = 1; m <= half; ++m) {
        Complex<T> even = a[0] + sums[1] * turns_[m].real, odd = differences[1] * turns_[m].imaginary;
        for (uint64_t j = 2, turn = 2 * m % radix_; j <= half; ++j, turn = (turn + m) % radix_) {
          even = even + sums[j] * turns_[turn].real;
          odd = odd + differences[j] * turns_[turn].imaginary;
        }
        b[m] = even + times_i(odd);
        b[radix_ - m] = even - times_i(odd);
      }
    }

   private:
    uint64_t radix_;
    std::array<Complex<T>, kLargestRadix> turns_;  // of the radix-th roots of unity, in the transform's direction
  };

  static void two(const Complex<T>* a, Complex<T>* b) {
    b[0] = a[0] + a[1];
    b[1] = a[0] - a[1];
  }
  void four(const Complex<T>* a, Complex<T>* b) const {
    const Complex<T> even = a[0] + a[2], odd = a[1] + a[3], across = a[0] - a[2];
    const Complex<T> turned = inverse_ ? times_i(a[1] - a[3]) : times_i(a[3] - a[1]);
    b[0] = even + odd;
    b[1] = across + turned;
    b[2] = even - odd;
    b[3] = across - turned;
  }

  // `done`: the product of the radices before.
  template <class Butterfly>
  void run_pass(uint64_t radix, uint64_t done, const Complex<T>* from, Complex<T>* to,
                const Butterfly& butterfly) const {
    const uint64_t inner = length_ / (done * radix);
    std::array<Complex<T>, kLargestRadix> a, b;
    for (uint64_t k = 0; k < done; ++k) {
      for (uint64_t i = 0; i < inner; ++i) {
        for (uint64_t j = 0; j < radix; ++j) a[j] = from[i + inner * (j + radix * k)];
        butterfly(a.data(), b.data());
        to[i + inner * k] = b[0];
        for (uint64_t j = 1; j < radix; ++j) {
          to[i + inner * (k + done * j)] = i == 0 ? b[j] : b[j] * roots_[i * j * done];
        }
      }
    }
  }

  uint64_t length_;
  bool inverse_;
  std::span<Complex<T>> roots_;  // all of the length, in the transform's direction
};

// Any length. Tables lie in the kernel's scratch memory; several threads may run it, each on a line of its own.
template <class T>
class FourierTransform {
 public:
  FourierTransform(KernelContext& context, uint64_t length, bool inverse)
      : length_(length),
        padded_(FourierPasses<T>::can_do(length) ? length : std::bit_ceil(2 * length - 1)),
        passes_(context, padded_, padded_ == length && inverse) {
    if (padded_ == length) return;
    chirp_ = context.scratch<Complex<T>>(length);
    kernel_ = context.scratch<Complex<T>>(padded_);
    std::fill(kernel_.begin(), kernel_.end(), Complex<T>{});
    uint64_t square = 0;  // of k, modulo 2 length
    for (uint64_t k = 0; k < length; ++k) {
      const Complex<double> root = root_of_unity(square, 2 * length);
      chirp_[k] = {static_cast<T>(root.real), static_cast<T>(inverse ? root.imaginary : -root.imaginary)};
      const T scale = T{1} / static_cast<T>(padded_);  // of the inverse transform that ends the convolution
      kernel_[k] = conjugate(chirp_[k]) * scale;
      if (k != 0) kernel_[padded_ - k] = kernel_[k];
      square = (square + 2 * k + 1) % (2 * length);
    }
    passes_.run(kernel_, context.scratch<Complex<T>>(padded_));
  }

  // Numbers of a line, of which the first `length` are given and become the result; and of the work memory.
  uint64_t line_size() const { return padded_; }

  // Replaces `line` by its transform, not scaled.
  void run(std::span<Complex<T>> line, std::span<Complex<T>> work) const {
    if (padded_ == length_) return passes_.run(line, work);
    for (uint64_t k = 0; k < length_; ++k) line[k] = line[k] * chirp_[k];
    std::fill(line.begin() + static_cast<std::ptrdiff_t>(length_), line.end(), Complex<T>{});
    passes_.run(line, work);
    // The inverse transform, by the one forwards between two conjugations.
    for (uint64_t k = 0; k < padded_; ++k) line[k] = conjugate(line[k] * kernel_[k]);
    passes_.run(line, work);
    for (uint64_t k = 0; k < length_; ++k) line[k] = conjugate(line[k]) * chirp_[k];
  }

 private:
  uint64_t length_;
  uint64_t padded_;  // the length of the passes
  FourierPasses<T> passes_;
  std::span<Complex<T>> chirp_, kernel_;  // Bluestein's; empty: not needed
};

// Transforms `lines` lines: load(line, numbers) writes the `length` numbers of one, store(line, numbers) takes its result,
// not scaled.
template <class T, class Load, class Store>
void transform_lines(KernelContext& context, uint64_t length, bool inverse, uint64_t lines, const Load& load,
                     const Store& store) {
  const FourierTransform<T> transform(context, length, inverse);
  // One block of lines runs at a time on one thread, in memory of its own: many small ones, few large ones.
  constexpr uint64_t kMostBlocks = 64, kFewestBlocks = 8, kNumbersPerBlock = 4096, kNumbers = uint64_t{1} << 20;
  const uint64_t size = transform.line_size(), at_least = std::max<uint64_t>(kNumbersPerBlock / size, 1);
  const uint64_t most_blocks = std::clamp(kNumbers / size, kFewestBlocks, kMostBlocks);
  const uint64_t per_block = std::max((lines + most_blocks - 1) / most_blocks, at_least);
  const uint64_t blocks = (lines + per_block - 1) / per_block;
  const std::span<Complex<T>> memory = context.scratch<Complex<T>>(blocks * 2 * size);
  context.parallel_for(blocks, 1, [&](uint64_t begin, uint64_t end) {
    for (uint64_t block = begin; block < end; ++block) {
      const std::span<Complex<T>> line = memory.subspan(block * 2 * size, size);
      const std::span<Complex<T>> work = memory.subspan((block * 2 + 1) * size, size);
      for (uint64_t n = block * per_block; n < std::min(lines, (block + 1) * per_block); ++n) {
        load(n, line.first(length));
        transform.run(line, work);
        store(n, line.first(length));
      }
    }
  });
}

}  // namespace mortise::reference
