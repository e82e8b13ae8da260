// The page of a Placement: HTML with its style, script and data inside.
//
// The data is JSON in a script element of type application/json, with every '<' escaped, and the script writes text
// nodes only, so that nothing of a model or a plugin is ever read as markup. The list of nodes is drawn as far as it is
// visible.
#pragma once

#include <string>
#include <string_view>

namespace mortise::report {

// The page around JSON as to_json() makes it.
std::string placement_page(std::string_view title, std::string_view json);

}  // namespace mortise::report
