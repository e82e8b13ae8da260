// SPDX-License-Identifier: Apache-2.0
//
// Storage: how elements lie in memory. Shaders compute with 32 bits; whatever they read and write goes through here.
// Constant 10 says how the output lies, constant 11 how input 0 does, those behind it how the other inputs do.
//
// HALVES: invocations write elements of 16 bits one by one, for which a device needs storageBuffer16BitAccess. Reading
// them, or writing two at once, needs nothing.

#ifdef HALVES
#extension GL_EXT_shader_16bit_storage : require
#endif

layout(constant_id = 10) const uint OUTPUT = 0u;
layout(constant_id = 11) const uint INPUT0 = 0u;

// The low four bits of these constants.
const uint kWord = 0u;
const uint kByte = 1u;
const uint kSignedByte = 2u;
const uint kHalf = 3u;

layout(std430, set = 0, binding = 0) buffer Output { uint words[]; } output_;
#ifdef HALVES
layout(std430, set = 0, binding = 0) buffer OutputHalves { uint16_t halves[]; } output_halves;
#endif

#define F(value) floatBitsToUint(value)

bool is_nan(uint bits) { return (bits & 0x7fffffffu) > 0x7f800000u; }

// The half nearest to a float32, ties to even; packHalf2x16() may round towards zero.
uint half_of(uint bits) {
  uint sign_bit = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign_bit | 0x7e00u;
  // From 65520 on the nearest is infinity.
  if (magnitude >= 0x477ff000u) return sign_bit | 0x7c00u;
  // Below 2^-14 halves are multiples of 2^-24.
  if (magnitude < 0x38800000u) return sign_bit | uint(roundEven(uintBitsToFloat(magnitude) * 16777216.0));
  return sign_bit | ((magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13);
}

// Element i of a buffer as 32 bits: an integer, truth, or a float32.
#define DEFINE_ELEMENT(name, buffer_, kind)                                                                             \
  uint name(uint i) {                                                                                                   \
    uint form = kind & 15u;                                                                                             \
    if (form == kWord) return buffer_.words[i];                                                                         \
    if (form == kByte) return bitfieldExtract(buffer_.words[i >> 2], int(i & 3u) * 8, 8);                               \
    if (form == kSignedByte) return uint(bitfieldExtract(int(buffer_.words[i >> 2]), int(i & 3u) * 8, 8));              \
    vec2 halves = unpackHalf2x16(buffer_.words[i >> 1]);                                                                \
    return F((i & 1u) == 0u ? halves.x : halves.y);                                                                     \
  }

// Writes element i of an output of words or halves.
void store(uint i, uint value) {
#ifdef HALVES
  if (OUTPUT == kHalf) {
    output_halves.halves[i] = uint16_t(half_of(value));
    return;
  }
#endif
  output_.words[i] = value;
}
