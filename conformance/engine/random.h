// Random numbers of a case: the same for the same seed with every compiler and standard library, which the standard's
// distributions are not.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <string_view>

#include "conformance/engine/hash.h"

namespace mortise::conformance {

using Random = std::mt19937_64;

// 0 to bound - 1; bound is not 0.
inline uint64_t below(Random& random, uint64_t bound) { return random() % bound; }
// low to high, both included.
inline int64_t between(Random& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(below(random, static_cast<uint64_t>(high - low) + 1));
}
inline bool chance(Random& random, uint32_t percent) { return below(random, 100) < percent; }
// An element of a container that is not empty.
template <class Container>
const auto& choose(Random& random, const Container& container) {
  return container[below(random, std::size(container))];
}

// The stream of a name in a run with this seed.
inline Random stream_of(uint64_t seed, std::string_view name) { return Random(seed ^ hash_of(name)); }

}  // namespace mortise::conformance
