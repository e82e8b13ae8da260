// "Did you mean": the known name that is nearest to one that is not known. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mortise {

// ", did you mean 'min_nodes'?" where a name is near enough to be a slip, otherwise "; known are 'a', 'b'", and "; none
// is known here" if there are no names.
std::string did_you_mean(std::string_view unknown, std::span<const std::string> known);

}  // namespace mortise
