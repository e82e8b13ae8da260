// One property of the options' schema has no default.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() {
    self.options_schema = R"({"type": "object", "additionalProperties": false, "properties": {
      "threads": {"type": "integer", "minimum": 1, "maximum": 8},
      "mode": {"type": "string", "enum": ["plain", "careful"], "default": "plain"},
      "checks": {"type": "boolean", "default": true}}})";
  }
  // The plugin itself knows the default.
  Result<std::string> read_options(std::string_view options) override { return Plugin().read_options(options); }
};

MORTISE_GALLERY_PLUGIN(Broken);
