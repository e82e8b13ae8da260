// Operators that put elements elsewhere, or take some of them, as shapes and attributes say.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Parameters that became inputs at version `since`: an attribute before.
Draft parameter(Draft draft, const Form& form, int32_t since, const char* attribute, std::vector<int64_t> values) {
  return form.version < since ? std::move(draft).ints(attribute, std::move(values))
                              : std::move(draft).constant(int64s(std::move(values)));
}

}  // namespace

Family transpose() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> perm) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
      return perm.empty() ? std::move(draft) : std::move(draft).ints("perm", perm);
    });
  };
  add("default", {3, 5}, {});
  add("three", {2, 3, 4}, {1, 2, 0});
  add("four", {2, 3, 4, 5}, {0, 2, 3, 1});
  add("identity", {3, 4}, {0, 1});
  add("large", {33, 65}, {1, 0});
  add("one", {1, 4, 1}, {2, 0, 1});
  add("rank-6", {2, 3, 1, 2, 3, 2}, {5, 3, 1, 0, 2, 4});
  add("empty", {2, 0, 3}, {2, 1, 0});
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(5)})).ints("perm", {1, 0});
  });
  return family;
}

Family reshape() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> target, int32_t first = 1) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          return parameter(Draft(form).in(data.tensor(form.dtype, shape)), form, 5, "shape", target);
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
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
          return axes.empty() ? std::move(draft) : parameter(std::move(draft), form, 13, "axes", axes);
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
          return parameter(Draft(form).in(data.tensor(form.dtype, shape)), form, 13, "axes", axes);
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
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
          if (!sizes.empty()) draft = parameter(std::move(draft), form, 13, "split", sizes);
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
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
      draft = parameter(std::move(draft), form, 10, "starts", starts);
      draft = parameter(std::move(draft), form, 10, "ends", ends);
      if (!axes.empty()) draft = parameter(std::move(draft), form, 10, "axes", axes);
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
          Draft draft = Draft(form).in(data.tensor(form.dtype, {2, 3, data.integer(4, 9), 1}));
          if (start) draft = std::move(draft).attribute("start", *start);
          return end ? std::move(draft).attribute("end", *end) : std::move(draft);
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

Family depth_to_space() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int block, const char* mode) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).attribute("blocksize", block);
          return mode != nullptr ? std::move(draft).attribute("mode", mode) : std::move(draft);
        },
        mode != nullptr ? 11 : 1);
  };
  add("two", {1, 8, 2, 3}, 2, nullptr);
  add("three", {2, 9, 2, 2}, 3, nullptr);
  add("one", {1, 3, 2, 3}, 1, nullptr);
  add("dcr", {1, 8, 2, 3}, 2, "DCR");
  add("crd", {1, 8, 2, 3}, 2, "CRD");
  add("empty", {0, 8, 2, 3}, 2, nullptr);
  return family;
}

Family space_to_depth() {
  Family family;
  for (const auto& [name, shape, block] : {std::tuple("two", Shape{1, 2, 4, 6}, 2),
                                           {"three", Shape{2, 1, 6, 3}, 3},
                                           {"one", Shape{1, 3, 2, 2}, 1},
                                           {"empty", Shape{0, 2, 4, 4}, 2}}) {
    family.add(name, [shape = shape, block = block](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, shape)).attribute("blocksize", block);
    });
  }
  return family;
}

Family center_crop_pad() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> target, std::vector<int64_t> axes) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).constant(int64s(target));
      return axes.empty() ? std::move(draft) : std::move(draft).ints("axes", axes);
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

Family reverse_sequence() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int batch, int time, std::vector<int64_t> lengths) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, shape))
          .in(int64s(lengths))
          .attribute("batch_axis", batch)
          .attribute("time_axis", time);
    });
  };
  add("time-first", {5, 3}, 1, 0, {5, 2, 1});
  add("batch-first", {3, 5}, 0, 1, {1, 4, 5});
  add("features", {4, 2, 3}, 1, 0, {3, 4});
  add("empty", {3, 0}, 1, 0, {});
  return family;
}

}  // namespace mortise::conformance::ops
