// Option 'mode' is 'careful' where it is left out, although its default is 'plain'.
#include <cstdio>

#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::string> read_options(std::string_view options) override {
    return Plugin::read_options(options == "{}" ? R"({"mode": "careful"})" : options);
  }
  void describe(Provider& provider, char* buffer, uint64_t size) override {
    if (size != 0) std::snprintf(buffer, size, "plain loops on the host, %s", provider.options.c_str());
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
