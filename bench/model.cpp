// bench_model chain NODES FILE: writes a model of the benches to a file, for other programs.
#include <cstdio>
#include <exception>
#include <string>

#include "bench/models.h"

int main(int argc, char** argv) {
  if (argc != 4 || std::string(argv[1]) != "chain") {
    std::fprintf(stderr, "usage: bench_model chain NODES FILE\n");
    return 2;
  }
  try {
    mortise::bench::write(mortise::bench::chain(static_cast<uint32_t>(std::stoul(argv[2]))), argv[3]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_model: %s\n", e.what());
    return 1;
  }
}
