#include "core/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <iterator>

namespace mortise {

std::string_view to_string(Severity severity) {
  static constexpr std::string_view kNames[] = {
      "debug", "info", "warning", "error", "host misbehaving", "provider misbehaving"};
  const auto number = static_cast<uint32_t>(severity);
  return number < std::size(kNames) ? kNames[number] : "unknown severity";
}

namespace {

void write_to_stderr(Severity severity, std::string_view line) {
  static spdlog::logger logger = [] {
    spdlog::logger made("mortise", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made.set_pattern("%n: %^%v%$");
    made.set_level(spdlog::level::trace);
    return made;
  }();
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn,  spdlog::level::err,
                                                          spdlog::level::err,   spdlog::level::err};
  logger.log(kLevels[static_cast<uint32_t>(severity)], "{}: {}", to_string(severity), line);
}

}  // namespace

Log::Log(LogSink sink, Severity min_severity)
    : sink_(sink ? std::move(sink) : LogSink(write_to_stderr)), min_severity_(min_severity) {}

void Log::write(Severity severity, std::string_view line) const noexcept {
  if (!keeps(severity) || severity > Severity::kProviderMisbehaving) return;
  try {
    sink_(severity, line);
  } catch (...) {  // NOLINT: see the header
  }
}

}  // namespace mortise
