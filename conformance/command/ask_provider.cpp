#include "conformance/command/ask_provider.h"

#include "conformance/command/command.h"

namespace mortise::conformance {

Result<Introduction> ask_provider(const RunOptions& options, const OnNote& on_note) {
  Introduction made;
  const Case* question[] = {&about_provider()};
  MORTISE_TRY(run_cases(
      options.settings, question, options.runner,
      [&](const Case&, const Verdict& verdict, auto) {
        made.provider = provider_facts(verdict);
        if (verdict.outcome == Outcome::kPass) made.fault = made.provider.problem;
      },
      on_note));
  const bool is_usage = made.provider.id.empty() || made.fault.starts_with("--options");
  if (!made.fault.empty()) made.code = is_usage ? kBadUsage : kFailed;
  return made;
}

void require_provider(const RunOptions& options) {
  RunOptions isolated = options;
  isolated.runner.in_process = false;
  const Result<Introduction> answer = ask_provider(isolated, [](const std::string&) {});
  // Where no worker can be started, the case in this process is all that there is.
  if (answer.ok() && !answer->fault.empty()) stop(answer->code, answer->fault);
}

}  // namespace mortise::conformance
