// Latencies of many runs as a distribution. Pure functions over nanoseconds.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mortise::tool {

// Percentiles by nearest rank: p90 is the smallest latency that at least 90 % of the runs do not exceed.
struct Latency {
  uint64_t min = 0;
  uint64_t median = 0;
  double mean = 0;
  uint64_t p90 = 0;
  uint64_t p99 = 0;
  uint64_t max = 0;
};

// All zero where there are no runs.
Latency summarize(std::span<const uint64_t> runs);

// "1.23 µs": three significant digits and the unit that suits them.
std::string time_text(double ns);

// Rows of "from – to  bar  count" between the fastest run and p99, and one for what is slower; empty without runs.
std::string histogram(std::span<const uint64_t> runs);

}  // namespace mortise::tool
