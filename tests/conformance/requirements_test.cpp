// The numbered requirements of providers against the cases: neither has something that the other lacks.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "conformance/engine/case.h"
#include "conformance/engine/suites.h"

namespace mortise::conformance {
namespace {

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = [] {
    std::vector<Case> all;
    add_abi_cases({}, all);
    return all;
  }();
  return kCases;
}

// The numbers in the rows of docs/spec/requirements.md.
std::set<std::string> required() {
  std::ifstream file(MORTISE_SOURCE_DIR "/docs/spec/requirements.md");
  const std::regex row(R"(^\| (MORTISE-P-\d{3}) \|.*)");
  std::set<std::string> found;
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_match(line, match, row)) found.insert(match[1]);
  }
  return found;
}

// The numbers that cases name, and one case of each.
std::map<std::string, std::string> checked() {
  std::map<std::string, std::string> found;
  for (const Case& one : cases()) {
    std::istringstream numbers(one.requirement);
    for (std::string number; numbers >> number;) found.emplace(number, one.name);
  }
  return found;
}

TEST(Requirements, AreThere) { EXPECT_GE(required().size(), 60u); }

TEST(Requirements, HaveACaseEach) {
  const std::map<std::string, std::string> found = checked();
  for (const std::string& number : required()) {
    EXPECT_TRUE(found.contains(number)) << number
                                        << " of docs/spec/requirements.md has no case in conformance/cases/abi.inc";
  }
}

TEST(AbiSuite, NamesOnlyRequirementsThatThereAre) {
  const std::set<std::string> known = required();
  for (const auto& [number, name] : checked())
    EXPECT_TRUE(known.contains(number)) << number << ", named by case " << name;
}

TEST(AbiSuite, CasesNameARequirement) {
  for (const Case& one : cases()) EXPECT_FALSE(one.requirement.empty()) << one.name;
}

TEST(AbiSuite, NamesAreUniqueAndKebabCase) {
  std::set<std::string_view> names;
  for (const Case& one : cases()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name << " is there twice";
    EXPECT_EQ(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << one.name;
  }
}

TEST(AbiSuite, HasAtLeastSixtyCases) { EXPECT_GE(cases().size(), 60u); }

}  // namespace
}  // namespace mortise::conformance
