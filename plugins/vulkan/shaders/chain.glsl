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

float sigmoid(float x) { return 1.0 / (1.0 + exp(-x)); }

// Without the loss of 1 + x near 0.
float log_1p(float x) {
  if (abs(x) > 0.03) return log(1.0 + x);
  return x * (1.0 - x * (0.5 - x * (0.33333333 - x * (0.25 - x * 0.2))));
}

float exp_m1(float x) {
  if (abs(x) > 0.1) return exp(x) - 1.0;
  return x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666667 + x * 0.0083333333))));
}

float hyperbolic_sine(float x) {
  if (abs(x) < 0.1) return x * (1.0 + x * x * (0.16666667 + x * x * 0.0083333333));
  return 0.5 * (exp(x) - exp(-x));
}

float hyperbolic_tangent(float x) {
  if (abs(x) < 0.1) return x * (1.0 - x * x * (0.33333333 - x * x * (0.13333333 - x * x * 0.053968254)));
  return sign(x) * (1.0 - 2.0 / (exp(2.0 * abs(x)) + 1.0));
}

// erfc(x) exp(x^2) is smooth in t = 1 / (1 + x / 2); the polynomial is its Chebyshev series of degree 8 over x from 0 to
// 4.2, error 6e-9. Near 0 the power series of erf.
float error_function(float x) {
  float v = abs(x);
  if (v < 0.5) {
    float s = x * x;
    return x * (1.1283792 - s * (0.37612639 - s * (0.11283792 - s * (0.026866171 - s * (0.0052239776 - s * 0.00085483270)))));
  }
  float t = 1.0 / (1.0 + 0.5 * v);
  float u = (2.0 * t - 1.3225806) / 0.67741935;
  float g = 0.421010567 + u * (0.411777379 + u * (0.145931263 + u * (0.0237219757 + u * (-0.00163282261 +
            u * (-0.000941767177 + u * (0.000104365122 + u * (0.0000381702628 - u * 0.00000912817455)))))));
  return v > 4.2 ? sign(x) : sign(x) * (1.0 - g * exp(-v * v));
}

// Vulkan lets drivers be as wrong as 2^-12 here. The series converges for |x| <= tan(pi / 8); larger ones are halved by
// atan(x) = 2 atan(x / (1 + sqrt(1 + x^2))).
float arctangent(float x) {
  if (is_nan(F(x))) return x;
  float v = abs(x);
  float w = v > 1.0 ? 1.0 / v : v;
  float h = w / (1.0 + sqrt(1.0 + w * w));
  float s = h * h;
  float r = 2.0 * h * (1.0 - s * (0.33333333 - s * (0.2 - s * (0.14285714 - s * (0.11111111 - s * (0.090909091 - s * 0.076923077))))));
  if (v > 1.0) r = 1.5707963267948966 - r;
  return x < 0.0 ? -r : r;
}

float arcsine(float x) {
  if (abs(x) >= 1.0) return abs(x) > 1.0 ? uintBitsToFloat(0x7fc00000u) : sign(x) * 1.5707963267948966;
  return arctangent(x / sqrt((1.0 - x) * (1.0 + x)));
}

// pow() of GLSL has no negative bases.
float power(float x, float y) {
  if (y == 0.0) return 1.0;
  if (y == 1.0) return x;
  if (y == 2.0) return x * x;
  if (x == 0.0) return y > 0.0 ? 0.0 : uintBitsToFloat(0x7f800000u);
  float magnitude = pow(abs(x), y);
  if (x > 0.0) return magnitude;
  if (floor(y) != y) return uintBitsToFloat(0x7fc00000u);
  return abs(y - 2.0 * floor(0.5 * y)) == 1.0 ? -magnitude : magnitude;
}

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
