// Cases about one run and its tensors.
#include "conformance/cases/abi/compiled.h"
#include "conformance/host/guarded_memory.h"

namespace mortise::conformance::abi {

Verdict run_basic(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("the result is right") : fail(wrong);
  });
}

Verdict run_writes_all(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    for (const int poison : {0, 1}) {
      RunSettings settings = compiled.settings();
      settings.poison = poison;
      const std::string wrong = compiled.wrong(settings);
      if (!wrong.empty()) return fail("with outputs that held pattern ", poison, " before: ", wrong);
    }
    return pass("the result is right whatever was in the outputs before");
  });
}

Verdict run_unallocated_outputs(Rig& rig) {
  const auto check = [](Device&, const Compiled& compiled) {
    const RunOutcome outcome = compiled.session->run(compiled.graph->inputs);
    if (!outcome.status.ok()) return fail("run() with outputs to allocate failed: ", outcome.status.message());
    if (outcome.asked_for.size() != compiled.session->border().outputs.size())
      return fail("allocate_output() was called for ", outcome.asked_for.size(), " of ",
                  compiled.session->border().outputs.size(), " outputs that were not allocated");
    const std::string wrong = difference(outcome.outputs, compiled.expected);
    return wrong.empty() ? pass("every output was asked for once and is right") : fail(wrong);
  };
  return with_workload(rig, check, Extents::kSymbolic);
}

Verdict run_wrong_shape(Rig& rig) {
  OpModel model{.op = "Relu", .opset = 17, .inputs = {{ramp_of(DType::kF32, {3, 4}, -3, 0.5)}}, .symbolic = true};
  return with_model(rig, std::move(model), [](Device&, const Compiled& compiled) {
    for (const Shape& shape : {Shape{2, 4}, Shape{4, 4}, Shape{12}}) {
      RunSettings settings;
      settings.shapes[0] = shape;
      const std::string wrong = compiled.wrong(settings);
      if (!wrong.empty())
        return fail("with an output of shape [3, 4] that was allocated as ", to_string(shape), ": ", wrong);
    }
    return pass("outputs that were allocated too small, too big or in another rank were asked for again");
  });
}

Verdict run_absent_output(Rig& rig) {
  OpModel model{.op = "Split",
                .opset = 17,
                .attributes = {},
                .inputs = {{ramp_of(DType::kF32, {4, 3}, -3, 0.5)}},
                .num_outputs = 2};
  return with_model(rig, std::move(model), [](Device&, const Compiled& compiled) {
    for (const uint64_t absent : {0, 1}) {
      RunSettings settings = compiled.settings();
      settings.absent.insert(absent);
      const RunOutcome outcome = compiled.session->run(compiled.graph->inputs, settings);
      if (!outcome.status.ok()) return fail("run() without output ", absent, " failed: ", outcome.status.message());
      const std::string wrong = byte_difference(std::span(outcome.outputs).subspan(1 - absent, 1),
                                                std::span(compiled.expected).subspan(1 - absent, 1));
      if (!wrong.empty()) return fail("without output ", absent, ", the other one is wrong: ", wrong);
    }
    return pass("each output is right where nobody reads the other");
  });
}

Verdict run_aliased_buffers(Rig& rig) {
  const Tensor shared = ramp_of(DType::kF32, {2, 3, 4}, -3, 0.5);
  OpModel model{.op = "Add", .opset = 17, .inputs = {{shared}, {shared}}};
  return with_model(rig, std::move(model), [](Device&, const Compiled& compiled) {
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("one tensor as both inputs gives the right sum") : fail(wrong);
  });
}

Verdict run_arguments_forgotten(Rig& rig) {
  return with_workload(rig, [](Device&, const Compiled& compiled) {
    // All that the earlier runs were lent stays where it is, so that no later run gets the same addresses, and nobody
    // may read or write it.
    std::vector<RunOutcome> earlier;
    for (int i = 0; i < 8; ++i) {
      RunSettings settings = compiled.settings();
      settings.take_back = true;
      RunOutcome& outcome = earlier.emplace_back(compiled.session->run(compiled.graph->inputs, settings));
      if (!outcome.status.ok()) return fail("run ", i, " failed: ", outcome.status.message());
      const std::string wrong = difference(outcome.outputs, compiled.expected);
      if (!wrong.empty()) return fail("run ", i, ": ", wrong);
      for (const Value& output : outcome.outputs) block_of(output.tensor)->seal();
    }
    return pass("no run touched the arguments or tensors of an earlier one");
  });
}

Verdict run_bad_index(Rig& rig) {
  OpModel model{.op = "Gather",
                .opset = 17,
                .inputs = {{ramp_of(DType::kF32, {4, 3}, -3, 0.5)}, {Tensor::of<int64_t>({4}, {-4, 3, 0, -1})}}};
  return with_model(rig, std::move(model), [](Device&, const Compiled& compiled) {
    const std::string edges = compiled.wrong();
    if (!edges.empty()) return fail("with the lowest and the highest index that are allowed: ", edges);
    for (const int64_t bad : {int64_t{4}, int64_t{-5}, INT64_MAX, INT64_MIN}) {
      std::vector<Value> inputs = compiled.graph->inputs;
      inputs[1] = Value(Tensor::of<int64_t>({4}, {0, bad, 1, 2}));
      const Status status = compiled.session->run(inputs, compiled.settings()).status;
      const bool blames_inputs =
          status.code() == StatusCode::kInvalidArgument || status.code() == StatusCode::kOutOfRange;
      if (!status.ok() && !blames_inputs)
        return fail("index ", bad, " of 4 is the input's fault, but run() says: ", status.message());
      const std::string after = compiled.wrong();
      if (!after.empty()) return fail("after a run with index ", bad, ", a good one: ", after);
    }
    return pass("good indices are taken, bad ones blamed on the inputs, and the session lives on");
  });
}

}  // namespace mortise::conformance::abi
