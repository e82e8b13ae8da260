// SPDX-License-Identifier: Apache-2.0
//
// The chain: up to eight pointwise steps that a shader applies to each element before it writes it. This is how
// operators are fused: a convolution's bias, the normalisation after it, a sum with another tensor and an activation are
// all steps of the convolution's chain.
//
// What the steps are is fixed when the pipeline is made (specialization constants), so that the driver compiles only
// what is used; their numbers and the strides of broadcast operands are in the buffer `program`. See chain.h, which
// writes both. Bindings: 0 the output, 1 the program, 2 … 7 inputs 0 … 5, the shader's own first.

layout(constant_id = 12) const uint INPUT1 = 0u;
layout(constant_id = 13) const uint INPUT2 = 0u;
layout(constant_id = 14) const uint INPUT3 = 0u;
layout(constant_id = 15) const uint INPUT4 = 0u;
layout(constant_id = 16) const uint INPUT5 = 0u;
layout(constant_id = 17) const uint STEP0 = 0u;
layout(constant_id = 18) const uint STEP1 = 0u;
layout(constant_id = 19) const uint STEP2 = 0u;
layout(constant_id = 20) const uint STEP3 = 0u;
layout(constant_id = 21) const uint STEP4 = 0u;
layout(constant_id = 22) const uint STEP5 = 0u;
layout(constant_id = 23) const uint STEP6 = 0u;
layout(constant_id = 24) const uint STEP7 = 0u;

layout(std430, set = 0, binding = 1) readonly buffer Program {
  uint rank;
  uint dims[8];
  uint strides[48];
  uint numbers[16];
} program;
layout(std430, set = 0, binding = 2) readonly buffer Input0 { uint words[]; } input0;
layout(std430, set = 0, binding = 3) readonly buffer Input1 { uint words[]; } input1;
layout(std430, set = 0, binding = 4) readonly buffer Input2 { uint words[]; } input2;
layout(std430, set = 0, binding = 5) readonly buffer Input3 { uint words[]; } input3;
layout(std430, set = 0, binding = 6) readonly buffer Input4 { uint words[]; } input4;
layout(std430, set = 0, binding = 7) readonly buffer Input5 { uint words[]; } input5;

// Where an element lies (bits 4 … 7 of INPUT…), and whether the chain reads it at all.
const uint kInOrder = 0u;
const uint kScalar = 1u;
const uint kStrided = 2u;
const uint kOperand = 256u;

#include "functions.glsl"

uint place_of(uint input_index, uint kind, uint element) {
  uint where = kind >> 4 & 15u;
  if (where == kInOrder) return element;
  if (where == kScalar) return 0u;
  uint place = 0u;
  for (uint axis = program.rank; axis-- > 0u;) {
    uint extent = program.dims[axis];
    place += element % extent * program.strides[input_index * 8u + axis];
    element /= extent;
  }
  return place;
}

DEFINE_ELEMENT(element0, input0, INPUT0)
DEFINE_ELEMENT(element1, input1, INPUT1)
DEFINE_ELEMENT(element2, input2, INPUT2)
DEFINE_ELEMENT(element3, input3, INPUT3)
DEFINE_ELEMENT(element4, input4, INPUT4)
DEFINE_ELEMENT(element5, input5, INPUT5)

// For the shader's own inputs: element i, a float32.
float load0(uint i) { return uintBitsToFloat(element0(i)); }
float load1(uint i) { return uintBitsToFloat(element1(i)); }

// Every operand is read once, before the steps: what is not inlined for each of them need not be compiled either.
#define READ(element_of, kind, index, element) ((kind & kOperand) == 0u ? 0u : element_of(place_of(index, kind, element)))

struct Operands { uint values[6]; };

// An operand: input 0 … 5, or the number `number` of the step.
uint operand(Operands operands, uint which, uint number) { return which < 6u ? operands.values[which] : number; }

uint apply_step(uint step_word, uint at, uint a, Operands operands) {
  if (step_word == 0u) return a;
  uint pb = program.numbers[2u * at];
  uint qb = program.numbers[2u * at + 1u];
  uint b = operand(operands, step_word >> 8 & 15u, pb);
  uint c = operand(operands, step_word >> 12 & 15u, qb);
  float x = uintBitsToFloat(a), y = uintBitsToFloat(b);
  float p = uintBitsToFloat(pb), q = uintBitsToFloat(qb);
  uint result = a;
  switch (step_word & 255u) {
#define POINT_OP(name, code, expression) \
  case code:                             \
    result = expression;                 \
    break;
#include "point_ops.inc"
#undef POINT_OP
  }
  return result;
}

// What the chain makes of `value` as element `element` of the output.
uint apply_chain(uint value, uint element) {
  if (STEP0 == 0u) return value;
  Operands operands = Operands(uint[6](READ(element0, INPUT0, 0u, element), READ(element1, INPUT1, 1u, element),
                                       READ(element2, INPUT2, 2u, element), READ(element3, INPUT3, 3u, element),
                                       READ(element4, INPUT4, 4u, element), READ(element5, INPUT5, 5u, element)));
  value = apply_step(STEP0, 0u, value, operands);
  value = apply_step(STEP1, 1u, value, operands);
  value = apply_step(STEP2, 2u, value, operands);
  value = apply_step(STEP3, 3u, value, operands);
  value = apply_step(STEP4, 4u, value, operands);
  value = apply_step(STEP5, 5u, value, operands);
  value = apply_step(STEP6, 6u, value, operands);
  return apply_step(STEP7, 7u, value, operands);
}

// Finishes a float32 element of the output: for shaders whose output is float32.
void write(uint element, float value) { store(element, apply_chain(F(value), element)); }
