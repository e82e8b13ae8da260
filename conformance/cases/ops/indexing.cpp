// Operators that choose or place elements by indices or conditions that are data.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Indices of an axis with `bound` elements; negative ones count from the end.
Tensor indices(Data& data, DType dtype, const Shape& shape, int64_t bound, bool negative = false) {
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const int64_t value = data.integer(negative ? -bound : 0, bound - 1);
    if (dtype == DType::kI32) {
      tensor.data<int32_t>()[i] = static_cast<int32_t>(value);
    } else {
      tensor.data<int64_t>()[i] = value;
    }
  }
  return tensor;
}

// For each of `count` slots one of `bound` numbers, no number twice.
std::vector<int64_t> choices(Data& data, int64_t count, int64_t bound) {
  std::vector<int64_t> all(static_cast<size_t>(bound));
  for (int64_t i = 0; i < bound; ++i) all[static_cast<size_t>(i)] = i;
  for (int64_t i = 0; i < count; ++i)
    std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(data.integer(i, bound - 1))]);
  all.resize(static_cast<size_t>(count));
  return all;
}

// Indices of the given shape along an axis, in which no two of a line along it are the same.
Tensor scatter_indices(Data& data, const Shape& shape, uint32_t axis, int64_t bound) {
  Tensor tensor = Tensor::allocate(DType::kI64, shape).value();
  int64_t inner = 1;
  for (uint32_t i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  const int64_t lines = shape[axis] == 0 ? 0 : shape.num_elements() / shape[axis];
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t first = line / inner * inner * shape[axis] + line % inner;
    const std::vector<int64_t> chosen = choices(data, shape[axis], bound);
    for (int64_t i = 0; i < shape[axis]; ++i)
      tensor.data<int64_t>()[first + i * inner] = chosen[static_cast<size_t>(i)];
  }
  return tensor;
}

constexpr const char* kReductions[] = {"add", "mul", "max", "min"};

}  // namespace

Family gather() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape at, int axis, DType dtype, bool negative, bool constant,
                       int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
          Tensor chosen = indices(data, dtype, at, shape[axis < 0 ? axis + shape.rank() : axis], negative);
          return (constant ? std::move(draft).constant(chosen) : std::move(draft).in(chosen)).attribute("axis", axis);
        },
        first);
  };
  add("axis-0", {5, 4}, {3}, 0, DType::kI64, false, false, 1);
  add("axis-1", {3, 5, 2}, {4}, 1, DType::kI64, false, false, 1);
  add("int32", {5, 4}, {3}, 0, DType::kI32, false, false, 1);
  add("matrix-of-indices", {5, 4}, {2, 3}, 1, DType::kI64, false, false, 1);
  add("scalar-index", {5, 4}, {}, 0, DType::kI64, false, false, 1);
  add("negative", {5, 4}, {6}, 0, DType::kI64, true, false, 11);
  add("axis-negative", {3, 5, 2}, {4}, -2, DType::kI64, false, false, 11);
  add("constant", {5, 4}, {3}, 0, DType::kI64, false, true, 1);
  add("vector", {9}, {5}, 0, DType::kI64, false, false, 1);
  add("empty", {5, 4}, {0}, 0, DType::kI64, false, false, 1);
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {5, data.extent(4)}))
        .in(indices(data, DType::kI64, {data.extent(3)}, 5));
  });
  return family;
}

Family gather_elements() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape at, int axis, bool negative) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, shape))
          .in(indices(data, DType::kI64, at, shape[axis < 0 ? axis + shape.rank() : axis], negative))
          .attribute("axis", axis);
    });
  };
  add("axis-1", {3, 5}, {3, 4}, 1, false);
  add("axis-0", {5, 3}, {2, 3}, 0, false);
  add("axis-negative", {3, 4, 5}, {3, 4, 2}, -1, false);
  add("negative", {3, 5}, {3, 6}, 1, true);
  add("smaller", {4, 5}, {2, 3}, 0, false);
  add("empty", {3, 5}, {3, 0}, 1, false);
  return family;
}

Family gather_nd() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape at, int64_t bound, int batch) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).in(indices(data, DType::kI64, at, bound));
          return batch == 0 ? std::move(draft) : std::move(draft).attribute("batch_dims", batch);
        },
        batch == 0 ? 11 : 12);
  };
  add("elements", {4, 5}, {6, 2}, 4, 0);
  add("rows", {4, 5}, {3, 1}, 4, 0);
  add("matrix-of-tuples", {3, 4, 2}, {2, 3, 2}, 3, 0);
  add("batch", {2, 4, 3}, {2, 3, 1}, 4, 1);
  add("batch-elements", {2, 3, 3}, {2, 5, 2}, 3, 1);
  add("empty", {4, 5}, {0, 2}, 4, 0);
  return family;
}

Family scatter_elements() {
  Family family;
  const auto add = [&](const char* name, Shape shape, Shape at, int axis, const char* reduction, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          const auto positive = static_cast<uint32_t>(axis < 0 ? axis + static_cast<int>(shape.rank()) : axis);
          Draft draft = Draft(form)
                            .in(data.tensor(form.dtype, shape))
                            .in(scatter_indices(data, at, positive, shape[positive]))
                            .in(data.tensor(form.dtype, at))
                            .attribute("axis", axis);
          return reduction == nullptr ? std::move(draft) : std::move(draft).attribute("reduction", reduction);
        },
        first);
    if (reduction != nullptr) family.variants.back().types = reference::kNumbers;
  };
  add("axis-1", {3, 6}, {3, 4}, 1, nullptr, 1);
  add("axis-0", {6, 3}, {4, 3}, 0, nullptr, 1);
  add("axis-negative", {2, 3, 5}, {2, 3, 2}, -1, nullptr, 11);
  add("smaller", {4, 6}, {2, 3}, 1, nullptr, 1);
  add("nothing", {3, 4}, {3, 0}, 1, nullptr, 1);
  for (const char* reduction : kReductions) {
    const int32_t first =
        std::string_view(reduction).starts_with("m") && std::string_view(reduction) != "mul" ? 18 : 16;
    add(reduction, {3, 6}, {3, 4}, 1, reduction, first);
  }
  return family;
}

