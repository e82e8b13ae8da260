// bench_model NAME SIZE FILE: writes a model of the benches to a file, for other programs.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "bench/models.h"
#include "bench/networks/networks.h"

namespace {

using namespace mortise::bench;

struct Entry {
  const char* name;
  onnx::ModelProto (*make)(int64_t size);
  int64_t published;  // the size of the published network
  const char* size;   // what the size is
};
constexpr Entry kEntries[] = {
    {"chain", [](int64_t size) { return chain(static_cast<uint32_t>(size)); }, 100, "number of nodes"},
#define NETWORK(name, function, published, size) {name, [](int64_t n) { return function(n); }, published, size},
#include "bench/networks/networks.inc"
#undef NETWORK
};

int print_usage() {
  std::fprintf(stderr, "usage: bench_model NAME SIZE FILE\n\n");
  for (const Entry& entry : kEntries)
    std::fprintf(stderr, "  %s %lld: SIZE is the %s\n", entry.name, static_cast<long long>(entry.published),
                 entry.size);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return print_usage();
  for (const Entry& entry : kEntries) {
    if (entry.name != std::string(argv[1])) continue;
    try {
      write(entry.make(std::stoll(argv[2])), argv[3]);
      return 0;
    } catch (const std::exception& e) {
      std::fprintf(stderr, "bench_model: %s\n", e.what());
      return 1;
    }
  }
  return print_usage();
}
