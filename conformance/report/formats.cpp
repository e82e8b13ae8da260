#include "conformance/report/formats.h"

namespace mortise::conformance {

std::span<const ReportFormat> report_formats() {
  static constexpr ReportFormat kFormats[] = {
#define MORTISE_REPORT(name, option, description) {option, description, write_##name},
#include "conformance/report/formats.inc"
#undef MORTISE_REPORT
  };
  return kFormats;
}

}  // namespace mortise::conformance
