#include "conformance/compare/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "conformance/compare/element.h"
#include "mortise/provider.h"
#include "tools/mortise/compare.h"

namespace mortise::conformance {

namespace {

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3g", value);
  return buffer;
}

// The largest magnitude among the finite elements.
double largest_of(const Tensor& tensor) {
  double largest = 0;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const double value = std::fabs(number_at(tensor, i).value_or(0));
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  return largest;
}

// How far one element is from what was expected.
struct Miss {
  double error = 0;    // absolute; infinity where no distance says it
  double ulps = 0;     // the same in units in the last place
  double allowed = 0;  // absolute
  bool wrong() const { return !(error <= allowed); }
  double share() const { return error == 0 ? 0 : allowed == 0 ? INFINITY : error / allowed; }
  // Where exact elements are wrong, every share is infinite.
  bool worse_than(const Miss& other) const {
    return share() != other.share() ? share() > other.share() : ulps > other.ulps;
  }
};

// Judges the tensors of one output, or of one element of it.
class Judge {
 public:
  Judge(const Expectation& expectation, const Tensor& actual, const Tensor& expected, const Tensor* measures)
      : expectation_(expectation),
        actual_(as_numbers(actual)),
        expected_(as_numbers(expected)),
        format_(float_format(expected_.dtype())) {
    if (measures != nullptr) measures_ = as_numbers(*measures);
    if (!format_) return;
    facts_ = {.dtype = expected_.dtype(), .largest = largest_of(expected_), .terms = expectation.terms};
    if (measures_) facts_.largest_measure = largest_of(*measures_);
  }

  void add_alternative(const Tensor& expected, DType unit) {
    if (expected.shape() == expected_.shape()) alternatives_.push_back({as_numbers(expected), unit});
  }

  Miss judge(int64_t i) {
    if (same_element(actual_, expected_, i)) return {};
    Miss miss = against(expected_, i, DType::kUndefined);
    for (size_t other = 0; miss.wrong() && other < alternatives_.size(); ++other) {
      const Miss found = against(alternatives_[other].expected, i, alternatives_[other].unit);
      if (!found.wrong()) miss = found;
    }
    return miss;
  }

  const Tensor& actual() const { return actual_; }
  const Tensor& expected() const { return expected_; }

 private:
  bool declares(uint32_t bit) const { return (expectation_.numerics & bit) != 0; }

  Miss against(const Tensor& expected, int64_t i, DType unit) {
    if (!format_) return steps(expected, i);
    const double a = *number_at(actual_, i), e = *number_at(expected, i);
    if (declares(MORTISE_NUMERICS_FINITE_ONLY) && !std::isfinite(e)) return {};
    if (std::isnan(e) || std::isnan(a)) return std::isnan(e) && std::isnan(a) ? Miss{} : Miss{INFINITY, INFINITY, 0};
    if (std::isinf(e) || std::isinf(a)) return a == e ? Miss{} : Miss{INFINITY, INFINITY, 0};
    if (e == 0 && a == 0)
      return signs_matter() && std::signbit(a) != std::signbit(e) ? Miss{INFINITY, INFINITY, 0} : Miss{};
    facts_.expected = e;
    if (measures_) facts_.measure = std::fabs(*number_at(*measures_, i));
    ElementFacts facts = facts_;
    uint32_t numerics = expectation_.numerics;
    if (unit != DType::kUndefined && facts.dtype == DType::kF32) {
      facts.dtype = unit;
      numerics |= MORTISE_NUMERICS_HALF_ACCUMULATE;
    }
    const double error = std::fabs(a - e);
    const Miss miss{error, error / ulp(*format_, e), allowed_error(expectation_.bound, facts, numerics)};
    // A result below the normal numbers may be flushed, before it is rounded up to the smallest of them.
    if (declares(MORTISE_NUMERICS_FLUSHES_SUBNORMALS) && std::fabs(e) <= smallest_normal(*format_) && a == 0) return {};
    return miss;
  }

  bool signs_matter() const {
    const BoundKind kind = expectation_.bound.kind;
    return (kind == BoundKind::kExact || kind == BoundKind::kUlp || kind == BoundKind::kExponential) &&
           !declares(MORTISE_NUMERICS_FINITE_ONLY);
  }

  // Of types that are no floating-point numbers.
  Miss steps(const Tensor& expected, int64_t i) {
    const auto a = number_at(actual_, i), e = number_at(expected, i);
    if (expectation_.bound.kind != BoundKind::kQuantized || !a || !e || actual_.dtype() == DType::kBool) {
      return same_element(actual_, expected, i) ? Miss{} : Miss{INFINITY, INFINITY, 0};
    }
    return {std::fabs(*a - *e), std::fabs(*a - *e), expectation_.bound.constant};
  }

