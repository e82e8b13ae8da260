// SPDX-License-Identifier: Apache-2.0
//
// See pointwise.h. The elements of the output are taken block by block in their order in memory; an input that lies in
// the same order is read where it is, any other is gathered into its register first.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/pointwise.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "hwy/highway.h"
#include "mortise/sdk/float16.h"
#include "plugins/neon_cpu/kernels/math-inl.h"
#include "plugins/neon_cpu/kernels/pointwise.h"

#ifndef MORTISE_NEON_POINTWISE_BLOCK
#define MORTISE_NEON_POINTWISE_BLOCK
namespace mortise::neon {
// Elements of a block: all registers together stay within 24 KiB of the first-level cache.
inline uint64_t pointwise_block(uint64_t registers) {
  return std::clamp<uint64_t>(6144 / std::max<uint64_t>(registers, 1) / 64 * 64, 128, 1024);
}

inline uint64_t element_bytes(Element element) {
  switch (element) {
    case Element::kF32:
    case Element::kI32:
      return 4;
    case Element::kF16:
      return 2;
    case Element::kBool:
    case Element::kU8:
    case Element::kI8:
      return 1;
    case Element::kI64:
      return 8;
  }
  return 0;
}

inline uint64_t volume(const std::vector<uint64_t>& extents) {
  return std::accumulate(extents.begin(), extents.end(), uint64_t{1}, std::multiplies<>());
}
}  // namespace mortise::neon
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

using StepFunction = void (*)(const PointwiseStep& step, const float* a, const float* b, const float* c, size_t n,
                              float* to);

template <class Op, int kArity>
void RunStep(const PointwiseStep& step, const float* a, const float* b, const float* c, size_t n, float* to) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  const Vec none = hn::Zero(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(Op::Run(kArity > 0 ? hn::LoadU(d, a + i) : none, kArity > 1 ? hn::LoadU(d, b + i) : none,
                       kArity > 2 ? hn::LoadU(d, c + i) : none, step.alpha, step.beta),
               d, to + i);
  }
  if (i == n) return;
  StoreFirst(Op::Run(kArity > 0 ? LoadFirst(a + i, n - i) : none, kArity > 1 ? LoadFirst(b + i, n - i) : none,
                     kArity > 2 ? LoadFirst(c + i, n - i) : none, step.alpha, step.beta),
             to + i, n - i);
}

#define MORTISE_POINTWISE(name, arity, expression)                                                    \
  struct name##Op {                                                                                   \
    static HWY_INLINE Vec Run([[maybe_unused]] Vec a, [[maybe_unused]] Vec b, [[maybe_unused]] Vec c, \
                              [[maybe_unused]] float alpha, [[maybe_unused]] float beta) {            \
      return expression;                                                                              \
    }                                                                                                 \
  };
#include "plugins/neon_cpu/kernels/pointwise_ops.inc"
#undef MORTISE_POINTWISE

constexpr StepFunction kSteps[] = {
#define MORTISE_POINTWISE(name, arity, expression) &RunStep<name##Op, arity>,
#include "plugins/neon_cpu/kernels/pointwise_ops.inc"
#undef MORTISE_POINTWISE
};

// One run of an input, `stride` elements apart, as floats.
template <class T>
void GatherRun(const void* from, int64_t stride, uint64_t n, float* to) {
  const T* const x = static_cast<const T*>(from);
  if (stride == 0) {
    std::fill(to, to + n, static_cast<float>(*x));
  } else if (stride == 1) {
    for (uint64_t i = 0; i < n; ++i) to[i] = static_cast<float>(x[i]);
  } else {
    for (uint64_t i = 0; i < n; ++i) to[i] = static_cast<float>(x[static_cast<int64_t>(i) * stride]);
  }
}

