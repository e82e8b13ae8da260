// Kernels of the NEON provider, by themselves on one thread, on every target of the machine.
//
// The peak of multiply-adds is measured in the same run; GEMM and convolutions report their part of it (`peak`, 1 is all
// of it). `GFLOPS` counts two operations for each multiply-add of the definition, padding included.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/kernels.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Multiply-adds on ten vectors that start at different numbers, so that none can be left out; returns how many numbers
// that makes per round.
double MultiplyAdds(uint64_t rounds, float* numbers) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999f), addend = hn::Set(d, 0.001f);
  auto v0 = hn::Set(d, numbers[0]), v1 = hn::Set(d, numbers[1]), v2 = hn::Set(d, numbers[2]);
  auto v3 = hn::Set(d, numbers[3]), v4 = hn::Set(d, numbers[4]), v5 = hn::Set(d, numbers[5]);
  auto v6 = hn::Set(d, numbers[6]), v7 = hn::Set(d, numbers[7]), v8 = hn::Set(d, numbers[8]);
  auto v9 = hn::Set(d, numbers[9]);
  for (uint64_t i = 0; i < rounds; ++i) {
    v0 = hn::MulAdd(v0, factor, addend), v1 = hn::MulAdd(v1, factor, addend), v2 = hn::MulAdd(v2, factor, addend);
    v3 = hn::MulAdd(v3, factor, addend), v4 = hn::MulAdd(v4, factor, addend), v5 = hn::MulAdd(v5, factor, addend);
    v6 = hn::MulAdd(v6, factor, addend), v7 = hn::MulAdd(v7, factor, addend), v8 = hn::MulAdd(v8, factor, addend);
    v9 = hn::MulAdd(v9, factor, addend);
  }
  const auto sum = hn::Add(
      hn::Add(hn::Add(hn::Add(v0, v1), hn::Add(v2, v3)), hn::Add(hn::Add(v4, v5), hn::Add(v6, v7))), hn::Add(v8, v9));
  numbers[0] = hn::GetLane(hn::SumOfLanes(d, sum));
  return 10.0 * static_cast<double>(hn::Lanes(d));
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <new>
#include <random>

#include "plugins/neon_cpu/kernels/conv.h"
#include "plugins/neon_cpu/kernels/copy.h"
#include "plugins/neon_cpu/kernels/gemm.h"
#include "plugins/neon_cpu/kernels/normalize.h"
#include "plugins/neon_cpu/kernels/pointwise.h"
#include "plugins/neon_cpu/kernels/pool.h"
#include "plugins/neon_cpu/kernels/quantized.h"
#include "plugins/neon_cpu/kernels/reduce.h"
#include "plugins/neon_cpu/kernels/target.h"

