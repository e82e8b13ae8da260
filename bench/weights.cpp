// How much memory the weights of a model take when several sessions have it loaded, in one process.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "bench/measure.h"
#include "bench/models.h"
#include "mortise/core/session.h"

namespace mortise::bench {
namespace {

// Memory that `sessions` sessions add once each has run; the pages of the weights have then been touched.
void measure(benchmark::State& state, WeightsIn place) {
  const auto sessions = static_cast<size_t>(state.range(0));
  const TemporaryFolder folder;
  const auto path = folder.path() / "weights.onnx";
  in_child<int>([&] { return write_weights_model(path, static_cast<uint32_t>(state.range(1)), place), 0; });
  Memory added;
  for (auto _ : state) {
    added = in_child<Memory>([&] {
      const Memory before = memory_now();
      std::vector<Session> loaded;
      for (size_t i = 0; i < sessions; ++i) {
        auto session = Session::load(path);
        if (!session.ok()) throw std::runtime_error(session.status().message());
        const std::vector<Value> inputs = {
            Tensor::of<float>({1, 1024}, std::span<const float>(std::vector<float>(1024, 1.0f)))};
        std::vector<Value> outputs(1);
        if (Status status = session->run(inputs, outputs); !status.ok()) throw std::runtime_error(status.message());
        loaded.push_back(std::move(*session));
      }
      const Memory after = memory_now();
      return Memory{.resident = after.resident - before.resident,
                    .proportional = after.proportional - before.proportional,
                    .anonymous = after.anonymous - before.anonymous,
                    .peak = after.peak - before.peak};
    });
  }
  state.counters["copied_MiB"] = added.anonymous;
  state.counters["proportional_MiB"] = added.proportional;
  state.counters["peak_MiB"] = added.peak;
}

void ExternalWeights(benchmark::State& state) { measure(state, WeightsIn::kExternalFile); }
void WeightsInModel(benchmark::State& state) { measure(state, WeightsIn::kModel); }

void cases(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"sessions", "mib"})->Iterations(1)->Unit(benchmark::kMillisecond);
  bench->Args({2, 1})->Args({1, 256})->Args({2, 256})->Args({8, 256});
}
BENCHMARK(ExternalWeights)->Apply(cases);
BENCHMARK(WeightsInModel)->Apply(cases);

}  // namespace
}  // namespace mortise::bench

BENCHMARK_MAIN();
