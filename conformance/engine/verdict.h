// Verdict: what one case found out, always with a sentence. Plain data; travels from worker to parent as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

enum class Outcome : uint8_t {
  kPass,
  kFail,
  kOverclaim,   // claimed, then refused at compile or run, or computed wrongly; fails
  kUnclaimed,   // the provider did not claim it: information
  kCrash,       // the worker died; fails
  kTimeout,     // the worker was killed; fails
  kLeak,        // something was not given back; fails
  kSkip,        // cannot be checked here, the sentence says why
  kXfail,       // failed as the expectation file says
  kXpass,       // passed although the expectation file says it fails; fails under --strict
  kNotRun,      // the run ended before
  kMistrusted,  // the data could not have shown a mistake; fails, as a defect of the suite
};
inline constexpr int kNumOutcomes = 12;

// "PASS", "OVERCLAIM", …
std::string_view to_string(Outcome outcome);
Result<Outcome> parse_outcome(std::string_view text);
bool is_failure(Outcome outcome);

// How far the results of an ops case were from the oracle's, in units in the last place of the output's type. As JSON,
// which has no infinity, an error without bound is the largest double.
struct Accuracy {
  double max_ulp = 0;
  double p99_ulp = 0;
  double bound_used = 0;  // largest share of the allowed error that was used; above 1 the case fails
  uint64_t elements = 0;
  std::string worst;  // where and what: "output 0 at [1, 3]: 0.25 instead of 0.5"
};

// One figure of a perf case.
struct Figure {
  std::string name;  // "warm"
  double value = 0;
  std::string unit;  // "ns", "GB/s", "GFLOP/s"
};

struct Verdict {
  Outcome outcome = Outcome::kPass;
  std::string sentence;
  std::string requirement;                                 // the broken one, or empty
  std::vector<std::string> warnings;                       // sentences
  std::vector<std::pair<uint32_t, std::string>> refusals;  // the provider's own: MORTISE_REFUSAL_*, text
  Accuracy accuracy;                                       // elements is 0 where nothing was measured
  std::vector<Figure> figures;
  std::string artifact;  // folder with a model and its data that show the failure, or empty
  // Of a failure that is none where the case runs alone: the cases behind which it fails, empty where none were found.
  std::optional<std::vector<std::string>> after;
  // Of a failure behind other cases in one worker: nobody tried whether it is one where the case runs alone.
  bool untried_alone = false;
  double seconds = 0;  // wall time; set by the worker
  std::string facts;   // JSON; of about_provider() alone
};

inline Verdict pass(std::string sentence) { return {.outcome = Outcome::kPass, .sentence = std::move(sentence)}; }
inline Verdict skip(std::string why) { return {.outcome = Outcome::kSkip, .sentence = std::move(why)}; }
template <class... Parts>
Verdict fail(const Parts&... parts) {
  return {.outcome = Outcome::kFail, .sentence = concat(parts...)};
}

nlohmann::json to_json(const Verdict& verdict);
// Fails, naming the field, for anything that to_json() does not make.
Result<Verdict> parse_verdict(const nlohmann::json& json);

}  // namespace mortise::conformance
