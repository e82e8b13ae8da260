// Any bytes are a manifest with a usable id and an absolute library, or an error with a sentence.
#include <cstdlib>

#include "core/host/manifest.h"
#include "core/host/plugin_library.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto manifest = mortise::parse_manifest({reinterpret_cast<const char*>(data), size}, "/folder/manifest.json");
  if (!manifest.ok()) {
    if (manifest.status().message().empty()) std::abort();
  } else if (!mortise::is_provider_id(manifest->id) || !manifest->library.is_absolute()) {
    std::abort();
  }
  return 0;
}
