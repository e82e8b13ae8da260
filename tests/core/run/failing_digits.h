// The model of digits on providers that fail, which tests bring about by options of the mock NPU and of the patchwork
// plugin and with broken plugins.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "mortise/core/session.h"
#include "tests/core/run/patchwork.h"
#include "tests/support/log_lines.h"

namespace mortise::test {

inline Config with(ProviderConfig provider, OnFailure on_failure = OnFailure::kFallback) {
  Config config;
  config.providers.push_back(std::move(provider));
  config.providers[0].on_failure = on_failure;
  return config;
}
inline ProviderConfig npu(std::string options) {
  return {.id = "org.mortise.mock-npu", .library = MORTISE_MOCK_NPU, .options = std::move(options)};
}
inline ProviderConfig broken(const std::string& name) {
  return {.id = "org.mortise.test.plugin", .library = concat(MORTISE_BROKEN_PLUGINS, "/", name, ".so")};
}

// A provider, and what is said of it.
struct Fault {
  ProviderConfig provider;
  std::string reason;
};

// The digits on the reference and on the given providers agree.
class Digits {
 public:
  explicit Digits(Config config)
      : session_(load(std::move(config), lines_.sink(Severity::kWarning))), reference_(load({}, {})) {}

  const Status& status() const { return session_.status(); }
  Session& session() { return *session_; }
  const std::vector<std::string>& warnings() const { return lines_.lines(); }

  Result<std::map<std::string, Value>> run(int image) { return session_->run({{"image", pixels(image)}}); }
  void expect_right(int runs = 3) {
    ASSERT_TRUE(session_.ok()) << session_.status().message();
    for (int i = 0; i < runs; ++i) {
      auto actual = run(i), expected = reference_->run({{"image", pixels(i)}});
      ASSERT_TRUE(actual.ok()) << actual.status().message();
      const auto a = actual->at("probabilities").tensor.elements<float>();
      const auto b = expected->at("probabilities").tensor.elements<float>();
      for (size_t k = 0; k < b.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-5f);
    }
  }
  // Nodes by provider.
  std::map<std::string, uint32_t> nodes() const {
    std::map<std::string, uint32_t> counts;
    for (const ProviderPlacement& provider : session_->placement().providers) counts[provider.id] = provider.nodes;
    return counts;
  }
  std::string problem(const std::string& id) const {
    for (const ProviderPlacement& provider : session_->placement().providers) {
      if (provider.id == id) return provider.problem;
    }
    return "no such provider";
  }

 private:
  static Result<Session> load(Config config, LogSink sink) {
    return Session::load(LoadInput{.path = MORTISE_SOURCE_DIR "/examples/digits/digits.onnx",
                                   .config = std::move(config),
                                   .log_sink = std::move(sink)});
  }
  static Tensor pixels(int seed) {
    std::vector<float> values;
    for (int i = 0; i < 64; ++i) values.push_back(0.5f + 0.5f * std::sin(static_cast<float>(i * (seed + 3))));
    return Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(values));
  }

  LogLines lines_;
  Result<Session> session_;
  Result<Session> reference_;
};

}  // namespace mortise::test
