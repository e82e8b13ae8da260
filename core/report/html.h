// The page of a Placement: HTML with its style, script and data inside, put together from the files of
// core/report/page.
//
// The data is JSON in a script element of type application/json, with every '<' escaped, and the script writes text
// nodes only, so that nothing of a model or a plugin is ever read as markup. The graph and the list of nodes are drawn
// as far as they are visible.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mortise::report {

struct PageParts {
  std::string_view page;  // with "<!--name-->" where the title, the style, the data and the script go
  std::string_view style;
  std::string_view layout;
  std::string_view chart;
  std::string_view script;
};
const PageParts& page_parts();

// A page with "<!--name-->" replaced by the text of that name.
std::string fill_page(std::string_view page, const std::map<std::string_view, std::string>& texts);
// JSON as a script element may hold it.
std::string escaped_json(std::string_view json);

// The page around JSON as to_json() makes it.
std::string placement_page(std::string_view title, std::string_view json);

}  // namespace mortise::report
