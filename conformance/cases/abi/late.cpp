#include "conformance/cases/abi/late.h"

namespace mortise::conformance::abi {

namespace {

// What is left of a run that is not stopped, since it is almost done, may take so long.
constexpr double kAlmostDone = 0.04;
constexpr int kAttempts = 3;

}  // namespace

std::string ignores_deadline(double after, const RunWithDeadline& run, double patience) {
  const auto deadline = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(after));
  std::string wrong;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const RunOutcome outcome = run(deadline);
    const Status& status = outcome.status;
    const double late = outcome.seconds - after;
    const std::string which = concat("a run that was cancelled ", after * 1e3, " ms after its call ended ");
    if (!status.ok() && status.code() != StatusCode::kCancelled)
      return concat(which, "with '", to_string(status.code()), "' instead of CANCELLED: ", status.message());
    if (late <= (status.ok() ? kAlmostDone : patience)) return {};
    wrong = concat(which, late * 1e3, " ms later with ", status.ok() ? "OK" : "CANCELLED", ", ", kAttempts,
                   " times running");
  }
  return wrong;
}

}  // namespace mortise::conformance::abi
