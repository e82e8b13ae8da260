// Operators that scale by statistics of their input, and those of a fixed neighbourhood of channels.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// What versions before 7 need to do what the later ones do outside of training.
Draft inference_only(const Form& form, Draft draft) {
  if (form.version < 6) draft = std::move(draft).ints("consumed_inputs", {0, 0, 0, 1, 1});
  if (form.version < 7) draft = std::move(draft).attribute("is_test", 1);
  return draft;
}

}  // namespace

Family batch_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<float> epsilon) {
    family.add(name, [=](const Form& form, Data& data) {
      const Shape channels = {shape[1]};
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, shape))
                        .in(data.tensor(form.dtype, channels, {0.5, 2}))
                        .in(data.tensor(form.dtype, channels))
                        .in(data.tensor(form.dtype, channels))
                        .in(data.tensor(form.dtype, channels, {0.5, 3}));
      draft = inference_only(form, std::move(draft));
      return epsilon ? std::move(draft).attribute("epsilon", AttributeValue(*epsilon)) : std::move(draft);
    });
  };
  add("plane", {2, 3, 4, 5}, {});
  add("one-axis", {2, 3, 7}, {});
  add("no-axis", {4, 3}, {});
  add("epsilon", {1, 3, 4, 4}, 0.5f);
  add("large", {1, 5, 31, 33}, {});
  add("empty", {0, 3, 4, 4}, {});
  family.variants.push_back({.name = "training",
                             .make =
                                 [](const Form& form, Data& data) {
                                   data.terms = 3 * 4 * 5;
                                   Draft draft = Draft(form).in(data.tensor(form.dtype, {3, 2, 4, 5}));
                                   for (int i = 0; i < 4; ++i)
                                     draft = std::move(draft).in(data.tensor(form.dtype, {2}, {0.5, 2}));
                                   return std::move(draft).attribute("training_mode", 1).outputs(3);
                                 },
                             .first = 14});
  family.variants.push_back({.name = "constant", .make = [](const Form& form, Data& data) {
                               Draft draft = Draft(form).in(data.tensor(form.dtype, {2, 3, 4, 5}));
                               for (int i = 0; i < 4; ++i)
                                 draft = std::move(draft).constant(data.tensor(form.dtype, {3}, {0.5, 2}));
                               return inference_only(form, std::move(draft));
                             }});
  family.add_dynamic(
      [](const Form& form, Data& data) {
        Draft draft = Draft(form).in(data.tensor(form.dtype, {data.extent(2), 3, data.extent(4), data.extent(5)}));
        for (int i = 0; i < 4; ++i) draft = std::move(draft).constant(data.tensor(form.dtype, {3}, {0.5, 2}));
        return draft;
      },
      7);
  return family;
}

Family instance_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, float epsilon) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(shape.product(2, shape.rank()));
      return Draft(form)
          .in(data.tensor(form.dtype, shape))
          .in(data.tensor(form.dtype, {shape[1]}, {0.5, 2}))
          .in(data.tensor(form.dtype, {shape[1]}))
          .attribute("epsilon", AttributeValue(epsilon));
    });
  };
  add("plane", {2, 3, 4, 5}, 1e-5f);
  add("one-axis", {2, 3, 7}, 1e-5f);
  add("epsilon", {1, 2, 4, 4}, 0.5f);
  add("large", {1, 3, 31, 33}, 1e-5f);
  add("empty", {0, 3, 4, 4}, 1e-5f);
  return family;
}

Family layer_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape scale, std::optional<int> axis, bool bias, uint32_t outputs,
                       int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          data.terms = static_cast<double>(scale.num_elements());
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).in(data.tensor(form.dtype, scale, {0.5, 2}));
          if (bias) draft = std::move(draft).in(data.tensor(form.dtype, scale));
          return std::move(draft).attribute("axis", axis).outputs(outputs);
        },
        first);
  };
  add("last", {2, 3, 8}, {8}, {}, true, 1, 1);
  add("no-bias", {2, 3, 8}, {8}, {}, false, 1, 1);
  add("axis-1", {2, 3, 8}, {3, 8}, 1, true, 1, 1);
  add("axis-0", {3, 8}, {3, 8}, 0, true, 1, 1);
  add("axis-negative", {2, 3, 8}, {3, 8}, -2, true, 1, 1);
  add("statistics", {2, 3, 8}, {8}, {}, true, 3, 1);
  add("large", {3, 1031}, {1031}, {}, true, 1, 1);
  family.add("epsilon", [](const Form& form, Data& data) {
    data.terms = 8;
    return Draft(form)
        .in(data.tensor(form.dtype, {2, 3, 8}))
        .in(data.tensor(form.dtype, {8}, {0.5, 2}))
        .attribute("epsilon", AttributeValue(0.5f));
  });
  add("empty", {0, 8}, {8}, {}, true, 1, 1);
  family.add_dynamic([](const Form& form, Data& data) {
    data.terms = 8;
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(2), data.extent(3), 8}))
        .constant(data.tensor(form.dtype, {8}, {0.5, 2}))
        .constant(data.tensor(form.dtype, {8}));
  });
  return family;
}

