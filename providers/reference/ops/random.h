// Random numbers that depend on a seed and a counter alone: equal seeds give equal tensors, whatever the threads.
#pragma once

#include <cstdint>

#include "providers/reference/kernel.h"

namespace mortise::reference {

// SplitMix64 of a counter.
inline uint64_t random_bits(uint64_t seed, uint64_t counter) {
  uint64_t z = seed + (counter + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// In [0, 1).
inline double uniform(uint64_t seed, uint64_t counter) {
  return static_cast<double>(random_bits(seed, counter) >> 11) * 0x1p-53;
}

// The seed of a node that names none: nodes of one model draw different numbers, each the same in every run. It comes
// from the name of the node's first output (FNV-1a), which no other value of the model has.
inline uint64_t own_seed(const NodeSpec& node) {
  uint64_t hash = 0xcbf29ce484222325u;
  if (!node.has_output(0)) return hash;
  for (const char c : sdk::ValueView(node.graph(), node.outputs()[0]).name()) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace mortise::reference
