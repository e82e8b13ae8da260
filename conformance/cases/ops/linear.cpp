// ai.onnx.ml: linear models and support vector machines.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Says what the results are: classes or targets.
using Finish = Draft (*)(Draft draft);

// Models of four features with so many results.
Family linear(size_t results, Finish finish) {
  Family family;
  for (const char* transform : kTransforms) {
    family.add(kebab_case(transform), [=](const Form& form, Data& data) {
      data.terms = 4;
      return finish(Draft(form)
                        .in(data.tensor(form.dtype, {6, 4}))
                        .floats("coefficients", data.floats(4 * results))
                        .floats("intercepts", data.floats(results))
                        .attribute("post_transform", transform));
    });
  }
  return family;
}

// Four vectors of three features.
Family support_vectors(Finish finish) {
  Family family;
  for (const char* kernel : {"LINEAR", "POLY", "RBF", "SIGMOID"}) {
    family.add(kebab_case(kernel), [=](const Form& form, Data& data) {
      data.terms = 4;
      return finish(Draft(form)
                        .in(data.tensor(form.dtype, {6, 3}))
                        .attribute("kernel_type", kernel)
                        .floats("kernel_params", {0.5f, 0.25f, 2})
                        .floats("support_vectors", data.floats(12))
                        .floats("coefficients", data.floats(4))
                        .floats("rho", {0.1f}));
    });
  }
  return family;
}

}  // namespace

Family linear_classifier() {
  return linear(3, [](Draft draft) { return std::move(draft).ints("classlabels_ints", {10, 20, 30}).outputs(2); });
}

Family linear_regressor() {
  return linear(2, [](Draft draft) { return std::move(draft).attribute("targets", 2); });
}

Family svm_classifier() {
  return support_vectors([](Draft draft) {
    return std::move(draft).ints("classlabels_ints", {10, 20}).ints("vectors_per_class", {2, 2}).outputs(2);
  });
}

Family svm_regressor() {
  return support_vectors([](Draft draft) { return std::move(draft).attribute("n_supports", 4); });
}

}  // namespace mortise::conformance::ops
