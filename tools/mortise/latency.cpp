#include "tools/mortise/latency.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace mortise::tool {
namespace {

constexpr size_t kRows = 12;
constexpr size_t kColumnWidth = 40;

std::string bar(size_t count, size_t largest) {
  std::string text;
  const size_t width = (count * kColumnWidth + largest - 1) / largest;  // what is not nothing shows
  for (size_t i = 0; i < width; ++i) text += "█";
  return text + std::string(kColumnWidth - width, ' ');
}

}  // namespace

Latency summarize(std::span<const uint64_t> runs) {
  if (runs.empty()) return {};
  std::vector<uint64_t> sorted(runs.begin(), runs.end());
  std::sort(sorted.begin(), sorted.end());
  const auto percentile = [&](size_t percent) { return sorted[(percent * sorted.size() + 99) / 100 - 1]; };
  return {.min = sorted.front(),
          .median = percentile(50),
          .mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size()),
          .p90 = percentile(90),
          .p99 = percentile(99),
          .max = sorted.back()};
}

std::string time_text(double ns) {
  constexpr const char* kUnits[] = {"ns", "µs", "ms", "s"};
  size_t unit = 0;
  // 999.5 would be written as 1000.
  for (; ns >= 999.5 && unit + 1 < std::size(kUnits); ++unit) ns /= 1000;
  const int digits = ns >= 99.95 || (unit == 0 && ns == std::floor(ns)) ? 0 : ns >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", ns, digits, kUnits[unit]);
}

std::string histogram(std::span<const uint64_t> runs) {
  if (runs.empty()) return "";
  const Latency latency = summarize(runs);
  const double step = std::max(1.0, static_cast<double>(latency.p99 - latency.min + 1) / kRows);
  std::vector<size_t> counts(kRows + 1);
  for (const uint64_t ns : runs) {
    ++counts[std::min(kRows, static_cast<size_t>(static_cast<double>(ns - latency.min) / step))];
  }
  const size_t largest = *std::max_element(counts.begin(), counts.end());
  std::string text;
  const auto end = [&](size_t row) { return static_cast<double>(latency.min) + step * static_cast<double>(row); };
  for (size_t row = 0; row < kRows; ++row) {
    // Few distinct latencies need few rows.
    if (std::all_of(counts.begin() + static_cast<std::ptrdiff_t>(row), counts.end(), [](size_t n) { return n == 0; }))
      break;
    text += fmt::format("  {:>8} – {:>8}  {}  {}\n", time_text(end(row)), time_text(end(row + 1)),
                        bar(counts[row], largest), counts[row]);
  }
  if (counts[kRows] != 0) {
    text += fmt::format("  {:>8} – {:>8}  {}  {}\n", time_text(end(kRows)), time_text(static_cast<double>(latency.max)),
                        bar(counts[kRows], largest), counts[kRows]);
  }
  return text;
}

}  // namespace mortise::tool
