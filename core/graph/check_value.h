// check_value(): whether a value may be given where a type is declared.
#pragma once

#include "core/graph/type.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/value.h"

namespace mortise {

// "float32[2, 3]", "a sequence"
std::string form_of(const Value& value);

// OK if it may; otherwise what was given: "float32[3] was given". Looks into sequences, optionals and maps. An optional
// takes its element itself too, extents that the type leaves open take any, and an unknown type takes everything.
Status check_value(const Type& type, const Value& value);

// The same of the kind and a tensor's element type alone, which decide how memory is read: what a value is held against
// on its way through a run, where inference has looked at the rest.
Status check_kind(const Type& type, const Value& value);

}  // namespace mortise
