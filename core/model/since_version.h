// SinceVersions: the version of an operator that an opset import selects, remembered per operator.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "core/graph/string_table.h"

namespace mortise {

// Not thread-safe.
class SinceVersions {
 public:
  // The newest since-version not above `opset`, 0 where even the first is or the operator is deprecated; `opset` itself
  // for an operator that nobody here knows.
  int32_t resolve(Symbol domain, Symbol op_type, int64_t opset);

 private:
  std::map<std::tuple<const char*, const char*, int64_t>, int32_t> known_;
};

}  // namespace mortise
