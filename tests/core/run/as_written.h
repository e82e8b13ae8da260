// load_as_written(): a session of a graph in ONNX's text form that no pass rewrites.
#pragma once

#include <stdexcept>
#include <string>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise::test {

// providers: what stands in the configuration's list, JSON. threads: 0 for as many as the machine has. Throws where the
// session cannot be loaded.
inline Session load_as_written(const std::string& graph, const std::string& providers, uint32_t threads = 0,
                               LogSink sink = {}) {
  auto config = Config::parse(R"({"providers": [)" + providers + "]}");
  if (!config.ok()) throw std::invalid_argument(config.status().message());
  config->session.threads = threads;
  config->session.enable.emplace();
  const std::string bytes = model_bytes(graph);
  auto session = Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = *config, .log_sink = std::move(sink)});
  if (!session.ok()) throw std::invalid_argument(session.status().message());
  return std::move(*session);
}

}  // namespace mortise::test
