// Checks JSON against a JSON Schema (draft 7), with errors for people: the first fault as a sentence that begins with
// its JSON pointer, and the nearest known key where a key is unknown. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {

// pointer_prefix begins every pointer: "/providers/0/options". Fails with kInvalidArgument, or with kFailedPrecondition
// if the schema itself is no schema.
Status check_against_schema(const nlohmann::json& schema, const nlohmann::json& value, std::string_view pointer_prefix);

// kFailedPrecondition: a schema, and not what was checked against it, is wrong.
Status bad_schema(std::string_view why);

// Adds the schema's defaults for properties that are left out; objects within objects too.
void fill_in_defaults(const nlohmann::json& schema, nlohmann::json& value);

}  // namespace mortise
