// Values that share nothing with others.
//
// For values that leave the place where they lie: the caller may write to a result, but not to the model's constants or
// to its own inputs, and what lies in a frame's arena is overwritten after its last reader.
#pragma once

#include <span>

#include "core/host/memory_budget.h"
#include "mortise/sdk/value.h"

namespace mortise::run {

// A string tensor with its characters.
Result<Tensor> copied_strings(MemoryBudget& memory, const Tensor& tensor);
// A copy of all that the value has.
Result<Value> copied(MemoryBudget& memory, const Value& value);

// Copies what is part of both a result and one of these inputs: providers share the elements of sequences and optionals
// instead of copying them, but the caller may use its inputs' memory for something else after the run.
Status separate(MemoryBudget& memory, std::span<const Value* const> inputs, std::span<Value> results);

}  // namespace mortise::run
