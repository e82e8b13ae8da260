// create() crashes where 40 bytes or more of options are no JSON.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    if (options.size() >= 40 && !nlohmann::json::accept(options)) std::abort();
    return Plugin::read_options(options);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
