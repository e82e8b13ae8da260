// A Vulkan loader between the provider and the system's, for option 'loader': it passes everything on, except that it
// answers as a lesser device would, or as one that fails, where a test asks for it.
#pragma once

#include <atomic>
#include <string>

namespace mortise::test {

struct LoaderFaults {
  std::atomic<bool> lacks_16bit_storage{false};
};

// Of the library, which is there once; tests leave them as they found them.
LoaderFaults& loader_faults();

// As vulkan_options(), with this loader.
std::string faulty_options(const std::string& more = "");

}  // namespace mortise::test
