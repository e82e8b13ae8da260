// Operators that slide a window over space: convolutions and pools.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

using Ints = std::vector<std::pair<const char*, std::vector<int64_t>>>;

struct Convolution {
  const char* name;
  Shape x, w;
  Ints ints = {};
  int group = 1;
  const char* auto_pad = nullptr;
  bool bias = false;
  bool constant = false;
};

Draft add_settings(Draft draft, const Ints& ints, int group, const char* auto_pad) {
  for (const auto& [name, values] : ints) draft = std::move(draft).ints(name, values);
  if (group != 1) draft = std::move(draft).attribute("group", group);
  if (auto_pad != nullptr) draft = std::move(draft).attribute("auto_pad", auto_pad);
  return draft;
}

const std::vector<Convolution>& convolutions() {
  static const std::vector<Convolution> kConvolutions = {
      {"plain", {1, 2, 5, 5}, {3, 2, 3, 3}},
      {"bias", {2, 2, 5, 5}, {3, 2, 3, 3}, {}, 1, nullptr, true},
      {"pads", {1, 2, 5, 6}, {3, 2, 3, 3}, {{"pads", {1, 1, 1, 1}}}},
      {"pads-uneven", {1, 2, 5, 6}, {3, 2, 3, 3}, {{"pads", {0, 1, 2, 0}}}},
      {"strides", {1, 2, 7, 8}, {3, 2, 3, 3}, {{"strides", {2, 3}}}},
      {"strides-pads", {1, 3, 7, 7}, {4, 3, 3, 3}, {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}}},
      {"dilations", {1, 2, 8, 8}, {3, 2, 3, 3}, {{"dilations", {2, 2}}}},
      {"group", {1, 4, 5, 5}, {6, 2, 3, 3}, {}, 2},
      {"depthwise", {1, 4, 6, 6}, {4, 1, 3, 3}, {{"pads", {1, 1, 1, 1}}}, 4},
      {"depthwise-multiplier", {1, 3, 6, 6}, {6, 1, 3, 3}, {}, 3},
      {"pointwise", {2, 5, 4, 4}, {7, 5, 1, 1}},
      {"same-upper", {1, 2, 5, 5}, {3, 2, 2, 2}, {{"strides", {2, 2}}}, 1, "SAME_UPPER"},
      {"same-lower", {1, 2, 5, 5}, {3, 2, 2, 2}, {{"strides", {2, 2}}}, 1, "SAME_LOWER"},
      {"valid", {1, 2, 5, 5}, {3, 2, 3, 3}, {}, 1, "VALID"},
      {"one-axis", {2, 3, 9}, {4, 3, 3}, {{"pads", {1, 1}}}},
      {"three-axes", {1, 2, 4, 5, 4}, {3, 2, 2, 3, 2}},
      {"odd-kernel", {1, 2, 7, 9}, {3, 2, 1, 5}},
      {"whole", {1, 2, 3, 3}, {5, 2, 3, 3}},
      {"large", {1, 32, 14, 14}, {24, 32, 3, 3}, {{"pads", {1, 1, 1, 1}}}},
      {"constant", {1, 8, 9, 9}, {8, 8, 3, 3}, {{"pads", {1, 1, 1, 1}}}, 1, nullptr, true, true},
      {"kernel-shape", {1, 2, 5, 5}, {3, 2, 3, 3}, {{"kernel_shape", {3, 3}}}},
      {"empty", {0, 2, 5, 5}, {3, 2, 3, 3}}};
  return kConvolutions;
}

double terms_of(const Shape& weights) {
  double terms = 1;
  for (uint32_t axis = 1; axis < weights.rank(); ++axis) terms *= static_cast<double>(weights[axis]);
  return terms;
}

struct Pool {
  const char* name;
  Shape x;
  std::vector<int64_t> kernel;
  Ints ints = {};
  const char* auto_pad = nullptr;
  bool ceil = false;
};

