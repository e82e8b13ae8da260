// Options of providers: checked and completed before a provider sees them.
#include "core/config/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mortise {
namespace {

using ::testing::StartsWith;

constexpr std::string_view kSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "sram_kib": { "type": "integer", "minimum": 1, "maximum": 4096, "default": 256 },
    "faults": {
      "type": "object", "additionalProperties": false, "default": {},
      "properties": { "at": { "enum": ["never", "run"], "default": "never" } }
    }
  }
})";

std::string complete(std::string_view options) {
  const auto completed = complete_options(kSchema, options, "/providers/0/options");
  return completed.ok() ? *completed : completed.status().message();
}

TEST(Options, AreCompletedWithDefaults) {
  EXPECT_EQ(complete("{}"), R"({"faults":{"at":"never"},"sram_kib":256})");
  EXPECT_EQ(complete(R"({"sram_kib": 5, "faults": {"at": "run"}})"), R"({"faults":{"at":"run"},"sram_kib":5})");
}

TEST(Options, AreCheckedWithThePlaceInTheConfiguration) {
  EXPECT_EQ(complete(R"({"sram_kb": 5})"), "/providers/0/options/sram_kb: unknown key, did you mean 'sram_kib'?");
  EXPECT_THAT(complete(R"({"sram_kib": 0})"), StartsWith("/providers/0/options/sram_kib: expected number greater"));
  EXPECT_THAT(complete(R"({"faults": {"at": "x"}})"),
              StartsWith("/providers/0/options/faults/at: is none of the allowed"));
  EXPECT_THAT(complete("[]"), StartsWith("/providers/0/options: options are a JSON object"));
}

TEST(Options, DoNotExistUnderAnEmptySchema) {
  EXPECT_TRUE(complete_options("{}", "{}", "/o").ok());
  EXPECT_EQ(complete_options("{}", R"({"a": 1})", "/o").status().message(), "/o/a: unknown key; none is known here");
}

TEST(Options, OfABadSchemaAreAnErrorAndNoCrash) {
  for (const char* schema : {"{", "[]", R"({"type": "thing"})", R"({"properties": {"a": {"$ref": "#"}}})",
                             R"({"properties": {"a": {"pattern": "("}}})"}) {
    const auto completed = complete_options(schema, R"({"a": "x"})", "/o");
    EXPECT_EQ(completed.status().code(), StatusCode::kFailedPrecondition) << schema;
  }
}

}  // namespace
}  // namespace mortise
