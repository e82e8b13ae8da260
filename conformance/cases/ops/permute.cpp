// Operators that put all elements in another order.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

Family transpose() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> perm) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, shape)).ints("perm", perm);
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
