#include "conformance/command/find_case.h"

#include <algorithm>
#include <cctype>

#include "conformance/command/command.h"

namespace mortise::conformance {

namespace {

std::string case_name(const std::string& what) {
  const bool number =
      !what.empty() && std::all_of(what.begin(), what.end(), [](unsigned char c) { return std::isdigit(c); });
  return number ? "graph-" + what : what;
}

}  // namespace

const Case* find_case(const Catalogue& catalogue, const std::string& what) { return catalogue.find(case_name(what)); }

const Case& require_case(const Catalogue& catalogue, const Settings& settings, const std::string& what) {
  if (const Case* found = find_case(catalogue, what)) return *found;
  const std::string name = case_name(what);
  const std::string hint = name.starts_with("graph-")
                               ? concat("; a graph's number is below ", settings.graphs, ", or else raise --budget")
                               : catalogue.did_you_mean(name);
  stop(kBadUsage, concat("there is no case '", name, "'", hint));
}

}  // namespace mortise::conformance
