// Which seeds a test takes that draws what it tests.
#ifndef MORTISE_TESTS_SUPPORT_SEEDS_H_
#define MORTISE_TESTS_SUPPORT_SEEDS_H_

#include <cstdint>
#include <cstdlib>

namespace mortise::test {

struct Seeds {
  uint32_t begin;
  uint32_t end;
  bool is_replay;  // one that was asked for by its number
};

// The `many` from `begin` on. The environment changes that: MORTISE_SEED=1234 replays the one whose failure named it,
// MORTISE_SEEDS_PERCENT=20 takes the first fifth (the presets do, in which everything is slow) and 1000 ten times as many.
inline Seeds seeds(uint32_t many, uint32_t begin = 0) {
  const auto number = [](const char* text) { return static_cast<uint32_t>(std::strtoul(text, nullptr, 10)); };
  if (const char* only = std::getenv("MORTISE_SEED")) return {number(only), number(only) + 1, true};
  const char* percent = std::getenv("MORTISE_SEEDS_PERCENT");
  const uint64_t taken = uint64_t{many} * (percent != nullptr ? number(percent) : 100) / 100;
  return {begin, begin + static_cast<uint32_t>(taken < 1 ? 1 : taken), false};
}

}  // namespace mortise::test

#endif
