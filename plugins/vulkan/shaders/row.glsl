// SPDX-License-Identifier: Apache-2.0
//
// Rows: shaders in which the elements of a row meet. LANES invocations (constant 1, a power of two) share a row; a
// workgroup has as many rows as fit. With one lane there is no barrier, which suits CPUs. Every invocation takes part to
// the end, those beyond the last row too.

layout(constant_id = 1) const uint LANES = 1u;

shared float lanes_[256];

uint lane() { return gl_LocalInvocationID.x % LANES; }
uint row_index() { return group_index() * (gl_WorkGroupSize.x / LANES) + gl_LocalInvocationID.x / LANES; }

float larger(float a, float b) { return is_nan(F(a)) || a > b ? a : b; }

#define DEFINE_ROW_FUNCTION(name, join)                                      \
  float name(float value) {                                                  \
    if (LANES == 1u) return value;                                           \
    uint me = gl_LocalInvocationID.x;                                        \
    lanes_[me] = value;                                                      \
    barrier();                                                               \
    for (uint width = LANES / 2u; width > 0u; width /= 2u) {                 \
      if (lane() < width) lanes_[me] = join(lanes_[me], lanes_[me + width]); \
      barrier();                                                             \
    }                                                                        \
    float result = lanes_[me - lane()];                                      \
    barrier();                                                               \
    return result;                                                           \
  }
#define SUM(a, b) ((a) + (b))
#define PRODUCT(a, b) ((a) * (b))
DEFINE_ROW_FUNCTION(row_sum, SUM)
DEFINE_ROW_FUNCTION(row_product, PRODUCT)
DEFINE_ROW_FUNCTION(row_max, larger)
