// Usage: a trace added up: where the time of its runs went, by provider, by node and by copies.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mortise/core/trace.h"

namespace mortise::tool {

struct ProviderUsage {
  std::string id;
  uint64_t segments = 0;  // calls
  uint64_t ns = 0;        // within them; of the core: with the bodies that it runs
  uint64_t copies_in = 0, bytes_in = 0, ns_in = 0;
  uint64_t copies_out = 0, bytes_out = 0, ns_out = 0;
};

struct NodeUsage {
  // Of the node. Otherwise of what a provider did that belongs to no node ("dma-in"), or of a segment whose provider
  // tells nothing of its inside ("conv1 and 4 more").
  std::string name;
  std::string op;  // empty where it is no node
  std::string provider;
  uint64_t calls = 0;
  uint64_t ns = 0;  // an event that covers several nodes counts for each in equal parts
};

struct Usage {
  uint32_t runs = 0;
  uint64_t dropped = 0;                  // events that the trace does not have
  std::vector<ProviderUsage> providers;  // those that did something, in the trace's order
  std::vector<NodeUsage> nodes;          // the costliest first
};

Usage usage_of(const Trace& trace);

}  // namespace mortise::tool
