// Expectations: the failures that a vendor knows of, from a file in the vendor's repository.
//
// The file's format is docs/spec/conformance-report.md's; its schema is embedded. An entry speaks of all cases that its
// glob matches; of several the first counts. It holds up to and including its day of expiry, in UTC.
#pragma once

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "conformance/engine/case.h"

namespace mortise::conformance {

struct ExpectedFailure {
  std::string glob;  // '*' any characters, '?' one
  std::string reason;
  std::string url;
  std::string owner;
  std::chrono::sys_days expires;
};

class Expectations {
 public:
  // None.
  Expectations() = default;
  // Errors are sentences with the JSON pointer of the place: of what the schema does not allow, and of an entry that
  // matches no case of the catalogue.
  static Result<Expectations> parse(std::string_view json, std::span<const Case> catalogue);
  // The same of a file; errors begin with its path.
  static Result<Expectations> load(const std::filesystem::path& path, std::span<const Case> catalogue);

  // Turns a failure that is expected into XFAIL, a pass in its place into XPASS; says so in the sentence. A failure
  // whose entry has expired stays one.
  void apply(std::string_view case_name, std::chrono::sys_days today, Verdict& verdict) const;
  // A sentence for each entry that has expired.
  std::vector<std::string> expired(std::chrono::sys_days today) const;

 private:
  std::vector<ExpectedFailure> entries_;
  std::unordered_map<std::string, size_t> entry_of_;  // by case
};

}  // namespace mortise::conformance
