// create() crashes where 40 bytes or more of options are no JSON.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Result<std::string> read_options(std::string_view options) override {
    if (options.size() >= 40 && !nlohmann::json::accept(options)) std::abort();
    return Plugin::read_options(options);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
