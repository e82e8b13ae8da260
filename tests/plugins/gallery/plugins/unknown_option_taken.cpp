// create() takes options that the schema does not have.
#include <nlohmann/json.hpp>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Result<std::string> read_options(std::string_view options) override {
    nlohmann::json given = nlohmann::json::parse(options, nullptr, false);
    if (!given.is_object()) return Plugin::read_options(options);
    nlohmann::json known = nlohmann::json::object();
    for (const char* name : {"threads", "mode", "checks"}) {
      if (given.contains(name)) known[name] = given[name];
    }
    return Plugin::read_options(known.dump());
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
