#include "conformance/engine/random.h"

namespace mortise::conformance {

Random stream_of(uint64_t seed, std::string_view name) {
  // FNV-1a: a number for a name that is the same on every machine and in every version (std::hash need not be).
  uint64_t hash = 14695981039346656037u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return Random(seed ^ hash);
}

}  // namespace mortise::conformance
