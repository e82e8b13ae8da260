#include "conformance/engine/rig.h"

#include <chrono>

#include "conformance/engine/clock.h"
#include "core/config/options.h"

namespace mortise::conformance {

namespace {

constexpr const char* kExact = R"({"accumulate": "f64"})";

}  // namespace

Rig::Rig(Settings settings) : settings_(std::move(settings)) {}

Verdict Rig::run(const Case& which) {
  current_ = &which;
  const auto begin = std::chrono::steady_clock::now();
  Verdict verdict;
  try {
    verdict = which.run(*this);
  } catch (const std::exception& e) {
    verdict = fail("the suite itself failed: ", e.what());
  }
  const std::vector<Violation> violations = host_.take_violations();
  if (!violations.empty() && !is_failure(verdict.outcome)) {
    verdict.outcome = Outcome::kFail;
    verdict.sentence = violations.front().sentence;
    verdict.requirement = violations.front().requirement;
    drop_device();
  }
  verdict.seconds = seconds_since(begin);
  current_ = nullptr;
  return verdict;
}

Random Rig::random() const { return stream_of(settings_.seed, current_ != nullptr ? current_->name : ""); }

Result<Plugin*> Rig::plugin() {
  if (plugin_ == nullptr) {
    MORTISE_ASSIGN(plugin_, Plugin::load(settings_.plugin, host_));
  }
  return plugin_.get();
}

Result<const mortise_provider_descriptor_t*> Rig::descriptor() {
  MORTISE_ASSIGN(Plugin* const loaded, plugin());
  return loaded->descriptor(settings_.provider);
}

Result<std::string> Rig::options() {
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* const found, descriptor());
  return complete_options(found->options_schema != nullptr ? found->options_schema : "{}", settings_.options,
                          "--options");
}

Result<Device*> Rig::device() {
  if (device_ == nullptr) {
    MORTISE_ASSIGN(Plugin* const loaded, plugin());
    MORTISE_ASSIGN(const std::string complete, options());
    MORTISE_ASSIGN(device_, Device::open(*loaded, settings_.provider, complete, host_));
  }
  return device_.get();
}

void Rig::drop_device() { device_.reset(); }

Device& Rig::oracle() {
  if (oracle_ == nullptr) {
    oracle_plugin_ = Plugin::load({}, oracle_host_).value();
    const auto* schema = oracle_plugin_->descriptor({}).value()->options_schema;
    oracle_ = Device::open(*oracle_plugin_, {}, complete_options(schema, kExact, "").value(), oracle_host_).value();
  }
  return *oracle_;
}

Result<std::filesystem::path> Rig::folder() {
  const std::filesystem::path path = settings_.artifacts / (current_ != nullptr ? current_->name : "none");
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return make_error(StatusCode::kPermissionDenied, path.string(), ": ", code.message());
  return path;
}

}  // namespace mortise::conformance
