#include "tools/mortise/progress.h"

#include <fmt/core.h>

#include <cmath>

#include "tools/mortise/terminal.h"

namespace mortise::tool {
namespace {

// Less is over before anyone reads of it.
constexpr size_t kWorthALine = 100;

constexpr size_t kBarWidth = 20;

// Work goes on where nobody sees it.
void show(const std::string& text) { std::fputs(text.c_str(), stderr); }

std::string bar_text(size_t done, size_t total) {
  const size_t filled = total == 0 ? 0 : kBarWidth * done / total;
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]";
}

std::string duration_text(double seconds) {
  const auto whole = std::llround(seconds);
  return whole < 60 ? fmt::format("{} s", whole) : fmt::format("{} min {} s", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(std::string_view what, size_t total) : what_(what), total_(total), terminal_(is_terminal(stderr)) {}

void Progress::update(size_t done, size_t failed) {
  const std::string failures = failed == 0 ? "" : fmt::format(", {} failed", failed);
  if (terminal_) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
    const double left = done == 0 ? 0 : spent.count() / static_cast<double>(done) * static_cast<double>(total_ - done);
    show(fmt::format("\r\x1b[K{} {} of {} {}{}{}", bar_text(done, total_), done, total_, what_, failures,
                     done == 0 ? "" : fmt::format(", {} left", duration_text(left))));
    std::fflush(stderr);
  } else if (const size_t tenths = 10 * done / total_; total_ >= kWorthALine && tenths != tenths_) {
    tenths_ = tenths;
    show(fmt::format("{} of {} {}{}\n", done, total_, what_, failures));
  }
}

void Progress::clear() {
  if (terminal_) show("\r\x1b[K");
}

}  // namespace mortise::tool
