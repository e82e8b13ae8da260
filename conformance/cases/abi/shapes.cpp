// Cases about extents that are known at the run only.
#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

namespace {

// Runs Add with symbolic extents on inputs of each shape.
Verdict run_shapes(Rig& rig, const std::vector<Shape>& shapes) {
  const Tensor sample = ramp_of(DType::kF32, shapes.front(), 0, 1);
  OpModel model{.op = "Add", .opset = 17, .inputs = {{sample}, {sample}}, .symbolic = true};
  return with_model(rig, std::move(model), [&](Device&, const Compiled& compiled) {
    for (const Shape& shape : shapes) {
      const Tensor left = ramp_of(DType::kF32, shape, -4, 0.25);
      const Tensor right = ramp_of(DType::kF32, shape, 2, 0.5);
      Tensor sum = ramp_of(DType::kF32, shape, -2, 0.75);
      const RunOutcome outcome = compiled.session->run(std::vector<Value>{Value(left), Value(right)});
      if (!outcome.status.ok())
        return fail("run() with shape ", to_string(shape), " failed: ", outcome.status.message());
      const std::string wrong = difference(outcome.outputs, std::vector<Value>{Value(sum)});
      if (!wrong.empty()) return fail("with shape ", to_string(shape), ": ", wrong);
    }
    return pass(concat(shapes.size(), " shapes in one session give right results"));
  });
}

}  // namespace

Verdict run_varying_shapes(Rig& rig) {
  return run_shapes(rig, {{2, 3}, {1, 3}, {4, 3}, {2, 3}, {1, 1}, {7, 64}, {2, 3}});
}

Verdict run_random_shapes(Rig& rig) {
  Random random = rig.random();
  std::vector<Shape> shapes;
  for (int i = 0; i < 32; ++i) shapes.push_back({between(random, 1, 17), between(random, 1, 33)});
  return run_shapes(rig, shapes);
}

Verdict run_empty_tensor(Rig& rig) { return run_shapes(rig, {{2, 3}, {0, 3}, {2, 0}, {0, 0}, {2, 3}}); }

}  // namespace mortise::conformance::abi
