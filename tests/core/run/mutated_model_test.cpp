// Damaged models, thousands of them: whatever a file holds, loading and running it ends with results or with a
// sentence.
//
// Models of every kind are damaged twice over: in their bytes (flipped, cut, repeated, overwritten), and in their
// fields, which leads past the parser to everything behind it. Each is loaded and run under a limit of memory and a
// deadline. A crash prints its seed: `MORTISE_SEED=1234 core_mutated_model_test` replays it alone.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "mortise/core/session.h"
#include "tests/support/mutate.h"
#include "tests/support/random_model.h"
#include "tests/support/seeds.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;

// The seed in work, for the last words of a process that dies.
char current[64];
void print_current(int signal) {
  static_cast<void>(!write(STDERR_FILENO, current, std::char_traits<char>::length(current)));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<std::string> read_models() {
  std::vector<std::string> models;
  const auto read = [&](const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    models.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  };
  read(fs::path(MORTISE_SOURCE_DIR) / "examples/digits/digits.onnx");
  for (uint32_t seed = 0; seed < 20; ++seed) models.push_back(test::random_model(seed, 12).SerializeAsString());
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const fs::path folder = set != nullptr ? set : "/usr/share/libonnx-testdata/data";
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().filename() == "model.onnx" && entry.file_size() < 100'000) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) read(path);
  return models;
}

// Something small for every input; nothing where its type says too little.
std::vector<Value> make_inputs(const Session& session, std::mt19937& random) {
  std::vector<Value> values;
  for (const Port& port : session.inputs()) {
    constexpr int64_t kMost = 1 << 16;
    Shape shape;
    int64_t size = 1;
    for (const int64_t dim : port.dims) {
      shape.push_back(dim >= 0 ? dim : static_cast<int64_t>(random() % 4));
      if (shape.back() > kMost || (size *= std::max<int64_t>(shape.back(), 1)) > kMost) return {};
    }
    auto tensor = Tensor::allocate(port.dtype, shape);
    if (!tensor.ok()) return {};
    if (port.dtype != DType::kString) {
      auto* bytes = tensor->data<unsigned char>();
      std::generate_n(bytes, tensor->size_bytes(),
                      [&] { return port.dtype == DType::kBool ? random() % 2 : random(); });
    }
    values.emplace_back(std::move(*tensor));
  }
  return values;
}

enum class End { kRefused, kFailed, kRan };

End load_and_run(const std::string& bytes, std::mt19937& random) {
  Config config;
  config.session.threads = 1;
  config.session.memory_limit_mib = 64;
  config.session.deadline_ms = 500;
#ifdef MORTISE_PROVIDER_LIBRARY  // this file is built again for a plugin's tests
  config.providers.push_back({.id = MORTISE_PROVIDER, .library = MORTISE_PROVIDER_LIBRARY});
#endif
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config});
  if (!session.ok()) {
    EXPECT_GT(session.status().message().size(), 20u);
    EXPECT_NE(session.status().code(), StatusCode::kInternal) << session.status().message();
    return End::kRefused;
  }
  const std::vector<Value> inputs = make_inputs(*session, random);
  std::vector<Value> outputs(session->outputs().size());
  for (int run = 0; run < 2; ++run) {
    const Status status = session->run(inputs, outputs);
    if (status.ok()) continue;
    EXPECT_GT(status.message().size(), 10u);
    return End::kFailed;
  }
  return End::kRan;
}

TEST(MutatedModel, IsLoadedAndRunOrRefused) {
  const std::vector<std::string> models = read_models();
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM})
    std::signal(signal, print_current);
  const test::Seeds seeds = test::seeds(6000);
  uint32_t counts[3] = {};
  for (uint32_t seed = seeds.begin; seed < seeds.end; ++seed) {
    std::snprintf(current, sizeof current, "MORTISE_SEED=%u\n", seed);
    SCOPED_TRACE(current);
    std::mt19937 random(seed);
    std::string bytes = models[random() % models.size()];
    bytes = seed % 4 == 0 ? test::mutate_bytes(std::move(bytes), random) : test::mutate_fields(bytes, random);
    ++counts[static_cast<size_t>(load_and_run(bytes, random))];
  }
  std::cout << models.size() << " models; " << counts[0] << " refused, " << counts[1] << " failed, " << counts[2]
            << " ran\n";
}

}  // namespace
}  // namespace mortise
