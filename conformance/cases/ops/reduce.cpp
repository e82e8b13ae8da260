// Operators that make one element of many along axes: reductions, positions of extremes, running sums, and those that
// relate every element to the others along an axis.
#include <numeric>

#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

struct Reduction {
  const char* name;
  Shape shape;
  std::vector<int64_t> axes;  // empty: left out
  int keepdims = 1;
};

double terms_of(const Shape& shape, const std::vector<int64_t>& axes) {
  if (axes.empty()) return static_cast<double>(shape.num_elements());
  double terms = 1;
  for (const int64_t axis : axes) terms *= static_cast<double>(shape[axis < 0 ? axis + shape.rank() : axis]);
  return terms;
}

const std::vector<Reduction>& reductions() {
  static const std::vector<Reduction> kReductions = {{"axis-1", {3, 4, 5}, {1}},
                                                     {"axis-0", {4, 5}, {0}},
                                                     {"axis-negative", {3, 4, 5}, {-1}},
                                                     {"axis-negative-first", {3, 4, 5}, {-3}},
                                                     {"axes-two", {2, 3, 4, 5}, {1, 3}},
                                                     {"axes-spatial", {2, 3, 4, 5}, {2, 3}},
                                                     {"axes-all", {3, 4}, {0, 1}},
                                                     {"axes-default", {3, 4}, {}},
                                                     {"no-keepdims", {3, 4, 5}, {1}, 0},
                                                     {"no-keepdims-all", {3, 4}, {}, 0},
                                                     {"vector", {9}, {0}},
                                                     {"one", {1, 1}, {1}},
                                                     {"odd", {5, 7, 3}, {1}},
                                                     {"large", {3, 1031}, {1}},
                                                     {"large-outer", {1031, 3}, {0}},
                                                     {"empty", {2, 0, 3}, {2}}};
  return kReductions;
}

}  // namespace

