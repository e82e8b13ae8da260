// Cases about statuses and error records, on calls that are made to fail.
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "conformance/cases/abi/created.h"
#include "conformance/cases/abi/raw_calls.h"
#include "conformance/cases/abi/workload.h"
#include "conformance/engine/utf8.h"
#include "conformance/host/call.h"
#include "conformance/host/guarded_memory.h"

namespace mortise::conformance::abi {

namespace {

// A call that cannot succeed, however often it is made.
struct FailingCall {
  std::string name;
  std::function<mortise_status(mortise_error_t* error)> make;
};

class FailingCalls {
 public:
  static Result<std::unique_ptr<FailingCalls>> of(Rig& rig) {
    std::unique_ptr<FailingCalls> calls(new FailingCalls(rig));
    MORTISE_TRY(calls->created_.status());
    MORTISE_ASSIGN(Plugin* const plugin, rig.plugin());
    MORTISE_ASSIGN(calls->factory_, plugin->factory());
    calls->id_ = calls->created_.provider().descriptor->id;
    MORTISE_ASSIGN(calls->graph_, make_graph(std::move(candidates().front())));
    calls->fill();
    return calls;
  }
  const std::vector<FailingCall>& all() const { return calls_; }

 private:
  explicit FailingCalls(Rig& rig) : rig_(rig), created_(rig, {}) {}

  void fill() {
    add_create("an unknown id", "org.mortise.no-such-provider", "{}");
    add_create("an id of 5000 bytes", std::string(5000, 'i'), "{}");
    add_create("an unknown option", id_, R"({"mortise-no-such-option": 1})");
    add_create("an unknown option of 5000 bytes", id_, R"({")" + std::string(5000, 'o') + R"(": 1})");
    // A message that quotes this is cut off, and must not be cut within a character.
    std::string umlauts;
    for (int i = 0; i < 1500; ++i) umlauts += "\xc3\xa4";
    add_create("an unknown option of 1500 umlauts", id_, R"({")" + umlauts + R"(": 1})");
    add_create("options that are no object", id_, "[]");
    calls_.push_back({"claim() of a provider that is not open",
                      [this](mortise_error_t* error) { return raw_claim(created_.provider(), *graph_->view, error); }});
  }
  void add_create(const std::string& what, std::string id, std::string options) {
    calls_.push_back({concat("create() with ", what), [this, id, options](mortise_error_t* error) {
                        const mortise_provider_t* provider = nullptr;
                        const mortise_status status = factory_->create(factory_, rig_.host().abi(), id.c_str(),
                                                                       options.c_str(), &provider, error);
                        if (status == MORTISE_OK && provider != nullptr) provider->destroy(provider);
                        return status;
                      }});
  }