// Duplicate indices mean something only where updates are reduced.
Family scatter_nd() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<std::vector<int64_t>> at, Shape updates,
                       const char* reduction, int32_t first) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          data.terms = 3;
          std::vector<int64_t> flat;
          for (const auto& tuple : at) flat.insert(flat.end(), tuple.begin(), tuple.end());
          const Shape tuples = {static_cast<int64_t>(at.size()), static_cast<int64_t>(at.empty() ? 1 : at[0].size())};
          Draft draft = Draft(form)
                            .in(data.tensor(form.dtype, shape))
                            .in(Tensor::of<int64_t>(tuples, std::span<const int64_t>(flat)))
                            .in(data.tensor(form.dtype, updates));
          return reduction == nullptr ? std::move(draft) : std::move(draft).attribute("reduction", reduction);
        },
        first);
    if (reduction != nullptr) family.variants.back().types = reference::kNumbers;
  };
  add("rows", {4, 3}, {{3}, {0}}, {2, 3}, nullptr, 11);
  add("elements", {4, 3}, {{3, 1}, {0, 2}, {1, 1}}, {3}, nullptr, 11);
  add("negative", {4, 3}, {{-1}, {-3}}, {2, 3}, nullptr, 11);
  add("planes", {3, 2, 2}, {{2}, {0}}, {2, 2, 2}, nullptr, 11);
  add("nothing", {4, 3}, {}, {0, 3}, nullptr, 11);
  for (const char* reduction : kReductions) {
    const int32_t first =
        std::string_view(reduction).starts_with("m") && std::string_view(reduction) != "mul" ? 18 : 16;
    add(reduction, {4, 3}, {{3}, {0}, {3}}, {3, 3}, reduction, first);
  }
  return family;
}

Family tensor_scatter() {
  Family family;
  const auto add = [&](const char* name, const char* mode, std::optional<int> axis, std::vector<int64_t> at) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, {2, 3, 6, 4}))
                        .in(data.tensor(form.dtype, axis ? Shape{2, 2, 6, 4} : Shape{2, 3, 2, 4}));
      draft = at.empty() ? std::move(draft).none() : std::move(draft).in(int64s(at));
      return std::move(draft).attribute("axis", axis).attribute("mode", mode);
    });
  };
  add("linear", "linear", {}, {1, 4});
  add("circular", "circular", {}, {5, 3});
  add("from-start", "linear", {}, {});
  add("axis-1", "linear", 1, {0, 1});
  add("axis-negative", "circular", -3, {2, 1});
  return family;
}

Family compress() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis, int64_t conditions) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Tensor condition = data.tensor(DType::kBool, {conditions});
          condition.data<bool>()[0] = true;
          return Draft(form).in(data.tensor(form.dtype, shape)).in(condition).attribute("axis", axis);
        },
        axis && *axis < 0 ? 11 : 9);
  };
  add("axis-0", {5, 3}, 0, 5);
  add("axis-1", {3, 5}, 1, 5);
  add("axis-negative", {3, 5}, -1, 5);
  add("flat", {3, 4}, {}, 12);
  add("short-condition", {5, 3}, 0, 3);
  return family;
}

Family one_hot() {
  Family family{.variants = {}, .parameter = "values"};
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis, DType of_indices, bool negative,
                       int64_t depth) {
    family.add(name, [=](const Form& form, Data& data) {
      // Whatever the type, the two values differ.
      Tensor values =
          form.dtype == DType::kString ? Tensor::strings({2}, {"off", "on"}) : numbers(form.dtype, {2}, {0, 1});
      return Draft(form)
          .in(indices(data, of_indices, shape, depth, negative))
          .constant(number(DType::kI64, static_cast<double>(depth)))
          .in(values)
          .attribute("axis", axis);
    });
    family.variants.back().types = ~reference::kComplex;
  };
  add("default", {5}, {}, DType::kI64, false, 4);
  add("int32", {5}, {}, DType::kI32, false, 4);
  add("axis-0", {2, 3}, 0, DType::kI64, false, 4);
  add("axis-1", {2, 3}, 1, DType::kI64, false, 4);
  add("axis-negative", {2, 3}, -2, DType::kI64, false, 4);
  add("negative", {6}, {}, DType::kI64, true, 4);
  add("empty", {0}, {}, DType::kI64, false, 4);
  return family;
}

Family non_zero() {
  Family family;
  const auto add = [&](const char* name, Shape shape) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, shape, {0, 2, true}));
    });
  };
  add("matrix", {4, 5});
  add("vector", {9});
  add("three", {2, 3, 4});
  add("large", {31, 37});
  add("empty", {0, 3});
  return family;
}

Family unique() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int> axis, int sorted, uint32_t outputs,
                       std::vector<uint32_t> without) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, shape, {0, 3, true}))
          .attribute("sorted", sorted)
          .attribute("axis", axis)
          .outputs(outputs, without);
    });
  };
  add("sorted", {9}, {}, 1, 4, {});
  add("unsorted", {9}, {}, 0, 4, {});
  add("values-only", {9}, {}, 1, 1, {});
  add("counts", {3, 4}, {}, 1, 4, {1, 2});
  add("axis-0", {5, 2}, 0, 1, 4, {});
  add("axis-negative", {2, 5}, -1, 1, 4, {});
  return family;
}

}  // namespace mortise::conformance::ops