  const Expectation& expectation_;
  Tensor actual_, expected_;
  struct Other {
    Tensor expected;
    DType unit;
  };
  std::vector<Other> alternatives_;
  std::optional<Tensor> measures_;
  std::optional<FloatFormat> format_;
  ElementFacts facts_;
};

std::string sentence(const Judge& judge, int64_t i, const Miss& miss, const Bound& bound) {
  std::string said = concat("at ", position(judge.actual().shape(), i), ": ", element_text(judge.actual(), i),
                            " instead of ", element_text(judge.expected(), i));
  if (std::isfinite(miss.ulps)) {
    const double unit = miss.ulps == 0 ? 1 : miss.error / miss.ulps;
    said +=
        concat(", ", text(miss.ulps), " ULP away; allowed are ", text(miss.allowed / unit), " (", to_string(bound.kind),
               bound.kind == BoundKind::kExact ? "" : concat(", ", text(bound.constant)), ")");
  }
  return said;
}

const Tensor* at(const std::vector<const Tensor*>& tensors, size_t i) {
  return i < tensors.size() ? tensors[i] : nullptr;
}

template <class Values>
void add_tensors(const Values& values, std::vector<const Tensor*>& tensors) {
  for (const Value& value : values) {
    if (value.is_tensor()) tensors.push_back(&value.tensor);
    add_tensors(value.elements, tensors);
  }
}

double percentile99(std::vector<double>& errors) {
  if (errors.empty()) return 0;
  const auto at = errors.begin() + static_cast<std::ptrdiff_t>((errors.size() - 1) * 99 / 100);
  std::nth_element(errors.begin(), at, errors.end());
  return *at;
}

}  // namespace

std::vector<const Tensor*> tensors_of(std::span<const Value> values) {
  std::vector<const Tensor*> tensors;
  add_tensors(values, tensors);
  return tensors;
}

std::string structure_difference(std::span<const Value> actual, std::span<const Value> expected) {
  if (actual.size() != expected.size()) {
    return concat("there are ", actual.size(), " outputs instead of ", expected.size());
  }
  for (size_t i = 0; i < actual.size(); ++i) {
    std::string found = tool::type_difference(actual[i], expected[i]);
    if (found.empty() && !actual[i].is_tensor()) {
      if (actual[i].elements.size() != expected[i].elements.size()) {
        found = concat("has ", actual[i].elements.size(), " elements instead of ", expected[i].elements.size());
      } else {
        found = structure_difference(actual[i].elements.list(), expected[i].elements.list());
      }
    }
    if (!found.empty()) return concat("output ", i, " ", found);
  }
  return {};
}

Match compare_values(std::span<const Value> actual, const Expectation& expectation) {
  Match result{.problem = structure_difference(actual, expectation.values)};
  if (!result.problem.empty()) return result;
  const auto given = tensors_of(actual), wanted = tensors_of(expectation.values);
  const auto measures = tensors_of(expectation.measures);
  std::optional<Miss> worst;
  uint64_t wrong = 0;
  std::vector<double> errors;
  for (size_t output = 0; output < wanted.size(); ++output) {
    Judge judge(expectation, *given[output], *wanted[output], at(measures, output));
    for (const Alternative& other : expectation.alternatives) {
      const auto tensors = tensors_of(other.values);
      if (tensors.size() == wanted.size()) judge.add_alternative(*tensors[output], other.unit);
    }
    const int64_t count = judge.expected().num_elements();
    for (int64_t i = 0; i < count; ++i) {
      const Miss miss = judge.judge(i);
      errors.push_back(miss.ulps);
      wrong += miss.wrong() ? 1 : 0;
      if (worst && !miss.worse_than(*worst)) continue;
      worst = miss;
      result.accuracy.worst = concat("output ", output, " ", sentence(judge, i, miss, expectation.bound));
    }
  }
  result.accuracy.elements = errors.size();
  result.accuracy.bound_used = worst ? worst->share() : 0;
  result.accuracy.max_ulp = errors.empty() ? 0 : *std::max_element(errors.begin(), errors.end());
  result.accuracy.p99_ulp = percentile99(errors);
  if (wrong != 0)
    result.problem =
        concat(wrong, wrong == 1 ? " element is wrong: " : " elements are wrong, the worst ", result.accuracy.worst);
  return result;
}

std::string bit_difference(std::span<const Value> first, std::span<const Value> second) {
  std::string found = structure_difference(second, first);
  if (!found.empty()) return found;
  const auto a = tensors_of(first), b = tensors_of(second);
  for (size_t output = 0; output < a.size(); ++output) {
    for (int64_t i = 0; i < a[output]->num_elements(); ++i) {
      if (same_element(*a[output], *b[output], i)) continue;
      return concat("output ", output, " at ", position(a[output]->shape(), i), " is ", element_text(*a[output], i),
                    " and then ", element_text(*b[output], i));
    }
  }
  return {};
}

void Variety::add(std::span<const Value> results) {
  const auto tensors = tensors_of(results);
  for (size_t output = 0; output < tensors.size(); ++output) {
    const Tensor tensor = as_numbers(*tensors[output]);
    if (tensor.num_elements() == 0) continue;
    has_elements_ = true;
    // Sequences grow from round to round, so that an output may be new.
    if (seen_.size() <= output) seen_.resize(output + 1);
    if (seen_[output].raw() == nullptr) seen_[output] = tensor;
    const Tensor& seen = seen_[output];
    for (int64_t i = 0; i < tensor.num_elements() && !varied_; ++i) {
      varied_ = element_text(tensor, i) != element_text(seen, 0);
    }
  }
}

}  // namespace mortise::conformance
