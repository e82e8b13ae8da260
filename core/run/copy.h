// copied(): a value that shares nothing with another one.
//
// For values that leave the place where they lie: the caller may write to a result, but not to the model's constants or
// to its own inputs, and what lies in a frame's arena is overwritten after its last reader.
#pragma once

#include "core/host/memory_budget.h"
#include "mortise/sdk/value.h"

namespace mortise::run {

Result<Value> copied(MemoryBudget& memory, const Value& value);

}  // namespace mortise::run
