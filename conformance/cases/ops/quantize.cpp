// Operators that go from one type to another, and those that compute with 8-bit numbers.
#include <cctype>

#include "conformance/cases/ops/families.h"
#include "conformance/compare/element.h"

namespace mortise::conformance::ops {

namespace {

constexpr TypeSet set(std::initializer_list<DType> dtypes) {
  TypeSet all = 0;
  for (const DType dtype : dtypes) all |= TypeSet{1} << static_cast<int32_t>(dtype);
  return all;
}
constexpr TypeSet kBytes = set({DType::kU8, DType::kI8});

// A type to cast to, the since-version that brought it, and where a name of it goes.
struct Target {
  DType dtype;
  int32_t first;
};
constexpr Target kTargets[] = {
    {DType::kF32, 1},         {DType::kF64, 1},         {DType::kF16, 1},       {DType::kI8, 1},
    {DType::kI16, 1},         {DType::kI32, 1},         {DType::kI64, 1},       {DType::kU8, 1},
    {DType::kU16, 1},         {DType::kU32, 1},         {DType::kU64, 1},       {DType::kBool, 1},
    {DType::kString, 9},      {DType::kBF16, 13},       {DType::kF8E4M3FN, 19}, {DType::kF8E5M2, 19},
    {DType::kF8E4M3FNUZ, 19}, {DType::kF8E5M2FNUZ, 19}, {DType::kI4, 21},       {DType::kU4, 21}};

// Numbers that every target can hold, but for the fractions, zero among them. Strings are numbers as text.
Tensor castable(Data& data, DType dtype, const Shape& shape) {
  if (dtype != DType::kString) {
    Tensor tensor = data.tensor(dtype, shape, {0, 6.9});
    if (tensor.num_elements() > 1) set_number(tensor, 0, 0);
    return tensor;
  }
  std::vector<std::string> texts;
  for (int64_t i = 0; i < shape.num_elements(); ++i) texts.push_back(std::to_string(data.integer(0, 7)));
  return Tensor::strings(shape, texts);
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

// float32 becomes "FLOAT" in version 1 of Cast.
std::string old_name(DType dtype) {
  if (dtype == DType::kF32) return "FLOAT";
  if (dtype == DType::kF64) return "DOUBLE";
  return upper(to_string(dtype));
}

// Text is cast to and from the types that ONNX had when it began to be cast; and float8e8m0 has no zero to become false.
TypeSet castable_to(DType to) {
  const auto takes_text = [](DType dtype) {
    return info(dtype).bits > 8 || dtype == DType::kI8 || dtype == DType::kU8 || dtype == DType::kBool;
  };
  TypeSet types = 0;
  for (int32_t number = 1; number < kNumDTypes; ++number) {
    const auto from = static_cast<DType>(number);
    const bool text = from == DType::kString || to == DType::kString;
    if (text && !(takes_text(from) && takes_text(to))) continue;
    if (from == DType::kF8E8M0 && to == DType::kBool) continue;
    types |= TypeSet{1} << number;
  }
  return types;
}

// The type of y_scale, and what is drawn for it.
Tensor scales_for(const Form& form, Data& data, const Shape& shape) {
  if (form.version >= 19 && form.version < 23 && form.dtype == DType::kI32)
    return data.tensor(DType::kI32, shape, {1, 3});
  const bool own = form.version >= 19 && form.dtype != DType::kI32;
  return data.tensor(own ? form.dtype : DType::kF32, shape, {0.1, 0.5});
}

Draft quantized(Draft draft, Data& data, DType dtype, const Shape& shape, double scale,
                std::optional<Range> range = {}) {
  draft = std::move(draft).in(
      data.tensor(dtype, shape, range.value_or(dtype == DType::kU8 ? Range{20, 220} : Range{-100, 100})));
  draft = std::move(draft).constant(number(DType::kF32, scale));
  return std::move(draft).constant(number(dtype, dtype == DType::kU8 ? 120 : 3));
}

}  // namespace

Family cast() {
  Family family;
  for (const Target& target : kTargets) {
    const std::string name = concat("to-", to_string(target.dtype));
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(castable(data, form.dtype, {4, 6}));
          if (form.version < 6) return std::move(draft).attribute("to", old_name(target.dtype).c_str());
          return std::move(draft).attribute("to", static_cast<int>(target.dtype));
        },
        target.first);
    family.variants.back().types = castable_to(target.dtype);
  }
  for (const DType to : {DType::kF32, DType::kF16, DType::kBF16, DType::kF8E4M3FN, DType::kBool}) {
    family.add(
        concat("special-to-", to_string(to)),
        [=](const Form& form, Data& data) {
          return Draft(form).in(data.special(form.dtype, {4, 6})).attribute("to", static_cast<int>(to));
        },
        19);
    family.variants.back().types = kFloats;
  }
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(castable(data, form.dtype, {data.extent(3), data.extent(4)}))
            .attribute("to", static_cast<int>(DType::kF32));
      },
      9);
  for (const auto& [name, shape] : {std::pair("scalar", Shape{}), {"empty", Shape{0, 3}}, {"large", Shape{67, 61}}}) {
    family.add(
        name,
        [shape = shape](const Form& form, Data& data) {
          return Draft(form).in(castable(data, form.dtype, shape)).attribute("to", static_cast<int>(DType::kF32));
        },
        9);
  }
  return family;
}

