// gallery_document docs/conformance-gallery.md | --print
//
// Prints the page that says which broken plugin is caught by which case; with a path it checks that the page there is
// that page, that every case it names exists, and that no case of the suites abi and faults is missing there.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "conformance/engine/case.h"
#include "tests/conformance/gallery.h"

namespace mortise::conformance {
namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += concat(text.empty() ? "`" : ", `", part, '`');
  return text;
}

bool is_broken_by_somebody(const Case& which) {
  return std::any_of(gallery().begin(), gallery().end(), [&](const Exhibit& exhibit) {
    return std::any_of(exhibit.cases.begin(), exhibit.cases.end(),
                       [&](const std::string& pattern) { return names(pattern, which.name); });
  });
}

// The suites whose cases are written one by one; of the thousands of generated ones only kinds are broken.
bool is_listed_suite(std::string_view suite) { return suite == "abi" || suite == "faults"; }

// Cases that no plugin can break as the gallery does it, and why.
struct Unbroken {
  std::string_view name;
  const char* reason;
};
constexpr Unbroken kUnbroken[] = {
    {"scan-bind-now", "A library that lacks a symbol cannot be loaded: `validate` says so before it runs a case."},
};
bool is_unbroken(const Case& which) {
  return std::any_of(std::begin(kUnbroken), std::end(kUnbroken),
                     [&](const Unbroken& one) { return one.name == which.name; });
}

// "abi, ops" or "abi: `^run-basic$`"
std::string what_is_run(const Exhibit& exhibit) {
  std::string text;
  for (const Part& part : exhibit.parts) {
    text += concat(text.empty() ? "" : ", ", part.suite, part.filter.empty() ? "" : concat(": `", part.filter, '`'));
  }
  return text;
}

std::string page() {
  const auto broken = std::count_if(gallery().begin(), gallery().end(),
                                    [](const Exhibit& exhibit) { return is_failure(exhibit.outcome); });
  std::string text = concat(
      "# The gallery\n\nWho watches the watcher: ", broken,
      " deliberately broken plugins, one broken rule each, and the case of\n`mortise-conformance` that catches it. "
      "Exactly that case fails, where several cases hold to one rule exactly those, and where a name has a '*' only "
      "such\ncases. `gallery_test` runs the suites that are named on each of them. Where a pattern stands behind a "
      "suite, only the cases that it names\nare run: most would fail alike, or take long and have nothing to say. "
      "Printed by `gallery_document --print`, do not edit.\n\n| plugin | what it breaks | run | caught by | outcome "
      "|\n| --- | --- | --- | --- | --- |\n");
  for (const Exhibit& exhibit : gallery()) {
    if (!is_failure(exhibit.outcome)) continue;
    text += concat("| [", exhibit.name, "](../tests/plugins/gallery/plugins/", exhibit.name, ".cpp) | ",
                   exhibit.description, " | ", what_is_run(exhibit), " | ", join(exhibit.cases), " | ",
                   to_string(exhibit.outcome), " |\n");
  }
  text += "\n## Correct plugins\n\nOn these nothing fails.\n\n";
  for (const Exhibit& exhibit : gallery()) {
    if (exhibit.outcome == Outcome::kPass) text += concat("- ", exhibit.name, ": ", exhibit.description, '\n');
  }
  text += "\n## Cases that no plugin can break\n\n";
  for (const Unbroken& one : kUnbroken) text += concat("- `", one.name, "`: ", one.reason, '\n');
  return text;
}

// Patterns that name no case at all.
int check_patterns(const Catalogue& catalogue) {
  int faults = 0;
  for (const Exhibit& exhibit : gallery()) {
    for (const std::string& pattern : exhibit.cases) {
      const auto cases = catalogue.cases();
      if (std::any_of(cases.begin(), cases.end(), [&](const Case& which) { return names(pattern, which.name); }))
        continue;
      std::cout << "gallery.inc: " << exhibit.name << ": there is no case " << pattern << "\n";
      ++faults;
    }
  }
  return faults;
}

int check(const char* path, const Catalogue& catalogue) {
  std::ifstream file(path);
  const std::string given{std::istreambuf_iterator<char>(file), {}};
  int faults = check_patterns(catalogue);
  for (const Case& which : catalogue.cases()) {
    const bool broken = is_broken_by_somebody(which);
    if (!is_listed_suite(which.suite) || broken != is_unbroken(which)) continue;
    std::cout << "gallery.inc: " << (broken ? "a plugin breaks, though none can, " : "no plugin breaks ") << which.name
              << "\n";
    ++faults;
  }
  if (given != page()) {
    std::cout << path << ": is not what gallery_document --print prints\n";
    ++faults;
  }
  return faults == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mortise::conformance

int main(int argc, char** argv) {
  using namespace mortise::conformance;
  if (argc != 2) {
    std::cerr << "usage: gallery_document docs/conformance-gallery.md | --print\n";
    return 2;
  }
  if (std::string_view(argv[1]) != "--print") return check(argv[1], Catalogue{Settings{}});
  std::cout << page();
  return 0;
}
