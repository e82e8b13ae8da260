// The report as one HTML file with its style, script and data inside: the JSON report in a script element, which the
// script writes to the page as text only, so that nothing of a plugin is ever read as markup.
#include "core/report/html.h"

#include "conformance/report/embedded.h"
#include "conformance/report/escape.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

std::string write_html(const Results& results, const std::filesystem::path& folder) {
  const PageParts& parts = page_parts();
  const std::string name = results.provider.name.empty() ? plugin_text(results.settings) : results.provider.name;
  return report::fill_page(parts.page, {{"title", escaped("Conformance of " + name)},
                                        {"style", std::string(parts.style)},
                                        {"data", report::escaped_json(write_json(results, folder))},
                                        {"script", concat(parts.table, parts.script)}});
}

}  // namespace mortise::conformance
