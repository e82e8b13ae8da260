// create() takes any integer for 'threads'.
#include <nlohmann/json.hpp>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    nlohmann::json given = nlohmann::json::parse(options, nullptr, false);
    if (given.is_object() && given.contains("threads") && given["threads"].is_number_integer()) given["threads"] = 1;
    return Plugin::read_options(given.is_discarded() ? std::string(options) : given.dump());
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