namespace mortise::neon {

HWY_EXPORT(MultiplyAdds);

namespace {

// The best of the short runs of half a second, in 10^9 operations a second; once per target.
double peak_gflops() {
  static std::string measured_for;
  static double best = 0;
  if (measured_for == target_name()) return best;
  measured_for = target_name();
  best = 0;
  constexpr uint64_t kRounds = 200'000;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (std::chrono::steady_clock::now() < end) {
    float numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    benchmark::DoNotOptimize(numbers);
    const auto start = std::chrono::steady_clock::now();
    const double added = HWY_DYNAMIC_DISPATCH(MultiplyAdds)(kRounds, numbers);
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    benchmark::DoNotOptimize(numbers);
    best = std::max(best, 2 * added * static_cast<double>(kRounds) / time.count());
  }
  return best;
}

// n floats at a multiple of 64 bytes.
struct Free {
  void operator()(void* p) const { ::operator delete(p, std::align_val_t(64)); }
};
template <class T = float>
std::unique_ptr<T[], Free> memory(uint64_t n) {
  std::unique_ptr<T[], Free> values(static_cast<T*>(::operator new(n * sizeof(T) + 64, std::align_val_t(64))));
  std::mt19937 engine(1);
  for (uint64_t i = 0; i < n; ++i) values[i] = static_cast<T>(std::uniform_real_distribution<float>(-1, 1)(engine));
  return values;
}

template <class Body>
void measure(benchmark::State& state, const Work& work, double flops, double bytes, Body&& body) {
  std::unique_ptr<std::byte[], Free> room(
      static_cast<std::byte*>(::operator new(work.scratch_bytes + 64, std::align_val_t(64))));
  const double peak = flops > 0 ? peak_gflops() : 0;
  double best = 1e30;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    body(uint64_t{0}, work.items, room.get());
    benchmark::ClobberMemory();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  state.counters["best_us"] = best / 1000;
  if (flops > 0) {
    state.counters["GFLOPS"] = flops / best;
    state.counters["peak"] = flops / best / peak;
  }
  if (bytes > 0) state.counters["GBps"] = bytes / best;
  state.counters["guessed"] = work.ns_per_item * static_cast<double>(work.items) / best;
}

void bench_gemm(benchmark::State& state, uint64_t m, uint64_t n, uint64_t k, bool packed, bool transposed) {
  const auto a = memory(m * k), b = memory(k * n), c = memory(m * n), packed_b = memory(packed_b_size(k, n));
  const Matrix matrix =
      transposed ? Matrix{b.get(), 1, static_cast<int64_t>(k)} : Matrix{b.get(), static_cast<int64_t>(n), 1};
  pack_b(k, n, matrix, packed_b.get());
  const Gemm call{.shape = {m, n, k},
                  .a = {a.get(), static_cast<int64_t>(k), 1},
                  .b = matrix,
                  .packed_b = packed ? packed_b.get() : nullptr,
                  .c = c.get(),
                  .c_stride = static_cast<int64_t>(n)};
  measure(state, gemm_work(call.shape), 2.0 * static_cast<double>(m * n * k), static_cast<double>(4 * n * k),
          [&](uint64_t begin, uint64_t end, std::byte* scratch) { gemm(call, begin, end, scratch); });
}

void bench_conv(benchmark::State& state, uint64_t in, uint64_t out, uint64_t groups, uint64_t size, uint64_t kernel,
                uint64_t stride) {
  const uint64_t pad = kernel / 2, out_size = (size + 2 * pad - kernel) / stride + 1;
  const ConvPlan plan = plan_conv({.in_channels = in,
                                   .out_channels = out,
                                   .groups = groups,
                                   .in = {1, size, size},
                                   .out = {1, out_size, out_size},
                                   .kernel = {1, kernel, kernel},
                                   .stride = {1, stride, stride},
                                   .pad = {0, pad, pad}});
  const uint64_t k = in / groups * kernel * kernel;
  const auto x = memory(in * size * size), w = memory(out * k), bias = memory(out),
             y = memory(out * out_size * out_size), prepared = memory(plan.prepared_size),
             columns = memory(plan.columns_size);
  if (plan.prepared_size != 0) prepare_conv(plan, w.get(), prepared.get());
  const Epilogue epilogue{.row_bias = bias.get(), .activation = Activation::kRelu};
  Work work = plan.work;
  work.scratch_bytes = std::max(work.scratch_bytes, plan.columns_work.scratch_bytes);
  measure(state, work, 2.0 * static_cast<double>(out * out_size * out_size * k), 0,
          [&](uint64_t begin, uint64_t end, std::byte* scratch) {
            if (begin == 0 && plan.columns_size != 0) {
              conv_columns(plan, x.get(), columns.get(), 0, plan.columns_work.items, scratch);
            }
            conv(plan, x.get(), plan.prepared_size != 0 ? prepared.get() : w.get(), columns.get(), epilogue, y.get(),
                 begin, end, scratch);
          });
}

void bench_quantized_gemm(benchmark::State& state, uint64_t m, uint64_t n, uint64_t k) {
  const QuantizedGemmShape shape{.m = m, .n = n, .k = k};
  const auto a = memory<uint8_t>(m * k), b = memory<uint8_t>(k * n), y = memory<uint8_t>(m * n),
             packed = memory<uint8_t>(quantized_packed_b_size(shape));
  quantized_pack_b(shape, b.get(), static_cast<int64_t>(n), 1, packed.get());
  const QuantizedGemm call{.shape = shape,
                           .a = a.get(),
                           .a_stride = static_cast<int64_t>(k),
                           .a_zero = {.value = 128},
                           .packed_b = packed.get(),
                           .output = {.y = y.get(), .c_stride = static_cast<int64_t>(n), .multiplier = 0.001f}};
  measure(state, quantized_gemm_work(shape), 2.0 * static_cast<double>(m * n * k), 0,
          [&](uint64_t begin, uint64_t end, std::byte* scratch) { quantized_gemm(call, begin, end, scratch); });
}

void bench_quantized_conv(benchmark::State& state, uint64_t in, uint64_t out, uint64_t groups, uint64_t size,
                          uint64_t kernel) {
  const QuantizedConvPlan plan = plan_quantized_conv({.in_channels = in,
                                                      .out_channels = out,
                                                      .groups = groups,
                                                      .in = {1, size, size},
                                                      .out = {1, size, size},
                                                      .kernel = {1, kernel, kernel},
                                                      .pad = {0, kernel / 2, kernel / 2}});
  const uint64_t channels = in / groups, taps = kernel * kernel, k = channels * taps;
  const auto x = memory<uint8_t>(in * size * size), w = memory<uint8_t>(out * k),
             packed = memory<uint8_t>(quantized_weights_size(out, channels, taps)),
             y = memory<uint8_t>(out * size * size), image = memory<uint8_t>(plan.image_bytes);
  const auto bias = memory<int32_t>(out);
  quantized_pack_weights(out, channels, taps, w.get(), packed.get());
  const QuantizedConv call{.x = x.get(),
                           .x_zero = 128,
                           .w = plan.depthwise ? w.get() : packed.get(),
                           .output = {.y = y.get(), .row_bias = bias.get(), .multiplier = 0.001f}};
  measure(state, plan.work, 2.0 * static_cast<double>(out * size * size * k), 0,
          [&](uint64_t begin, uint64_t end, std::byte* scratch) {
            if (begin == 0) quantized_conv_image(plan, call, image.get(), 0, plan.image_work.items);
            quantized_conv(plan, call, image.get(), begin, end, scratch);
          });
}

void bench_pointwise(benchmark::State& state, PointwiseOp op, uint64_t n) {
  const auto a = memory(n), b = memory(n), y = memory(n);
  const auto plan = plan_pointwise({{.op = op, .to = 2, .a = 0, .b = 1, .alpha = 1, .beta = 1}},
                                   {{.strides = {1}}, {.strides = {1}}}, Element::kF32, {{n}});
  const void* const inputs[] = {a.get(), b.get()};
  measure(
      state, plan.work, 0, static_cast<double>(4 * n * (static_cast<uint64_t>(pointwise_arity(op)) + 1)),
      [&](uint64_t begin, uint64_t end, std::byte* scratch) { pointwise(plan, inputs, y.get(), begin, end, scratch); });
}

void bench_softmax(benchmark::State& state, uint64_t rows, uint64_t n) {
  const auto x = memory(rows * n), y = memory(rows * n);
  const SoftmaxShape shape{rows, n, 1};
  measure(state, softmax_work(shape), 0, static_cast<double>(8 * rows * n),
          [&](uint64_t begin, uint64_t end, std::byte* scratch) {
            softmax(SoftmaxKind::kSoftmax, shape, x.get(), y.get(), begin, end, scratch);
          });
}

void bench_layer_norm(benchmark::State& state, uint64_t rows, uint64_t n) {
  const auto x = memory(rows * n), scale = memory(n), bias = memory(n), y = memory(rows * n);
  const LayerNorm call{
      .rows = rows, .n = n, .epsilon = 1e-5f, .x = x.get(), .scale = scale.get(), .bias = bias.get(), .y = y.get()};
  measure(state, layer_norm_work(call), 0, static_cast<double>(8 * rows * n),
          [&](uint64_t begin, uint64_t end, std::byte* scratch) { layer_norm(call, begin, end, scratch); });
}

void bench_reduce(benchmark::State& state, uint64_t outer, uint64_t n, uint64_t inner) {
  const auto x = memory(outer * n * inner), y = memory(outer * inner);
  const ReduceShape shape{outer, n, inner};
  measure(state, reduce_work(Reduction::kMean, shape), 0, static_cast<double>(4 * outer * n * inner),
          [&](uint64_t begin, uint64_t end, std::byte* scratch) {
            reduce(Reduction::kMean, shape, x.get(), y.get(), begin, end, scratch);
          });
}

void bench_transpose(benchmark::State& state, uint64_t rows, uint64_t columns) {
  const auto x = memory(rows * columns), y = memory(rows * columns);
  const auto plan =
      plan_copy(4, {{columns, rows}}, {{1, static_cast<int64_t>(columns)}}, {{static_cast<int64_t>(rows), 1}});
  measure(state, plan.work, 0, static_cast<double>(8 * rows * columns),
          [&](uint64_t begin, uint64_t end, std::byte*) { copy(plan, x.get(), y.get(), begin, end); });
}

void bench_pool(benchmark::State& state, uint64_t planes, uint64_t size, uint64_t kernel, uint64_t stride) {
  const uint64_t pad = kernel / 2, out = (size + 2 * pad - kernel) / stride + 1;
  const PoolShape shape{.planes = planes,
                        .in = {1, size, size},
                        .out = {1, out, out},
                        .kernel = {1, kernel, kernel},
                        .stride = {1, stride, stride},
                        .pad = {0, pad, pad},
                        .pad_end = {0, pad, pad}};
  const auto x = memory(planes * size * size), y = memory(planes * out * out);
  measure(state, pool_work(PoolKind::kMax, shape), 0, static_cast<double>(4 * planes * (size * size + out * out)),
          [&](uint64_t begin, uint64_t end, std::byte* scratch) {
            pool(PoolKind::kMax, shape, x.get(), y.get(), begin, end, scratch);
          });
}

template <class Function, class... Arguments>
void add(const std::string& name, Function function, Arguments... arguments) {
  for (const std::string& target : targets()) {
    benchmark::RegisterBenchmark((name + "/" + target).c_str(), [=](benchmark::State& state) {
      choose_target(target);
      function(state, arguments...);
      choose_target("");
    });
  }
}

void add_all() {
  for (const uint64_t size : {64, 384, 1024}) {
    add("Gemm/" + std::to_string(size), bench_gemm, size, size, size, true, false);
  }
  add("Gemm/bert_768", bench_gemm, 128, 768, 768, true, false);
  add("Gemm/bert_3072", bench_gemm, 128, 768, 3072, true, false);
  add("Gemm/1x1024x4096", bench_gemm, 1, 1024, 4096, true, false);
  add("Gemm/1x1000x2048", bench_gemm, 1, 1000, 2048, true, false);
  add("Gemm/4x1024x1024", bench_gemm, 4, 1024, 1024, true, false);
  add("Gemm/attention_qk", bench_gemm, 128, 128, 64, false, true);
  add("Gemm/attention_pv", bench_gemm, 128, 64, 128, false, false);
  add("Gemm/unpacked_384", bench_gemm, 384, 384, 384, false, false);
  add("Gemm/unpacked_1x1024x1024", bench_gemm, 1, 1024, 1024, false, false);

  add("Conv/7x7s2_3_64_224", bench_conv, 3, 64, 1, 224, 7, 2);
  add("Conv/1x1_64_64_56", bench_conv, 64, 64, 1, 56, 1, 1);
  add("Conv/3x3_64_64_56", bench_conv, 64, 64, 1, 56, 3, 1);
  add("Conv/1x1_64_256_56", bench_conv, 64, 256, 1, 56, 1, 1);
  add("Conv/1x1_256_64_56", bench_conv, 256, 64, 1, 56, 1, 1);
  add("Conv/3x3s2_128_128_56", bench_conv, 128, 128, 1, 56, 3, 2);
  add("Conv/1x1s2_256_512_56", bench_conv, 256, 512, 1, 56, 1, 2);
  add("Conv/3x3_128_128_28", bench_conv, 128, 128, 1, 28, 3, 1);
  add("Conv/3x3_256_256_14", bench_conv, 256, 256, 1, 14, 3, 1);
  add("Conv/1x1_256_1024_14", bench_conv, 256, 1024, 1, 14, 1, 1);
  add("Conv/1x1_1024_256_14", bench_conv, 1024, 256, 1, 14, 1, 1);
  add("Conv/3x3_512_512_7", bench_conv, 512, 512, 1, 7, 3, 1);
  add("Conv/1x1_2048_512_7", bench_conv, 2048, 512, 1, 7, 1, 1);
  add("Conv/3x3s2_3_32_224", bench_conv, 3, 32, 1, 224, 3, 2);
  add("Conv/1x1_32_16_112", bench_conv, 32, 16, 1, 112, 1, 1);
  add("Conv/1x1_16_96_112", bench_conv, 16, 96, 1, 112, 1, 1);
  add("Conv/1x1_24_144_56", bench_conv, 24, 144, 1, 56, 1, 1);
  add("Conv/1x1_144_24_56", bench_conv, 144, 24, 1, 56, 1, 1);
  add("Conv/1x1_96_576_14", bench_conv, 96, 576, 1, 14, 1, 1);
  add("Conv/1x1_320_1280_7", bench_conv, 320, 1280, 1, 7, 1, 1);
  add("Conv/depthwise_32_112", bench_conv, 32, 32, 32, 112, 3, 1);
  add("Conv/depthwise_s2_96_112", bench_conv, 96, 96, 96, 112, 3, 2);
  add("Conv/depthwise_144_56", bench_conv, 144, 144, 144, 56, 3, 1);
  add("Conv/depthwise_384_14", bench_conv, 384, 384, 384, 14, 3, 1);
  add("Conv/depthwise_960_7", bench_conv, 960, 960, 960, 7, 3, 1);

  add("QuantizedGemm/bert_768", bench_quantized_gemm, 128, 768, 768);
  add("QuantizedConv/3x3_64_64_56", bench_quantized_conv, 64, 64, 1, 56, 3);
  add("QuantizedConv/3x3_512_512_7", bench_quantized_conv, 512, 512, 1, 7, 3);
  add("QuantizedConv/1x1_256_64_56", bench_quantized_conv, 256, 64, 1, 56, 1);
  add("QuantizedConv/depthwise_144_56", bench_quantized_conv, 144, 144, 144, 56, 3);

  add("Pointwise/add_1M", bench_pointwise, PointwiseOp::kAdd, 1 << 20);
  add("Pointwise/add_16K", bench_pointwise, PointwiseOp::kAdd, 1 << 14);
  add("Pointwise/exp_16K", bench_pointwise, PointwiseOp::kExp, 1 << 14);
  add("Pointwise/sigmoid_16K", bench_pointwise, PointwiseOp::kSigmoid, 1 << 14);
  add("Pointwise/tanh_16K", bench_pointwise, PointwiseOp::kTanh, 1 << 14);
  add("Pointwise/gelu_16K", bench_pointwise, PointwiseOp::kGelu, 1 << 14);
  add("Softmax/1536x128", bench_softmax, 1536, 128);
  add("LayerNorm/128x768", bench_layer_norm, 128, 768);
  add("Reduce/rows_2048x49", bench_reduce, 2048, 49, 1);
  add("Reduce/columns_1024x1024", bench_reduce, 1, 1024, 1024);
  add("Transpose/1024x1024", bench_transpose, 1024, 1024);
  add("Pool/max_3x3s2_64_112", bench_pool, 64, 112, 3, 2);
}

}  // namespace
}  // namespace mortise::neon

int main(int argc, char** argv) {
  mortise::neon::add_all();
  benchmark::Initialize(&argc, argv);
  for (const std::string& target : mortise::neon::targets()) {
    mortise::neon::choose_target(target);
    std::printf("%s: peak of multiply-adds %.1f GFLOPS\n", target.c_str(), mortise::neon::peak_gflops());
  }
  benchmark::RunSpecifiedBenchmarks();
}
#endif
