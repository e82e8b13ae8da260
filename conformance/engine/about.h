// What a run wants to know of the provider itself, for its reports.
//
// The parent never loads the plugin. So this is asked as cases are, of a worker, and what goes wrong there is survived.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "conformance/engine/case.h"

namespace mortise::conformance {

struct ProviderFacts {
  std::string id, name, vendor, version;
  std::string device;                    // what describe() says; empty if no device could be opened
  std::string options = "{}";            // JSON, completed with the schema's defaults
  std::string concurrency, determinism;  // "reentrant", "same-machine", …
  std::vector<std::string> numerics;     // what is declared: "flushes-subnormals", …
  std::string problem;                   // why something above is not known, or empty
  bool operator==(const ProviderFacts&) const = default;
};

// The question. No part of the catalogue; every worker knows it.
const Case& about_provider();
// What an answer says; `problem` where it says nothing.
ProviderFacts provider_facts(const Verdict& answer);

nlohmann::ordered_json to_json(const ProviderFacts& facts);
// `json` is an object as to_json() makes it.
ProviderFacts parse_provider_facts(const nlohmann::json& json);

}  // namespace mortise::conformance
