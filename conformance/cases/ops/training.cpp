// Losses, dropout and optimizers.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

Tensor labels(Data& data, const Shape& shape, int64_t classes) {
  return data.tensor(DType::kI64, shape, {0, static_cast<double>(classes - 1)});
}

struct LossSetting {
  const char* name;
  const char* reduction;
  bool weights = false;
  std::optional<int> ignore = {};
  bool spatial = false;
};
const LossSetting kLosses[] = {{"none", "none"},
                               {"sum", "sum"},
                               {"mean", "mean"},
                               {"weights", "mean", true},
                               {"ignore", "none", false, 1},
                               {"ignore-weights", "sum", true, 1},
                               {"spatial", "none", true, {}, true}};

Family loss(uint32_t outputs, Range range) {
  Family family;
  for (const LossSetting& s : kLosses) {
    family.add(s.name, [=](const Form& form, Data& data) {
      data.terms = 6;  // labels; there are fewer classes
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, s.spatial ? Shape{2, 4, 3} : Shape{6, 4}, range))
                        .in(labels(data, s.spatial ? Shape{2, 3} : Shape{6}, 4));
      if (s.weights) draft = std::move(draft).in(data.tensor(form.dtype, {4}, {0.5, 2}));
      if (s.ignore) draft = std::move(draft).attribute("ignore_index", *s.ignore);
      return std::move(draft).attribute("reduction", s.reduction).outputs(outputs);
    });
  }
  return family;
}

// Every other optimizer input: a scalar rate, a count of steps, then tensors and their states.
Draft optimizer(const Form& form, Data& data, int states) {
  Draft draft = Draft(form).in(number(form.dtype, 0.1)).in(number(DType::kI64, 3));
  for (int group = 0; group < 2 + states; ++group) {
    const Range range = group == 2 + states - 1 && states != 0 ? Range{0, 1} : Range{-1, 1};
    for (const Shape& shape : {Shape{3, 4}, Shape{5}})
      draft = std::move(draft).in(data.tensor(form.dtype, shape, range));
  }
  return std::move(draft).outputs(static_cast<uint32_t>(2 + 2 * states));
}

}  // namespace

Family negative_log_likelihood() { return loss(1, {-4, 0}); }
Family softmax_cross_entropy() {
  Family logarithms = loss(2, {});
  for (Variant& variant : logarithms.variants) variant.name += "-log";
  return both(loss(1, {}), logarithms);
}

Family dropout() {
  Family family;
  family.add("inference", [](const Form& form, Data& data) {
    Draft draft = Draft(form).in(data.tensor(form.dtype, {4, 5}));
    return form.version < 7 ? std::move(draft).attribute("is_test", 1) : std::move(draft);
  });
  family.add(
      "mask",
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {4, 5})).outputs(2);
      },
      7);
  family.add(
      "ratio-zero",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {4, 5}))
            .constant(number(DType::kF32, 0))
            .constant(number(DType::kBool, 1))
            .outputs(2);
      },
      12);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(4)}));
      },
      7);
  return family;
}

Family adagrad() {
  Family family{.variants = {}, .parameter = "R"};
  family.add("two", [](const Form& form, Data& data) { return optimizer(form, data, 1); });
  family.add("decay", [](const Form& form, Data& data) {
    return optimizer(form, data, 1)
        .attribute("decay_factor", AttributeValue(0.1f))
        .attribute("norm_coefficient", AttributeValue(0.01f));
  });
  return family;
}

Family adam() {
  Family family{.variants = {}, .parameter = "R"};
  // What 1 - beta^T makes of beta's rounding can only be measured where beta is given.
  const auto with_rates = [](const Form& form, Data& data) {
    return optimizer(form, data, 2).attribute("alpha", AttributeValue(0.9f)).attribute("beta", AttributeValue(0.999f));
  };
  family.add("two", with_rates);
  family.add("norm", [=](const Form& form, Data& data) {
    return with_rates(form, data)
        .attribute("norm_coefficient", AttributeValue(0.01f))
        .attribute("norm_coefficient_post", AttributeValue(0.02f));
  });
  return family;
}

Family momentum() {
  Family family{.variants = {}, .parameter = "R"};
  for (const char* mode : {"standard", "nesterov"}) {
    family.add(mode, [=](const Form& form, Data& data) {
      return optimizer(form, data, 1)
          .attribute("alpha", AttributeValue(0.9f))
          .attribute("beta", AttributeValue(1.0f))
          .attribute("norm_coefficient", AttributeValue(0.01f))
          .attribute("mode", mode);
    });
  }
  return family;
}

}  // namespace mortise::conformance::ops
