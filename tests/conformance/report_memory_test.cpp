// Ten thousand cases and all their reports fit into the memory that the parent may take.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/report/formats.h"
#include "tests/conformance/report_results.h"

namespace mortise::conformance {
namespace {

constexpr size_t kCases = 10000;
constexpr long kMostKib = 300 << 10;

// In a process of its own, whose peak is nobody else's.
TEST(ReportMemory, OfTenThousandCasesStaysUnder300Mib) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's own memory counts too";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "a sanitizer's own memory counts too";
#endif
#endif
  const pid_t child = fork();
  if (child == 0) {
    const Results results = synthetic_results(kCases);
    size_t bytes = 0;
    for (const ReportFormat& format : report_formats()) bytes += format.write(results, "/runs").size();
    _exit(results.cases.size() == kCases && bytes > kCases * 100 ? 0 : 1);
  }
  int status = 0;
  rusage used{};
  ASSERT_EQ(wait4(child, &status, 0, &used), child);
  ASSERT_EQ(status, 0);
  RecordProperty("peak_kib", static_cast<int>(used.ru_maxrss));
  EXPECT_LT(used.ru_maxrss, kMostKib);
}

}  // namespace
}  // namespace mortise::conformance
