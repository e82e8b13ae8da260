#include "conformance/host/quiet_streams.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace mortise::conformance {

QuietStreams::QuietStreams()
    : memory_(memfd_create("mortise-streams", MFD_CLOEXEC)), output_(dup(STDOUT_FILENO)), error_(dup(STDERR_FILENO)) {
  std::fflush(nullptr);
  dup2(memory_, STDOUT_FILENO);
  dup2(memory_, STDERR_FILENO);
}

QuietStreams::~QuietStreams() {
  std::fflush(nullptr);
  dup2(output_, STDOUT_FILENO);
  dup2(error_, STDERR_FILENO);
  for (const int descriptor : {memory_, output_, error_}) close(descriptor);
}

std::string QuietStreams::written() const {
  std::fflush(nullptr);
  std::string text(200, ' ');
  const ssize_t count = pread(memory_, text.data(), text.size(), 0);
  text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
  return text;
}

}  // namespace mortise::conformance
