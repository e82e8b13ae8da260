// create() takes a choice of 'mode' with an x behind it.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    const size_t found = options.find("\"plainx\"");
    if (found == std::string_view::npos) return Plugin::read_options(options);
    return Plugin::read_options(std::string(options).replace(found, 8, "\"plain\""));
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