Family cast_like() {
  Family family;
  for (const Target& target : kTargets) {
    family.add(
        concat("to-", to_string(target.dtype)),
        [=](const Form& form, Data& data) {
          return Draft(form).in(castable(data, form.dtype, {4, 6})).in(data.tensor(target.dtype, {2}));
        },
        target.first);
    family.variants.back().types = castable_to(target.dtype);
  }
  return family;
}

Family bit_cast() {
  Family family;
  const auto add = [&](DType to) {
    family.add(concat("to-", to_string(to)), [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, {3, 4}, {1, 100})).attribute("to", static_cast<int>(to));
    });
    TypeSet same = 0;
    for (int32_t other = 1; other < kNumDTypes; ++other) {
      if (kDTypeInfo[other].bits == info(to).bits && static_cast<DType>(other) != DType::kString)
        same |= TypeSet{1} << other;
    }
    family.variants.back().types = same;
  };
  for (const DType to : {DType::kI32, DType::kU8, DType::kU16, DType::kU64, DType::kF32, DType::kF16, DType::kI64})
    add(to);
  return family;
}

Family quantize_linear() {
  Family family;
  // For the output's type, from the since-version that has it; x has the form's type.
  const auto add = [&](const char* name, DType to, int32_t first, Shape shape, Shape scales, std::optional<int> axis,
                       bool zero) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft =
              Draft(form).in(data.tensor(form.dtype, shape, {-20, 20})).constant(scales_for(form, data, scales));
          if (zero)
            draft = std::move(draft).constant(data.tensor(to, scales, {0, float_format(to).has_value() ? 0.0 : 5.0}));
          return std::move(draft).attribute("axis", axis);
        },
        first);
  };
  add("uint8", DType::kU8, 10, {4, 6}, {}, {}, true);
  add("int8", DType::kI8, 10, {4, 6}, {}, {}, true);
  add("no-zero-point", DType::kU8, 10, {4, 6}, {}, {}, false);
  add("axis-1", DType::kI8, 13, {2, 5, 3}, {5}, 1, true);
  add("axis-negative", DType::kI8, 13, {2, 3, 5}, {5}, -1, true);
  add("int16", DType::kI16, 21, {4, 6}, {}, {}, true);
  add("uint16", DType::kU16, 21, {4, 6}, {}, {}, true);
  add("int4", DType::kI4, 21, {4, 6}, {}, {}, true);
  add("uint4", DType::kU4, 21, {3, 5}, {}, {}, true);
  add("float8e4m3fn", DType::kF8E4M3FN, 19, {4, 6}, {}, {}, true);
  add("float8e5m2", DType::kF8E5M2, 19, {4, 6}, {}, {}, true);
  add("large", DType::kU8, 10, {67, 61}, {}, {}, true);
  add("empty", DType::kU8, 10, {0, 6}, {}, {}, true);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {data.extent(3), data.extent(5)}, {-20, 20}))
            .constant(scales_for(form, data, {}))
            .constant(number(DType::kI8, 3));
      },
      10);
  family.add(
      "blocks",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {3, 8}, {-20, 20}))
            .constant(scales_for(form, data, {3, 2}))
            .constant(data.tensor(DType::kI8, {3, 2}, {0, 5}))
            .attribute("axis", 1)
            .attribute("block_size", 4);
      },
      21);
  return family;
}

