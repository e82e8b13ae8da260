// Recurrent networks.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

constexpr int64_t kSteps = 4, kBatch = 2, kInputs = 3, kHidden = 5;

struct Setting {
  const char* name;
  const char* direction = "forward";
  bool bias = true;
  bool lengths = false;
  bool initial = false;
  std::vector<uint32_t> left_out = {};
  std::vector<std::string> activations = {};
  float clip = 0;
  int32_t first = 1;
  int layout = 0;
};

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = {{"forward"},
                                                 {"reverse", "reverse"},
                                                 {"bidirectional", "bidirectional"},
                                                 {"no-bias", "forward", false},
                                                 {"lengths", "forward", true, true},
                                                 {"lengths-reverse", "reverse", true, true},
                                                 {"initial", "forward", true, false, true},
                                                 {"last-only", "forward", true, false, false, {0}},
                                                 {"sequence-only", "forward", true, false, false, {1}},
                                                 {"clip", "forward", true, false, false, {}, {}, 0.5f},
                                                 {"batch-first", "forward", true, false, true, {}, {}, 0, 14, 1}};
  return kSettings;
}

// `gates` weights per hidden unit, `states` initial states, `parts` biases per gate.
Family recurrent(int64_t gates, uint32_t states) {
  Family family;
  for (const Setting& s : settings()) {
    const bool all_outputs = std::string_view(s.name) != "sequence-only";
    family.add(
        s.name,
        [=](const Form& form, Data& data) {
          data.terms = kInputs + kHidden + 2;
          const int64_t directions = std::string_view(s.direction) == "bidirectional" ? 2 : 1;
          const Range weights = {-0.5, 0.5};
          const Shape x = s.layout == 0 ? Shape{kSteps, kBatch, kInputs} : Shape{kBatch, kSteps, kInputs};
          const Shape state = s.layout == 0 ? Shape{directions, kBatch, kHidden} : Shape{kBatch, directions, kHidden};
          Draft draft = Draft(form)
                            .in(data.tensor(form.dtype, x, {-1, 1}))
                            .constant(data.tensor(form.dtype, {directions, gates * kHidden, kInputs}, weights))
                            .constant(data.tensor(form.dtype, {directions, gates * kHidden, kHidden}, weights));
          draft = s.bias
                      ? std::move(draft).constant(data.tensor(form.dtype, {directions, 2 * gates * kHidden}, weights))
                      : std::move(draft).none();
          draft = s.lengths ? std::move(draft).in(numbers(DType::kI32, {kBatch}, {4, 2})) : std::move(draft).none();
          for (uint32_t i = 0; i < states && s.initial; ++i)
            draft = std::move(draft).in(data.tensor(form.dtype, state, weights));
          draft =
              std::move(draft).attribute("hidden_size", static_cast<int>(kHidden)).attribute("direction", s.direction);
          // Version 1 gives the sequence only where it is asked to.
          if (form.version < 7 && form.op != "LSTM" && form.version < 3)
            draft = std::move(draft).attribute("output_sequence", 1);
          if (form.version < 7 && form.op == "LSTM") draft = std::move(draft).attribute("output_sequence", 1);
          if (s.clip != 0) draft = std::move(draft).attribute("clip", AttributeValue(s.clip));
          if (s.layout != 0) draft = std::move(draft).attribute("layout", s.layout);
          return std::move(draft).outputs(1 + states, all_outputs ? s.left_out : std::vector<uint32_t>{1});
        },
        s.left_out.empty() ? s.first : 7);
  }
  return family;
}

}  // namespace

Family rnn() { return recurrent(1, 1); }

Family gru() {
  return both(recurrent(3, 1),
              without({"reverse", "bidirectional", "no-bias", "lengths", "last", "sequence", "clip", "batch"},
                      with(recurrent(3, 1), "linear-before-reset", "linear_before_reset", int64_t{1}, 3)));
}

Family lstm() {
  Family family = recurrent(4, 2);
  family.add(
      "peepholes",
      [](const Form& form, Data& data) {
        data.terms = kInputs + kHidden + 1;
        const Range weights = {-0.5, 0.5};
        return Draft(form)
            .in(data.tensor(form.dtype, {kSteps, kBatch, kInputs}, {-1, 1}))
            .constant(data.tensor(form.dtype, {1, 4 * kHidden, kInputs}, weights))
            .constant(data.tensor(form.dtype, {1, 4 * kHidden, kHidden}, weights))
            .none()
            .none()
            .none()
            .none()
            .constant(data.tensor(form.dtype, {1, 3 * kHidden}, weights))
            .attribute("hidden_size", static_cast<int>(kHidden))
            .outputs(3);
      },
      7);
  return family;
}

}  // namespace mortise::conformance::ops
