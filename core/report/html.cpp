#include "core/report/html.h"

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

}  // namespace

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

std::string fill_page(std::string_view page, const std::map<std::string_view, std::string>& texts) {
  std::string made;
  for (size_t begin = page.find("<!--"); begin != std::string_view::npos; begin = page.find("<!--")) {
    const size_t end = page.find("-->", begin);
    made += page.substr(0, begin);
    made += texts.at(page.substr(begin + 4, end - begin - 4));
    page.remove_prefix(end + 3);
  }
  return made += page;
}

std::string placement_page(std::string_view title, std::string_view json) {
  const PageParts& parts = page_parts();
  std::map<std::string_view, std::string> texts;
  texts["title"] = escaped(title);
  texts["style"] = parts.style;
  texts["data"] = escaped_json(json);
  for (const std::string_view script : {parts.layout, parts.chart, parts.script}) texts["script"] += script;
  return fill_page(parts.page, texts);
}

}  // namespace report

std::string to_html(const Placement& placement) {
  return report::placement_page("Placement of " + placement.model, to_json(placement, -1));
}

}  // namespace mortise