Family dequantize_linear() {
  Family family;
  const auto add = [&](const char* name, int32_t first, Shape shape, Shape scales, std::optional<int> axis, bool zero) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form)
                            .in(data.tensor(form.dtype, shape, {-100, 100}))
                            .constant(data.tensor(DType::kF32, scales, {0.1, 0.5}));
          const bool plain = form.dtype == DType::kI32 || float_format(form.dtype).has_value();
          if (zero) draft = std::move(draft).constant(data.tensor(form.dtype, scales, {0, plain ? 0.0 : 5.0}));
          return std::move(draft).attribute("axis", axis);
        },
        first);
  };
  add("matrix", 10, {4, 6}, {}, {}, true);
  add("no-zero-point", 10, {4, 6}, {}, {}, false);
  add("axis-1", 13, {2, 5, 3}, {5}, 1, true);
  add("axis-negative", 13, {2, 3, 5}, {5}, -1, true);
  add("large", 10, {67, 61}, {}, {}, true);
  add("scalar", 10, {}, {}, {}, true);
  add("empty", 10, {0, 6}, {}, {}, true);
  family.add(
      "blocks",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {3, 8}, {-100, 100}))
            .constant(data.tensor(DType::kF32, {3, 2}, {0.1, 0.5}))
            .attribute("axis", 1)
            .attribute("block_size", 4);
      },
      21);
  family.add(
      "scale-float16",
      [](const Form& form, Data& data) {
        return Draft(form).in(data.tensor(form.dtype, {4, 6}, {-100, 100})).constant(number(DType::kF16, 0.25));
      },
      19);
  family.add_dynamic(
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {data.extent(3), data.extent(5)}, {-100, 100}))
            .constant(number(DType::kF32, 0.25));
      },
      10);
  return family;
}

Family dynamic_quantize_linear() {
  Family family;
  for (const auto& [name, range] :
       {std::pair("both-signs", Range{-4, 9}), {"positive", Range{1, 9}}, {"negative", Range{-9, -1}}}) {
    family.add(name, [range = range](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, {4, 7}, range)).outputs(3);
    });
  }
  family.add_dynamic([](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {data.extent(3), data.extent(5) + 1})).outputs(3);
  });
  return family;
}

Family matmul_integer() {
  Family family;
  const auto add = [&](const char* name, Shape left, Shape right, DType of_right, int zero_points, bool per_row) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft =
          Draft(form).in(data.tensor(form.dtype, left, {-100, 100})).in(data.tensor(of_right, right, {-100, 100}));
      if (zero_points > 0)
        draft = std::move(draft).in(data.tensor(form.dtype, per_row ? Shape{left[0]} : Shape{}, {0, 9}));
      if (zero_points > 1)
        draft = std::move(draft).in(data.tensor(of_right, per_row ? Shape{right[1]} : Shape{}, {0, 9}));
      return draft;
    });
  };
  add("plain", {3, 4}, {4, 5}, DType::kI8, 0, false);
  add("uint8", {3, 4}, {4, 5}, DType::kU8, 2, false);
  add("zero-point-a", {3, 4}, {4, 5}, DType::kI8, 1, false);
  add("zero-points", {3, 4}, {4, 5}, DType::kI8, 2, false);
  add("zero-points-per-row", {3, 4}, {4, 5}, DType::kI8, 2, true);
  add("batch", {2, 3, 4}, {2, 4, 5}, DType::kI8, 2, false);
  add("large", {9, 517}, {517, 7}, DType::kI8, 2, false);
  add("empty", {0, 4}, {4, 5}, DType::kI8, 0, false);
  return family;
}

