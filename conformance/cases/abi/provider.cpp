// Cases about the provider as an object: opening, describing, extensions, the hosts it works with.
#include <cstring>

#include "conformance/cases/abi/created.h"
#include "conformance/cases/abi/raw_calls.h"
#include "conformance/cases/abi/workload.h"
#include "conformance/engine/utf8.h"
#include "conformance/host/call.h"
#include "conformance/host/guarded_memory.h"
#include "conformance/host/quiet_streams.h"

namespace mortise::conformance::abi {

namespace {

constexpr const char* kProviderExtensions[] = {MORTISE_EXT_ASYNC_RUN, MORTISE_EXT_COMPILED_CACHE,
                                               MORTISE_EXT_DEVICE_MEMORY, MORTISE_EXT_OPERATORS, MORTISE_EXT_VALUES};
constexpr const char* kHostExtensions[] = {MORTISE_EXT_ASYNC_RUN,    MORTISE_EXT_HOST_MEMORY,  MORTISE_EXT_LOG,
                                           MORTISE_EXT_ONNX_MODEL,   MORTISE_EXT_PARALLEL_FOR, MORTISE_EXT_PROFILE,
                                           MORTISE_EXT_THREAD_CHECK, MORTISE_EXT_VALUES};

// Opens the provider on this host, runs a workload there and compares the result. Nothing wrong gives an empty text.
Result<std::string> work_on(Rig& rig, CheckedHost& host) {
  MORTISE_ASSIGN(Plugin* const plugin, rig.plugin());
  MORTISE_ASSIGN(const std::string options, rig.options());
  MORTISE_ASSIGN(const std::unique_ptr<Device> device, Device::open(*plugin, rig.settings().provider, options, host));
  MORTISE_ASSIGN(const std::unique_ptr<OpGraph> graph, find_workload(*device));
  MORTISE_ASSIGN(const std::unique_ptr<Session> session, compile_all(*device, *graph));
  const RunOutcome outcome = session->run(graph->inputs, settings_for(*graph, *session));
  if (!outcome.status.ok()) return Status(outcome.status).context("run()");
  MORTISE_ASSIGN(const std::vector<Value> expected, expected_outputs(rig, *graph));
  return difference(outcome.outputs, expected);
}

// The verdict about work on a host that is special as `what` says.
Verdict judge_work(Rig& rig, CheckedHost& host, const std::string& what) {
  const Result<std::string> wrong = work_on(rig, host);
  if (!wrong.ok() && wrong.status().code() == StatusCode::kUnimplemented) return skip(wrong.status().message());
  if (!wrong.ok()) return fail("on a host ", what, ": ", wrong.status().message());
  if (!wrong->empty()) return fail("on a host ", what, ": ", *wrong);
  for (const Violation& violation : host.take_violations())
    return fail("on a host ", what, ": ", violation.requirement, ": ", violation.sentence);
  return pass(concat("a small graph ran right on a host ", what));
}

}  // namespace

Verdict provider_reopen(Rig& rig) {
  Created created(rig, {});
  if (!created.status().ok()) return fail(created.status().message());
  char first[512] = "", now[512] = "";
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    if (const Status opened = created.open(); !opened.ok())
      return fail("open() number ", round + 1, " failed: ", opened.message());
    created.provider().describe(&created.provider(), round == 0 ? first : now, sizeof first);
    if (round > 0 && std::strcmp(first, now) != 0)
      return fail("opened again, the device is '", now, "' instead of '", first, "'");
    created.close();
  }
  return pass(concat("the provider was opened and closed ", kRounds, " times"));
}

Verdict describe_sizes(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  std::string whole;
  for (const uint64_t size : {4096, 0, 1, 2, 3, 7, 8, 64}) {
    const auto block = GuardedBlock::create(size, "the buffer of describe()");
    if (!block.ok()) return fail(block.status().message());
    (*block)->poison(0);
    auto* buffer = static_cast<char*>((*block)->data());
    (void)call(rig.host(), "describe()", ThreadRole::kSetup,
               [&] { (*device)->abi()->describe((*device)->abi(), buffer, size); });
    if (const std::string damage = (*block)->damage(); !damage.empty())
      return fail("describe() with ", size, " bytes: ", damage);
    if (size == 0) continue;
    const size_t length = strnlen(buffer, size);
    if (length == size) return fail("describe() with ", size, " bytes wrote no NUL");
    const std::string text(buffer, length);
    if (whole.empty()) whole = text;
    if (!is_utf8(whole)) return fail("describe() wrote a text that is not UTF-8");
    // A text that is too long may be cut anywhere, and left out.
    if (!whole.starts_with(text)) return fail("describe() with ", size, " bytes wrote '", text, "' of '", whole, "'");
  }
  if (whole.empty()) return fail("describe() wrote an empty text");
  return pass(concat("eight sizes were kept to: '", whole, "'"));
}

Verdict extension_unknown_id(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  std::vector<std::string> ids = unknown_ids(MORTISE_EXT_COMPILED_CACHE, rig.random());
  for (const char* known : kProviderExtensions) ids.push_back(std::string(known) + "1");
  for (const std::string& id : ids) {
    if ((*device)->extension<void>(id.c_str()) != nullptr)
      return fail("get_extension(\"", id.substr(0, 60), "\") gave something; it is null for unknown ids");
  }
  return pass(concat(ids.size(), " ids that nobody knows gave null"));
}

