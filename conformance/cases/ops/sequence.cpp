// Operators on sequences and optionals.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

Value sequence(Data& data, DType dtype, std::vector<Shape> shapes) {
  std::vector<Value> elements;
  for (const Shape& shape : shapes) elements.emplace_back(data.tensor(dtype, shape));
  Value value(ValueKind::kSequence, std::move(elements));
  value.element_dtype = dtype;
  return value;
}

Value optional(Value held) {
  std::vector<Value> elements;
  elements.push_back(std::move(held));
  return Value(ValueKind::kOptional, std::move(elements));
}

const std::vector<Shape> kThree = {{2, 3}, {4}, {1, 2, 2}};

Tensor position(int64_t at, DType dtype = DType::kI64) { return number(dtype, static_cast<double>(at)); }

}  // namespace

Family sequence_construct() {
  Family family;
  family.add("three", [](const Form& form, Data& data) {
    Draft draft(form);
    for (const Shape& shape : kThree) draft = std::move(draft).in(data.tensor(form.dtype, shape));
    return draft;
  });
  family.add("one", [](const Form& form, Data& data) { return Draft(form).in(data.tensor(form.dtype, {3, 2})); });
  return family;
}

Family sequence_empty() {
  Family family;
  for (const DType dtype : {DType::kF32, DType::kI64, DType::kBool}) {
    family.add(concat("empty-", to_string(dtype)),
               [=](const Form& form, Data&) { return Draft(form).attribute("dtype", static_cast<int>(dtype)); });
  }
  return family;
}

Family sequence_at() {
  Family family;
  const auto add = [&](const char* name, int64_t at, DType dtype) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(sequence(data, form.dtype, kThree)).in(position(at, dtype));
    });
  };
  add("first", 0, DType::kI64);
  add("last", 2, DType::kI32);
  add("negative", -1, DType::kI64);
  add("negative-first", -3, DType::kI64);
  return family;
}

Family sequence_erase() {
  Family family;
  const auto add = [&](const char* name, std::optional<int64_t> at) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(sequence(data, form.dtype, kThree));
      return at ? std::move(draft).in(position(*at)) : std::move(draft);
    });
  };
  add("first", 0);
  add("negative", -2);
  add("default", {});
  return family;
}

Family sequence_insert() {
  Family family;
  const auto add = [&](const char* name, std::optional<int64_t> at) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(sequence(data, form.dtype, kThree)).in(data.tensor(form.dtype, {5}));
      return at ? std::move(draft).in(position(*at)) : std::move(draft);
    });
  };
  add("first", 0);
  add("negative", -1);
  add("end", 3);
  add("default", {});
  return family;
}

Family sequence_length() {
  Family family;
  family.add("some", [](const Form& form, Data& data) {
    return Draft(form).in(
        sequence(data, form.dtype, std::vector<Shape>(static_cast<size_t>(data.integer(1, 6)), Shape{2})));
  });
  return family;
}

Family concat_from_sequence() {
  Family family;
  const auto add = [&](const char* name, std::vector<Shape> shapes, int axis, int new_axis) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(sequence(data, form.dtype, shapes)).attribute("axis", axis).attribute("new_axis", new_axis);
    });
  };
  add("axis-0", {{2, 3}, {1, 3}}, 0, 0);
  add("axis-1", {{2, 3}, {2, 1}}, 1, 0);
  add("axis-negative", {{2, 3}, {2, 1}}, -1, 0);
  add("new-axis", {{2, 3}, {2, 3}}, 0, 1);
  add("new-axis-last", {{2, 3}, {2, 3}}, -1, 1);
  return family;
}

Family split_to_sequence() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, std::optional<Tensor> split,
                       std::optional<int> keepdims) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).attribute("axis", axis);
      if (split) draft = std::move(draft).in(*split);
      return keepdims ? std::move(draft).attribute("keepdims", *keepdims) : std::move(draft);
    });
  };
  add("ones", {3, 2}, 0, {}, {});
  add("no-keepdims", {3, 2}, 0, {}, 0);
  add("equal", {6, 2}, 0, position(2), {});
  add("remainder", {7, 2}, 0, position(3), {});
  add("sizes", {2, 6}, 1, int64s({1, 3, 2}), {});
  add("axis-negative", {2, 6}, -1, int64s({4, 2}), {});
  return family;
}

Family make_optional() {
  Family family;
  family.add("tensor", [](const Form& form, Data& data) { return Draft(form).in(data.tensor(form.dtype, {2, 3})); });
  return family;
}

Family get_element() {
  Family family;
  family.add("tensor", [](const Form& form, Data& data) {
    return Draft(form).in(optional(data.tensor(form.dtype, {2, 3})));
  });
  family.add(
      "bare-tensor",
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {2, 3}));
      },
      18);
  return family;
}

Family has_element() {
  Family family;
  family.add("perhaps", [](const Form& form, Data& data) {
    Value held = optional(data.tensor(form.dtype, {2, 3}));
    held.element_dtype = form.dtype;
    if (data.chance(0.5)) held.elements = {};
    return Draft(form).in(held);
  });
  return family;
}

}  // namespace mortise::conformance::ops
