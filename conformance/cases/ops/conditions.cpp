#include "conformance/cases/ops/conditions.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "conformance/compare/compare.h"
#include "conformance/compare/element.h"

namespace mortise::conformance::ops {

namespace {

// Of so many samples the root mean square is less than a quarter of what it estimates once in 100 000 times.
constexpr int kSamples = 12;

// How far numbers are moved, relative to themselves: as much above the rounding of float32, in which they are given, as it
// is below 1.
constexpr double kStep = 0x1p-12;

// Attributes that are lists of numbers with which the operator computes. Others are exact, as thresholds and exponents are.
constexpr std::string_view kWeights[] = {"base_values",     "class_weights", "coefficients", "intercepts",
                                         "leaf_weights",    "offset",        "rho",          "scale",
                                         "support_vectors", "target_weights"};

// Draws from (-sqrt(3), sqrt(3)), whose variance is 1.
class Mover {
 public:
  explicit Mover(uint64_t seed) : random_(seed) {}
  double operator()(double value, DType = DType::kUndefined) {
    const double drawn = static_cast<double>(random_() >> 11) * 0x1p-53;
    return value * (1 + kStep * std::sqrt(3.0) * (2 * drawn - 1));
  }

 private:
  std::mt19937_64 random_;
};

// Numbers of 16 bits as float32, which has room for the step.
Tensor widened(const Tensor& tensor) {
  if (tensor.dtype() != DType::kF16 && tensor.dtype() != DType::kBF16) return tensor;
  Tensor wide = Tensor::allocate(DType::kF32, tensor.shape()).value();
  for (int64_t i = 0; i < wide.num_elements(); ++i) set_number(wide, i, *number_at(tensor, i));
  return wide;
}

Value widened_value(Value value) {
  if (value.is_tensor()) value.tensor = widened(value.tensor);
  return value;
}

void move_attributes(OpModel& model, Mover& move) {
  for (auto& [name, value] : model.attributes) {
    if (auto* number = std::get_if<float>(&value)) *number = static_cast<float>(move(*number));
    if (std::find(std::begin(kWeights), std::end(kWeights), name) == std::end(kWeights)) continue;
    if (auto* numbers = std::get_if<std::vector<float>>(&value)) {
      for (float& one : *numbers) one = static_cast<float>(move(one));
    }
    if (auto* tensor = std::get_if<Tensor>(&value)) *tensor = with_numbers(*tensor, std::ref(move)).tensor;
  }
}

// Adds the squares of what moved, in steps, to the sums.
void add_squares(std::span<const Value> still, std::span<const Value> moved, std::span<Tensor> sums) {
  const auto from = tensors_of(still), to = tensors_of(moved);
  for (size_t output = 0; output < sums.size(); ++output) {
    for (int64_t i = 0; i < sums[output].num_elements(); ++i) {
      const double distance = number_at(*to[output], i).value_or(0) - number_at(*from[output], i).value_or(0);
      // Beside a place where the operator is not defined there is no condition.
      if (std::isfinite(distance)) sums[output].data<double>()[i] += distance * distance / (kStep * kStep);
    }
  }
}

}  // namespace

Result<Conditions> Conditions::create(Device& oracle, const std::function<OpModel()>& again) {
  Conditions made;
  const auto wide = [&] {
    OpModel model = again();
    for (auto& [name, value] : model.attributes) {
      if (auto* tensor = std::get_if<Tensor>(&value)) *tensor = widened(*tensor);
    }
    return model;
  };
  MORTISE_ASSIGN(Replica still, Replica::create(oracle, wide(), widened_value));
  made.replicas_.push_back(std::move(still));
  for (uint64_t sample = 0; sample < kSamples; ++sample) {
    Mover move(sample);
    OpModel model = wide();
    move_attributes(model, move);
    const auto change = [move](Value value) mutable {
      return with_numbers(widened_value(std::move(value)), std::ref(move));
    };
    MORTISE_ASSIGN(Replica moved, Replica::create(oracle, std::move(model), change));
    made.replicas_.push_back(std::move(moved));
  }
  return made;
}

std::vector<Value> Conditions::measure(std::span<const Value> inputs) const {
  const std::vector<Value> still = replicas_.front().run(inputs);
  std::vector<Tensor> sums;
  for (const Tensor* tensor : tensors_of(still)) {
    Tensor& sum = sums.emplace_back(Tensor::allocate(DType::kF64, tensor->shape()).value());
    std::fill_n(sum.data<double>(), sum.num_elements(), 0.0);
  }
  double samples = 0;
  for (size_t sample = 1; sample < replicas_.size(); ++sample) {
    const std::vector<Value> moved = replicas_[sample].run(inputs);
    // Where a number that decides about an extent has moved there is nothing to compare.
    if (!structure_difference(moved, still).empty()) continue;
    add_squares(still, moved, sums);
    ++samples;
  }
  for (Tensor& tensor : sums) {
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      double& sum = tensor.data<double>()[i];
      sum = samples == 0 ? 0 : std::sqrt(sum / samples);
    }
  }
  return {sums.begin(), sums.end()};
}

}  // namespace mortise::conformance::ops
