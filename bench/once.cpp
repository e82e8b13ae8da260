// bench_once MODEL RUNS: loads a model, runs it, and prints one line of JSON: what one process sees of one session. The
// other half of a comparison prints the same (onnxruntime_once.mjs).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "bench/measure.h"
#include "mortise/core/session.h"

using namespace mortise;

namespace {

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

int fail(const Status& status) {
  std::fprintf(stderr, "bench_once: %s\n", status.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_once MODEL RUNS\n");
    return 2;
  }
  const double before = bench::memory_now().resident;
  Config config;
  config.session.threads = 1;
  auto start = std::chrono::steady_clock::now();
  auto session = Session::load(argv[1], config);
  if (!session.ok()) return fail(session.status());
  const double load_ms = ms_since(start);
  const double peak = bench::memory_now().peak;

  std::vector<Value> inputs, outputs;
  for (const Port& port : session->inputs()) {
    inputs.emplace_back(Tensor::allocate(port.dtype, Shape(port.dims)).value());
    std::fill_n(inputs.back().tensor.data<char>(), inputs.back().tensor.size_bytes(), '\0');
  }
  for (const Port& port : session->outputs()) {
    outputs.emplace_back(Tensor::allocate(port.dtype, Shape(port.dims)).value());
  }
  // The least of three rounds, after one that warms up.
  const int runs = std::max(1, std::atoi(argv[2]));
  double run_ms = 0;
  for (int round = 0; round <= 3; ++round) {
    start = std::chrono::steady_clock::now();
    for (int i = 0; i < runs; ++i) {
      if (Status status = session->run(inputs, outputs); !status.ok()) return fail(status);
    }
    const double ms = ms_since(start) / runs;
    run_ms = round <= 1 ? ms : std::min(run_ms, ms);
  }
  std::printf("{\"load_ms\": %.3f, \"load_mib\": %.1f, \"peak_mib\": %.1f, \"run_ms\": %.6f}\n", load_ms, peak - before,
              peak, run_ms);
}
