// Cases about options: the schema that the descriptor has, and whether create() holds to it without a host's help.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/cases/abi/created.h"
#include "conformance/cases/abi/workload.h"
#include "core/config/json.h"
#include "core/config/options.h"
#include "core/config/schema_check.h"

namespace mortise::conformance::abi {

namespace {

using Json = nlohmann::json;

// The schema, and the options of the run, complete.
struct Known {
  Json schema;
  Json properties;
  Json options;

  bool allows(const Json& given) const {
    // "{}": there are no options, although as a schema it would let everything pass.
    return schema.empty() ? given.is_object() && given.empty() : check_against_schema(schema, given, "").ok();
  }
};
Result<Known> read(Rig& rig) {
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* const descriptor, rig.descriptor());
  MORTISE_ASSIGN(const std::string options, rig.options());
  MORTISE_ASSIGN(Json schema, parse_json(descriptor->options_schema));
  Json properties = schema.value("properties", Json::object());
  return Known{std::move(schema), std::move(properties), Json::parse(options)};
}

// Tries values of options by create() and notes what is wrong with the answers.
class Trial {
 public:
  Trial(Rig& rig, const Known& known) : rig_(rig), known_(known) {}

  // A value of one option: taken where the schema allows it, refused with INVALID_ARGUMENT where it does not.
  void try_value(const std::string& option, const Json& value) {
    Json options = known_.options;
    options[option] = value;
    try_options(options, concat("option '", option, "' = ", value.dump(-1, ' ', true).substr(0, 60)));
  }
  void try_options(const Json& options, const std::string& named) {
    if (!wrong_.empty()) return;
    const bool allowed = known_.allows(options);
    (allowed ? taken_ : refused_) += 1;
    const std::string text = options.dump();
    const Created created(rig_, {.options = text.c_str()});
    const Status& status = created.status();
    if (allowed && !status.ok())
      wrong_ = concat("the schema allows ", named, ", create() refused it: ", status.message());
    if (!allowed && status.code() != StatusCode::kInvalidArgument)
      wrong_ = concat("the schema forbids ", named, ", create() returned ", to_string(status.code()),
                      " instead of INVALID_ARGUMENT", status.ok() ? "" : ": ", status.message());
  }
  // what: "options with bounds".
  Verdict verdict(std::string_view what) const {
    if (!wrong_.empty()) return fail(wrong_);
    if (taken_ + refused_ == 0) return skip(concat("the provider has no ", what));
    return pass(concat(taken_, " values were taken and ", refused_, " refused, as the schema says"));
  }

 private:
  Rig& rig_;
  const Known& known_;
  uint32_t taken_ = 0, refused_ = 0;
  std::string wrong_;
};

// Empty, or the first property that lacks something; objects within objects too.
std::string fault_of(const Json& schema, const std::string& pointer) {
  const Json properties = schema.value("properties", Json::object());
  if (!properties.is_object()) return concat(pointer, "/properties is no object");
  for (const auto& [name, rule] : properties.items()) {
    const std::string at = concat(pointer, "/properties/", name);
    if (!rule.is_object()) return at + " is no object";
    if (rule.contains("properties")) {
      if (std::string inner = fault_of(rule, at); !inner.empty()) return inner;
    } else if (!rule.contains("default")) {
      return at + " has no default";
    }
  }
  return {};
}

// One text out of another: cut off, with bytes changed, repeated, nested, or something else altogether.
std::string mutate(const std::string& text, Random& random) {
  std::string made = text;
  switch (random() % 5) {
    case 0:
      return made.substr(0, 1 + random() % (made.size() - 1));
    case 1:
      for (uint64_t i = 1 + random() % 4; i > 0; --i)
        made[random() % made.size()] = static_cast<char>(1 + random() % 255);
      return made;
    case 2:
      return made.insert(random() % made.size(), made);
    case 3:
      return std::string(1 + random() % 100000, "[{\""[random() % 3]);
    default:
      made.assign(1 + random() % 200, ' ');
      for (char& c : made) c = static_cast<char>(1 + random() % 255);
      return made;
  }
}

}  // namespace

Verdict option_schema(Rig& rig) {
  const Result<const mortise_provider_descriptor_t*> descriptor = rig.descriptor();
  if (!descriptor.ok()) return fail(descriptor.status().message());
  if ((*descriptor)->options_schema == nullptr) return fail("options_schema is null; write '{}' for no options");
  const Result<Json> schema = parse_json((*descriptor)->options_schema);
  if (!schema.ok()) return fail("options_schema is not JSON: ", schema.status().message());
  if (!schema->is_object()) return fail("options_schema is no JSON object; write '{}' for no options");
  if (schema->empty()) return pass("there are no options");
  if (schema->value("type", Json()) != "object")
    return fail("options_schema is not of an object: \"type\" is \"object\"");
  const Json version = schema->value("$schema", Json("http://json-schema.org/draft-07/schema#"));
  if (!version.is_string() || version.get<std::string>().find("draft-07") == std::string::npos)
    return fail("options_schema is of another draft than 7: \"$schema\" is ", version.dump());
  if (const std::string fault = fault_of(*schema, ""); !fault.empty()) return fail("options_schema: ", fault);
  // Completed with its own defaults and checked by the same functions as every host's.
  const Result<std::string> defaults = complete_options((*descriptor)->options_schema, "{}", "");
  if (!defaults.ok()) return fail("options_schema: ", defaults.status().message());
  const Status fits = check_against_schema(*schema, Json::parse(*defaults), "");
  if (!fits.ok()) return fail("options_schema has a default that it forbids: ", fits.message());
  return pass(concat("every property has a default that fits, ", schema->value("properties", Json::object()).size(),
                     " in all"));
}

