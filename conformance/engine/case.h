// Case: one thing that is checked, and the catalogue of all of them.
//
// Names are kebab-case, unique and stable: reports of different versions are compared by them. The catalogue depends on
// the settings alone, never on the plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "conformance/engine/settings.h"
#include "conformance/engine/verdict.h"
#include "mortise/sdk/dtype.h"

namespace mortise::conformance {

class Rig;

// Where a case of the ops suite stands in the matrix; op is empty for other suites.
struct Coordinates {
  std::string domain;  // "" for ai.onnx
  std::string op;
  int32_t version = 0;  // since-version
  DType dtype = DType::kUndefined;
  std::string shape_class;  // "broadcast", "empty", "scalar", …
};

struct Case {
  std::string name;
  std::string_view suite;   // a name in suites.inc
  std::string requirement;  // "MORTISE-P-023", several separated by ' '; empty for suites that check none by number
  std::string description;  // a sentence: what is done, what must be seen
  Coordinates at;
  bool fresh = false;  // needs a process in which the plugin was never loaded
  std::function<Verdict(Rig&)> run;
};

struct Suite {
  std::string_view name;
  std::string_view description;
  bool by_default;
  void (*add)(const Settings& settings, std::vector<Case>& cases);
};
std::span<const Suite> suites();
const Suite* find_suite(std::string_view name);

class Catalogue {
 public:
  // All cases of the suites, without a second argument those of all.
  explicit Catalogue(const Settings& settings, std::span<const Suite> of = suites());

  std::span<const Case> cases() const { return cases_; }
  // Null for an unknown name.
  const Case* find(std::string_view name) const;
  // The end of a sentence about an unknown name: ", did you mean 'claim-pure'?", or where the list is.
  std::string did_you_mean(std::string_view name) const;

 private:
  std::vector<Case> cases_;
  std::unordered_map<std::string_view, size_t> index_;
};

}  // namespace mortise::conformance
