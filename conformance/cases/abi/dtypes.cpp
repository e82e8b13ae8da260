// Cases about each element type, and about the numbers that a provider may treat otherwise only if it says so.
#include <cmath>
#include <limits>

#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

namespace {

// The first of a list of operators that the provider claims in this type.
Verdict run_dtype(Rig& rig, DType dtype) {
  struct Candidate {
    const char* op;
    bool binary;
  };
  constexpr Candidate kCandidates[] = {{"Add", true},       {"Relu", false},      {"And", true},
                                       {"Identity", false}, {"Transpose", false}, {"Flatten", false}};
  const OpInput input{ramp_of(dtype, {2, 3, 4}, -3, 0.5)};
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  for (const auto& [op, binary] : kCandidates) {
    OpModel model{.op = op, .opset = 17, .inputs = {input}};
    if (binary) model.inputs.push_back(input);
    Result<std::unique_ptr<OpGraph>> graph = make_graph(std::move(model));
    if (!graph.ok()) continue;  // the operator does not have the type
    const Result<Compiled> compiled = compile_graph(rig, **device, std::move(*graph));
    if (!compiled.ok() && compiled.status().code() == StatusCode::kUnimplemented) continue;
    if (!compiled.ok()) return fail(op, ": ", compiled.status().message());
    const std::string wrong = compiled->wrong();
    return wrong.empty() ? pass(concat(op, " is right")) : fail(op, ": ", wrong);
  }
  return {.outcome = Outcome::kUnclaimed, .sentence = "the provider claims none of six operators in this type"};
}

bool declares(const Device& device, uint32_t numerics) { return (device.descriptor().numerics & numerics) != 0; }

OpModel sum_of(std::vector<float> left, std::vector<float> right) {
  const Shape shape{static_cast<int64_t>(left.size())};
  return {.op = "Add",
          .opset = 17,
          .inputs = {{Tensor::of<float>(shape, std::span<const float>(left))},
                     {Tensor::of<float>(shape, std::span<const float>(right))}}};
}

// The single output, or why there is none.
Result<std::vector<float>> run_floats(const Compiled& compiled) {
  const RunOutcome outcome = compiled.session->run(compiled.graph->inputs, compiled.settings());
  if (!outcome.status.ok()) return outcome.status;
  const auto elements = outcome.outputs.at(0).tensor.elements<float>();
  return std::vector<float>(elements.begin(), elements.end());
}

}  // namespace

#define MORTISE_DTYPE_CASE(name, dtype) \
  Verdict run_dtype_##name(Rig& rig) { return run_dtype(rig, dtype); }
MORTISE_DTYPE_CASE(f16, DType::kF16)
MORTISE_DTYPE_CASE(bf16, DType::kBF16)
MORTISE_DTYPE_CASE(f32, DType::kF32)
MORTISE_DTYPE_CASE(f64, DType::kF64)
MORTISE_DTYPE_CASE(i8, DType::kI8)
MORTISE_DTYPE_CASE(u8, DType::kU8)
MORTISE_DTYPE_CASE(i16, DType::kI16)
MORTISE_DTYPE_CASE(u16, DType::kU16)
MORTISE_DTYPE_CASE(i32, DType::kI32)
MORTISE_DTYPE_CASE(u32, DType::kU32)
MORTISE_DTYPE_CASE(i64, DType::kI64)
MORTISE_DTYPE_CASE(u64, DType::kU64)
MORTISE_DTYPE_CASE(bool, DType::kBool)
#undef MORTISE_DTYPE_CASE

