// Operators whose results are random: judged by type, shape and distribution.
#include <cmath>

#include "conformance/cases/ops/families.h"
#include "conformance/compare/element.h"

namespace mortise::conformance::ops {

namespace {

// One right result in a million is further away than that.
constexpr double kStandardDeviations = 5;

struct Sample {
  double mean = 0, variance = 0, least = INFINITY, most = -INFINITY;
  double count = 0;
  bool finite = true;
};

Sample sample_of(const Tensor& tensor) {
  Sample sample;
  sample.count = static_cast<double>(tensor.num_elements());
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const double value = *number_at(tensor, i);
    sample.finite = sample.finite && std::isfinite(value);
    sample.mean += value / sample.count;
    sample.least = std::min(sample.least, value);
    sample.most = std::max(sample.most, value);
  }
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    sample.variance += std::pow(*number_at(tensor, i) - sample.mean, 2) / sample.count;
  }
  return sample;
}

std::string judge_moments(const Sample& sample, double mean, double variance) {
  if (!sample.finite) return "a random number is not finite";
  const double room = kStandardDeviations * std::sqrt(variance / sample.count);
  if (std::fabs(sample.mean - mean) > room) {
    return concat("the mean of ", sample.count, " numbers is ", sample.mean, ", which should be ", mean,
                  ", give or take ", room);
  }
  if (sample.variance < variance * 0.7 || sample.variance > variance * 1.4) {
    return concat("the variance of ", sample.count, " numbers is ", sample.variance, ", which should be ", variance);
  }
  return {};
}

// Between 2 and 6.
std::string judge_uniform(std::span<const Value>, std::span<const Value> results) {
  const Sample sample = sample_of(results[0].tensor);
  if (sample.least < 2 || sample.most > 6)
    return concat("numbers from ", sample.least, " to ", sample.most, " are not between 2 and 6");
  return judge_moments(sample, 4, 16.0 / 12);
}

// Of mean 3 and standard deviation 2.
std::string judge_normal(std::span<const Value>, std::span<const Value> results) {
  return judge_moments(sample_of(results[0].tensor), 3, 4);
}

std::string judge_bernoulli(std::span<const Value> inputs, std::span<const Value> results) {
  const Tensor &chances = inputs[0].tensor, &drawn = results[0].tensor;
  double mean = 0, variance = 0, ones = 0;
  for (int64_t i = 0; i < drawn.num_elements(); ++i) {
    const double p = *number_at(chances, i), value = *number_at(drawn, i);
    if (value != 0 && value != 1) return concat("element ", i, " is ", value, ", neither 0 nor 1");
    if ((p == 0 || p == 1) && value != p)
      return concat("element ", i, " is ", value, " with the probability ", p, " of being 1");
    mean += p;
    variance += p * (1 - p);
    ones += value;
  }
  const double room = kStandardDeviations * std::sqrt(variance);
  if (std::fabs(ones - mean) <= room) return {};
  return concat(ones, " elements are 1, which should be ", mean, ", give or take ", room);
}

// Three classes, of which the second has all but no chance, and the third twice that of the first.
std::string judge_multinomial(std::span<const Value>, std::span<const Value> results) {
  const Tensor& drawn = results[0].tensor;
  double last = 0;
  for (int64_t i = 0; i < drawn.num_elements(); ++i) {
    const double value = *number_at(drawn, i);
    if (value != 0 && value != 2) return concat("element ", i, " is class ", value, ", which was not possible");
    last += value == 2 ? 1 : 0;
  }
  const double count = static_cast<double>(drawn.num_elements()), room = kStandardDeviations * std::sqrt(count * 2 / 9);
  if (std::fabs(last - count * 2 / 3) <= room) return {};
  return concat(last, " of ", count, " are class 2, which should be two thirds, give or take ", room);
}

Draft with_moments(Draft draft, Judge judge) {
  if (judge == &judge_uniform)
    return std::move(draft).attribute("low", AttributeValue(2.0f)).attribute("high", AttributeValue(6.0f));
  return std::move(draft).attribute("mean", AttributeValue(3.0f)).attribute("scale", AttributeValue(2.0f));
}

void add_judged(Family& family, const char* name, Judge judge, Make make) {
  family.variants.push_back({.name = name, .make = std::move(make), .judge = judge});
}

Family drawn(Judge judge) {
  Family family;
  for (const auto& [name, shape] :
       {std::pair("matrix", std::vector<int64_t>{20, 30}), {"vector", std::vector<int64_t>{500}}}) {
    add_judged(family, name, judge, [judge, shape = shape](const Form& form, Data&) {
      return with_moments(Draft(form).ints("shape", shape).attribute("dtype", static_cast<int>(form.dtype)), judge);
    });
  }
  add_judged(family, "seed", judge, [judge](const Form& form, Data&) {
    return with_moments(Draft(form)
                            .ints("shape", {20, 30})
                            .attribute("dtype", static_cast<int>(form.dtype))
                            .attribute("seed", AttributeValue(7.0f)),
                        judge);
  });
  return family;
}

Family drawn_like(Judge judge) {
  Family family;
  add_judged(family, "like", judge, [judge](const Form& form, Data& data) {
    return with_moments(Draft(form).in(data.tensor(form.dtype, {20, 30})), judge);
  });
  family.variants.back().types = kFloats;
  add_judged(family, "dtype", judge, [judge](const Form& form, Data& data) {
    return with_moments(
        Draft(form).in(data.tensor(form.dtype, {20, 30})).attribute("dtype", static_cast<int>(DType::kF32)), judge);
  });
  return family;
}

}  // namespace

Family random_normal() { return drawn(&judge_normal); }
Family random_uniform() { return drawn(&judge_uniform); }
Family random_normal_like() { return drawn_like(&judge_normal); }
Family random_uniform_like() { return drawn_like(&judge_uniform); }

Family bernoulli() {
  Family family;
  add_judged(family, "chances", &judge_bernoulli, [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {20, 30}, {0, 1}));
  });
  add_judged(family, "certain", &judge_bernoulli, [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {20, 30}, {0, 1, true}));
  });
  add_judged(family, "dtype", &judge_bernoulli, [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {20, 30}, {0, 1})).attribute("dtype", static_cast<int>(DType::kI32));
  });
  return family;
}

Family multinomial() {
  Family family;
  for (const auto& [name, dtype] : {std::pair("int32", DType::kI32), {"int64", DType::kI64}}) {
    add_judged(family, name, &judge_multinomial, [dtype = dtype](const Form& form, Data&) {
      // Unnormalised logarithms.
      return Draft(form)
          .in(numbers(form.dtype, {2, 3}, {0, -100, std::log(2.0), 1, -100, 1 + std::log(2.0)}))
          .attribute("sample_size", 300)
          .attribute("dtype", static_cast<int>(dtype));
    });
  }
  return family;
}

}  // namespace mortise::conformance::ops
