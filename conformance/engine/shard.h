// Shard: one of several runs that together are a whole one, each perhaps on a machine of its own.
//
// A case belongs to a shard by its name and the number of shards alone, so that more or other cases move none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

inline constexpr uint32_t kMaxShards = 100000;

struct Shard {
  uint32_t index = 1;  // from 1 to count
  uint32_t count = 1;

  bool whole() const { return count == 1; }
  bool contains(std::string_view case_name) const;
  bool operator==(const Shard&) const = default;
};

// "2/4": the second of four.
Result<Shard> parse_shard(std::string_view text);

// A variable of the environment, or nothing.
using Variables = std::function<std::optional<std::string>(const char* name)>;
// The shard that a scheduler asks for: GTEST_TOTAL_SHARDS with GTEST_SHARD_INDEX or, failing that,
// JOB_COMPLETION_INDEX, both of which count from 0. The whole where GTEST_TOTAL_SHARDS is not set. Makes the file that
// TEST_SHARD_STATUS_FILE names, by which Bazel sees that its shards are heeded.
Result<Shard> shard_of(const Variables& variables);

}  // namespace mortise::conformance