template <class T>
T Saturated(float value) {
  if (std::isnan(value)) return 0;
  // The limits of wide integers are not floats; those next to them, outside, are.
  if (value >= static_cast<float>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  if (value <= static_cast<float>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<T>(std::nearbyint(value));
}

template <class T>
void StoreSaturated(const float* from, uint64_t n, void* to) {
  for (uint64_t i = 0; i < n; ++i) static_cast<T*>(to)[i] = Saturated<T>(from[i]);
}

void StoreAs(Element element, const float* from, uint64_t n, void* to) {
  switch (element) {
    case Element::kF32:
      std::memcpy(to, from, n * sizeof(float));
      return;
    case Element::kF16:
      for (uint64_t i = 0; i < n; ++i) static_cast<Half*>(to)[i] = Half(from[i]);
      return;
    case Element::kBool:
      for (uint64_t i = 0; i < n; ++i) static_cast<uint8_t*>(to)[i] = from[i] != 0;
      return;
    case Element::kU8:
      return StoreSaturated<uint8_t>(from, n, to);
    case Element::kI8:
      return StoreSaturated<int8_t>(from, n, to);
    case Element::kI32:
      return StoreSaturated<int32_t>(from, n, to);
    case Element::kI64:
      return StoreSaturated<int64_t>(from, n, to);
  }
}

void Gather(Element element, const void* from, int64_t stride, uint64_t n, float* to) {
  switch (element) {
    case Element::kF32:
      return GatherRun<float>(from, stride, n, to);
    case Element::kF16:
      return GatherRun<Half>(from, stride, n, to);
    case Element::kBool:
    case Element::kU8:
      return GatherRun<uint8_t>(from, stride, n, to);
    case Element::kI8:
      return GatherRun<int8_t>(from, stride, n, to);
    case Element::kI32:
      return GatherRun<int32_t>(from, stride, n, to);
    case Element::kI64:
      return GatherRun<int64_t>(from, stride, n, to);
  }
}

// Elements [at, at + n) of the output's order of one input: where they are, or gathered to `to`.
const float* Fetch(const PointwisePlan& plan, const PointwiseInput& input, const void* data, uint64_t at, uint64_t n,
                   float* to) {
  const size_t rank = plan.extents.size();
  uint64_t index[kMaxPointwiseRank];
  int64_t offset = 0;
  for (size_t axis = rank; axis-- > 0; at /= plan.extents[axis]) {
    index[axis] = at % plan.extents[axis];
    offset += static_cast<int64_t>(index[axis]) * input.strides[axis];
  }
  const uint64_t inner = plan.extents[rank - 1];
  const auto size = static_cast<int64_t>(element_bytes(input.element));
  const int64_t stride = input.strides[rank - 1];
  if (input.element == Element::kF32 && stride == 1 && (rank == 1 || n <= inner - index[rank - 1])) {
    return static_cast<const float*>(data) + offset;
  }
  for (float* const end = to + n; to < end;) {
    const uint64_t run = std::min<uint64_t>(inner - index[rank - 1], static_cast<uint64_t>(end - to));
    Gather(input.element, static_cast<const std::byte*>(data) + offset * size, stride, run, to);
    to += run;
    offset += static_cast<int64_t>(run) * stride;
    index[rank - 1] += run;
    for (size_t axis = rank - 1; axis > 0 && index[axis] == plan.extents[axis]; --axis) {
      offset += input.strides[axis - 1] - static_cast<int64_t>(plan.extents[axis]) * input.strides[axis];
      index[axis] = 0;
      ++index[axis - 1];
    }
  }
  return to - n;
}

void Pointwise(const PointwisePlan& plan, const void* const* inputs, void* output, uint64_t begin, uint64_t end,
               std::byte* scratch) {
  const uint64_t block = pointwise_block(plan.registers), total = volume(plan.extents);
  float* const memory = reinterpret_cast<float*>(scratch);
  const float* registers[kMaxPointwiseRegisters] = {};
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t at = item * block, n = std::min(block, total - at);
    for (size_t i = 0; i < plan.inputs.size(); ++i) {
      // A number for all elements was spread over the whole block the first time.
      const bool number = plan.extents.size() == 1 && plan.inputs[i].strides[0] == 0;
      if (number && item != begin) continue;
      registers[i] = Fetch(plan, plan.inputs[i], inputs[i], at, n, memory + i * block);
    }
    for (const PointwiseStep& step : plan.steps) {
      const bool direct = &step == &plan.steps.back() && plan.output == Element::kF32;
      float* const to = direct ? static_cast<float*>(output) + at : memory + step.to * block;
      kSteps[static_cast<size_t>(step.op)](step, registers[step.a], registers[step.b], registers[step.c], n, to);
      registers[step.to] = to;
    }
    if (plan.output == Element::kF32) continue;
    StoreAs(plan.output, registers[plan.steps.back().to], n,
            static_cast<std::byte*>(output) + at * element_bytes(plan.output));
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Pointwise);

int pointwise_arity(PointwiseOp op) {
  static constexpr int kArities[] = {
#define MORTISE_POINTWISE(name, arity, expression) arity,
#include "plugins/neon_cpu/kernels/pointwise_ops.inc"
#undef MORTISE_POINTWISE
  };
  return kArities[static_cast<size_t>(op)];
}

PointwisePlan plan_pointwise(std::vector<PointwiseStep> steps, std::vector<PointwiseInput> inputs, Element output,
                             std::span<const uint64_t> extents) {
  PointwisePlan plan{.inputs = std::move(inputs), .output = output};
  std::vector<std::vector<int64_t>> strides(plan.inputs.size());
  // From the last axis on: an axis joins the one behind it where every input steps over that one evenly.
  for (size_t axis = extents.size(); axis-- > 0;) {
    if (extents[axis] == 1) continue;
    bool joins = !plan.extents.empty();
    for (size_t i = 0; joins && i < plan.inputs.size(); ++i) {
      joins = plan.inputs[i].strides[axis] == static_cast<int64_t>(plan.extents.front()) * strides[i].front();
    }
    if (joins) {
      plan.extents.front() *= extents[axis];
      continue;
    }
    plan.extents.insert(plan.extents.begin(), extents[axis]);
    for (size_t i = 0; i < plan.inputs.size(); ++i) {
      strides[i].insert(strides[i].begin(), plan.inputs[i].strides[axis]);
    }
  }
  if (plan.extents.size() > kMaxPointwiseRank) return {};
  if (plan.extents.empty()) {
    plan.extents = {1};
    strides.assign(plan.inputs.size(), {1});
  }
  plan.registers = plan.inputs.size();
  for (const PointwiseStep& step : steps) plan.registers = std::max<uint64_t>(plan.registers, step.to + 1u);
  double bytes = static_cast<double>(element_bytes(output));
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    plan.inputs[i].strides = std::move(strides[i]);
    bytes += static_cast<double>(element_bytes(plan.inputs[i].element));
  }
  const uint64_t block = pointwise_block(plan.registers);
  plan.work.items = (volume(plan.extents) + block - 1) / block;
  plan.work.ns_per_item = static_cast<double>(block) * (0.1 * static_cast<double>(steps.size()) + bytes / 40);
  plan.work.scratch_bytes = plan.registers * block * sizeof(float);
  plan.steps = std::move(steps);
  return plan;
}

void pointwise(const PointwisePlan& plan, const void* const* inputs, void* output, uint64_t begin, uint64_t end,
               std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(Pointwise)(plan, inputs, output, begin, end, scratch);
}

}  // namespace mortise::neon
#endif