Verdict extension_stable(Rig& rig) {
  Created created(rig, {});
  if (!created.status().ok()) return fail(created.status().message());
  const mortise_provider_t& provider = created.provider();
  // Every table begins with a function or a set of kinds, so that its first word can be read and is not null.
  const auto first_words = [&] {
    std::vector<uintptr_t> words;
    for (const char* id : kProviderExtensions) {
      const void* found = provider.get_extension(&provider, id);
      words.push_back(found != nullptr ? *static_cast<const uintptr_t*>(found) : 0);
      if (found != nullptr && words.back() == 0)
        throw std::runtime_error(concat("the table of ", id, " begins with null"));
    }
    return words;
  };
  const std::vector<uintptr_t> before = first_words();
  if (const Status opened = created.open(); !opened.ok()) return fail("open() failed: ", opened.message());
  const std::vector<uintptr_t> opened = first_words();
  created.close();
  const std::vector<uintptr_t> closed = first_words();
  uint32_t offered = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    offered += opened[i] != 0 ? 1 : 0;
    // What a provider has may depend on the device, and be known only when it is open.
    if (opened[i] != closed[i] || (before[i] != 0 && before[i] != opened[i]))
      return fail(kProviderExtensions[i], " is another table before open(), after it or after close()");
  }
  if (offered == 0) return skip("the provider offers no extension");
  return pass(concat(offered, " extensions stayed what they were"));
}

Verdict host_minimal(Rig& rig) {
  CheckedHost host({.extensions = false});
  return judge_work(rig, host, "without extensions");
}

Verdict host_partial(Rig& rig) {
  for (const char* id : kHostExtensions) {
    CheckedHost host({.left_out = {id}});
    Verdict verdict = judge_work(rig, host, concat("without ", id));
    if (verdict.outcome != Outcome::kPass) return verdict;
  }
  return pass("a small graph ran right on eight hosts that each lack another extension");
}

// The record of a host of another version lies in memory that ends behind it, or goes on with fields that nobody knows
// yet, and that nobody may write.
Verdict host_versions(Rig& rig) {
  struct Kind {
    mortise_version_t version;
    uint64_t more_bytes;  // behind the record
    const char* name;
  };
  const std::string long_name(5000, 'n');
  const Kind kinds[] = {{{MORTISE_VERSION_MAJOR, 0, 0}, 0, "Old"},
                        {{MORTISE_VERSION_MAJOR, MORTISE_VERSION_MINOR + 7, 3}, 256, "New"},
                        {MORTISE_VERSION_INIT, 0, ""},
                        {MORTISE_VERSION_INIT, 0, long_name.c_str()}};
  for (const Kind& kind : kinds) {
    const auto block = GuardedBlock::create(sizeof(mortise_host_t) + kind.more_bytes, "the host's record");
    if (!block.ok()) return fail(block.status().message());
    (*block)->poison(0);
    mortise_host_t record = *rig.host().abi();
    record.abi_version = kind.version;
    record.name = kind.name;
    std::memcpy((*block)->data(), &record, sizeof record);
    (*block)->set_read_only(true);
    Created created(rig, {.host = static_cast<const mortise_host_t*>((*block)->data())});
    const std::string of = concat("on a host of version ", kind.version.major, ".", kind.version.minor, ".",
                                  kind.version.revision, " with a name of ", std::strlen(kind.name), " bytes, ");
    if (!created.status().ok()) return fail(of, "create() failed: ", created.status().message());
    if (const Status opened = created.open(); !opened.ok()) return fail(of, "open() failed: ", opened.message());
  }
  return pass("the provider opened on hosts of an older and a newer version, with no name and with a long one");
}

Verdict provider_silent(Rig& rig) {
  const Result<Device*> shared = rig.device();
  if (!shared.ok()) return fail(shared.status().message());
  const QuietStreams streams;
  CheckedHost host;
  Verdict verdict = judge_work(rig, host, "that listens to the standard streams");
  if (const std::string written = streams.written(); !written.empty())
    return fail("the provider wrote to a standard stream: \"", written, "\"; log through mortise.log/1");
  return verdict;
}

Verdict order_before_open(Rig& rig) {
  Created created(rig, {});
  if (!created.status().ok()) return fail(created.status().message());
  const Result<std::unique_ptr<OpGraph>> graph = make_graph(std::move(candidates().front()));
  if (!graph.ok()) return fail(graph.status().message());
  const mortise_provider_t& provider = created.provider();
  for (const char* when : {"before open()", "after close()"}) {
    const Status claimed = call(rig.host(), "claim()", ThreadRole::kSetup,
                                [&](mortise_error_t* error) { return raw_claim(provider, *(*graph)->view, error); });
    if (claimed.code() != StatusCode::kFailedPrecondition)
      return fail("claim() ", when, " returned ", to_string(claimed.code()), " instead of FAILED_PRECONDITION");
    if (const Status opened = created.open(); !opened.ok()) return fail("open() failed: ", opened.message());
    const Status again = call(rig.host(), "open()", ThreadRole::kSetup,
                              [&](mortise_error_t* error) { return provider.open(&provider, error); });
    if (again.code() != StatusCode::kFailedPrecondition)
      return fail("open() of an opened provider returned ", to_string(again.code()), " instead of FAILED_PRECONDITION");
    created.close();
  }
  return pass("claim() on a closed provider and open() on an opened one were refused");
}

}  // namespace mortise::conformance::abi
