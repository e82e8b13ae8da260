// Attention and its relatives.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

constexpr Range kUnit = {-1, 1};
constexpr double kHead = 8;  // numbers of a head: as many as are added up, and no fewer than there are keys

}  // namespace

Family attention() {
  Family family;
  struct Setting {
    const char* name;
    int64_t kv_heads = 2, keys = 5;
    bool flat = false;  // three axes instead of four
    int causal = 0;
    std::optional<DType> mask = {};
    bool past = false;
    float softcap = 0, scale = 0;
  };
  const std::vector<Setting> settings = {{"plain"},
                                         {"causal", 2, 4, false, 1},
                                         {"grouped", 1},
                                         {"three-axes", 2, 5, true},
                                         {"mask-bool", 2, 5, false, 0, DType::kBool},
                                         {"mask-float", 2, 5, false, 0, DType::kF32},
                                         {"past", 2, 4, false, 0, {}, true},
                                         {"softcap", 2, 5, false, 0, {}, false, 2},
                                         {"scale", 2, 5, false, 0, {}, false, 0, 0.25f}};
  for (const Setting& s : settings) {
    family.add(s.name, [=](const Form& form, Data& data) {
      data.terms = kHead;
      const Shape q = s.flat ? Shape{2, 4, 16} : Shape{2, 2, 4, 8};
      const Shape k = s.flat ? Shape{2, s.keys, s.kv_heads * 8} : Shape{2, s.kv_heads, s.keys, 8};
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, q, kUnit))
                        .in(data.tensor(form.dtype, k, kUnit))
                        .in(data.tensor(form.dtype, k, kUnit));
      if (s.mask) {
        const DType dtype = *s.mask == DType::kBool ? DType::kBool : form.dtype;
        Tensor mask = data.tensor(dtype, {4, s.keys}, kUnit);
        // Nobody is left without a key.
        for (int64_t row = 0; dtype == DType::kBool && row < 4; ++row) mask.data<bool>()[row * s.keys] = true;
        draft = std::move(draft).in(mask);
      }
      if (s.past) {
        draft = std::move(draft)
                    .none()
                    .in(data.tensor(form.dtype, {2, s.kv_heads, 3, 8}, kUnit))
                    .in(data.tensor(form.dtype, {2, s.kv_heads, 3, 8}, kUnit))
                    .outputs(3);
      }
      if (s.flat)
        draft = std::move(draft).attribute("q_num_heads", 2).attribute("kv_num_heads", static_cast<int>(s.kv_heads));
      if (s.causal != 0) draft = std::move(draft).attribute("is_causal", 1);
      if (s.softcap != 0) draft = std::move(draft).attribute("softcap", AttributeValue(s.softcap));
      if (s.scale != 0) draft = std::move(draft).attribute("scale", AttributeValue(s.scale));
      return draft;
    });
  }
  return family;
}

Family flex_attention() {
  Family family;
  family.add("plain", [](const Form& form, Data& data) {
    data.terms = kHead;
    return Draft(form)
        .in(data.tensor(form.dtype, {2, 2, 4, 8}, kUnit))
        .in(data.tensor(form.dtype, {2, 2, 5, 8}, kUnit))
        .in(data.tensor(form.dtype, {2, 2, 5, 8}, kUnit));
  });
  family.add("scale", [](const Form& form, Data& data) {
    data.terms = kHead;
    return Draft(form)
        .in(data.tensor(form.dtype, {1, 2, 4, 8}, kUnit))
        .in(data.tensor(form.dtype, {1, 2, 5, 8}, kUnit))
        .in(data.tensor(form.dtype, {1, 2, 5, 8}, kUnit))
        .attribute("scale", AttributeValue(0.25f));
  });
  return family;
}

Family rotary_embedding() {
  Family family;
  const auto add = [&](const char* name, bool flat, bool positions, int interleaved, int part) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 2;
      const int64_t half = part != 0 ? part / 2 : 4;
      const Shape cache = positions ? Shape{10, half} : Shape{2, 3, half};
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, flat ? Shape{2, 3, 16} : Shape{2, 2, 3, 8}, kUnit))
                        .in(data.tensor(form.dtype, cache, kUnit))
                        .in(data.tensor(form.dtype, cache, kUnit));
      if (positions) draft = std::move(draft).in(Tensor::of<int64_t>({2, 3}, {0, 5, 9, 3, 4, 7}));
      if (flat) draft = std::move(draft).attribute("num_heads", 2);
      if (part != 0) draft = std::move(draft).attribute("rotary_embedding_dim", part);
      return std::move(draft).attribute("interleaved", interleaved);
    });
  };
  add("plain", false, true, 0, 0);
  add("interleaved", false, true, 1, 0);
  add("three-axes", true, true, 0, 0);
  add("no-positions", false, false, 0, 0);
  add("part", false, true, 0, 4);
  return family;
}

Family linear_attention() {
  Family family;
  const auto add = [&](const char* rule, bool decay, bool beta) {
    family.add(kebab_case(rule), [=](const Form& form, Data& data) {
      data.terms = kHead;
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, {1, 4, 16}, kUnit))
                        .in(data.tensor(form.dtype, {1, 4, 16}, kUnit))
                        .in(data.tensor(form.dtype, {1, 4, 16}, kUnit))
                        .none();
      draft = decay ? std::move(draft).in(data.tensor(form.dtype, {1, 4, 2}, {-1, 0})) : std::move(draft).none();
      if (beta) draft = std::move(draft).in(data.tensor(form.dtype, {1, 4, 2}, {0, 1}));
      return std::move(draft)
          .attribute("q_num_heads", 2)
          .attribute("kv_num_heads", 2)
          .attribute("update_rule", rule)
          .outputs(2);
    });
  };
  add("linear", false, false);
  add("gated", true, false);
  add("delta", false, true);
  add("gated_delta", true, true);
  return family;
}

Family causal_conv() {
  Family family;
  const auto add = [&](const char* name, bool bias, bool past, const char* activation) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 3;
      Draft draft =
          Draft(form).in(data.tensor(form.dtype, {2, 4, 6}, kUnit)).in(data.tensor(form.dtype, {4, 1, 3}, kUnit));
      if (bias) draft = std::move(draft).in(data.tensor(form.dtype, {4}, kUnit));
      if (past && !bias) draft = std::move(draft).none();
      if (past) draft = std::move(draft).in(data.tensor(form.dtype, {2, 4, 2}, kUnit));
      return std::move(draft).attribute("activation", activation).outputs(2);
    });
  };
  add("plain", false, false, "none");
  add("bias", true, false, "none");
  add("past", true, true, "none");
  add("silu", false, true, "silu");
  return family;
}

}  // namespace mortise::conformance::ops
