// The worker: the process in which a plugin is loaded and cases run. Started by the runner as
//   mortise-conformance worker CHANNEL PAGE
// with the descriptors of the channel and of the call page. The first line on the channel is the settings, each further
// one the name of a case; each is answered by a line of JSON (Answer). The end of the channel ends the worker.
#pragma once

#include <string>
#include <string_view>

#include "conformance/engine/verdict.h"

namespace mortise::conformance {

// Exit code of a worker whose channel no longer works: somebody closed it.
inline constexpr int kChannelLost = 86;

struct Answer {
  std::string token;  // of the run
  std::string name;   // of the case
  Verdict verdict;
};
// Providers write what they like and as much: of each text in the verdict, its beginning is sent.
inline constexpr size_t kMaxText = 4096;  // bytes
std::string to_line(Answer answer);
Result<Answer> parse_answer(std::string_view line);

// Serves until the channel ends; the exit code.
int run_worker(int channel, int page);

}  // namespace mortise::conformance
