// patch(): a provider of the patchwork plugin, which computes as the reference provider does and claims, refuses and fails
// as its options say (tests/plugins/patchwork/patchwork.cpp).
#pragma once

#include <string>

#include "mortise/core/config.h"

namespace mortise::test {

// name: 'a', 'b' or 'c'.
inline ProviderConfig patch(char name, std::string options) {
  return {
      .id = std::string("org.mortise.test.patch-") + name, .library = MORTISE_PATCHWORK, .options = std::move(options)};
}

}  // namespace mortise::test