  Rig& rig_;
  Created created_;
  const mortise_provider_factory_t* factory_ = nullptr;
  std::string id_;
  std::unique_ptr<OpGraph> graph_;
  std::vector<FailingCall> calls_;
};

// Makes the call as every call is made, with the record that is given.
mortise_status make(Rig& rig, const FailingCall& one, mortise_error_t* error) {
  mortise_status status = MORTISE_OK;
  (void)call(rig.host(), one.name, ThreadRole::kSetup, [&] { status = one.make(error); });
  return status;
}

}  // namespace

Verdict error_message_present(Rig& rig) {
  const auto calls = FailingCalls::of(rig);
  if (!calls.ok()) return fail(calls.status().message());
  Verdict verdict = pass(concat((*calls)->all().size(), " calls failed with a sentence, NUL-terminated and UTF-8"));
  for (const FailingCall& one : (*calls)->all()) {
    const auto block = GuardedBlock::create(sizeof(mortise_error_t), "the error record");
    if (!block.ok()) return fail(block.status().message());
    auto* error = static_cast<mortise_error_t*>((*block)->data());
    (*block)->poison(0);
    error->node_id = MORTISE_NO_ID;
    error->message[0] = '\0';
    const mortise_status status = make(rig, one, error);
    if (status == MORTISE_OK) return fail(one.name, " returned OK");
    if (const std::string damage = (*block)->damage(); !damage.empty()) return fail(one.name, ": ", damage);
    const size_t length = strnlen(error->message, MORTISE_MESSAGE_SIZE);
    if (length == 0) return fail(one.name, " failed without a sentence");
    if (length == MORTISE_MESSAGE_SIZE) return fail(one.name, " wrote a message without a final NUL");
    const std::string_view message(error->message, length);
    if (!is_utf8(message)) return fail(one.name, " wrote a message that is not UTF-8");
    if (message.ends_with('\n'))
      verdict.warnings.push_back(concat(one.name, " wrote a message that ends in a newline"));
    if (error->node_id != MORTISE_NO_ID && error->node_id != 0)
      return fail(one.name, " blames node ", error->node_id, ", which does not exist");
  }
  return verdict;
}

Verdict error_null_record(Rig& rig) {
  const auto calls = FailingCalls::of(rig);
  if (!calls.ok()) return fail(calls.status().message());
  for (const FailingCall& one : (*calls)->all()) {
    mortise_error_t error = detail::fresh_error();
    const mortise_status with = make(rig, one, &error), without = make(rig, one, nullptr);
    if (with != without) return fail(one.name, " returned ", with, " with an error record and ", without, " without");
  }
  return pass(concat((*calls)->all().size(), " calls failed with the same status when the error record was null"));
}

Verdict error_null_record_success(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<std::unique_ptr<OpGraph>> graph = find_workload(**device);
  if (!graph.ok()) return no_workload(graph.status());
  const mortise_provider_t& provider = *(*device)->abi();
  mortise_status status = MORTISE_OK;
  (void)call(rig.host(), "claim()", ThreadRole::kSetup,
             [&] { status = raw_claim(provider, *(*graph)->view, nullptr); });
  if (status != MORTISE_OK) return fail("claim() with a null error record returned ", status);
  const RawRequest request(*(*graph)->view, {0});
  const mortise_session_t* session = nullptr;
  (void)call(rig.host(), "compile()", ThreadRole::kSetup,
             [&] { status = provider.compile(&provider, request.abi(), &session, nullptr); });
  if (status != MORTISE_OK || session == nullptr) return fail("compile() with a null error record returned ", status);
  (void)call(rig.host(), "destroy() of the session", ThreadRole::kSetup, [&] { session->destroy(session); });
  return pass("claim() and compile() succeeded with a null error record");
}

Verdict error_transient(Rig& rig) {
  const auto calls = FailingCalls::of(rig);
  if (!calls.ok()) return fail(calls.status().message());
  for (const FailingCall& one : (*calls)->all()) {
    mortise_error_t error = detail::fresh_error();
    const mortise_status status = make(rig, one, &error);
    if ((status & MORTISE_TRANSIENT) != 0)
      return fail(one.name, " returned a status with MORTISE_TRANSIENT, but it never succeeds");
  }
  return pass(concat((*calls)->all().size(), " calls that never succeed failed without MORTISE_TRANSIENT"));
}

// A device is lost where a provider has the fault option by which this can be asked for.
Verdict device_lost(Rig& rig) {
  const Result<std::string> options = rig.options();
  if (!options.ok()) return fail(options.status().message());
  nlohmann::json json = nlohmann::json::parse(*options);
  if (!json.contains("device_lost_at")) return skip("there is no option 'device_lost_at' to lose a device by");
  json["device_lost_at"] = 1;
  const Result<Plugin*> plugin = rig.plugin();
  const auto device = Device::open(**plugin, rig.settings().provider, json.dump(), rig.host());
  if (!device.ok()) return fail(device.status().message());
  const Result<std::unique_ptr<OpGraph>> graph = find_workload(**device);
  if (!graph.ok()) return no_workload(graph.status());
  const auto lost = [](const Status& status) { return status.code() == StatusCode::kDeviceLost; };
  {
    const Result<std::unique_ptr<Session>> session = compile_all(**device, **graph);
    if (!session.ok()) return fail("compile() failed: ", session.status().message());
    for (const char* which : {"first", "second"}) {
      const RunOutcome outcome = (*session)->run((*graph)->inputs, settings_for(**graph, **session));
      if (!lost(outcome.status))
        return fail("the ", which, " run() on the lost device returned ", to_string(outcome.status.code()));
    }
    if (const Status claimed = (*device)->claim(*(*graph)->view).status(); !lost(claimed))
      return fail("claim() on the lost device returned ", to_string(claimed.code()), " instead of DEVICE_LOST");
    if (const Status compiled = compile_all(**device, **graph).status(); !lost(compiled))
      return fail("compile() on the lost device returned ", to_string(compiled.code()), " instead of DEVICE_LOST");
  }
  const mortise_provider_t& provider = *(*device)->abi();
  (void)call(rig.host(), "close()", ThreadRole::kSetup, [&] { provider.close(&provider); });
  const Status opened = call(rig.host(), "open()", ThreadRole::kSetup,
                             [&](mortise_error_t* error) { return provider.open(&provider, error); });
  if (!opened.ok()) return fail("the lost device cannot be opened again: ", opened.message());
  const Status claimed = (*device)->claim(*(*graph)->view).status();
  return claimed.ok() ? pass("a lost device was lost for every call until it was reopened")
                      : fail("claim() after reopening the lost device failed: ", claimed.message());
}

}  // namespace mortise::conformance::abi
