#include "tools/mortise/random_cases.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tools/mortise/compare.h"

namespace mortise::tool {
namespace {

// One right result in a million is further away than that.
constexpr double kStandardDeviations = 5;

// How many of independent events happen, each with a probability of its own.
class Counter {
 public:
  void add(bool happens, double probability) {
    count_ += happens ? 1 : 0;
    mean_ += probability;
    variance_ += probability * (1 - probability);
  }
  std::string judge(std::string_view what) const {
    const double room = kStandardDeviations * std::sqrt(variance_);
    if (std::fabs(count_ - mean_) <= room) return "";  // never where one of them is no number
    return concat(count_, " elements are ", what, ", which should be ", mean_, ", give or take ", room);
  }

 private:
  double count_ = 0, mean_ = 0, variance_ = 0;
};

// Nothing where there is no such tensor, no number for what is no floating-point number.
std::vector<double> reals(std::span<const Value> values, size_t index) {
  std::vector<double> all;
  if (index >= values.size() || !values[index].is_tensor()) return all;
  const Tensor& tensor = values[index].tensor;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) all.push_back(real_element(tensor, i).value_or(std::nan("")));
  return all;
}

std::string judge_draws(const std::vector<double>& probabilities, const std::vector<double>& draws) {
  if (draws.size() != probabilities.size()) return concat(draws.size(), " elements for ", probabilities.size());
  Counter ones;
  for (size_t i = 0; i < draws.size(); ++i) {
    if (draws[i] != 0 && draws[i] != 1) return concat("element ", i, " is ", draws[i], ", neither 0 nor 1");
    ones.add(draws[i] == 1, std::clamp(probabilities[i], 0.0, 1.0));
  }
  return ones.judge("1");
}

// 1 with the probability that the input says.
std::string bernoulli(std::span<const Value> inputs, std::span<const Value> results) {
  return judge_draws(reals(inputs, 0), reals(results, 0));
}

// The body that the standard gives for Bernoulli draws 1 where a uniform number is greater than the input.
std::string bernoulli_body(std::span<const Value> inputs, std::span<const Value> results) {
  std::vector<double> probabilities = reals(inputs, 0);
  for (double& probability : probabilities) probability = 1 - probability;
  return judge_draws(probabilities, reals(results, 0));
}

// data, ratio, training_mode. Each element is dropped with the probability that the ratio says, or scaled; where there
// is a mask, it tells which.
std::string dropout(std::span<const Value> inputs, std::span<const Value> results) {
  const std::vector<double> x = reals(inputs, 0), y = reals(results, 0), given = reals(inputs, 1);
  const double ratio = given.empty() ? 0.5 : given[0];
  const bool* mask = nullptr;
  if (results.size() > 1) {
    const Tensor& tensor = results[1].tensor;
    if (tensor.dtype() != DType::kBool || tensor.elements<bool>().size() != y.size()) return "the mask is no mask";
    mask = tensor.data<bool>();
  }
  if (y.size() != x.size()) return concat(y.size(), " elements for ", x.size());
  Counter dropped;
  for (size_t i = 0; i < x.size(); ++i) {
    const double kept = x[i] / (1 - ratio);
    const bool is_dropped = mask != nullptr ? !mask[i] : y[i] == 0;
    if (!(std::fabs(y[i] - (is_dropped ? 0 : kept)) <= 1e-3 * std::fabs(kept))) {
      return concat("element ", i, " is ", y[i], ", neither dropped nor ", kept,
                    mask != nullptr ? " as the mask says" : "");
    }
    if (mask != nullptr || x[i] != 0) dropped.add(is_dropped, ratio);
  }
  return dropped.judge("dropped");
}

constexpr RandomCase kCases[] = {
#define MORTISE_RANDOM_CASE(name, distribution, reason) {#name, reason, distribution},
#include "tools/mortise/random_cases.inc"
#undef MORTISE_RANDOM_CASE
};

}  // namespace

const RandomCase* find_random_case(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kCases), std::end(kCases), [&](const RandomCase& c) { return c.name == name; });
  return found != std::end(kCases) ? found : nullptr;
}

}  // namespace mortise::tool