Family reduce(Range range, int32_t axes_since) {
  Family family;
  for (const Reduction& one : reductions()) {
    family.variants.push_back({.name = one.name, .make = [=](const Form& form, Data& data) {
                                 data.terms = terms_of(one.shape, one.axes);
                                 return Draft(form)
                                     .in(data.tensor(form.dtype, one.shape, range))
                                     .parameter(axes_since, "axes", one.axes)
                                     .attribute("keepdims", one.keepdims);
                               }});
  }
  const auto make_given = [=](const Form& form, Data& data) {
    data.terms = 4;
    return Draft(form).in(data.tensor(form.dtype, {3, 4, 5}, range)).in(int64s({1}));
  };
  const auto make_noop = [=](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 4}, range)).attribute("noop_with_empty_axes", 1);
  };
  const auto make_dynamic = [=](const Form& form, Data& data) {
    const Shape shape = {data.extent(3), data.extent(6)};
    data.terms = static_cast<double>(shape[1]);
    return Draft(form).in(data.tensor(form.dtype, shape, range)).parameter(axes_since, "axes", {1});
  };
  const auto make_scalar = [=](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {}, range));
  };
  family.variants.push_back({.name = "axes-given", .make = make_given, .first = axes_since});
  family.variants.push_back({.name = "noop", .make = make_noop, .first = axes_since});
  family.variants.push_back({.name = "scalar", .make = make_scalar});
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family arg_reduce() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, int keepdims, std::optional<int> last) {
    const auto make = [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, shape, last ? Range{0, 2, true} : Range{-100, 100}))
          .attribute("axis", axis)
          .attribute("keepdims", keepdims)
          .attribute("select_last_index", last);
    };
    family.variants.push_back({.name = name, .make = make, .first = last ? 12 : 1});
  };
  add("axis-0", {5, 4}, 0, 1, {});
  add("axis-1", {3, 7, 2}, 1, 1, {});
  add("no-keepdims", {3, 7, 2}, 1, 0, {});
  add("vector", {11}, 0, 1, {});
  add("large", {3, 517}, 1, 1, {});
  add("empty", {0, 3}, 1, 1, {});
  add("ties-first", {6, 8}, 1, 1, 0);
  add("ties-last", {6, 8}, 1, 1, 1);
  const auto make_negative = [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 4, 5}, {-100, 100})).attribute("axis", -2);
  };
  const auto make_dynamic = [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(4), data.extent(6)}, {-100, 100})).attribute("axis", 1);
  };
  family.variants.push_back({.name = "axis-negative", .make = make_negative, .first = 11});
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family along_axis() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis, int32_t first, Range range = {}) {
    const auto make = [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(shape.num_elements());
      return Draft(form).in(data.tensor(form.dtype, shape, range)).attribute("axis", axis);
    };
    family.variants.push_back({.name = name, .make = make, .first = first});
  };
  add("default", {3, 5}, {}, 1);
  add("axis-0", {4, 3}, 0, 1);
  add("axis-1", {2, 3, 4}, 1, 1);
  add("axis-2", {2, 3, 4}, 2, 1);
  add("axis-negative", {2, 3, 4}, -2, 11);
  add("vector", {7}, 0, 1);
  add("odd", {3, 7, 5}, 1, 1);
  add("large", {3, 1031}, 1, 1);
  add("empty", {2, 0, 3}, 2, 1);
  // Out of reach even of float64's exponentials, unless the maximum is subtracted; it is not 0 either.
  add("large-values", {3, 7}, 1, 1, {990, 1000});
  add("negative-values", {3, 7}, 1, 1, {-1000, -990});
  const auto make_dynamic = [](const Form& form, Data& data) {
    data.terms = 10;
    return Draft(form).in(data.tensor(form.dtype, {data.extent(4), data.extent(6) + 1})).attribute("axis", 1);
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family cumulative(Range range) {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, int exclusive, int reverse) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 data.terms = static_cast<double>(shape.num_elements());
                                 return Draft(form)
                                     .in(data.tensor(form.dtype, shape, range))
                                     .constant(number(DType::kI64, axis))
                                     .attribute("exclusive", exclusive)
                                     .attribute("reverse", reverse);
                               }});
  };
  add("axis-1", {3, 5}, 1, 0, 0);
  add("axis-0", {5, 3}, 0, 0, 0);
  add("axis-negative", {2, 3, 4}, -2, 0, 0);
  add("vector", {6}, 0, 0, 0);
  add("exclusive", {3, 5}, 1, 1, 0);
  add("reverse", {3, 5}, 1, 0, 1);
  add("exclusive-reverse", {3, 5}, 1, 1, 1);
  add("large", {2, 70}, 1, 0, 0);
  add("empty", {0, 4}, 1, 0, 0);
  const auto make_dynamic = [=](const Form& form, Data& data) {
    data.terms = 9;
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(6)}, range)).in(number(DType::kI32, 1));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family top_k() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, int64_t k, int largest, int32_t first) {
    const auto make = [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.distinct(form.dtype, shape)).attribute("axis", axis).outputs(2);
      if (form.version >= 11) draft = std::move(draft).attribute("largest", largest);
      return form.version < 10 ? std::move(draft).attribute("k", static_cast<int>(k))
                               : std::move(draft).constant(int64s({k}));
    };
    family.variants.push_back({.name = name, .make = make, .first = first});
  };
  add("axis-1", {3, 7}, 1, 3, 1, 1);
  add("axis-0", {7, 3}, 0, 2, 1, 1);
  add("axis-negative", {3, 7}, -1, 3, 1, 1);
  add("all", {2, 5}, 1, 5, 1, 1);
  add("one", {2, 5}, 1, 1, 1, 1);
  add("smallest", {3, 7}, 1, 3, 0, 11);
  add("large", {100}, 0, 10, 1, 1);
  add("empty", {3, 7}, 1, 0, 1, 10);
  return family;
}

}  // namespace mortise::conformance::ops
