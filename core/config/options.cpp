#include "core/config/options.h"

#include "core/config/json.h"
#include "core/config/schema_check.h"

namespace mortise {

Result<std::string> complete_options(std::string_view schema_json, std::string_view options_json,
                                     std::string_view pointer_prefix) {
  Result<nlohmann::json> schema = parse_json(schema_json);
  if (!schema.ok()) return bad_schema(schema.status().message());
  if (!schema->is_object()) return bad_schema("it is no JSON object");
  Result<nlohmann::json> options = parse_json(options_json);
  if (!options.ok()) return std::move(options).status().context(pointer_prefix);
  if (!options->is_object()) return invalid_argument(pointer_prefix, ": options are a JSON object");
  if (schema->empty()) {
    // "{}": there are no options, although as a schema it would let everything pass.
    *schema = {{"type", "object"}, {"additionalProperties", false}};
  }
  MORTISE_TRY(check_against_schema(*schema, *options, pointer_prefix));
  fill_in_defaults(*schema, *options);
  return options->dump();
}

}  // namespace mortise
