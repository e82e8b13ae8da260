// Operators that tell or change a shape, or spread elements by one; the order of elements stays.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

Family reshape() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> target, int32_t first = 1) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return Draft(form).in(data.tensor(form.dtype, shape)).parameter(5, "shape", target);
        },
        first);
  };
  add("merge", {2, 3, 4}, {6, 4});
  add("split", {6, 4}, {2, 3, 2, 2});
  add("infer", {2, 3, 4}, {2, -1});
  add("keep", {2, 3, 4}, {0, 12});
  add("keep-infer", {2, 3, 4}, {0, 0, 2, -1});
  add("vector", {3, 4}, {-1});
  add("empty", {0, 3}, {3, 0, 2}, 14);
  family.variants.back().make = [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {0, 3})).constant(int64s({3, 0, 2})).attribute("allowzero", 1);
  };
  family.add(
      "shape-given",
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {3, 4})).in(int64s({2, -1}));
      },
      5);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(4), 6})).constant(int64s({0, 2, -1}));
      },
      5);
  return family;
}

Family flatten() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int axis, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return Draft(form).in(data.tensor(form.dtype, shape)).attribute("axis", axis);
        },
        first);
  };
  add("axis-1", {2, 3, 4}, 1, 1);
  add("axis-0", {2, 3, 4}, 0, 1);
  add("axis-end", {2, 3, 4}, 3, 1);
  add("axis-negative", {2, 3, 4}, -1, 11);
  add("empty", {2, 0, 3}, 1, 1);
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(2), data.extent(3), 4}));
  });
  return family;
}

Family squeeze() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> axes, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return Draft(form).in(data.tensor(form.dtype, shape)).parameter(13, "axes", axes);
        },
        first);
  };
  add("axis-0", {1, 3, 4}, {0}, 1);
  add("axes-two", {1, 3, 1, 4}, {0, 2}, 1);
  add("axes-all", {1, 3, 1, 4, 1}, {}, 1);
  add("axis-negative", {3, 4, 1}, {-1}, 11);
  add("empty", {1, 0}, {0}, 1);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(3), 1, data.extent(4)})).constant(int64s({1}));
      },
      13);
  return family;
}

Family unsqueeze() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> axes, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return Draft(form).in(data.tensor(form.dtype, shape)).parameter(13, "axes", axes);
        },
        first);
  };
  add("axis-0", {3, 4}, {0}, 1);
  add("axes-two", {3, 4}, {0, 3}, 1);
  add("axes-unsorted", {3, 4}, {2, 0}, 13);
  add("axis-negative", {3, 4}, {-1}, 11);
  add("scalar", {}, {0}, 1);
  add("empty", {0, 2}, {1}, 1);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(4)})).constant(int64s({1}));
      },
      13);
  return family;
}

Family tile() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> repeats, bool given) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
          return given ? std::move(draft).in(int64s(repeats)) : std::move(draft).constant(int64s(repeats));
        },
        6);
  };
  add("both", {2, 3}, {2, 3}, false);
  add("last", {2, 3}, {1, 4}, false);
  add("first", {2, 3}, {3, 1}, false);
  add("vector", {4}, {3}, false);
  add("once", {2, 3}, {1, 1}, false);
  add("given", {2, 3}, {2, 2}, true);
  add("empty", {2, 3}, {0, 1}, false);
  family.add(
      "along-axis",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {2, 3}))
            .constant(number(form.dtype, 3))
            .constant(number(form.dtype, 1));
      },
      1, 5);
  family.variants.back().types = reference::kNumbers;
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {data.extent(2), 3})).constant(int64s({2, 1}));
      },
      6);
  return family;
}

Family expand() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> target, bool given) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
      return given ? std::move(draft).in(int64s(target)) : std::move(draft).constant(int64s(target));
    });
  };
  add("column", {3, 1}, {3, 4}, false);
  add("row", {4}, {3, 4}, false);
  add("both", {3, 1}, {2, 1, 4}, false);
  add("keep", {3, 4}, {1, 1}, false);
  add("scalar", {}, {2, 3}, false);
  add("given", {3, 1}, {3, 4}, true);
  add("empty", {3, 1}, {3, 0}, false);
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), 1})).constant(int64s({1, 4}));
  });
  return family;
}

Family identity() {
  Family family;
  for (const auto& [name, shape] : {std::pair("matrix", Shape{3, 4}),
                                    {"scalar", Shape{}},
                                    {"vector", Shape{9}},
                                    {"empty", Shape{0, 2}},
                                    {"large", Shape{67, 61}}}) {
    family.add(
        name, [shape = shape](const Form& form, Data& data) { return Draft(form).in(data.tensor(form.dtype, shape)); });
  }
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(5)}));
  });
  return family;
}

Family shape_of() {
  Family family;
  const auto any = [](Data& data) { return Shape{data.integer(1, 4), data.integer(5, 7), data.integer(0, 3)}; };
  family.add("three", [=](const Form& form, Data& data) { return Draft(form).in(data.tensor(form.dtype, any(data))); });
  family.add("vector", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.integer(1, 40)}));
  });
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(5)}));
  });
  return family;
}

Family shape_part() {
  Family family = shape_of();
  const auto add = [&](const char* name, std::optional<int> start, std::optional<int> end) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return Draft(form)
              .in(data.tensor(form.dtype, {2, 3, data.integer(4, 9), 1}))
              .attribute("start", start)
              .attribute("end", end);
        },
        15);
  };
  add("start", 1, {});
  add("end", {}, 3);
  add("start-negative", -2, {});
  add("end-negative", {}, -1);
  add("beyond", -100, 100);
  add("empty", 3, 1);
  return family;
}

}  // namespace mortise::conformance::ops
