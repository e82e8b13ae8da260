// Operators that join, cut, pad and mask along axes.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

Family concat_tensors() {
  Family family;
  const auto add = [&](const char* name, std::vector<Shape> shapes, int axis, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft(form);
          for (const Shape& shape : shapes) draft = std::move(draft).in(data.tensor(form.dtype, shape));
          return std::move(draft).attribute("axis", axis);
        },
        first);
  };
  add("axis-1", {{2, 3}, {2, 1}, {2, 4}}, 1, 1);
  add("axis-0", {{2, 3}, {1, 3}}, 0, 1);
  add("axis-middle", {{2, 3, 4}, {2, 1, 4}}, 1, 1);
  add("axis-negative", {{2, 3, 4}, {2, 3, 1}}, -1, 11);
  add("vector", {{3}, {5}}, 0, 1);
  add("single", {{2, 3}}, 0, 1);
  add("many", {{1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}, {1, 2}}, 0, 1);
  add("part-empty", {{2, 3}, {2, 0}, {2, 2}}, 1, 1);
  add("empty", {{0, 3}, {0, 3}}, 0, 1);
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {2, data.extent(3)}))
        .in(data.tensor(form.dtype, {2, data.extent(4)}))
        .attribute("axis", 1);
  });
  return family;
}

Family split() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, std::vector<int64_t> sizes, uint32_t outputs,
                       int32_t first, int32_t last = kNewest) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).parameter(13, "split", sizes);
          if (sizes.empty() && form.version >= 18)
            draft = std::move(draft).attribute("num_outputs", static_cast<int>(outputs));
          return std::move(draft).attribute("axis", axis).outputs(outputs);
        },
        first, last);
  };
  add("equal", {6, 2}, 0, {}, 3, 2);
  add("sizes", {6, 2}, 0, {1, 3, 2}, 3, 2);
  add("axis-1", {2, 5}, 1, {2, 3}, 2, 2);
  add("axis-negative", {2, 5}, -1, {4, 1}, 2, 11);
  add("part-empty", {5, 2}, 0, {5, 0}, 2, 2);
  add("unequal", {7, 2}, 0, {}, 3, 18);
  add("sizes-attribute", {6, 2}, 0, {2, 4}, 2, 1, 1);
  add("empty", {0, 2}, 1, {1, 1}, 2, 2);
  return family;
}

Family slice() {
  Family family;
  using Ints = std::vector<int64_t>;
  const auto add = [&](const char* name, Shape shape, Ints starts, Ints ends, Ints axes, Ints steps) {
    const auto make = [=](const Form& form, Data& data) {
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, shape))
                        .parameter(10, "starts", starts)
                        .parameter(10, "ends", ends)
                        .parameter(10, "axes", axes);
      if (axes.empty() && !steps.empty()) draft = std::move(draft).none();
      return steps.empty() ? std::move(draft) : std::move(draft).constant(int64s(steps));
    };
    family.add(name, make, steps.empty() ? 1 : 10);
  };
  add("plain", {5, 6}, {1, 2}, {4, 5}, {0, 1}, {});
  add("no-axes", {5, 6}, {1, 2}, {4, 5}, {}, {});
  add("from-end", {5, 6}, {-3, -4}, {-1, -1}, {0, 1}, {});
  add("beyond-end", {5, 6}, {2}, {1000}, {1}, {});
  add("steps", {9, 6}, {0, 1}, {9, 6}, {0, 1}, {2, 3});
  add("steps-negative", {7, 5}, {6, 4}, {0, -100}, {0, 1}, {-2, -1});
  add("steps-no-axes", {7, 5}, {0, 1}, {7, 5}, {}, {3, 2});
  add("axis-negative", {3, 4, 5}, {1}, {3}, {-2}, {1});
  add("ends-most", {5, 6}, {1}, {INT64_MAX}, {0}, {1});
  add("one", {5, 6}, {2, 3}, {3, 4}, {0, 1}, {1, 1});
  add("empty", {5, 6}, {3}, {3}, {0}, {1});
  family.add(
      "bounds-given",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {5, 6}))
            .in(numbers(DType::kI32, {2}, {1, 2}))
            .in(numbers(DType::kI32, {2}, {4, 6}));
      },
      10);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {data.extent(5), data.extent(6) + 1}))
            .constant(int64s({1}))
            .constant(int64s({-1}))
            .constant(int64s({1}));
      },
      10);
  return family;
}

