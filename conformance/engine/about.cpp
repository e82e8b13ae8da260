#include "conformance/engine/about.h"

#include <nlohmann/json.hpp>

#include "conformance/engine/rig.h"
#include "conformance/host/call.h"

namespace mortise::conformance {

namespace {

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::string concurrency_name(uint32_t value) {
  switch (value) {
    case MORTISE_CONCURRENCY_SERIAL_PROVIDER:
      return "serial-provider";
    case MORTISE_CONCURRENCY_SERIAL_SESSION:
      return "serial-session";
    case MORTISE_CONCURRENCY_REENTRANT:
      return "reentrant";
    default:
      return concat("unknown (", value, ")");
  }
}

std::string determinism_name(uint32_t value) {
  switch (value) {
    case MORTISE_DETERMINISM_NONE:
      return "none";
    case MORTISE_DETERMINISM_SAME_MACHINE:
      return "same-machine";
    case MORTISE_DETERMINISM_ANY_THREADS:
      return "any-threads";
    default:
      return concat("unknown (", value, ")");
  }
}

std::vector<std::string> numerics_names(uint32_t bits) {
  static constexpr std::string_view kNames[] = {"flushes-subnormals", "half-compute", "half-accumulate", "finite-only",
                                                "fast-convolution"};
  std::vector<std::string> names;
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if ((bits >> i & 1) != 0) names.emplace_back(kNames[i]);
  }
  if (const uint32_t rest = bits >> std::size(kNames) << std::size(kNames); rest != 0)
    names.push_back(concat("unknown (", rest, ")"));
  return names;
}

Status find_device(Rig& rig, ProviderFacts& facts) {
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* const descriptor, rig.descriptor());
  facts.id = text_or_empty(descriptor->id);
  facts.name = text_or_empty(descriptor->name);
  facts.vendor = text_or_empty(descriptor->vendor);
  facts.version = text_or_empty(descriptor->version);
  facts.concurrency = concurrency_name(descriptor->concurrency);
  facts.determinism = determinism_name(descriptor->determinism);
  facts.numerics = numerics_names(descriptor->numerics);
  MORTISE_ASSIGN(facts.options, rig.options());
  MORTISE_ASSIGN(Device* const device, rig.device());
  char buffer[512] = "";
  MORTISE_TRY(call(device->host(), "describe()", ThreadRole::kSetup,
                   [&] { device->abi()->describe(device->abi(), buffer, sizeof buffer); }));
  buffer[sizeof buffer - 1] = '\0';
  facts.device = buffer;
  return {};
}

Verdict answer(Rig& rig) {
  ProviderFacts facts{.options = rig.settings().options};
  if (const Status status = find_device(rig, facts); !status.ok()) facts.problem = status.message();
  rig.host().take_violations();  // broken rules are the business of the cases
  Verdict verdict = pass("asked");
  verdict.facts = to_json(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return verdict;
}

}  // namespace

const Case& about_provider() {
  static const Case question{
      .name = "about-provider", .description = "Asks the provider who it is.", .fresh = true, .run = answer};
  return question;
}

ProviderFacts provider_facts(const Verdict& verdict) {
  try {
    return parse_provider_facts(nlohmann::json::parse(verdict.facts));
  } catch (const nlohmann::json::exception&) {  // no facts, because the worker died or was not started
    return {.problem = verdict.sentence};
  }
}

nlohmann::ordered_json to_json(const ProviderFacts& facts) {
  // Options are the provider's own business, and text where they are no JSON.
  nlohmann::json options = nlohmann::json::parse(facts.options, nullptr, false);
  if (options.is_discarded()) options = facts.options;
  nlohmann::ordered_json json = {{"id", facts.id},
                                 {"name", facts.name},
                                 {"vendor", facts.vendor},
                                 {"version", facts.version},
                                 {"device", facts.device},
                                 {"options", options},
                                 {"concurrency", facts.concurrency},
                                 {"determinism", facts.determinism},
                                 {"numerics", facts.numerics}};
  if (!facts.problem.empty()) json["problem"] = facts.problem;
  return json;
}

ProviderFacts parse_provider_facts(const nlohmann::json& json) {
  const nlohmann::json& options = json.at("options");
  return {.id = json.value("id", ""),
          .name = json.value("name", ""),
          .vendor = json.value("vendor", ""),
          .version = json.value("version", ""),
          .device = json.value("device", ""),
          .options = options.is_string() ? options.get<std::string>() : options.dump(),
          .concurrency = json.value("concurrency", ""),
          .determinism = json.value("determinism", ""),
          .numerics = json.value("numerics", std::vector<std::string>()),
          .problem = json.value("problem", "")};
}

}  // namespace mortise::conformance
