#include "conformance/generate/tensors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "conformance/compare/element.h"

namespace mortise::conformance {

namespace {

Tensor allocate(DType dtype, const Shape& shape) {
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  if (tensor.size_bytes() != 0) std::memset(tensor.raw(), 0, tensor.size_bytes());
  return tensor;
}

// What the type can hold of the range.
Range cut(DType dtype, Range range) {
  const auto limit = [&](double value) {
    Tensor one = allocate(dtype, {});
    set_number(one, 0, value);
    return *number_at(one, 0);
  };
  return {limit(range.least), limit(range.most)};
}

// Empty for types that have nothing special.
std::vector<double> special_numbers(DType dtype) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto format = float_format(dtype);
  if (!format) {
    if (dtype == DType::kBool || dtype == DType::kString) return {};
    const Range whole = cut(dtype, {-infinity, infinity});
    return {whole.least, whole.most, 0, 1, whole.most - 1, std::max(whole.least, -1.0)};
  }
  std::vector<double> found = {0.0, -0.0, 1, -1};
  Tensor one = allocate(dtype, {});
  for (const double value : {infinity, -infinity, std::nan("")}) {
    set_number(one, 0, value);
    const double kept = *number_at(one, 0);
    if (std::isnan(value) ? std::isnan(kept) : kept == value) found.push_back(value);
  }
  return found;
}

}  // namespace

int64_t Data::extent(int64_t usual) const {
  switch (round_) {
    case 0:
      return usual;
    case 1:
      return std::max<int64_t>(1, usual - 1);
    case 2:
      return usual + 3;
    default:
      return 1;
  }
}

int64_t Data::integer(int64_t least, int64_t most) {
  return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
}

double Data::real(Range range) {
  // The library's distributions differ from system to system.
  return range.least + (range.most - range.least) * (static_cast<double>(random_() >> 11) * 0x1p-53);
}

std::vector<float> Data::floats(size_t count, Range range) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(real(range));
  return values;
}

std::string Data::word(size_t choice) {
  static constexpr const char* kWords[] = {"", "a", "Mortise", "tenon", "naïve", "A b", "zero", "Ω", "joint", "42"};
  return kWords[random_() % std::min(choice, std::size(kWords))];
}

Tensor Data::tensor(DType dtype, const Shape& shape, Range range) {
  if (dtype == DType::kString) {
    std::vector<std::string> words(static_cast<size_t>(shape.num_elements()));
    const auto choice = range.whole ? static_cast<size_t>(range.most - range.least) + 1 : std::string::npos;
    for (std::string& text : words) text = word(choice);
    return Tensor::strings(shape, std::move(words));
  }
  Tensor made = allocate(dtype, shape), elements = as_numbers(made);
  // Mostly true, mostly false, or either: so that conjunctions and disjunctions of many have both results.
  const double truth = std::array{0.05, 0.5, 0.95}[random_() % 3];
  const bool whole = range.whole || !float_format(elements.dtype());
  const Range possible = cut(elements.dtype(), range);
  for (int64_t i = 0; i < elements.num_elements(); ++i) {
    if (dtype == DType::kBool) {
      set_number(elements, i, chance(truth) ? 1 : 0);
      continue;
    }
    const double value = whole ? std::floor(real({possible.least, possible.most + 1})) : real(possible);
    set_number(elements, i, std::min(value, possible.most));
  }
  return made;
}

Tensor Data::distinct(DType dtype, const Shape& shape) {
  Tensor made = allocate(dtype, shape);
  std::vector<double> values(static_cast<size_t>(shape.num_elements()));
  std::iota(values.begin(), values.end(), cut(dtype, {-static_cast<double>(values.size() / 2), 0}).least);
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random_() % i]);
  for (size_t i = 0; i < values.size(); ++i) set_number(made, static_cast<int64_t>(i), values[i]);
  return made;
}

Tensor Data::special(DType dtype, const Shape& shape, Range range) {
  Tensor made = tensor(dtype, shape, range), elements = as_numbers(made);
  const std::vector<double> candidates = special_numbers(elements.dtype());
  if (candidates.empty()) return made;
  for (int64_t i = 0; i < elements.num_elements(); ++i) {
    if (chance(0.5)) set_number(elements, i, candidates[random_() % candidates.size()]);
  }
  return made;
}

Tensor Data::subnormal(DType dtype, const Shape& shape, Range range) {
  Tensor made = tensor(dtype, shape, range);
  const auto format = float_format(dtype);
  if (!format) return made;
  for (int64_t i = 0; i < made.num_elements(); ++i) {
    if (chance(0.6)) set_number(made, i, smallest_normal(*format) * real({range.least < 0 ? -1.0 : 0.0, 1}));
  }
  return made;
}

Tensor int64s(std::vector<int64_t> numbers) {
  return Tensor::of<int64_t>({static_cast<int64_t>(numbers.size())}, std::span<const int64_t>(numbers));
}

Tensor number(DType dtype, double value) { return numbers(dtype, {}, {value}); }

Tensor numbers(DType dtype, const Shape& shape, std::vector<double> values) {
  Tensor made = allocate(dtype, shape);
  for (size_t i = 0; i < values.size(); ++i) set_number(made, static_cast<int64_t>(i), values[i]);
  return made;
}

}  // namespace mortise::conformance
