// Operators that compute each element from those at the same place: one input, two that are broadcast, or many.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Shapes in which every operator without axes is tried.
struct Place {
  const char* name;
  Shape shape;
};
const std::vector<Place>& places() {
  static const std::vector<Place> kPlaces = {
      {"matrix", {3, 4}},   {"scalar", {}},     {"vector", {17}},    {"one", {1, 1}},
      {"empty", {2, 0, 3}}, {"odd", {3, 5, 7}}, {"large", {67, 61}}, {"rank-6", {2, 1, 3, 2, 1, 2}}};
  return kPlaces;
}

Shape dynamic_shape(const Data& data) { return {data.extent(3), data.extent(5)}; }

// The ends of integer types, where sums and products wrap, and what is special among floating-point numbers.
constexpr TypeSet kHasSpecials = kFloats | kInts;

// Two shapes that are broadcast to one.
struct Pair {
  const char* name;
  Shape left, right;
};
const std::vector<Pair>& pairs() {
  static const std::vector<Pair> kPairs = {{"broadcast", {2, 3, 4}, {3, 1}},
                                           {"broadcast-left", {5}, {2, 3, 5}},
                                           {"broadcast-both", {3, 1, 4}, {1, 5, 1}},
                                           {"broadcast-scalar", {3, 4}, {}},
                                           {"broadcast-channel", {2, 3, 4, 5}, {3, 1, 1}},
                                           {"broadcast-empty", {0, 3}, {1, 3}},
                                           {"broadcast-one", {1}, {2, 3}}};
  return kPairs;
}

Variant same_shapes(const Place& place, Range left, Range right) {
  return {.name = place.name, .make = [place, left, right](const Form& form, Data& data) {
            return Draft(form)
                .in(data.tensor(form.dtype, place.shape, left))
                .in(data.tensor(form.dtype, place.shape, right));
          }};
}

// Before version 7, B is broadcast only where an attribute says so, from an axis on.
void add_old_broadcasts(std::vector<Variant>& variants, Range left, Range right) {
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis) {
    variants.push_back({.name = name,
                        .make =
                            [=](const Form& form, Data& data) {
                              Draft draft = Draft(form)
                                                .in(data.tensor(form.dtype, {2, 3, 4}, left))
                                                .in(data.tensor(form.dtype, shape, right))
                                                .attribute("broadcast", 1);
                              if (axis) draft = std::move(draft).attribute("axis", *axis);
                              return draft;
                            },
                        .last = 6});
  };
  add("broadcast-last", {3, 4}, std::nullopt);
  add("broadcast-scalar", {}, std::nullopt);
  add("broadcast-axis-0", {2}, 0);
  add("broadcast-axis-1", {3}, 1);
}

}  // namespace

Family unary(Range range, std::vector<Setting> settings) {
  Family family;
  for (const Place& place : places()) {
    family.variants.push_back({.name = place.name, .make = [place, range](const Form& form, Data& data) {
                                 return Draft(form).in(data.tensor(form.dtype, place.shape, range));
                               }});
  }
  const auto make_dynamic = [range](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, dynamic_shape(data), range));
  };
  const auto make_special = [range](const Form& form, Data& data) {
    return Draft(form).in(data.special(form.dtype, {6, 8}, range));
  };
  const auto make_subnormal = [range](const Form& form, Data& data) {
    return Draft(form).in(data.subnormal(form.dtype, {6, 8}, range));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  family.variants.push_back({.name = "special", .make = make_special, .types = kHasSpecials});
  family.variants.push_back({.name = "subnormal", .make = make_subnormal, .types = kFloats});
  for (const Setting& setting : settings) {
    family.variants.push_back({.name = setting.name,
                               .make =
                                   [range, setting](const Form& form, Data& data) {
                                     return Draft(form)
                                         .in(data.tensor(form.dtype, {4, 5}, range))
                                         .attribute(setting.attribute, AttributeValue(setting.value));
                                   },
                               .first = setting.first});
  }
  return family;
}

Family binary(Range left, Range right, TypeSet special) {
  Family family;
  auto& variants = family.variants;
  for (const Place& place : places()) variants.push_back(same_shapes(place, left, right));
  for (const Pair& pair : pairs()) {
    variants.push_back({.name = pair.name,
                        .make =
                            [=](const Form& form, Data& data) {
                              return Draft(form)
                                  .in(data.tensor(form.dtype, pair.left, left))
                                  .in(data.tensor(form.dtype, pair.right, right));
                            },
                        .first = 7});
  }
  add_old_broadcasts(variants, left, right);
  const auto make_constant = [=](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 4}, left)).constant(data.tensor(form.dtype, {3, 4}, right));
  };
  const auto make_dynamic = [=](const Form& form, Data& data) {
    const Shape shape = dynamic_shape(data);
    return Draft(form).in(data.tensor(form.dtype, shape, left)).in(data.tensor(form.dtype, shape, right));
  };
  const auto make_special = [=](const Form& form, Data& data) {
    return Draft(form).in(data.special(form.dtype, {6, 8}, left)).in(data.special(form.dtype, {6, 8}, right));
  };
  const auto make_subnormal = [=](const Form& form, Data& data) {
    return Draft(form).in(data.subnormal(form.dtype, {6, 8}, left)).in(data.tensor(form.dtype, {6, 8}, right));
  };
  variants.push_back({.name = "constant", .make = make_constant});
  variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  variants.push_back({.name = "special", .make = make_special, .types = special & kHasSpecials});
  variants.push_back({.name = "subnormal", .make = make_subnormal, .types = kFloats});
  return family;
}

