// Signals that ask for an end, raised by the test itself.
#include "conformance/engine/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "conformance/engine/runner.h"

namespace mortise::conformance {
namespace {

TEST(InterruptScope, RemembersASignalUntilTheOutermostOneEnds) {
  {
    const InterruptScope outer;
    EXPECT_FALSE(interrupted());
    {
      const InterruptScope inner;
      raise(SIGTERM);
      EXPECT_TRUE(interrupted());
    }
    const InterruptScope next;
    EXPECT_TRUE(interrupted());
  }
  const InterruptScope later;
  EXPECT_FALSE(interrupted());
}

TEST(InterruptScope, LeavesASecondSignalToWhoHadItBefore) {
  const InterruptScope scope;
  raise(SIGTERM);
  struct sigaction action {};
  sigaction(SIGTERM, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST(InterruptScope, OutlivesTheReaderOfItsOutput) {
  const InterruptScope scope;
  raise(SIGPIPE);
  raise(SIGPIPE);
  EXPECT_FALSE(interrupted());
}

// As what a command does after a run that was interrupted: nothing is started any more.
TEST(InterruptScope, EndsRunsThatBeginLater) {
  const InterruptScope scope;
  raise(SIGINT);
  const Case which{.name = "never-run", .suite = "abi"};
  const Case* cases[] = {&which};
  std::optional<Verdict> seen;
  const Status status = run_cases(
      Settings(), cases, RunnerOptions(), [&](const Case&, const Verdict& verdict, auto) { seen = verdict; },
      [](const std::string&) {});
  EXPECT_TRUE(status.ok()) << status.message();
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->outcome, Outcome::kNotRun);
}

}  // namespace
}  // namespace mortise::conformance
