// read_options(): a provider's options against its own schema.
#include "mortise/sdk/options.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace mortise::sdk {
namespace {

using testing::HasSubstr;

constexpr char kSchema[] = R"({"type": "object", "properties": {
  "size": {"type": "integer", "minimum": 1, "maximum": 8, "default": 4},
  "ratio": {"type": "number", "minimum": 0, "default": 0.5},
  "mode": {"enum": ["fast", "exact"], "default": "fast"},
  "name": {"type": "string", "default": ""},
  "on": {"type": "boolean", "default": true}}})";

nlohmann::json read(std::string_view text) { return read_options<nlohmann::json>("thing", kSchema, text); }

std::string fault(std::string_view text) {
  try {
    read(text);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

TEST(Options, AreTheDefaultsWhereNothingIsGiven) {
  const auto expected = nlohmann::json::parse(R"({"size": 4, "ratio": 0.5, "mode": "fast", "name": "", "on": true})");
  EXPECT_EQ(read(""), expected);
  EXPECT_EQ(read("{}"), expected);
}

TEST(Options, KeepWhatIsGiven) {
  const auto options = read(R"({"size": 8, "ratio": 2, "mode": "exact", "on": false})");
  EXPECT_EQ(options["size"], 8);
  EXPECT_EQ(options["ratio"], 2);
  EXPECT_EQ(options["mode"], "exact");
  EXPECT_EQ(options["name"], "");
  EXPECT_EQ(options["on"], false);
}

TEST(Options, AreRefusedByName) {
  EXPECT_THAT(fault(R"({"sizes": 1})"), HasSubstr("thing: option 'sizes' is unknown"));
  EXPECT_THAT(fault(R"({"size": 9})"), HasSubstr("option 'size' must be an integer from 1 to 8"));
  EXPECT_THAT(fault(R"({"size": 1.5})"), HasSubstr("must be an integer"));
  EXPECT_THAT(fault(R"({"size": "1"})"), HasSubstr("must be an integer"));
  EXPECT_THAT(fault(R"({"ratio": -1})"), HasSubstr("must be a number from 0"));
  EXPECT_THAT(fault(R"({"mode": "slow"})"), HasSubstr(R"(must be one of ["fast","exact"])"));
  EXPECT_THAT(fault(R"({"name": 3})"), HasSubstr("must be a string"));
  EXPECT_THAT(fault(R"({"on": 1})"), HasSubstr("must be true or false"));
}

TEST(Options, MustBeGivenWithoutADefault) {
  constexpr char kSchema[] = R"({"properties": {"size": {"type": "integer"}}})";
  EXPECT_EQ(read_options<nlohmann::json>("thing", kSchema, R"({"size": 3})")["size"], 3);
  try {
    read_options<nlohmann::json>("thing", kSchema, "{}");
    ADD_FAILURE() << "an option without a default was taken as given";
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "thing: option 'size' must be given, for it has no default");
  }
}

TEST(Options, MustBeAnObject) {
  for (const char* text : {"[]", "3", "{", "nonsense"}) EXPECT_THAT(fault(text), HasSubstr("must be a JSON object"));
}

}  // namespace
}  // namespace mortise::sdk
