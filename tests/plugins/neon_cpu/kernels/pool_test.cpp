// Pools against the loops that define them.
#include "plugins/neon_cpu/kernels/pool.h"

#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Pools : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Pools);

constexpr PoolKind kKinds[] = {PoolKind::kMax, PoolKind::kAverage, PoolKind::kAverageWithPad};

double pooled(PoolKind kind, const PoolShape& s, const float* x, uint64_t od, uint64_t oh, uint64_t ow) {
  double max = -INFINITY, sum = 0;
  uint64_t inside = 0, padded = 0;
  bool nan = false;
  for (uint64_t kd = 0; kd < s.kernel.d; ++kd) {
    for (uint64_t kh = 0; kh < s.kernel.h; ++kh) {
      for (uint64_t kw = 0; kw < s.kernel.w; ++kw) {
        const uint64_t d = od * s.stride.d + kd * s.dilation.d, h = oh * s.stride.h + kh * s.dilation.h,
                       w = ow * s.stride.w + kw * s.dilation.w;
        if (d < s.in.d + s.pad.d + s.pad_end.d && h < s.in.h + s.pad.h + s.pad_end.h &&
            w < s.in.w + s.pad.w + s.pad_end.w) {
          ++padded;
        }
        if (d - s.pad.d >= s.in.d || h - s.pad.h >= s.in.h || w - s.pad.w >= s.in.w) continue;
        const float value = x[((d - s.pad.d) * s.in.h + h - s.pad.h) * s.in.w + w - s.pad.w];
        ++inside;
        sum += value;
        max = std::max<double>(max, value);
        nan |= std::isnan(value);
      }
    }
  }
  if (kind == PoolKind::kMax) return nan ? NAN : max;
  const uint64_t count = kind == PoolKind::kAverage ? inside : padded;
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

void check(const PoolShape& s, bool with_nan = false) {
  const uint64_t in = s.in.d * s.in.h * s.in.w, out = s.out.d * s.out.h * s.out.w;
  Buffer<float> x = random_floats(s.planes * in);
  if (with_nan) x[in / 2] = NAN;
  for (const PoolKind kind : kKinds) {
    SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + " width " + std::to_string(s.in.w) + " kernel " +
                 std::to_string(s.kernel.w) + " stride " + std::to_string(s.stride.w));
    Buffer<float> y(s.planes * out, -7, 1);
    run_in_all_cuts(pool_work(kind, s), y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      pool(kind, s, x.data(), y.data(), begin, end, scratch);
    });
    for (uint64_t i = 0; i < y.size(); ++i) {
      const double expected =
          pooled(kind, s, x.data() + i / out * in, i % out / (s.out.h * s.out.w), i / s.out.w % s.out.h, i % s.out.w);
      expect_close(y[i], expected, 1e-6, "element " + std::to_string(i));
    }
  }
}

TEST_P(Pools, OfKernelsStridesAndPadding) {
  for (const uint64_t w : {3, 7, 16, 17, 34, 65}) {
    for (const uint64_t kernel : {1, 2, 3, 5}) {
      for (const uint64_t stride : {1, 2, 3}) {
        for (const uint64_t pad : {0, 1}) {
          if (pad >= kernel || w + 2 * pad < kernel) continue;
          const auto out = [&](uint64_t in) { return (in + 2 * pad - kernel) / stride + 1; };
          check({.planes = 2,
                 .in = {1, 8, w},
                 .out = {1, out(8), out(w)},
                 .kernel = {1, kernel, kernel},
                 .stride = {1, stride, stride},
                 .pad = {0, pad, pad},
                 .pad_end = {0, pad, pad}});
        }
      }
    }
  }
}

TEST_P(Pools, WithDilationCeilingAndThreeAxes) {
  check({.planes = 3,
         .in = {1, 9, 20},
         .out = {1, 5, 8},
         .kernel = {1, 3, 3},
         .stride = {1, 1, 2},
         .dilation = {1, 2, 3}});
  // ceil_mode: the last window reaches behind the padding.
  check({.planes = 2,
         .in = {1, 6, 6},
         .out = {1, 3, 4},
         .kernel = {1, 3, 3},
         .stride = {1, 2, 2},
         .pad = {0, 0, 1},
         .pad_end = {0, 0, 1}});
  check({.planes = 2,
         .in = {5, 6, 7},
         .out = {3, 4, 7},
         .kernel = {3, 2, 3},
         .stride = {2, 2, 1},
         .pad = {1, 1, 1},
         .pad_end = {1, 1, 1}});
  check({.planes = 2, .in = {1, 1, 40}, .out = {1, 1, 38}, .kernel = {1, 1, 3}});
}

TEST_P(Pools, KeepNanAndEmptyWindows) {
  check({.planes = 2, .in = {1, 9, 40}, .out = {1, 7, 38}, .kernel = {1, 3, 3}}, true);
  check({.planes = 2, .in = {1, 9, 41}, .out = {1, 4, 20}, .kernel = {1, 3, 3}, .stride = {1, 2, 2}}, true);
  // The first window lies in the padding altogether.
  check({.planes = 1, .in = {1, 4, 4}, .out = {1, 4, 6}, .kernel = {1, 1, 2}, .pad = {0, 0, 2}, .pad_end = {0, 0, 1}});
  EXPECT_EQ(pool_work(PoolKind::kMax, {.planes = 0}).items, 0u);
}

}  // namespace
}  // namespace mortise::neon
