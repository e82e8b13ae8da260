// bench_session MODEL THREADS [PLUGIN.so]: one session in one process, for comparisons. Prints a line of JSON about the
// load, then answers the lines of its standard input with a line of JSON each, until it ends:
//
//   run N           runs N times: wall and processor time of one run, on average
//   outputs FILE    writes the outputs of the last run to the file, one after the other, as they lie in memory
//
// onnxruntime/session.mjs speaks the same. The inputs are float32 and the same in both: element i is a hash of i.
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "bench/measure.h"
#include "mortise/core/session.h"

using namespace mortise;

namespace {

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Of all threads of this process so far.
double processor_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

void fill(Tensor& tensor) {
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const uint32_t hash = static_cast<uint32_t>(i) * 2654435761u;
    tensor.data<float>()[i] = static_cast<float>(static_cast<double>(hash) / 2147483648.0 - 1.0);
  }
}

class Peer {
 public:
  explicit Peer(Session session) : session_(std::move(session)) {
    for (const Port& port : session_.inputs()) {
      if (port.dtype != DType::kF32) throw std::runtime_error("the input " + port.name + " is not float32");
      inputs_.emplace_back(Tensor::allocate(port.dtype, Shape(port.dims)).value());
      fill(inputs_.back().tensor);
    }
    for (const Port& port : session_.outputs())
      outputs_.emplace_back(Tensor::allocate(port.dtype, Shape(port.dims)).value());
  }

  void run(int64_t count) {
    const double processor = processor_ms();
    const auto start = std::chrono::steady_clock::now();
    for (int64_t i = 0; i < count; ++i) {
      if (Status status = session_.run(inputs_, outputs_); !status.ok()) throw std::runtime_error(status.message());
    }
    const auto runs = static_cast<double>(count);
    std::printf("{\"wall_ms\": %.6f, \"processor_ms\": %.6f}\n", ms_since(start) / runs,
                (processor_ms() - processor) / runs);
  }

  void write_outputs(const std::string& path) const {
    std::ofstream file(path, std::ios::binary);
    for (const Value& output : outputs_)
      file.write(output.tensor.data<char>(), static_cast<std::streamsize>(output.tensor.size_bytes()));
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
    std::printf("{}\n");
  }

 private:
  Session session_;
  std::vector<Value> inputs_, outputs_;
};

void print_load(double ms, double before, const Placement& placement) {
  const double peak = bench::memory_now().peak;
  std::printf("{\"load_ms\": %.3f, \"load_mib\": %.1f, \"peak_mib\": %.1f, \"segments\": %zu, \"nodes\": {", ms,
              peak - before, peak, placement.graph.segments.size());
  const char* separator = "";
  for (const ProviderPlacement& provider : placement.providers) {
    if (provider.nodes != 0)
      std::printf("%s\"%s\": %u", std::exchange(separator, ", "), provider.id.c_str(), provider.nodes);
  }
  std::printf("}}\n");
}

void serve(const char* model, uint32_t threads, const char* plugin) {
  const double before = bench::memory_now().resident;
  Config config;
  config.session.threads = threads;
  if (plugin != nullptr) config.providers.push_back({.library = plugin, .on_failure = OnFailure::kError});
  const auto start = std::chrono::steady_clock::now();
  auto session = Session::load(model, config);
  if (!session.ok()) throw std::runtime_error(session.status().message());
  const double load_ms = ms_since(start);
  print_load(load_ms, before, session->placement());
  Peer peer(std::move(*session));
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line); std::fflush(stdout)) {
    std::istringstream words(line);
    std::string command, argument;
    words >> command >> argument;
    if (command == "run") {
      peer.run(std::stoll(argument));
    } else if (command == "outputs") {
      peer.write_outputs(argument);
    } else {
      throw std::runtime_error("what is '" + line + "'?");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: bench_session MODEL THREADS [PLUGIN.so]\n");
    return 2;
  }
  try {
    serve(argv[1], static_cast<uint32_t>(std::stoul(argv[2])), argc == 4 ? argv[3] : nullptr);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_session: %s\n", e.what());
    return 1;
  }
}
