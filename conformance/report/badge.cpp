// The report as a badge: an SVG of two fields, "mortise" and how it went.
#include <fmt/core.h>

#include "conformance/report/formats.h"
#include "conformance/report/score.h"

namespace mortise::conformance {

std::string write_badge(const Results& results, const std::filesystem::path&) {
  const Score score = score_of(results);
  const bool good = succeeded(results);
  const std::string right = good                ? concat(score.passed, " passed")
                            : score.failed != 0 ? concat(score.failed, " of ", score.passed + score.failed, " failed")
                                                : std::string("not passed");
  // About 6.5 units per letter at this size; textLength makes the estimate exact.
  constexpr int kLeft = 134;
  const int text = static_cast<int>(right.size()) * 13 / 2, width = kLeft + text + 16;
  return fmt::format(
      R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" role="img" aria-label="mortise conformance: {1}">
<title>mortise conformance: {1}</title>
<clipPath id="round"><rect width="{0}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="{2}" height="20" fill="#444b54"/><rect x="{2}" width="{3}" height="20" fill="{4}"/></g>
<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="8" y="14" textLength="118">mortise conformance</text>
<text x="{5}" y="14" textLength="{6}">{1}</text>
</g>
</svg>
)svg",
      width, right, kLeft, width - kLeft, good ? "#2c7d3f" : "#b3261e", kLeft + 8, text);
}

}  // namespace mortise::conformance
