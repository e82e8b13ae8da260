#include "core/config/schema_check.h"

#include <algorithm>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/config/nearest.h"

namespace mortise {

namespace {

using nlohmann::json;

std::string escape(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// "/providers/0"; the whole document is "/".
std::string shown(const std::string& pointer) { return pointer.empty() ? "/" : pointer; }

std::string unknown_key(const json& properties, const std::string& key) {
  std::vector<std::string> known;
  for (const auto& [name, unused] : properties.items()) known.push_back(name);
  return "unknown key" + did_you_mean(key, known);
}

// The schema that describes the members of an object or array: the schema itself, or its alternative of that type.
const json& alternative(const json& schema, const char* type) {
  if (schema.is_object() && schema.contains("anyOf") && schema["anyOf"].is_array()) {
    for (const json& choice : schema["anyOf"]) {
      if (choice.is_object() && choice.value("type", json()) == type) return choice;
    }
  }
  return schema;
}

const json* member(const json& schema, const char* name) {
  if (!schema.is_object()) return nullptr;
  const auto found = schema.find(name);
  return found != schema.end() && found->is_object() ? &*found : nullptr;
}

// The schema of a member of a value, or null.
const json* schema_of_member(const json& schema, const std::string& key) {
  if (const json* properties = member(alternative(schema, "object"), "properties"); properties != nullptr) {
    if (const json* property = member(*properties, key.c_str())) return property;
  }
  return member(alternative(schema, "array"), "items");
}

Status check_keys(const json& schema, const json& value, const std::string& pointer) {
  if (value.is_object()) {
    const json& described = alternative(schema, "object");
    const json* properties = member(described, "properties");
    const bool closed = described.is_object() && described.value("additionalProperties", json()) == false;
    for (const auto& [key, element] : value.items()) {
      const std::string at = pointer + "/" + escape(key);
      if (properties != nullptr && properties->contains(key)) {
        MORTISE_TRY(check_keys((*properties)[key], element, at));
      } else if (closed) {
        return invalid_argument(at, ": ", unknown_key(properties != nullptr ? *properties : json::object(), key));
      }
    }
  } else if (value.is_array()) {
    const json* items = member(alternative(schema, "array"), "items");
    for (size_t i = 0; items != nullptr && i < value.size(); ++i) {
      MORTISE_TRY(check_keys(*items, value[i], concat(pointer, "/", i)));
    }
  }
  return {};
}

bool uses_references(const json& schema) {
  if (schema.is_object() && schema.contains("$ref")) return true;
  return schema.is_structured() && std::any_of(schema.begin(), schema.end(), uses_references);
}

// The validator's words, in ours.
std::string sentence(const std::string& description) {
  if (description.starts_with("Value type not permitted")) return "has the wrong type";
  if (description.starts_with("Failed to match against any enum")) return "is none of the allowed values";
  if (description.starts_with("Failed to match regex")) return "is not written as it should be";
  if (description.starts_with("Missing required property")) {
    const size_t quote = description.find('\'');
    return "the key " + description.substr(quote, description.rfind('\'') - quote + 1) + " is missing";
  }
  std::string words = description;
  if (!words.empty()) words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  if (words.ends_with('.')) words.pop_back();
  return words;
}

Status describe_fault(const json& schema, const valijson::ValidationResults& results, std::string_view prefix) {
  // Reported from the inside out: the first of the deepest is the cause.
  const valijson::ValidationResults::Error* cause = nullptr;
  for (const auto& error : results) {
    if (cause == nullptr || error.context.size() > cause->context.size()) cause = &error;
  }
  std::string pointer(prefix);
  if (cause == nullptr) return invalid_argument(shown(pointer), ": does not fit the schema");
  const json* place = &schema;
  for (size_t i = 1; i < cause->context.size(); ++i) {
    std::string key = cause->context[i];
    if (key.size() >= 2 && key.front() == '[' && key.back() == ']') key = key.substr(1, key.size() - 2);
    pointer += "/" + escape(key);
    if (place != nullptr) place = schema_of_member(*place, key);
  }
  std::string text = concat(shown(pointer), ": ", sentence(cause->description));
  if (place != nullptr && place->contains("description") && (*place)["description"].is_string()) {
    text += "; it is: " + (*place)["description"].get<std::string>();
  }
  return invalid_argument(text);
}

}  // namespace

Status bad_schema(std::string_view why) {
  return make_error(StatusCode::kFailedPrecondition, "the schema is not valid: ", why);
}

Status check_against_schema(const json& schema, const json& value, std::string_view pointer_prefix) {
  if (uses_references(schema)) {
    return bad_schema("it uses '$ref', which is not supported; write the parts out");
  }
  MORTISE_TRY(check_keys(schema, value, std::string(pointer_prefix)));
  try {
    valijson::Schema parsed;
    const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(schema_adapter, parsed);
    valijson::ValidationResults results;
    const valijson::adapters::NlohmannJsonAdapter value_adapter(value);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    if (validator.validate(parsed, value_adapter, &results)) return {};
    return describe_fault(schema, results, pointer_prefix);
  } catch (const std::exception& e) {
    return bad_schema(e.what());
  }
}

void fill_in_defaults(const json& schema, json& value) {
  const json* properties = member(schema, "properties");
  if (properties == nullptr || !value.is_object()) return;
  for (const auto& [key, property] : properties->items()) {
    if (!property.is_object()) continue;
    if (!value.contains(key) && property.contains("default")) value[key] = property["default"];
    if (value.contains(key)) fill_in_defaults(property, value[key]);
  }
}

}  // namespace mortise