Verdict run_subnormals(Rig& rig) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  return with_model(rig, sum_of({tiny, 0x1p-130f, 0x1p-127f, 0x1.8p-126f}, {tiny, 0, 0x1p-127f, -0x1p-126f}),
                    [](Device& device, const Compiled& compiled) {
                      if (declares(device, MORTISE_NUMERICS_FLUSHES_SUBNORMALS | MORTISE_NUMERICS_HALF_COMPUTE))
                        return skip("the provider declares that it flushes subnormals or computes in half precision");
                      const Result<std::vector<float>> sums = run_floats(compiled);
                      if (!sums.ok()) return fail("run() failed: ", sums.status().message());
                      const auto expected = compiled.expected[0].tensor.elements<float>();
                      for (size_t i = 0; i < expected.size(); ++i) {
                        if ((*sums)[i] == expected[i]) continue;
                        return fail("a sum of subnormal numbers is ", (*sums)[i], " instead of ", expected[i],
                                    ", and 'numerics' declares no flushing");
                      }
                      return pass("sums of subnormal numbers are exact");
                    });
}

Verdict run_nonfinite(Rig& rig) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  return with_model(rig, sum_of({infinity, -infinity, nan, infinity}, {1, 1, 1, -infinity}),
                    [](Device& device, const Compiled& compiled) {
                      if (declares(device, MORTISE_NUMERICS_FINITE_ONLY))
                        return skip("the provider declares that it does not carry NaN and infinities");
                      const Result<std::vector<float>> sums = run_floats(compiled);
                      if (!sums.ok()) return fail("run() failed: ", sums.status().message());
                      const auto expected = compiled.expected[0].tensor.elements<float>();
                      for (size_t i = 0; i < expected.size(); ++i) {
                        if ((*sums)[i] == expected[i] || (std::isnan((*sums)[i]) && std::isnan(expected[i]))) continue;
                        return fail("a sum with infinities or NaN is ", (*sums)[i], " instead of ", expected[i],
                                    ", and 'numerics' does not declare FINITE_ONLY");
                      }
                      return pass("NaN and infinities are carried through");
                    });
}

Verdict run_half_compute(Rig& rig) {
  // 1 + 2^-14 is 1 in float16 and in bfloat16.
  OpModel model{.op = "MatMul",
                .opset = 17,
                .inputs = {{Tensor::of<float>({1, 2}, {1.0f + 0x1p-14f, -1.0f})},
                           {Tensor::of<float>({2, 1}, {1.0f, 1.0f}), true}}};
  return with_model(rig, std::move(model), [](Device& device, const Compiled& compiled) {
    if (declares(device, MORTISE_NUMERICS_HALF_COMPUTE))
      return skip("the provider declares that it computes products of float32 in half precision");
    const Result<std::vector<float>> product = run_floats(compiled);
    if (!product.ok()) return fail("run() failed: ", product.status().message());
    if ((*product)[0] != 0x1p-14f)
      return fail("(1 + 2^-14) * 1 - 1 * 1 is ", (*product)[0], " instead of 2^-14, and 'numerics' does not declare ",
                  "HALF_COMPUTE");
    return pass("a product of float32 is computed in float32");
  });
}

Verdict run_half_accumulate(Rig& rig) {
  // In float16, 2048 + 1 is 2048.
  constexpr int64_t kTerms = 4096;
  std::vector<Half> ones(kTerms, static_cast<Half>(1.0f));
  OpModel model{.op = "MatMul",
                .opset = 17,
                .inputs = {{Tensor::of<Half>({1, kTerms}, std::span<const Half>(ones))},
                           {Tensor::of<Half>({kTerms, 1}, std::span<const Half>(ones)), true}}};
  return with_model(rig, std::move(model), [](Device& device, const Compiled& compiled) {
    if (declares(device, MORTISE_NUMERICS_HALF_ACCUMULATE))
      return skip("the provider declares that it accumulates float16 in float16");
    const RunOutcome outcome = compiled.session->run(compiled.graph->inputs, compiled.settings());
    if (!outcome.status.ok()) return fail("run() failed: ", outcome.status.message());
    const auto sum = static_cast<float>(outcome.outputs.at(0).tensor.elements<Half>()[0]);
    if (sum != kTerms)
      return fail("the sum of 4096 ones in float16 is ", sum, ", and 'numerics' does not declare HALF_ACCUMULATE");
    return pass("a sum of float16 is accumulated in float32");
  });
}

}  // namespace mortise::conformance::abi
