// Operators that make tensors of parameters: constants, ranges, windows, spectra.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

Family constant() {
  Family family{.variants = {}, .parameter = "output"};
  family.add("value", [](const Form& form, Data& data) {
    return Draft(form).attribute("value", AttributeValue(data.tensor(form.dtype, {2, 3})));
  });
  const auto add = [&](const char* name, const char* attribute, DType dtype, auto value) {
    family.add(
        name, [=](const Form& form, Data&) { return Draft(form).attribute(attribute, AttributeValue(value)); }, 12);
    family.variants.back().types = TypeSet{1} << static_cast<int32_t>(dtype);
  };
  add("floats", "value_floats", DType::kF32, std::vector<float>{1.5f, -2, 3});
  add("ints", "value_ints", DType::kI64, std::vector<int64_t>{1, -2, 3});
  add("strings", "value_strings", DType::kString, std::vector<std::string>{"a", "", "tenon"});
  return family;
}

Family constant_of_shape() {
  Family family;
  const auto add = [&](const char* name, std::vector<int64_t> shape, DType dtype) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form).in(int64s(shape)).attribute("value", AttributeValue(data.tensor(dtype, {1}, {-9, 9})));
    });
  };
  add("float32", {2, 3}, DType::kF32);
  add("int64", {2, 3}, DType::kI64);
  add("int8", {4}, DType::kI8);
  add("scalar", {}, DType::kF32);
  add("empty", {0, 3}, DType::kF32);
  return family;
}

Family eye_like() {
  Family family;
  const auto add = [&](const char* name, Shape shape, int k, std::optional<DType> dtype) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).attribute("k", k);
      return dtype ? std::move(draft).attribute("dtype", static_cast<int>(*dtype)) : std::move(draft);
    });
  };
  add("square", {4, 4}, 0, {});
  add("wide", {3, 5}, 0, {});
  add("above", {4, 4}, 2, {});
  add("below", {4, 4}, -1, {});
  add("dtype", {3, 4}, 0, DType::kF32);
  add("empty", {0, 4}, 0, {});
  return family;
}

Family range() {
  Family family;
  const auto add = [&](const char* name, double start, double limit, double delta) {
    family.add(name, [=](const Form& form, Data&) {
      return Draft(form).in(number(form.dtype, start)).in(number(form.dtype, limit)).in(number(form.dtype, delta));
    });
  };
  add("up", 1, 9, 2);
  add("down", 9, -3, -3);
  add("uneven", 0, 10, 3);
  add("fractions", 0.5, 4, 0.75);
  family.variants.back().types = kFloats;
  add("empty", 5, 1, 1);
  return family;
}

Family window() {
  Family family;
  const auto add = [&](const char* name, double size, int periodic, std::optional<DType> dtype) {
    family.add(name, [=](const Form& form, Data&) {
      Draft draft = Draft(form).in(number(form.dtype, size)).attribute("periodic", periodic);
      return dtype ? std::move(draft).attribute("output_datatype", static_cast<int>(*dtype)) : std::move(draft);
    });
  };
  add("periodic", 10, 1, {});
  add("symmetric", 10, 0, {});
  add("odd", 7, 1, {});
  add("float64", 9, 1, DType::kF64);
  add("float16", 9, 0, DType::kF16);
  return family;
}

Family mel_weight_matrix() {
  Family family;
  const auto add = [&](const char* name, double bins, double length, double rate, double lower, double upper) {
    family.add(name, [=](const Form& form, Data&) {
      return Draft(form)
          .in(number(form.dtype, bins))
          .in(number(form.dtype, length))
          .in(number(form.dtype, rate))
          .in(number(DType::kF32, lower))
          .in(number(DType::kF32, upper));
    });
  };
  add("eight", 8, 16, 8192, 0, 4096);
  add("narrow", 4, 64, 16000, 300, 4000);
  return family;
}

Family fourier_transform() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::optional<int64_t> length, int axis, int inverse,
                       int onesided) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 16;
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape));
      if (length) draft = std::move(draft).constant(number(DType::kI64, static_cast<double>(*length)));
      if (form.version < 20) {
        draft = std::move(draft).attribute("axis", axis);
      } else {
        if (!length) draft = std::move(draft).none();
        draft = std::move(draft).constant(number(DType::kI64, axis));
      }
      return std::move(draft).attribute("inverse", inverse).attribute("onesided", onesided);
    });
  };
  add("real", {2, 8, 1}, {}, 1, 0, 0);
  add("complex", {2, 8, 2}, {}, 1, 0, 0);
  add("inverse", {2, 8, 2}, {}, 1, 1, 0);
  add("onesided", {2, 8, 1}, {}, 1, 0, 1);
  add("odd", {1, 7, 2}, {}, 1, 0, 0);
  add("cut", {1, 8, 1}, 5, 1, 0, 0);
  add("padded", {1, 8, 1}, 11, 1, 0, 0);
  add("axis-2", {1, 3, 8, 2}, {}, 2, 0, 0);
  return family;
}

Family short_time_fourier_transform() {
  Family family;
  const auto add = [&](const char* name, int step, bool window, std::optional<int> length, int onesided) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 8;
      Draft draft = Draft(form).in(data.tensor(form.dtype, {2, 24, 1})).constant(number(DType::kI64, step));
      draft = window ? std::move(draft).in(data.tensor(form.dtype, {8}, {0, 1})) : std::move(draft).none();
      if (length) draft = std::move(draft).constant(number(DType::kI64, *length));
      return std::move(draft).attribute("onesided", onesided);
    });
  };
  add("window", 4, true, {}, 1);
  add("length", 4, false, 8, 1);
  add("both", 8, true, 8, 1);
  add("twosided", 4, true, {}, 0);
  return family;
}

}  // namespace mortise::conformance::ops
