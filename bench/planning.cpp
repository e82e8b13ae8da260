// How long a model of many small nodes takes from its file to a session that can run, stage by stage, and how much
// memory. Each measurement is a process of its own.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "bench/measure.h"
#include "bench/models.h"
#include "core/host/provider_set.h"
#include "core/infer/infer.h"
#include "core/model/load.h"
#include "core/optimize/optimize.h"
#include "core/run/build.h"
#include "core/run/evaluate.h"
#include "mortise/core/session.h"

namespace mortise::bench {
namespace {

// Seconds that this process has computed, on all its threads: other processes do not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Stopwatch {
 public:
  double lap() {
    const double now = cpu_seconds();
    return now - std::exchange(start_, now);
  }

 private:
  double start_ = cpu_seconds();
};

void check(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}
template <class T>
T check(Result<T> result) {
  check(result.status());
  return std::move(*result);
}

// Written by a child too, so that this process stays small.
void make_chain(const std::filesystem::path& path, benchmark::State& state) {
  in_child<int>([&] { return write(chain(static_cast<uint32_t>(state.range(0))), path), 0; });
}

void Load(benchmark::State& state) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "chain.onnx";
  make_chain(path, state);
  struct Figures {
    double seconds;
    double cpu;
    double peak;
  };
  double peak = 0;
  double cpu = 1e9;
  for (auto _ : state) {
    const auto figures = in_child<Figures>([&] {
      const auto start = std::chrono::steady_clock::now();
      Stopwatch watch;
      const Session session = check(Session::load(path));
      const double cpu = watch.lap();
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      return Figures{elapsed.count(), cpu, memory_now().peak};
    });
    state.SetIterationTime(figures.seconds);
    cpu = std::min(cpu, figures.cpu);
    peak = std::max(peak, figures.peak);
  }
  state.counters["peak_MiB"] = peak;
  state.counters["cpu_ms"] = cpu * 1e3;
  using benchmark::Counter;
  state.counters["per_node"] =
      Counter(static_cast<double>(state.range(0)), Counter::kIsIterationInvariantRate | Counter::kInvert);
}
BENCHMARK(Load)->RangeMultiplier(10)->Range(1'000, 1'000'000)->UseManualTime()->Unit(benchmark::kMillisecond);

// The same by stages, in milliseconds of processor time; "plan" is a part of "build", which also claims and compiles.
void Stages(benchmark::State& state) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "chain.onnx";
  make_chain(path, state);
  struct Figures {
    double import, infer, optimize, build, plan, first_run, second_run;
  };
  Figures figures{};
  for (auto _ : state) {
    figures = in_child<Figures>([&] {
      Figures f{};
      Config config;
      config.session.threads = 1;
      HostContext host(HostOptions{.threads = 1, .log_sink = {}});
      const ProviderSet providers = check(open_providers(config, host));
      Stopwatch watch;
      Model model = check(load_model(path));
      f.import = watch.lap();
      check(infer_types(model.graph));
      f.infer = watch.lap();
      check(optimize::optimize(model.graph, {}, {.evaluate = run::make_evaluator(providers, host)}));
      f.optimize = watch.lap();
      const auto built =
          check(run::build({.graph = &model.graph, .providers = &providers, .config = &config, .host = &host}));
      f.build = watch.lap();
      check(plan::make_plan(model.graph, {.claims = built->claims, .rules = {}, .exclusions = {}, .quarantined = {}}));
      f.plan = watch.lap();
      const Value input = Tensor::of<float>({1, 16}, std::span<const float>(std::vector<float>(16, 0.5f)));
      const Value* const inputs[] = {&input};
      Value output;
      check(built->executor->run(inputs, std::span(&output, 1), {}));
      f.first_run = watch.lap();
      check(built->executor->run(inputs, std::span(&output, 1), {}));
      f.second_run = watch.lap();
      return f;
    });
    state.SetIterationTime(figures.import + figures.infer + figures.optimize + figures.build);
  }
  const auto show = [&](const char* name, double seconds) { state.counters[name] = seconds * 1e3; };
  show("1_import", figures.import);
  show("2_infer", figures.infer);
  show("3_optimize", figures.optimize);
  show("4_build", figures.build);
  show("4a_plan", figures.plan);
  show("5_first_run", figures.first_run);
  show("6_second_run", figures.second_run);
}
BENCHMARK(Stages)->RangeMultiplier(10)->Range(1'000, 1'000'000)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mortise::bench

BENCHMARK_MAIN();
