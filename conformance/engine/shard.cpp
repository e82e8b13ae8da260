#include "conformance/engine/shard.h"

#include <charconv>
#include <fstream>

#include "conformance/engine/hash.h"

namespace mortise::conformance {

namespace {

std::optional<uint32_t> number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

bool Shard::contains(std::string_view case_name) const {
  // The upper half: the lower bits of FNV-1a depend on few bits of the text.
  return (hash_of(case_name) >> 32) % count == index - 1;
}

Result<Shard> parse_shard(std::string_view text) {
  const size_t slash = text.find('/');
  const auto index = number(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : number(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count || *count > kMaxShards) {
    return invalid_argument("'", text, "' is no shard; write I/N with I from 1 to N and N up to ", kMaxShards,
                            ", such as 2/4");
  }
  return Shard{*index, *count};
}

Result<Shard> shard_of(const Variables& variables) {
  const std::optional<std::string> total = variables("GTEST_TOTAL_SHARDS");
  if (!total) return Shard{};
  const char* name = "GTEST_SHARD_INDEX";
  std::optional<std::string> index = variables(name);
  if (!index) index = variables(name = "JOB_COMPLETION_INDEX");
  if (!index) {
    return invalid_argument(
        "GTEST_TOTAL_SHARDS is set, but neither GTEST_SHARD_INDEX nor JOB_COMPLETION_INDEX says which shard this is");
  }
  const auto count = number(*total), from_zero = number(*index);
  if (!count || *count < 1 || *count > kMaxShards || !from_zero || *from_zero >= *count) {
    return invalid_argument(name, "=", *index, " with GTEST_TOTAL_SHARDS=", *total,
                            ": the index counts from 0 and is less than the total, which is at most ", kMaxShards);
  }
  if (const std::optional<std::string> status = variables("TEST_SHARD_STATUS_FILE"); status && !status->empty()) {
    if (!std::ofstream(*status, std::ios::app)) {
      return make_error(StatusCode::kPermissionDenied, "TEST_SHARD_STATUS_FILE=", *status, " cannot be made");
    }
  }
  return Shard{*from_zero + 1, *count};
}

}  // namespace mortise::conformance
