// Files that are compiled into the program, so that it needs none beside it.
#pragma once

#include <string_view>

namespace mortise::conformance {

// JSON Schemas (draft 7), from docs/spec.
std::string_view report_schema();
std::string_view expectations_schema();

// The page of a report, from report/page.
struct PageParts {
  std::string_view page;  // with "<!--name-->" where the title, the style, the data and the script go
  std::string_view style;
  std::string_view table;
  std::string_view script;
};
const PageParts& page_parts();

}  // namespace mortise::conformance
