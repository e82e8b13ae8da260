#include "core/report/html.h"

#include <map>

#include "mortise/core/placement.h"

namespace mortise {
namespace report {
namespace {

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      default:
        made += c;
    }
  }
  return made;
}

// '<' stands in JSON only inside strings, where it may be written so; neither "</script" nor "<!--" is left.
std::string escaped_json(std::string_view json) {
  std::string made;
  made.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      made += "\\u003c";
    } else {
      made += c;
    }
  }
  return made;
}

}  // namespace

std::string placement_page(std::string_view title, std::string_view json) {
  const PageParts& parts = page_parts();
  std::map<std::string_view, std::string> texts;
  texts["title"] = escaped(title);
  texts["style"] = parts.style;
  texts["data"] = escaped_json(json);
  for (const std::string_view script : {parts.layout, parts.chart, parts.script}) texts["script"] += script;
  std::string made;
  std::string_view rest = parts.page;
  for (size_t begin = rest.find("<!--"); begin != std::string_view::npos; begin = rest.find("<!--")) {
    const size_t end = rest.find("-->", begin);
    made += rest.substr(0, begin);
    made += texts.at(rest.substr(begin + 4, end - begin - 4));
    rest.remove_prefix(end + 3);
  }
  return made += rest;
}

}  // namespace report

std::string to_html(const Placement& placement) {
  return report::placement_page("Placement of " + placement.model, to_json(placement, -1));
}

}  // namespace mortise
