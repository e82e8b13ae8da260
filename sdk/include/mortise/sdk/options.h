// SPDX-License-Identifier: Apache-2.0
//
// Options: reads the options object of a provider by walking its own JSON Schema, so that names, bounds and defaults are
// written down once, in the descriptor.
//
// The SDK brings no JSON library: `Json` is one with the interface of nlohmann::json, which the plugin includes itself.
// Of JSON Schema it understands what flat options need: properties with "type" (boolean, string, integer, number),
// "enum", "minimum", "maximum", "default". The host checks options too, by the whole schema; a plugin trusts nobody.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace mortise::sdk {

namespace detail {

template <class Json>
std::string fault_of_option(const Json& rule, const Json& value) {
  if (rule.contains("enum")) {
    for (const Json& allowed : rule["enum"]) {
      if (value == allowed) return "";
    }
    return "must be one of " + rule["enum"].dump();
  }
  const std::string type = rule["type"];
  if (type == "boolean") return value.is_boolean() ? "" : "must be true or false";
  if (type == "string") return value.is_string() ? "" : "must be a string";
  const bool is_kind = type == "integer" ? value.is_number_integer() : value.is_number();
  const bool too_small = is_kind && rule.contains("minimum") && value < rule["minimum"];
  const bool too_big = is_kind && rule.contains("maximum") && value > rule["maximum"];
  if (is_kind && !too_small && !too_big) return "";
  std::string fault = type == "integer" ? "must be an integer" : "must be a number";
  if (rule.contains("minimum")) fault += " from " + rule["minimum"].dump();
  if (rule.contains("maximum")) fault += " to " + rule["maximum"].dump();
  return fault;
}

}  // namespace detail

// The options given, checked against the schema, every one that is missing with its default; one without a default must
// be given. An empty text is an empty object. Throws std::invalid_argument, which the trampolines turn into
// MORTISE_INVALID_ARGUMENT, with a sentence that begins with `who` and names the option.
template <class Json>
Json read_options(std::string_view who, std::string_view schema, std::string_view text) {
  Json given = Json::parse(text.empty() ? std::string_view("{}") : text, nullptr, /*allow_exceptions=*/false);
  if (!given.is_object()) throw std::invalid_argument(std::string(who) + ": the options must be a JSON object");
  const Json rules = Json::parse(schema)["properties"];
  const auto refuse = [&](const std::string& key, const std::string& fault) {
    throw std::invalid_argument(std::string(who) + ": option '" + key + "' " + fault);
  };
  for (const auto& [key, value] : given.items()) {
    if (!rules.contains(key)) refuse(key, "is unknown");
    if (const std::string fault = detail::fault_of_option<Json>(rules[key], value); !fault.empty()) refuse(key, fault);
  }
  for (const auto& [key, rule] : rules.items()) {
    if (given.contains(key)) continue;
    if (!rule.contains("default")) refuse(key, "must be given, for it has no default");
    given[key] = rule["default"];
  }
  return given;
}

}  // namespace mortise::sdk
