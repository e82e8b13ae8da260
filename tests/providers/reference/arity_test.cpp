// Nodes with fewer inputs than their operators need, which the core refuses, end in a sentence here too.
#include <gtest/gtest.h>

#include "providers/reference/registry.h"
#include "tests/support/run_op.h"

namespace mortise::reference {
namespace {

TEST(Arity, InputsThatAreMissingAreNotRead) {
  const Value tensor = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  size_t refused = 0;
  for (const OpEntry& entry : all_ops()) {
    for (size_t given = 0; given < 2; ++given) {
      SCOPED_TRACE(concat(entry.op_type, " ", entry.first_version, " with ", given, " inputs"));
      const auto result = test::run_op({.op = std::string(entry.op_type),
                                        .domain = std::string(entry.domain),
                                        .version = entry.first_version,
                                        .inputs = std::vector<Value>(given, tensor)});
      if (result.ok()) continue;
      EXPECT_FALSE(result.status().message().empty());
      ++refused;
    }
  }
  EXPECT_GT(refused, all_ops().size() / 2);
}

}  // namespace
}  // namespace mortise::reference