Family rms_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape scale, std::optional<int> axis,
                       std::optional<float> epsilon) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(scale.num_elements());
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).in(data.tensor(form.dtype, scale, {0.5, 2}));
      if (axis) draft = std::move(draft).attribute("axis", *axis);
      return epsilon ? std::move(draft).attribute("epsilon", AttributeValue(*epsilon)) : std::move(draft);
    });
  };
  add("last", {2, 3, 8}, {8}, {}, {});
  add("axis-1", {2, 3, 8}, {3, 8}, 1, {});
  add("axis-0", {3, 8}, {3, 8}, 0, {});
  add("axis-negative", {2, 3, 8}, {3, 8}, -2, {});
  add("epsilon", {2, 3, 8}, {8}, {}, 0.5f);
  add("large", {3, 1031}, {1031}, {}, {});
  add("empty", {0, 8}, {8}, {}, {});
  return family;
}

Family group_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int groups, std::optional<float> epsilon = {}) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(shape.product(1, shape.rank())) / groups;
      // Version 18 has a number for each group, version 21 for each channel.
      const Shape scale = {form.version < 21 ? groups : shape[1]};
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, shape))
                        .in(data.tensor(form.dtype, scale, {0.5, 2}))
                        .in(data.tensor(form.dtype, scale))
                        .attribute("num_groups", groups);
      return epsilon ? std::move(draft).attribute("epsilon", AttributeValue(*epsilon)) : std::move(draft);
    });
  };
  add("two", {2, 4, 3, 3}, 2);
  add("one", {2, 4, 3, 3}, 1);
  add("each-channel", {2, 4, 3, 3}, 4);
  add("one-axis", {1, 6, 7}, 3);
  add("epsilon", {2, 4, 3, 3}, 2, 0.5f);
  add("empty", {0, 4, 3, 3}, 2);
  return family;
}

Family lp_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis, int p) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(
          shape[static_cast<uint32_t>(axis.value_or(-1) + (axis.value_or(-1) < 0 ? shape.rank() : 0))]);
      return Draft(form).in(data.tensor(form.dtype, shape)).attribute("p", p).attribute("axis", axis);
    });
  };
  add("euclidean", {3, 5}, {}, 2);
  add("taxicab", {3, 5}, {}, 1);
  add("axis-0", {4, 3}, 0, 2);
  add("axis-negative", {2, 3, 4}, -2, 1);
  add("large", {3, 517}, 1, 2);
  add("empty", {0, 5}, 1, 2);
  return family;
}

Family mean_variance_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> axes) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 1;
      for (const int64_t axis : axes.empty() ? std::vector<int64_t>{0, 2, 3} : axes)
        data.terms *= static_cast<double>(shape[axis]);
      return Draft(form).in(data.tensor(form.dtype, shape)).ints("axes", axes);
    });
  };
  add("default", {2, 3, 4, 5}, {});
  add("spatial", {2, 3, 4, 5}, {2, 3});
  add("last", {3, 7}, {1});
  add("empty", {0, 3, 4, 4}, {2, 3});
  return family;
}

Family local_response_normalization() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int size, float alpha, float beta, float bias) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = size;
      return Draft(form)
          .in(data.tensor(form.dtype, shape))
          .attribute("size", size)
          .attribute("alpha", AttributeValue(alpha))
          .attribute("beta", AttributeValue(beta))
          .attribute("bias", AttributeValue(bias));
    });
  };
  add("three", {2, 5, 3, 3}, 3, 0.1f, 0.75f, 1);
  add("one", {2, 5, 3, 3}, 1, 0.1f, 0.75f, 1);
  add("even", {2, 5, 3, 3}, 4, 0.1f, 0.5f, 2);
  add("wide", {1, 4, 5, 5}, 9, 0.01f, 0.75f, 1);
  add("one-axis", {2, 5, 7}, 3, 0.1f, 0.75f, 1);
  add("empty", {0, 5, 3, 3}, 3, 0.1f, 0.75f, 1);
  return family;
}

}  // namespace mortise::conformance::ops
