#include "conformance/engine/utf8.h"

#include <nlohmann/json.hpp>

namespace mortise::conformance {

// The JSON library's writer refuses what is none.
bool is_utf8(std::string_view text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace mortise::conformance
