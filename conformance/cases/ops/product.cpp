// Sums of products: matrices, tensors, determinants.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Operands of a product, and over how many terms it sums.
struct Operands {
  const char* name;
  Shape left, right;
  double terms;
};
const std::vector<Operands>& operands() {
  static const std::vector<Operands> kOperands = {
      {"matrix", {3, 4}, {4, 5}, 4},        {"vector-vector", {5}, {5}, 5},
      {"vector-matrix", {4}, {4, 5}, 4},    {"matrix-vector", {3, 4}, {4}, 4},
      {"batch", {2, 3, 4}, {2, 4, 5}, 4},   {"batch-broadcast", {2, 1, 3, 4}, {3, 4, 2}, 4},
      {"batch-left", {2, 3, 4}, {4, 5}, 4}, {"one", {1, 1}, {1, 1}, 1},
      {"odd", {7, 5}, {5, 3}, 5},           {"inner-one", {4, 1}, {1, 3}, 1},
      {"large", {33, 257}, {257, 31}, 257}, {"long", {2, 2053}, {2053, 3}, 2053},
      {"empty", {0, 4}, {4, 5}, 4}};
  return kOperands;
}

}  // namespace

Family matmul() {
  Family family;
  for (const Operands& one : operands()) {
    family.variants.push_back(
        {.name = one.name, .make = [=](const Form& form, Data& data) {
           data.terms = one.terms;
           return Draft(form).in(data.tensor(form.dtype, one.left)).in(data.tensor(form.dtype, one.right));
         }});
  }
  const auto make_constant = [](const Form& form, Data& data) {
    data.terms = 9;
    return Draft(form).in(data.tensor(form.dtype, {7, 9})).constant(data.tensor(form.dtype, {9, 6}));
  };
  const auto make_dynamic = [](const Form& form, Data& data) {
    const int64_t inner = data.extent(6);
    data.terms = static_cast<double>(inner);
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(4), inner}))
        .in(data.tensor(form.dtype, {inner, data.extent(5)}));
  };
  family.variants.push_back({.name = "constant", .make = make_constant});
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family gemm() {
  Family family;
  struct Setting {
    const char* name;
    int transpose_a = 0, transpose_b = 0;
    float alpha = 1, beta = 1;
    std::optional<Shape> c = Shape{3, 5};
    int32_t first = 1;
    bool constant = false;
  };
  const std::vector<Setting> settings = {{"plain"},
                                         {"transpose-a", 1},
                                         {"transpose-b", 0, 1},
                                         {"transpose-both", 1, 1},
                                         {"alpha", 0, 0, 0.5f},
                                         {"beta", 0, 0, 1, 0.25f},
                                         {"beta-zero", 0, 0, 1, 0},
                                         {"c-row", 0, 0, 1, 1, Shape{5}, 7},
                                         {"c-column", 0, 0, 1, 1, Shape{3, 1}, 7},
                                         {"c-scalar", 0, 0, 1, 1, Shape{}, 7},
                                         {"c-left-out", 0, 0, 1, 1, std::nullopt, 11},
                                         {"constant", 0, 1, 1, 1, Shape{5}, 7, true}};
  for (const Setting& s : settings) {
    const auto make = [=](const Form& form, Data& data) {
      data.terms = 6;
      Draft draft = Draft(form).in(data.tensor(form.dtype, s.transpose_a != 0 ? Shape{6, 3} : Shape{3, 6}));
      Tensor b = data.tensor(form.dtype, s.transpose_b != 0 ? Shape{5, 6} : Shape{6, 5});
      draft = s.constant ? std::move(draft).constant(std::move(b)) : std::move(draft).in(std::move(b));
      if (s.c && s.constant) draft = std::move(draft).constant(data.tensor(form.dtype, *s.c));
      if (s.c && !s.constant) draft = std::move(draft).in(data.tensor(form.dtype, *s.c));
      return std::move(draft)
          .attribute("transA", s.transpose_a)
          .attribute("transB", s.transpose_b)
          .attribute("alpha", AttributeValue(s.alpha))
          .attribute("beta", AttributeValue(s.beta));
    };
    // Scaling by fractions has no meaning for integers.
    const bool fractions = s.alpha != 1 || (s.beta != 1 && s.beta != 0);
    family.variants.push_back({.name = s.name,
                               .make = make,
                               .first = s.first,
                               .types = fractions ? reference::kFloats : reference::kAnything});
  }
  const auto add = [&](const char* name, int64_t m, int64_t k, int64_t n) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 data.terms = static_cast<double>(k);
                                 return Draft(form)
                                     .in(data.tensor(form.dtype, {m, k}))
                                     .in(data.tensor(form.dtype, {k, n}))
                                     .in(data.tensor(form.dtype, {m, n}));
                               }});
  };
  add("large", 17, 300, 19);
  add("one", 1, 1, 1);
  add("empty", 0, 3, 4);
  const auto make_dynamic = [](const Form& form, Data& data) {
    data.terms = 9;
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(4), 9}))
        .constant(data.tensor(form.dtype, {9, 5}))
        .constant(data.tensor(form.dtype, {5}));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .first = 7, .dynamic = true});
  return family;
}

Family einsum() {
  Family family;
  const auto add = [&](const char* name, const char* equation, std::vector<Shape> shapes, double terms) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 data.terms = terms;
                                 Draft draft(form);
                                 for (const Shape& shape : shapes)
                                   draft = std::move(draft).in(data.tensor(form.dtype, shape));
                                 return std::move(draft).attribute("equation", equation);
                               }});
  };
  add("matmul", "ij,jk->ik", {{3, 4}, {4, 5}}, 4);
  add("transpose", "ij->ji", {{3, 4}}, 1);
  add("sum", "ij->i", {{3, 4}}, 4);
  add("diagonal", "ii->i", {{4, 4}}, 1);
  add("trace", "ii->", {{4, 4}}, 4);
  add("inner", "i,i", {{6}, {6}}, 6);
  add("outer", "i,j->ij", {{3}, {4}}, 1);
  add("batch", "bij,bjk->bik", {{2, 3, 4}, {2, 4, 5}}, 4);
  add("ellipsis", "...ij,...jk->...ik", {{2, 3, 4}, {2, 4, 2}}, 4);
  add("implicit", "ij,jk", {{3, 4}, {4, 2}}, 4);
  add("three", "ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 2}}, 12);
  add("spaces", " i j , j k -> i k ", {{3, 4}, {4, 5}}, 4);
  return family;
}

Family det() {
  Family family;
  const auto add = [&](const char* name, Shape shape) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 data.terms = static_cast<double>(shape[shape.rank() - 1]);
                                 return Draft(form).in(data.tensor(form.dtype, shape));
                               }});
  };
  add("batch", {3, 4, 4});
  add("matrix", {3, 3});
  add("one", {1, 1});
  add("batches", {2, 3, 2, 2});
  add("empty", {0, 3, 3});
  return family;
}

}  // namespace mortise::conformance::ops