Verdict option_defaults(Rig& rig) {
  Created complete(rig, {});
  if (!complete.status().ok()) return fail("create() refused its own defaults: ", complete.status().message());
  if (!complete.open().ok())
    return pass("create() takes the schema's defaults; the device is not there to ask further");
  const std::string given = rig.settings().options;
  Created left_out(rig, {.options = given.c_str()});
  // Hosts complete the options, so a provider need not take fewer; if it does, its own defaults are the documented ones.
  if (!left_out.status().ok() || !left_out.open().ok()) return pass("create() takes the schema's defaults");
  const auto describe = [](const mortise_provider_t& provider) {
    char text[512] = "";
    provider.describe(&provider, text, sizeof text);
    return std::string(text);
  };
  const std::string a = describe(complete.provider()), b = describe(left_out.provider());
  if (a != b) return fail("with the schema's defaults the device is '", a, "', with options left out '", b, "'");
  return pass("options that are left out are as the schema's defaults");
}

Verdict option_unknown_key(Rig& rig) {
  const Result<Known> known = read(rig);
  if (!known.ok()) return fail(known.status().message());
  std::vector<std::string> keys = {"mortise-no-such-option", "", "\xc3\xa4"};
  for (const auto& [name, rule] : known->properties.items()) {
    keys.push_back(name + "x");
    keys.push_back(name.substr(0, name.size() - 1));
  }
  for (const std::string& key : keys) {
    if (known->properties.contains(key)) continue;
    Json options = known->options;
    options[key] = 1;
    const std::string text = options.dump();
    const Created created(rig, {.options = text.c_str()});
    if (created.status().code() != StatusCode::kInvalidArgument)
      return fail("create() with the unknown option '", key, "' returned ", to_string(created.status().code()),
                  " instead of INVALID_ARGUMENT");
  }
  return pass(concat(keys.size(), " unknown options were refused"));
}

Verdict option_bounds(Rig& rig) {
  const Result<Known> known = read(rig);
  if (!known.ok()) return fail(known.status().message());
  Trial trial(rig, *known);
  for (const auto& [name, rule] : known->properties.items()) {
    for (const char* bound : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}) {
      if (!rule.contains(bound) || !rule[bound].is_number()) continue;
      if (rule[bound].is_number_integer()) {
        const auto at = rule[bound].template get<int64_t>();
        trial.try_value(name, at);
        if (at > INT64_MIN) trial.try_value(name, at - 1);
        if (at < INT64_MAX) trial.try_value(name, at + 1);
      } else {
        const auto at = rule[bound].template get<double>();
        for (const double value : {at, at - 1, at + 1}) trial.try_value(name, value);
      }
    }
  }
  return trial.verdict("options with bounds");
}

Verdict option_choices(Rig& rig) {
  const Result<Known> known = read(rig);
  if (!known.ok()) return fail(known.status().message());
  Trial trial(rig, *known);
  for (const auto& [name, rule] : known->properties.items()) {
    if (!rule.contains("enum")) continue;
    for (const Json& choice : rule["enum"]) {
      trial.try_value(name, choice);
      if (!choice.is_string()) continue;
      for (const char* suffix : {"x", " "}) trial.try_value(name, choice.get<std::string>() + suffix);
    }
    trial.try_value(name, "");
  }
  return trial.verdict("options with a list of choices");
}

Verdict option_types(Rig& rig) {
  const Result<Known> known = read(rig);
  if (!known.ok()) return fail(known.status().message());
  Trial trial(rig, *known);
  const Json candidates[] = {nullptr, true, 1.5, -1e300, "1", Json::array({1}), Json::object({{"a", 1}})};
  for (const auto& [name, rule] : known->properties.items()) {
    for (const Json& value : candidates) {
      Json options = known->options;
      options[name] = value;
      // What a free text or number means is the provider's own business; what is of another type is not.
      if (!known->allows(options)) trial.try_value(name, value);
    }
  }
  return trial.verdict("options");
}

Verdict option_fuzz(Rig& rig) {
  const Result<Known> known = read(rig);
  if (!known.ok()) return fail(known.status().message());
  Random random = rig.random();
  Verdict verdict = pass("300 texts that are no options were answered with an error and a sentence");
  std::vector<std::string> texts = {"null", "[]", "3", "\"\"", "true", "[{}]", "{\"a\"", "{\"a\":}", "\xff\xff{}"};
  while (texts.size() < 300) texts.push_back(mutate(known->options.dump(), random));
  uint32_t no_json = 0;
  for (std::string& text : texts) {
    std::replace(text.begin(), text.end(), '\0', ' ');
    const Created created(rig, {.options = text.c_str()});
    if (!created.status().ok()) continue;
    const Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) {
      ++no_json;
    } else if (!known->allows(parsed)) {
      return fail("create() returned OK for options that the schema forbids: ",
                  parsed.dump(-1, ' ', true).substr(0, 200));
    }
  }
  if (no_json != 0) verdict.warnings.push_back(concat("create() returned OK for ", no_json, " texts that are no JSON"));
  return verdict;
}

}  // namespace mortise::conformance::abi
