// Which seeds a test takes that draws what it tests.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace mortise::test {

struct Seeds {
  uint32_t begin;
  uint32_t end;
  bool is_replay;  // one that was asked for by its number
};

// `many` seeds, of which a test that is cut into blocks takes those of its block. The environment changes that:
// MORTISE_SEED=1234 replays the one whose failure named it, MORTISE_SEEDS_PERCENT=20 takes a fifth as many (the presets do,
// in which everything is slow) and 1000 ten times as many. At least one; throws where a variable is no number.
inline Seeds seeds(uint32_t many, uint32_t block = 0) {
  const auto number = [](const char* text) { return static_cast<uint32_t>(std::stoul(text)); };
  if (const char* only = std::getenv("MORTISE_SEED")) return {number(only), number(only) + 1, true};
  const char* percent = std::getenv("MORTISE_SEEDS_PERCENT");
  const uint64_t scaled = uint64_t{many} * (percent != nullptr ? number(percent) : 100) / 100;
  const auto taken = static_cast<uint32_t>(scaled < 1 ? 1 : scaled);
  return {block * taken, (block + 1) * taken, false};
}

}  // namespace mortise::test
