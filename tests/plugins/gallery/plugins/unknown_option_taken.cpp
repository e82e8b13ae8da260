// create() takes an option whose name is empty.
#include <nlohmann/json.hpp>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    nlohmann::json given = nlohmann::json::parse(options, nullptr, false);
    if (given.is_object()) given.erase("");
    return Plugin::read_options(given.is_object() ? given.dump() : std::string(options));
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
