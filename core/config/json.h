// Strict JSON for files that people write: duplicate keys, deep nesting and anything after the end are errors.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {

inline constexpr size_t kMaxJsonDepth = 64;
inline constexpr size_t kMaxJsonBytes = size_t{16} << 20;

// Errors are sentences such as "line 3, column 7: the key 'id' appears twice".
Result<nlohmann::json> parse_json(std::string_view text);

// A file's content; fails above kMaxJsonBytes. Errors begin with the path.
Result<std::string> read_text_file(const std::string& path);

}  // namespace mortise