Family conv_integer() {
  Family family;
  const auto add = [&](const char* name, Shape x, Shape w, DType of_w, int zero_points, std::vector<int64_t> pads,
                       int group) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, x, {-100, 100})).in(data.tensor(of_w, w, {-100, 100}));
      if (zero_points > 0) draft = std::move(draft).constant(number(form.dtype, 5));
      if (zero_points > 1) draft = std::move(draft).constant(number(of_w, 2));
      draft = std::move(draft).ints("pads", pads);
      return group == 1 ? std::move(draft) : std::move(draft).attribute("group", group);
    });
  };
  add("plain", {1, 2, 5, 5}, {3, 2, 3, 3}, DType::kI8, 0, {}, 1);
  add("uint8", {1, 2, 5, 5}, {3, 2, 3, 3}, DType::kU8, 2, {}, 1);
  add("zero-point-pads", {1, 2, 5, 5}, {3, 2, 3, 3}, DType::kI8, 1, {1, 1, 1, 1}, 1);
  add("zero-points", {1, 2, 5, 5}, {3, 2, 3, 3}, DType::kI8, 2, {1, 0, 1, 2}, 1);
  add("group", {1, 4, 5, 5}, {4, 2, 3, 3}, DType::kI8, 0, {}, 2);
  add("one-axis", {1, 2, 9}, {3, 2, 3}, DType::kI8, 1, {}, 1);
  add("empty", {0, 2, 5, 5}, {3, 2, 3, 3}, DType::kI8, 0, {}, 1);
  return family;
}

Family qlinear_conv() {
  Family family;
  const auto add = [&](const char* name, Shape x, Shape w, DType of_w, bool per_channel, bool bias,
                       std::vector<int64_t> pads, int group) {
    family.add(name, [=](const Form& form, Data& data) {
      const Shape scales = per_channel ? Shape{w[0]} : Shape{};
      Draft draft = quantized(Draft(form), data, form.dtype, x, 0.05)
                        .constant(data.tensor(of_w, w, {-100, 100}))
                        .constant(data.tensor(DType::kF32, scales, {0.01, 0.03}))
                        .constant(data.tensor(of_w, scales, {0, of_w == DType::kU8 ? 5.0 : 0.0}))
                        .constant(number(DType::kF32, 0.4))
                        .constant(number(form.dtype, form.dtype == DType::kU8 ? 128 : -3));
      if (bias) draft = std::move(draft).constant(data.tensor(DType::kI32, {w[0]}, {-1000, 1000}));
      draft = std::move(draft).ints("pads", pads);
      return group == 1 ? std::move(draft) : std::move(draft).attribute("group", group);
    });
  };
  add("plain", {1, 3, 6, 6}, {4, 3, 3, 3}, DType::kI8, false, false, {}, 1);
  add("bias", {1, 3, 6, 6}, {4, 3, 3, 3}, DType::kI8, false, true, {}, 1);
  add("per-channel", {1, 3, 6, 6}, {4, 3, 3, 3}, DType::kI8, true, true, {}, 1);
  add("pads", {1, 3, 6, 6}, {4, 3, 3, 3}, DType::kI8, true, true, {1, 1, 1, 1}, 1);
  add("uint8-weights", {1, 3, 6, 6}, {4, 3, 3, 3}, DType::kU8, false, true, {1, 1, 1, 1}, 1);
  add("depthwise", {1, 4, 6, 6}, {4, 1, 3, 3}, DType::kI8, true, true, {1, 1, 1, 1}, 4);
  add("pointwise", {1, 9, 4, 4}, {5, 9, 1, 1}, DType::kI8, true, false, {}, 1);
  add("one-axis", {1, 3, 9}, {4, 3, 3}, DType::kI8, false, true, {}, 1);
  return family;
}

Family qlinear_matmul() {
  Family family;
  const auto add = [&](const char* name, Shape left, Shape right, bool constant) {
    family.add(name, [=](const Form& form, Data& data) {
      Tensor b = data.tensor(form.dtype, right, form.dtype == DType::kU8 ? Range{20, 220} : Range{-100, 100});
      Draft draft = quantized(Draft(form), data, form.dtype, left, 0.05);
      draft = constant ? std::move(draft).constant(b) : std::move(draft).in(b);
      return std::move(draft)
          .constant(number(DType::kF32, 0.02))
          .constant(number(form.dtype, form.dtype == DType::kU8 ? 110 : 0))
          .constant(number(DType::kF32, 0.3))
          .constant(number(form.dtype, form.dtype == DType::kU8 ? 128 : -3));
    });
    family.variants.back().types = kBytes;
  };
  add("matrix", {3, 4}, {4, 5}, false);
  add("constant", {3, 4}, {4, 5}, true);
  add("batch", {2, 3, 4}, {2, 4, 5}, false);
  add("large", {7, 129}, {129, 6}, true);
  add("empty", {0, 4}, {4, 5}, false);
  return family;
}

}  // namespace mortise::conformance::ops
