// The reference provider's plugin entry, for a host that has it linked in. It exports no symbol, so a host treats it as
// one more plugin whose entry it knows already. Constant; usable from any thread.
#pragma once

#include "mortise/entry.h"

namespace mortise::reference {

const mortise_plugin_entry_t& entry();

}  // namespace mortise::reference
