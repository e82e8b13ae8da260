// Cases about mortise.values/1: sequences, optionals and string tensors.
#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

namespace {

constexpr const char* kNoValues = "the provider lacks mortise.values/1";

bool has_values(const Device& device) {
  return device.extension<mortise_provider_values_t>(MORTISE_EXT_VALUES) != nullptr;
}

std::string wrong_sequence(const Value& actual, const Value& expected) {
  if (actual.kind != ValueKind::kSequence) return "the output is no sequence";
  return difference(actual.elements.list(), expected.elements.list());
}

}  // namespace

Verdict values_sequence(Rig& rig) {
  OpModel model{.op = "SequenceInsert",
                .opset = 17,
                .inputs = {{Value(ValueKind::kSequence, {Value(ramp_of(DType::kF32, {2, 3}, 0, 1)),
                                                         Value(ramp_of(DType::kF32, {3, 3}, 5, 0.5))})},
                           {ramp_of(DType::kF32, {4, 3}, -4, 0.25)}}};
  return with_model(rig, std::move(model), [](Device& device, const Compiled& compiled) {
    if (!has_values(device)) return fail("a node on sequences was claimed, but ", kNoValues);
    std::vector<RunOutcome> outcomes;
    for (int run = 0; run < 3; ++run) {
      outcomes.push_back(compiled.session->run(compiled.graph->inputs));
      if (!outcomes.back().status.ok()) return fail("run() failed: ", outcomes.back().status.message());
    }
    for (const RunOutcome& outcome : outcomes) {
      const std::string wrong = wrong_sequence(outcome.outputs.at(0), compiled.expected.at(0));
      if (!wrong.empty()) return fail(wrong);
    }
    return pass("sequences are right, and stay so when later runs make others");
  });
}

Verdict values_strings(Rig& rig) {
  const Tensor strings = Tensor::strings({3}, {"one", "", "three, longer than what a string holds in itself"});
  const Tensor more = Tensor::strings({2}, {"four", "f\xC3\xBCnf"});
  OpModel model{.op = "Concat", .opset = 17, .attributes = {}, .inputs = {{strings}, {more}}};
  model.attributes.emplace_back("axis", int64_t{0});
  return with_model(rig, std::move(model), [](Device& device, const Compiled& compiled) {
    if (!has_values(device)) return fail("a node on strings was claimed, but ", kNoValues);
    const RunOutcome first = compiled.session->run(compiled.graph->inputs);
    if (!first.status.ok()) return fail("run() failed: ", first.status.message());
    const RunOutcome second = compiled.session->run(compiled.graph->inputs);
    if (!second.status.ok()) return fail("the second run() failed: ", second.status.message());
    for (const RunOutcome* outcome : {&first, &second}) {
      const std::string wrong = difference(outcome->outputs, compiled.expected);
      if (!wrong.empty()) return fail(wrong);
    }
    return pass("strings are right, and stay so when a later run makes others");
  });
}

}  // namespace mortise::conformance::abi