Family pad() {
  Family family;
  using Ints = std::vector<int64_t>;
  const auto add = [&](const char* name, Shape shape, Ints pads, const char* mode, std::optional<double> value,
                       int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
          if (form.version >= 11) {
            draft = std::move(draft).constant(int64s(pads));
            if (value && form.dtype == DType::kString) draft = std::move(draft).constant(Tensor::strings({}, {"pad"}));
            if (value && form.dtype != DType::kString) draft = std::move(draft).constant(number(form.dtype, *value));
          } else {
            draft = std::move(draft).ints(form.version < 2 ? "paddings" : "pads", pads);
            if (value) draft = std::move(draft).attribute("value", AttributeValue(static_cast<float>(*value)));
          }
          return std::move(draft).attribute("mode", mode);
        },
        first);
  };
  add("constant", {2, 3}, {1, 0, 2, 1}, "constant", 3, 1);
  add("zero", {2, 3}, {1, 1, 1, 1}, "constant", {}, 1);
  add("edge", {3, 4}, {1, 2, 2, 1}, "edge", {}, 1);
  add("reflect", {4, 5}, {1, 2, 2, 1}, "reflect", {}, 1);
  add("wrap", {3, 4}, {1, 2, 2, 1}, "wrap", {}, 19);
  add("negative", {5, 6}, {-1, 2, 1, -2}, "constant", {}, 1);
  add("spatial", {1, 2, 3, 4}, {0, 0, 1, 1, 0, 0, 1, 2}, "constant", {}, 1);
  add("from-empty", {2, 0}, {0, 2, 0, 2}, "constant", {}, 1);
  family.variants.back().name = "empty";
  family.variants.back().make = [](const Form& form, Data& data) {
    Draft draft = Draft(form).in(data.tensor(form.dtype, {0, 3}));
    return form.version < 11 ? std::move(draft).ints(form.version < 2 ? "paddings" : "pads", {0, 1, 0, 1})
                             : std::move(draft).constant(int64s({0, 1, 0, 1}));
  };
  family.add(
      "axes",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {2, 3, 4}))
            .constant(int64s({1, 2}))
            .none()
            .constant(int64s({-1}));
      },
      18);
  family.add(
      "pads-given",
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {2, 3})).in(int64s({1, 0, 0, 1}));
      },
      11);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(4)})).constant(int64s({1, 0, 0, 2}));
      },
      11);
  return family;
}

Family center_crop_pad() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> target, std::vector<int64_t> axes) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, shape)).constant(int64s(target)).ints("axes", axes);
    });
  };
  add("crop", {7, 8}, {3, 5}, {});
  add("pad", {3, 4}, {6, 5}, {});
  add("both", {7, 3}, {4, 6}, {});
  add("axes", {2, 5, 6}, {3, 7}, {1, 2});
  add("axes-negative", {2, 5, 6}, {4}, {-1});
  add("empty", {2, 3}, {0, 3}, {});
  return family;
}

Family trilu() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int64_t> k, int upper) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
      if (k) draft = std::move(draft).constant(number(DType::kI64, static_cast<double>(*k)));
      return std::move(draft).attribute("upper", upper);
    });
  };
  add("upper", {4, 5}, {}, 1);
  add("lower", {4, 5}, {}, 0);
  add("upper-above", {4, 5}, 1, 1);
  add("upper-below", {4, 5}, -2, 1);
  add("lower-above", {4, 5}, 2, 0);
  add("lower-below", {4, 5}, -1, 0);
  add("batch", {2, 3, 3}, {}, 1);
  add("empty", {3, 0}, {}, 1);
  return family;
}

}  // namespace mortise::conformance::ops
