// Who watches the watcher: each plugin of the gallery is run through the suite, and exactly the cases that its line in
// gallery.inc names fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/conformance/gallery.h"

namespace mortise::conformance {
namespace {

namespace fs = std::filesystem;

// What the gallery's provider claims; no other case of the suite "ops" can tell one of its plugins from another.
constexpr char kOperators[] = "^(add|neg|pad|relu|softmax)-";
// Enough for any case of a small provider on a busy machine, and short for those that hang.
constexpr int kSeconds = 15;
// Enough too, and no more than the machine has when a plugin takes it.
constexpr int kMemoryMib = 1024;

struct Failure {
  std::string outcome;
  std::string sentence;
};

// The cases of a part that fail on the plugin, whatever shard this test is itself. Counts those that ran.
std::map<std::string, Failure> failures_of(const std::string& name, const Part& part, size_t& ran) {
  const std::string filter = part.filter.empty() && part.suite == "ops" ? kOperators : part.filter;
  const fs::path folder = fs::path(testing::TempDir()) / "mortise_gallery" / name;
  fs::create_directories(folder);
  const fs::path report = folder / (part.suite + ".json");
  fs::remove(report);
  const std::string command =
      concat("cd '", folder.string(), "' && env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX '", MORTISE_CONFORMANCE_FILE,
             "' validate '", MORTISE_GALLERY_DIRECTORY, "/", name, ".so' --suite ", part.suite, " --jobs 1 --timeout ",
             kSeconds, " --memory ", kMemoryMib, filter.empty() ? "" : concat(" --filter '", filter, "'"),
             " --report-json '", report.string(), "' >'", (folder / "out.txt").string(), "' 2>&1");
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2) << command;
  std::ifstream file(report);
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  std::map<std::string, Failure> failures;
  if (json.is_discarded()) {
    ADD_FAILURE() << "no report: " << command;
    return failures;
  }
  for (const nlohmann::json& one : json["cases"]) {
    const Verdict verdict = parse_verdict(one["verdict"]).value();
    ran += verdict.outcome == Outcome::kPass || is_failure(verdict.outcome) ? 1 : 0;
    if (is_failure(verdict.outcome)) {
      failures[one["name"]] = {std::string(to_string(verdict.outcome)), verdict.sentence};
    }
  }
  return failures;
}

class Gallery : public testing::TestWithParam<size_t> {};

TEST_P(Gallery, IsCaughtByItsCase) {
  const Exhibit& exhibit = gallery()[GetParam()];
  std::map<std::string, Failure> failures;
  for (const Part& part : exhibit.parts) {
    size_t ran = 0;
    failures.merge(failures_of(exhibit.name, part, ran));
    EXPECT_GT(ran, 0u) << "nothing ran of the suite " << part.suite;
  }
  for (const std::string& pattern : exhibit.cases) {
    const bool found =
        std::any_of(failures.begin(), failures.end(), [&](const auto& one) { return names(pattern, one.first); });
    EXPECT_TRUE(found) << "no case " << pattern << " failed";
  }
  for (const auto& [name, failure] : failures) {
    const auto named = std::find_if(exhibit.cases.begin(), exhibit.cases.end(),
                                    [&](const std::string& pattern) { return names(pattern, name); });
    EXPECT_NE(named, exhibit.cases.end()) << name << " failed too: " << failure.outcome << ", " << failure.sentence;
    if (named != exhibit.cases.begin()) continue;
    EXPECT_EQ(failure.outcome, to_string(exhibit.outcome)) << name << ": " << failure.sentence;
  }
}

INSTANTIATE_TEST_SUITE_P(Plugins, Gallery, testing::Range<size_t>(0, gallery().size()),
                         [](const auto& one) { return gallery()[one.param].name; });

// A scheduler that ends a job does not wait for the timeout of a case that hangs.
TEST(Interrupted, RunEndsWithinSeconds) {
  const fs::path folder = fs::path(testing::TempDir()) / "mortise_gallery" / "interrupted";
  fs::create_directories(folder);
  const fs::path report = folder / "report.json";
  fs::remove(report);
  const std::string command = concat(
      "cd '", folder.string(), "' && env -u GTEST_TOTAL_SHARDS -u GTEST_SHARD_INDEX timeout --foreground ",
      "--signal TERM --kill-after 20 5 '", MORTISE_CONFORMANCE_FILE, "' validate '", MORTISE_GALLERY_DIRECTORY,
      "/hangs.so' --filter '^factory-unknown-id$' --timeout 100 --report-json '", report.string(), "' >out.txt 2>&1");
  const auto begin = std::chrono::steady_clock::now();
  // 124 says that it ended by itself after SIGTERM.
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 124) << status;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  std::ifstream file(report);
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << "no report: " << command;
  ASSERT_EQ(json["cases"].size(), 1u);
  const Verdict verdict = parse_verdict(json["cases"][0]["verdict"]).value();
  EXPECT_EQ(verdict.outcome, Outcome::kNotRun);
  EXPECT_EQ(verdict.sentence, "the run was interrupted while it ran");
}

TEST(GalleryList, HasALineForEveryPluginAndAPluginForEveryLine) {
  std::vector<std::string> listed, built;
  for (const Exhibit& exhibit : gallery()) listed.push_back(exhibit.name);
  for (const auto& entry : fs::directory_iterator(MORTISE_GALLERY_SOURCES)) {
    if (entry.path().extension() == ".cpp") built.push_back(entry.path().stem());
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(built));
}

TEST(GalleryList, SaysWhatEveryPluginBreaks) {
  for (const Exhibit& exhibit : gallery()) EXPECT_THAT(exhibit.description, testing::EndsWith(".")) << exhibit.name;
}

}  // namespace
}  // namespace mortise::conformance