const std::vector<Pool>& pools() {
  static const std::vector<Pool> kPools = {
      {"plain", {1, 2, 6, 6}, {2, 2}},
      {"strides", {1, 2, 7, 8}, {3, 3}, {{"strides", {2, 2}}}},
      {"pads", {1, 2, 6, 6}, {3, 3}, {{"pads", {1, 1, 1, 1}}}},
      {"pads-uneven", {1, 2, 6, 6}, {3, 3}, {{"pads", {0, 1, 2, 1}}}},
      {"same-upper", {1, 2, 5, 5}, {2, 2}, {{"strides", {2, 2}}}, "SAME_UPPER"},
      {"same-lower", {1, 2, 5, 5}, {2, 2}, {{"strides", {2, 2}}}, "SAME_LOWER"},
      {"valid", {1, 2, 5, 5}, {2, 2}, {}, "VALID"},
      {"one-axis", {2, 3, 9}, {3}},
      {"three-axes", {1, 2, 4, 5, 4}, {2, 3, 2}},
      {"whole", {2, 3, 4, 4}, {4, 4}},
      {"large", {2, 16, 17, 19}, {5, 3}, {{"strides", {2, 1}}}},
      {"empty", {0, 2, 5, 5}, {2, 2}},
      {"ceil", {1, 2, 6, 6}, {3, 3}, {{"strides", {2, 2}}}, nullptr, true},
      {"ceil-pads", {1, 2, 7, 7}, {3, 3}, {{"strides", {3, 3}}, {"pads", {1, 1, 1, 1}}}, nullptr, true}};
  return kPools;
}

double terms_of(const std::vector<int64_t>& kernel) {
  double terms = 1;
  for (const int64_t extent : kernel) terms *= static_cast<double>(extent);
  return terms;
}

}  // namespace

Family conv() {
  Family family;
  for (const Convolution& one : convolutions()) {
    family.variants.push_back({.name = one.name, .make = [=](const Form& form, Data& data) {
                                 data.terms = terms_of(one.w);
                                 Draft draft = Draft(form).in(data.tensor(form.dtype, one.x));
                                 Tensor weights = data.tensor(form.dtype, one.w, {-1, 1});
                                 draft =
                                     one.constant ? std::move(draft).constant(weights) : std::move(draft).in(weights);
                                 Tensor bias = data.tensor(form.dtype, {one.w[0]});
                                 if (one.bias)
                                   draft = one.constant ? std::move(draft).constant(bias) : std::move(draft).in(bias);
                                 return add_settings(std::move(draft), one.ints, one.group, one.auto_pad);
                               }});
  }
  const auto make_dynamic = [](const Form& form, Data& data) {
    data.terms = 27;
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(2), 3, data.extent(6) + 1, data.extent(7) + 1}))
        .constant(data.tensor(form.dtype, {4, 3, 3, 3}, {-1, 1}))
        .ints("pads", {1, 1, 1, 1});
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family conv_transpose() {
  Family family;
  const std::vector<Convolution> all = {
      {"plain", {1, 2, 4, 4}, {2, 3, 3, 3}},
      {"bias", {1, 2, 4, 4}, {2, 3, 3, 3}, {}, 1, nullptr, true},
      {"strides", {1, 2, 4, 5}, {2, 3, 3, 3}, {{"strides", {2, 3}}}},
      {"pads", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"pads", {1, 1, 1, 1}}}},
      {"pads-strides", {1, 2, 4, 4}, {2, 3, 4, 4}, {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}}},
      {"dilations", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"dilations", {2, 2}}}},
      {"group", {1, 4, 4, 4}, {4, 3, 3, 3}, {}, 2},
      {"output-padding", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"strides", {2, 2}}, {"output_padding", {1, 1}}}},
      {"output-shape", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"strides", {2, 2}}, {"output_shape", {8, 8}}}},
      {"same-upper", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"strides", {2, 2}}}, 1, "SAME_UPPER"},
      {"same-lower", {1, 2, 4, 4}, {2, 3, 3, 3}, {{"strides", {2, 2}}}, 1, "SAME_LOWER"},
      {"one-axis", {1, 2, 6}, {2, 3, 3}},
      {"three-axes", {1, 2, 3, 3, 3}, {2, 2, 2, 2, 2}},
      {"constant", {1, 8, 5, 5}, {8, 6, 3, 3}, {{"strides", {2, 2}}}, 1, nullptr, false, true},
      {"empty", {0, 2, 4, 4}, {2, 3, 3, 3}}};
  for (const Convolution& one : all) {
    family.variants.push_back({.name = one.name, .make = [=](const Form& form, Data& data) {
                                 data.terms =
                                     terms_of(one.w) / static_cast<double>(one.w[1]) * static_cast<double>(one.x[1]);
                                 Draft draft = Draft(form).in(data.tensor(form.dtype, one.x));
                                 Tensor weights = data.tensor(form.dtype, one.w, {-1, 1});
                                 draft =
                                     one.constant ? std::move(draft).constant(weights) : std::move(draft).in(weights);
                                 if (one.bias)
                                   draft = std::move(draft).in(data.tensor(form.dtype, {one.w[1] * one.group}));
                                 return add_settings(std::move(draft), one.ints, one.group, one.auto_pad);
                               }});
  }
  return family;
}

