// A Vulkan loader between the provider and the system's, for option 'loader': it passes everything on, except that it
// answers as a lesser device would, or as one that fails, where a test asks for it.
#pragma once

#include <atomic>
#include <string>

namespace mortise::test {

struct LoaderFaults {
  // The device writes no elements of 16 bits.
  std::atomic<bool> lacks_16bit_storage{false};
  // Before the device's one memory type come three that look better and that no buffer may lie in, or none for long.
  std::atomic<bool> offers_odd_memory{false};
  // vkAllocateCommandBuffers finds no memory so many times.
  std::atomic<int> command_buffers_to_fail{0};
  // No fence is ever seen signalled; counted are the waits for one.
  std::atomic<bool> never_signals{false};
  std::atomic<int> waits{0};
  // Counted are the calls of vkQueueSubmit.
  std::atomic<int> submissions{0};
  // vkCreatePipelineCache fails if it is given data; kept is how many bytes it was given last.
  std::atomic<bool> refuses_cache_data{false};
  std::atomic<size_t> cache_data_size{0};
};

// Of the library, which is there once; tests leave them as they found them.
LoaderFaults& loader_faults();

// As vulkan_options(), with this loader.
std::string faulty_options(const std::string& more = "");

}  // namespace mortise::test
