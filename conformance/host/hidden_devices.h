// Makes this process one on a machine without accelerators, as far as a program can.
#pragma once

namespace mortise::conformance {

// From now on and for ever: drivers that are found through the usual environment variables are hidden (Vulkan, OpenCL,
// CUDA, ROCm, Level Zero), and no device driver answers: ioctl() fails with ENODEV in every thread. False if the kernel
// does not let a process do the latter; then only the former holds.
bool hide_devices();

}  // namespace mortise::conformance
