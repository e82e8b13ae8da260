#include "core/config/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace mortise {
namespace {

// Names longer than this are no slips; bounds what a hostile one costs.
constexpr size_t kMaxName = 200;

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view unknown, std::span<const std::string> known) {
  if (unknown.size() > kMaxName) return "";
  std::string nearest, all;
  size_t best = std::max<size_t>(2, unknown.size() / 3) + 1;
  for (const std::string& name : known) {
    all += (all.empty() ? "'" : ", '") + name + "'";
    if (const size_t distance = edit_distance(unknown, name); distance < best) {
      best = distance;
      nearest = name;
    }
  }
  if (!nearest.empty()) return ", did you mean '" + nearest + "'?";
  return all.empty() ? "; none is known here" : "; known are " + all;
}

}  // namespace mortise