Family power() {
  Family family = binary({0, 4}, {0, 3}, reference::kFloats);
  for (Variant& variant : family.variants) {
    variant.make = [make = std::move(variant.make)](const Form& form, Data& data) {
      OpModel model = make(form, data);
      // Version 13 takes a base of bfloat16, but no such exponent.
      if (form.version == 13 && form.dtype == DType::kBF16) {
        Value& exponent = model.inputs[1].value;
        exponent = data.tensor(DType::kF32, exponent.tensor.shape(), {0, 3});
      }
      return model;
    };
  }
  return family;
}

Family variadic() {
  Family family;
  const auto add = [&](const char* name, std::vector<Shape> shapes, int32_t first) {
    family.variants.push_back({.name = name,
                               .make =
                                   [shapes](const Form& form, Data& data) {
                                     Draft draft(form);
                                     for (const Shape& shape : shapes) {
                                       draft = std::move(draft).in(data.tensor(form.dtype, shape));
                                     }
                                     return draft;
                                   },
                               .first = first});
  };
  add("matrix", {{3, 4}, {3, 4}}, 1);
  add("single", {{3, 4}}, 1);
  add("scalar", {{}, {}, {}}, 1);
  add("empty", {{0, 3}, {0, 3}}, 1);
  add("five", {{5}, {5}, {5}, {5}, {5}}, 1);
  add("large", {{67, 61}, {67, 61}, {67, 61}}, 1);
  add("broadcast", {{2, 3, 4}, {3, 1}, {4}}, 8);
  add("broadcast-both", {{3, 1}, {1, 4}, {}}, 8);
  add("broadcast-one", {{1}, {2, 3}}, 8);
  const auto make_dynamic = [](const Form& form, Data& data) {
    const Shape shape = dynamic_shape(data);
    return Draft(form).in(data.tensor(form.dtype, shape)).in(data.tensor(form.dtype, shape));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

Family special() {
  Family family;
  for (const auto& [name, shape] :
       {std::pair("matrix", Shape{6, 8}), {"vector", Shape{40}}, {"large", Shape{67, 61}}, {"empty", Shape{0, 3}}}) {
    family.add(name, [shape = shape](const Form& form, Data& data) {
      return Draft(form).in(data.special(form.dtype, shape));
    });
  }
  family.add_dynamic(
      [](const Form& form, Data& data) { return Draft(form).in(data.special(form.dtype, dynamic_shape(data))); });
  return family;
}

// The condition is of bool, the type of the form is that of the other two.
Family where() {
  Family family{.variants = {}, .parameter = "X"};
  const auto add = [&](const char* name, Shape condition, Shape left, Shape right) {
    family.variants.push_back({.name = name, .make = [=](const Form& form, Data& data) {
                                 return Draft(form)
                                     .in(data.tensor(DType::kBool, condition))
                                     .in(data.tensor(form.dtype, left))
                                     .in(data.tensor(form.dtype, right));
                               }});
  };
  for (const Place& place : places()) add(place.name, place.shape, place.shape, place.shape);
  add("broadcast", {3, 1}, {2, 3, 4}, {4});
  add("broadcast-condition", {2, 3, 4}, {}, {3, 1});
  add("broadcast-empty", {0, 1}, {1, 3}, {3});
  const auto make_dynamic = [](const Form& form, Data& data) {
    const Shape shape = dynamic_shape(data);
    return Draft(form)
        .in(data.tensor(DType::kBool, shape))
        .in(data.tensor(form.dtype, shape))
        .in(data.tensor(form.dtype, shape));
  };
  family.variants.push_back({.name = "dynamic", .make = make_dynamic, .dynamic = true});
  return family;
}

// Bounds are attributes before version 11, inputs since.
Family clip() {
  Family family;
  const auto add = [&](std::string name, Shape shape, std::optional<double> least, std::optional<double> most) {
    family.variants.push_back(
        {.name = name, .make = [=](const Form& form, Data& data) {
           Draft draft = Draft(form).in(data.tensor(form.dtype, shape, {-4, 9}));
           for (const auto& [attribute, bound] : {std::pair("min", least), std::pair("max", most)}) {
             if (form.version < 11) {
               if (bound) draft = std::move(draft).attribute(attribute, AttributeValue(float(*bound)));
             } else if (bound) {
               draft = std::move(draft).in(number(form.dtype, *bound));
             } else {
               draft = std::move(draft).none();
             }
           }
           return draft;
         }});
  };
  for (const Place& place : places()) add(place.name, place.shape, 1, 3);
  add("no-min", {4, 5}, std::nullopt, 3);
  add("no-max", {4, 5}, 1, std::nullopt);
  add("no-bounds", {4, 5}, std::nullopt, std::nullopt);
  const auto make_constant = [](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {data.extent(3), data.extent(4)}))
        .constant(number(form.dtype, 1))
        .constant(number(form.dtype, 3));
  };
  family.variants.push_back({.name = "constant", .make = make_constant, .first = 11});
  family.variants.push_back({.name = "dynamic", .make = make_constant, .first = 11, .dynamic = true});
  return family;
}

}  // namespace mortise::conformance::ops
