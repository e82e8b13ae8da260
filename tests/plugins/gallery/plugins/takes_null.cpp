// create() takes null for 'checks'.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    const size_t found = options.find("\"checks\":null");
    if (found == std::string_view::npos) return Plugin::read_options(options);
    return Plugin::read_options(std::string(options).replace(found, 13, "\"checks\":true"));
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
