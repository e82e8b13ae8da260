// What a run costs beside the arithmetic: per run, per node, per crossing between segments, and with several callers.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "bench/models.h"
#include "mortise/core/session.h"

namespace mortise::bench {
namespace {

std::unique_ptr<Session> load(const onnx::ModelProto& model, Config config = {}) {
  if (config.session.threads == 0) config.session.threads = 1;
  const std::string content = bytes(model);
  auto session = Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(content)), .folder = {}, .config = std::move(config), .log_sink = {}});
  if (!session.ok()) throw std::runtime_error(session.status().message());
  return std::make_unique<Session>(std::move(*session));
}

// Two providers that do next to nothing; which operator each of them has is up to `a` and `b`.
Config relays(bool both) {
  Config config;
  config.providers.push_back({.id = "org.mortise.bench.neg", .library = MORTISE_BENCH_RELAY});
  if (both) config.providers.push_back({.id = "org.mortise.bench.relu", .library = MORTISE_BENCH_RELAY});
  return config;
}

// Values that a caller binds once and uses for every run.
struct Bound {
  std::vector<Value> inputs = {Tensor::of<float>({1, 16}, std::span<const float>(std::vector<float>(16, 0.5f)))};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {1, 16}).value()};
};

void run_bound(benchmark::State& state, Session& session, double parts) {
  Bound bound;
  for (int i = 0; i < 3; ++i) {
    if (Status status = session.run(bound.inputs, bound.outputs); !status.ok()) {
      state.SkipWithError(status.message().c_str());
      return;
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(session.run(bound.inputs, bound.outputs).ok());
  using benchmark::Counter;
  state.counters["each"] = Counter(parts, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

void OneNode(benchmark::State& state) {
  const auto session = load(chain(1));
  run_bound(state, *session, 1);
}
BENCHMARK(OneNode);

void OneNodeByName(benchmark::State& state) {
  const auto session = load(chain(1));
  const std::map<std::string, Value> inputs = {{"x", Bound().inputs[0]}};
  for (auto _ : state) benchmark::DoNotOptimize(session->run(inputs).ok());
}
BENCHMARK(OneNodeByName);

// "each" is the time per node.
void Chain(benchmark::State& state) {
  const auto session = load(chain(static_cast<uint32_t>(state.range(0))));
  run_bound(state, *session, static_cast<double>(state.range(0)));
}
BENCHMARK(Chain)->RangeMultiplier(10)->Range(1, 1'000'000);

// Every node is a segment of its own, all in host memory; "each" is the time per segment.
void Crossing(benchmark::State& state) {
  const auto session = load(chain(static_cast<uint32_t>(state.range(0))), relays(true));
  run_bound(state, *session, static_cast<double>(state.range(0)));
}
BENCHMARK(Crossing)->RangeMultiplier(10)->Range(1, 10'000);

// The same, with the reference provider for every other segment.
void CrossingToReference(benchmark::State& state) {
  const auto session = load(chain(static_cast<uint32_t>(state.range(0))), relays(false));
  run_bound(state, *session, static_cast<double>(state.range(0)));
}
BENCHMARK(CrossingToReference)->RangeMultiplier(10)->Range(1, 10'000);

// Two segments that do not need each other, of so many elements, on so many threads: from kParallelWork
// (core/run/branches.h) on they are tasks of a flow graph. The reference provider cuts large tensors itself.
void Branches(benchmark::State& state) {
  Config config;
  config.session.threads = static_cast<uint32_t>(state.range(1));
  const auto session = load(branches(state.range(0)), std::move(config));
  const std::vector<Value> inputs = {Tensor::allocate(DType::kF32, {state.range(0)}).value()};
  std::vector<Value> outputs(2, Tensor::allocate(DType::kF32, {state.range(0)}).value());
  outputs[1] = Tensor::allocate(DType::kF32, {state.range(0)}).value();
  for (auto _ : state) benchmark::DoNotOptimize(session->run(inputs, outputs).ok());
}
BENCHMARK(Branches)
    ->ArgNames({"elements", "threads"})
    ->ArgsProduct({{1'000, 10'000, 100'000, 199'999, 200'000, 1'000'000}, {1, 2}})
    ->UseRealTime();

// Callers that share one session; time per run of each caller, so twice the callers at the same time is twice the work.
void Callers(benchmark::State& state) {
  static std::unique_ptr<Session> shared;
  if (state.thread_index() == 0) shared = load(chain(static_cast<uint32_t>(state.range(0))));
  Bound bound;
  for (auto _ : state) benchmark::DoNotOptimize(shared->run(bound.inputs, bound.outputs).ok());
}
BENCHMARK(Callers)->Arg(10)->Arg(1'000)->ThreadRange(1, 4)->UseRealTime();

}  // namespace
}  // namespace mortise::bench

BENCHMARK_MAIN();
