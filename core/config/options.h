// Options of a provider: checked against the schema of its descriptor before the provider sees them.
#pragma once

#include <string>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {

// The options with the defaults of the schema filled in. pointer_prefix ("/providers/0/options") begins the JSON
// pointers of error sentences. Fails with kInvalidArgument for options that are no object or that the schema does not
// allow, with kFailedPrecondition for a bad schema.
Result<std::string> complete_options(std::string_view schema_json, std::string_view options_json,
                                     std::string_view pointer_prefix);

}  // namespace mortise
