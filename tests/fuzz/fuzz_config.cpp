// Any bytes are a configuration or an error with a sentence, and as options of a provider too.
#include <cstdlib>

#include "core/config/options.h"
#include "mortise/core/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config = mortise::Config::parse(text); !config.ok() && config.status().message().empty()) std::abort();
  // As a schema of options, then as options under a schema.
  (void)mortise::complete_options(text, R"({"a": [1, {"b": "c"}]})", "/options");
  const auto completed = mortise::complete_options(mortise::config_schema(), text, "/options");
  // What was completed is complete.
  if (completed.ok() && *mortise::complete_options(mortise::config_schema(), *completed, "/options") != *completed) {
    std::abort();
  }
  return 0;
}
