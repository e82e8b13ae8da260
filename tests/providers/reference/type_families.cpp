#include "tests/providers/reference/type_families.h"

#include <map>

#include "conformance/cases/ops/families.h"

namespace mortise::test {

using conformance::Data;
using conformance::int64s;
using conformance::number;
using conformance::numbers;
using conformance::OpModel;
using conformance::ops::Draft;
using conformance::ops::Family;
using conformance::ops::Form;
using conformance::ops::Make;
using reference::TypeSet;

namespace {

using Key = std::pair<std::string_view, std::string_view>;  // domain, operator

Family one_variant(Make make, int32_t first, TypeSet types = reference::kAnything) {
  Family family;
  family.add("types", std::move(make), first);
  family.variants.back().types = types;
  return family;
}

// With the lengths of keys that are no padding.
OpModel padded_attention(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {2, 2, 4, 8}))
      .in(data.tensor(form.dtype, {2, 2, 5, 8}))
      .in(data.tensor(form.dtype, {2, 2, 5, 8}))
      .none()
      .none()
      .none()
      .in(int64s({3, 5}));
}

// With a state from before.
OpModel continued_linear_attention(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {1, 4, 16}))
      .in(data.tensor(form.dtype, {1, 4, 16}))
      .in(data.tensor(form.dtype, {1, 4, 16}))
      .in(data.tensor(form.dtype, {1, 2, 8, 8}))
      .attribute("q_num_heads", 2)
      .attribute("kv_num_heads", 2)
      .attribute("update_rule", "linear")
      .outputs(2);
}

// With a region of interest.
OpModel cropping_resize(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {1, 2, 4, 4}))
      .in(Tensor::of<float>({8}, {0, 0, 0.25f, 0.125f, 1, 1, 0.75f, 0.875f}))
      .constant(Tensor::of<float>({4}, {1, 1, 1.5f, 2}))
      .attribute("mode", "linear")
      .attribute("coordinate_transformation_mode", "tf_crop_and_resize");
}

// With a result whose type is given, because a scale that is a power of two (float8e8m0) does not tell it.
OpModel dequantizing_to_float(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {4, 6}, {-100, 100}))
      .constant(number(DType::kF32, 0.25))
      .attribute("output_dtype", static_cast<int>(DType::kF32));
}

// What is no number can be moved, not interpolated.
OpModel moving_grid_sample(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {2, 3, 5, 4}))
      .in(data.tensor(DType::kF32, {2, 3, 6, 2}, {-1.2, 1.2}))
      .attribute("mode", "nearest");
}

OpModel encoder_with_tensors(const Form& form, Data& data) {
  return Draft(form)
      .in(data.tensor(form.dtype, {9}, {0, 4, true}))
      .attribute("keys_tensor", AttributeValue(numbers(form.dtype, {3}, {0, 1, 3})))
      .attribute("values_tensor", AttributeValue(numbers(form.dtype, {3}, {5, 7, 9})))
      .attribute("default_tensor", AttributeValue(numbers(form.dtype, {1}, {2})));
}

// To the first type of its size.
OpModel bit_cast_to_same_size(const Form& form, Data& data) {
  DType to = DType::kF32;
  while (info(to).bits != info(form.dtype).bits || to == DType::kString) {
    to = static_cast<DType>(static_cast<int32_t>(to) + 1);
  }
  return Draft(form).in(data.tensor(form.dtype, {3, 4}, {0, 3})).attribute("to", static_cast<int>(to));
}

std::map<Key, Family> families() {
  using namespace conformance::ops;  // NOLINT: the families, as cases/ops.inc names them
  std::map<Key, Family> all = {
#define MORTISE_OP_CASES(domain, op, family) {Key{domain, #op}, family},
#include "conformance/cases/ops.inc"
#undef MORTISE_OP_CASES
  };
  const TypeSet no_numbers = ~reference::kNumbers;
  const TypeSet tensor_keys = reference::set_of(reference::TypeList<double, int16_t, int32_t>{});
  const std::pair<Key, Family> more[] = {
      {{"", "Attention"}, one_variant(padded_attention, 24)},
      {{"", "BitCast"}, one_variant(bit_cast_to_same_size, 26)},
      {{"", "DequantizeLinear"}, one_variant(dequantizing_to_float, 23)},
      {{"", "GridSample"}, one_variant(moving_grid_sample, 16, no_numbers)},
      {{"", "LinearAttention"}, one_variant(continued_linear_attention, 27)},
      {{"", "Resize"}, one_variant(cropping_resize, 11, reference::kFloats)},
      {{"ai.onnx.ml", "LabelEncoder"}, one_variant(encoder_with_tensors, 4, tensor_keys)},
  };
  for (const auto& [key, family] : more) {
    auto& variants = all.at(key).variants;
    variants.insert(variants.begin(), family.variants.begin(), family.variants.end());
  }
  return all;
}

}  // namespace

const Family* find_family(std::string_view domain, std::string_view op) {
  static const std::map<Key, Family> kFamilies = families();
  const auto found = kFamilies.find({domain, op});
  return found == kFamilies.end() ? nullptr : &found->second;
}

}  // namespace mortise::test
