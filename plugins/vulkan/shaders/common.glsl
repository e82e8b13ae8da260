// SPDX-License-Identifier: Apache-2.0
//
// What every shader shares. Constant 0 is the size of the workgroup along x.

#include "storage.glsl"

layout(local_size_x_id = 0) in;

// The number of this workgroup; the dispatch is cut into rows where there are more groups than one axis takes.
uint group_index() { return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x; }

// The number of this invocation.
uint invocation_index() { return group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x; }