Family pool(int32_t ceil_since, int32_t dilations_since) {
  Family family;
  for (const Pool& one : pools()) {
    const auto make = [=](const Form& form, Data& data) {
      data.terms = terms_of(one.kernel);
      Draft draft = Draft(form).in(data.tensor(form.dtype, one.x, {-100, 100})).ints("kernel_shape", one.kernel);
      if (one.ceil) draft = std::move(draft).attribute("ceil_mode", 1);
      return add_settings(std::move(draft), one.ints, 1, one.auto_pad);
    };
    family.variants.push_back({.name = one.name, .make = make, .first = one.ceil ? ceil_since : 1});
  }
  const auto make_dilated = [](const Form& form, Data& data) {
    data.terms = 9;
    return Draft(form)
        .in(data.tensor(form.dtype, {1, 2, 8, 9}, {-100, 100}))
        .ints("kernel_shape", {3, 3})
        .ints("dilations", {2, 3});
  };
  const auto make_dynamic = [](const Form& form, Data& data) {
    data.terms = 4;
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(2), 3, data.extent(6) + 1, data.extent(7) + 1}, {-100, 100}))
        .ints("kernel_shape", {2, 2});
  };
  family.variants.push_back({.name = "dilations", .make = make_dilated, .first = dilations_since});
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family max_pool() {
  Family family = pool(10, 10);
  const auto add = [&](const char* name, int storage_order) {
    const auto make = [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.distinct(form.dtype, {1, 2, 5, 6}))
          .ints("kernel_shape", {2, 2})
          .attribute("storage_order", storage_order)
          .outputs(2);
    };
    family.variants.push_back({.name = name, .make = make, .first = 8});
  };
  add("indices", 0);
  add("indices-column-major", 1);
  return family;
}

Family average_pool() {
  Family family = pool(10, 19);
  const auto add = [&](const char* name, std::vector<int64_t> pads) {
    const auto make = [=](const Form& form, Data& data) {
      data.terms = 9;
      return Draft(form)
          .in(data.tensor(form.dtype, {1, 2, 6, 6}))
          .ints("kernel_shape", {3, 3})
          .ints("pads", pads)
          .attribute("count_include_pad", 1);
    };
    family.variants.push_back({.name = name, .make = make, .first = 7});
  };
  add("count-pads", {1, 1, 1, 1});
  add("count-pads-uneven", {0, 2, 1, 0});
  return family;
}

Family lp_pool() {
  // p is a float in version 1.
  return both(pool(18, 18), with(pool(18, 18), "p-1", "p", int64_t{1}, 2));
}

Family global_pool(Range range) {
  Family family;
  const auto add = [&](const char* name, Shape shape) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 data.terms = static_cast<double>(shape.num_elements() /
                                                                  std::max<int64_t>(1, shape[0] * shape[1]));
                                 return Draft(form).in(data.tensor(form.dtype, shape, range));
                               }});
  };
  add("plane", {2, 3, 4, 5});
  add("one-axis", {2, 3, 7});
  add("three-axes", {2, 3, 2, 3, 2});
  add("one", {2, 3, 1, 1});
  add("odd", {1, 5, 7, 3});
  add("large", {1, 4, 37, 41});
  add("empty", {0, 3, 4, 4});
  const auto make_dynamic = [range](const Form& form, Data& data) {
    data.terms = 100;
    return Draft(form).in(data.tensor(form.dtype, {data.extent(2), 3, data.extent(5), data.extent(4)}, range));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

}  // namespace mortise::conformance::ops
