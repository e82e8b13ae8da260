#include "conformance/report/expectations.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include "conformance/report/embedded.h"
#include "core/config/json.h"
#include "core/config/schema_check.h"

namespace mortise::conformance {

namespace {

RE2 expression_of(std::string_view glob) {
  std::string made;
  for (const char c : glob) {
    made += c == '*' ? std::string(".*") : c == '?' ? std::string(".") : RE2::QuoteMeta(std::string(1, c));
  }
  return RE2(made, RE2::Quiet);
}

// The schema has seen to it that the text is "dddd-dd-dd".
Result<std::chrono::sys_days> parse_day(const std::string& text) {
  const std::chrono::year_month_day day(std::chrono::year(std::stoi(text.substr(0, 4))),
                                        std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
                                        std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2)))));
  if (!day.ok()) return invalid_argument("'", text, "' is no day of the calendar");
  return std::chrono::sys_days(day);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

Result<Expectations> Expectations::parse(std::string_view json, std::span<const Case> catalogue) {
  static const nlohmann::json schema = nlohmann::json::parse(expectations_schema());
  MORTISE_ASSIGN(const nlohmann::json document, parse_json(json));
  MORTISE_TRY(check_against_schema(schema, document, ""));
  Expectations made;
  for (size_t i = 0; i < document.size(); ++i) {
    const nlohmann::json& object = document[i];
    ExpectedFailure entry{
        .glob = object["case"], .reason = object["reason"], .url = object["url"], .owner = object["owner"]};
    Result<std::chrono::sys_days> expires = parse_day(object["expires"]);
    if (!expires.ok()) return std::move(expires).status().context(concat("/", i, "/expires"));
    entry.expires = *expires;
    const RE2 expression = expression_of(entry.glob);
    bool matches = false;
    for (const Case& which : catalogue) {
      if (!RE2::FullMatch(which.name, expression)) continue;
      matches = true;
      made.entry_of_.emplace(which.name, i);
    }
    if (!matches) {
      return invalid_argument("/", i, "/case: '", entry.glob,
                              "' matches no case; 'mortise-conformance list' shows what there is");
    }
    made.entries_.push_back(std::move(entry));
  }
  return made;
}

Result<Expectations> Expectations::load(const std::filesystem::path& path, std::span<const Case> catalogue) {
  MORTISE_ASSIGN(const std::string text, read_text_file(path.string()));
  Result<Expectations> made = parse(text, catalogue);
  if (!made.ok()) return std::move(made).status().context(path.string());
  return made;
}

void Expectations::apply(std::string_view case_name, std::chrono::sys_days today, Verdict& verdict) const {
  const auto found = entry_of_.find(std::string(case_name));
  if (found == entry_of_.end()) return;
  const ExpectedFailure& entry = entries_[found->second];
  const std::string known = fmt::format("{} ({}, {})", entry.reason, entry.owner, entry.url);
  if (is_failure(verdict.outcome)) {
    if (today > entry.expires) {
      verdict.sentence += fmt::format("; it was expected until {}: {}", day_text(entry.expires), known);
      return;
    }
    verdict.sentence = fmt::format("{}: {}; expected: {}", to_string(verdict.outcome), verdict.sentence, known);
    verdict.outcome = Outcome::kXfail;
  } else if (verdict.outcome == Outcome::kPass) {
    verdict.sentence = fmt::format("{}; a failure was expected: {}", verdict.sentence, known);
    verdict.outcome = Outcome::kXpass;
  }
}

std::vector<std::string> Expectations::expired(std::chrono::sys_days today) const {
  std::vector<std::string> sentences;
  for (const ExpectedFailure& entry : entries_) {
    if (today <= entry.expires) continue;
    sentences.push_back(fmt::format("the expectation '{}' expired on {}: {} ({}, {}); mend it or set a new day",
                                    entry.glob, day_text(entry.expires), entry.reason, entry.owner, entry.url));
  }
  return sentences;
}

}  // namespace mortise::conformance
