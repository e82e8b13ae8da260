// Cases about mortise.compiled-cache/1.
#include <array>
#include <nlohmann/json.hpp>

#include "conformance/cases/abi/compiled.h"
#include "conformance/host/compiled_cache.h"

namespace mortise::conformance::abi {

namespace {

constexpr std::array<uint64_t, 5> kPrimes = {2, 3, 5, 7, 1};

// blob: what save() wrote of the compiled workload.
using CacheCheck = std::function<Verdict(Device& device, const Compiled& compiled, const std::string& blob)>;
Verdict with_cache(Rig& rig, const CacheCheck& check) {
  return with_workload(rig, [&](Device& device, const Compiled& compiled) {
    if (compiled_cache_of(device) == nullptr) return skip("the provider lacks mortise.compiled-cache/1");
    const Result<std::string> blob = cache_save(*compiled.session);
    if (!blob.ok()) return fail("save() failed: ", blob.status().message());
    if (blob->empty()) return fail("save() returned OK and wrote nothing");
    return check(device, compiled, *blob);
  });
}

// A blob that is none must be refused as DATA_LOSS. Empty, or what is wrong.
std::string not_refused(Device& device, const Compiled& compiled, std::string_view blob, std::string_view what) {
  const auto loaded = cache_load(device, *compiled.graph->view, compiled.nodes(), blob);
  if (loaded.ok()) return concat("load() took ", what);
  if (loaded.status().code() == StatusCode::kDataLoss) return {};
  return concat("load() refused ", what, " with another status than DATA_LOSS: ", loaded.status().message());
}

// The provider still works after refusals.
Verdict still_works(const Compiled& compiled, std::string_view what) {
  const std::string wrong = compiled.wrong();
  return wrong.empty() ? pass(concat(what, " is refused as DATA_LOSS, and the provider works on"))
                       : fail("after refused blobs: ", wrong);
}

std::string wrong_after_load(Device& device, const Compiled& compiled, std::string_view blob, Steps steps) {
  auto loaded = cache_load(device, *compiled.graph->view, compiled.nodes(), blob, steps);
  if (!loaded.ok()) return concat("load() of what save() wrote failed: ", loaded.status().message());
  const RunOutcome outcome = (*loaded)->run(compiled.graph->inputs, compiled.settings());
  if (!outcome.status.ok()) return concat("run() of a loaded session failed: ", outcome.status.message());
  const std::string wrong = difference(outcome.outputs, compiled.expected);
  if (!wrong.empty()) return concat("a loaded session: ", wrong);
  const Result<std::string> again = cache_save(**loaded);
  if (!again.ok()) return concat("save() of a loaded session failed: ", again.status().message());
  return *again == blob ? std::string() : "a loaded session is saved as other bytes than it was loaded from";
}

// Another graph that the provider claims: the same operator on longer rows.
Result<Compiled> compile_other(Rig& rig, Device& device) {
  const Tensor longer = ramp_of(DType::kF32, {3, 5, 7}, -3, 0.5);
  Status last;
  for (const char* op : {"Add", "Mul", "Sub"}) {
    MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, make_graph({.op = op, .opset = 17, .inputs = {{longer}, {longer}}}));
    Result<Compiled> compiled = compile_graph(rig, device, std::move(graph));
    if (compiled.ok()) return compiled;
    last = compiled.status();
  }
  return last;
}

}  // namespace

Verdict cache_roundtrip(Rig& rig) {
  return with_cache(rig, [](Device& device, const Compiled& compiled, const std::string& blob) {
    const std::string wrong = wrong_after_load(device, compiled, blob, {});
    return wrong.empty() ? pass("a loaded session gives the right result and is saved as the same bytes") : fail(wrong);
  });
}

Verdict cache_roundtrip_short_reads(Rig& rig) {
  return with_cache(rig, [](Device& device, const Compiled& compiled, const std::string& blob) {
    const Result<std::string> written = cache_save(*compiled.session, kPrimes);
    if (!written.ok()) return fail("save() to a stream that takes few bytes failed: ", written.status().message());
    if (*written != blob) return fail("save() to a stream that takes few bytes at a time wrote other bytes");
    const std::string wrong = wrong_after_load(device, compiled, blob, kPrimes);
    return wrong.empty() ? pass("streams that take and give 1 to 7 bytes at a time work") : fail(wrong);
  });
}

Verdict cache_deterministic(Rig& rig) {
  return with_cache(rig, [](Device& device, const Compiled& compiled, const std::string& blob) {
    const auto session = compile_all(device, *compiled.graph);
    if (!session.ok()) return fail("compile() failed: ", session.status().message());
    const Result<std::string> again = cache_save(**session);
    if (!again.ok()) return fail("save() failed: ", again.status().message());
    if (*again != blob) return fail("two sessions of one graph are saved as different bytes");
    const std::string ran = compiled.wrong();
    if (!ran.empty()) return fail(ran);
    const Result<std::string> after = cache_save(*compiled.session);
    if (!after.ok() || *after != blob) return fail("a session is saved as other bytes after a run than before");
    return pass("equal sessions are saved as equal bytes, before and after a run");
  });
}

Verdict cache_load_empty(Rig& rig) {
  return with_cache(rig, [](Device& device, const Compiled& compiled, const std::string&) {
    const std::string wrong = not_refused(device, compiled, {}, "an empty blob");
    return wrong.empty() ? still_works(compiled, "an empty blob") : fail(wrong);
  });
}

Verdict cache_load_random(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string&) {
    Random random = rig.random();
    for (int i = 0; i < 3; ++i) {
      std::string blob(size_t{1} << 20, '\0');
      for (char& byte : blob) byte = static_cast<char>(random());
      const std::string wrong = not_refused(device, compiled, blob, "1 MiB of random bytes");
      if (!wrong.empty()) return fail(wrong);
    }
    return still_works(compiled, "1 MiB of random bytes");
  });
}

Verdict cache_load_truncated(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string& blob) {
    Random random = rig.random();
    std::vector<uint64_t> lengths = {1, blob.size() / 2, blob.size() - 1};
    for (int i = 0; i < 32; ++i) lengths.push_back(below(random, blob.size()));
    for (const uint64_t length : lengths) {
      const std::string wrong = not_refused(device, compiled, std::string_view(blob).substr(0, length),
                                            concat("the first ", length, " of ", blob.size(), " bytes"));
      if (!wrong.empty()) return fail(wrong);
    }
    return still_works(compiled, "a truncated blob");
  });
}

Verdict cache_load_damaged(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string& blob) {
    Random random = rig.random();
    for (int i = 0; i < 64; ++i) {
      std::string damaged = blob;
      const uint64_t at = below(random, blob.size());
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << below(random, 8)));
      const std::string wrong =
          not_refused(device, compiled, damaged, concat("a blob with one bit flipped in byte ", at));
      if (!wrong.empty()) return fail(wrong);
    }
    return still_works(compiled, "a blob with one bit flipped");
  });
}

Verdict cache_load_foreign(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string&) {
    const Result<Compiled> other = compile_other(rig, device);
    if (!other.ok()) return no_workload(other.status());
    const Result<std::string> foreign = cache_save(*other->session);
    if (!foreign.ok()) return fail("save() failed: ", foreign.status().message());
    const std::string wrong = not_refused(device, compiled, *foreign, "the blob of another graph");
    return wrong.empty() ? still_works(compiled, "the blob of another graph") : fail(wrong);
  });
}

Verdict cache_key_graph(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string&) {
    const Result<Compiled> other = compile_other(rig, device);
    if (!other.ok()) return no_workload(other.status());
    const Result<std::string> key = cache_key(device, *compiled.graph->view, compiled.nodes());
    const Result<std::string> again = cache_key(device, *compiled.graph->view, compiled.nodes());
    const Result<std::string> foreign = cache_key(device, *other->graph->view, other->nodes());
    for (const Result<std::string>* one : {&key, &again, &foreign}) {
      if (!one->ok()) return fail("key() failed: ", one->status().message());
    }
    if (*key != *again) return fail("key() gives different keys for one request: the cache would never be hit");
    if (*key == *foreign) return fail("two graphs have one key, '", *key, "', and their blobs do not fit each other");
    return pass("one graph has one key, another graph another");
  });
}

namespace {

// The option's schema with another value than its default, or null where that cannot be told.
nlohmann::json other_value(const nlohmann::json& schema) {
  const nlohmann::json& standard = schema.at("default");
  if (schema.contains("enum")) {
    for (const nlohmann::json& value : schema["enum"]) {
      if (value != standard) return value;
    }
  }
  const std::string type = schema.value("type", "");
  if (type == "boolean") return !standard.get<bool>();
  if (type == "integer" && schema.contains("maximum") && standard.get<int64_t>() < schema["maximum"].get<int64_t>())
    return standard.get<int64_t>() + 1;
  return nullptr;
}

// A loaded session does what a compiled one on the same device does. Empty, or what is wrong.
std::string unlike_compiled(Device& device, const Compiled& compiled, const std::string& blob) {
  const auto fresh = compile_all(device, *compiled.graph);
  if (!fresh.ok()) return {};  // nothing of this graph is to be had with these options
  const auto loaded = cache_load(device, *compiled.graph->view, compiled.nodes(), blob);
  if (!loaded.ok()) return concat("the blob does not load: ", loaded.status().message());
  const RunOutcome one = (*loaded)->run(compiled.graph->inputs, compiled.settings());
  const RunOutcome other = (*fresh)->run(compiled.graph->inputs, compiled.settings());
  // An option that makes some run of the device fail says nothing about the blob.
  return one.status.ok() && other.status.ok() ? byte_difference(one.outputs, other.outputs) : std::string();
}

// With these options the key is another, or the blob serves as what is compiled. Empty, or what is wrong; nothing is
// wrong with a device that cannot be opened so.
std::string key_ignores(Rig& rig, const std::string& options, const Compiled& compiled, const std::string& key,
                        const std::string& blob) {
  std::string wrong;
  OwnDevice own;
  own.options = options;
  const Verdict opened = with_own_device(rig, own, [&](Device& device) {
    const Result<std::string> other = cache_key(device, *compiled.graph->view, compiled.nodes());
    if (other.ok() && *other == key) wrong = unlike_compiled(device, compiled, blob);
    return pass("");
  });
  return opened.outcome == Outcome::kPass ? wrong : std::string();
}

}  // namespace

Verdict cache_key_options(Rig& rig) {
  return with_cache(rig, [&](Device& device, const Compiled& compiled, const std::string& blob) {
    const Result<std::string> key = cache_key(device, *compiled.graph->view, compiled.nodes());
    if (!key.ok()) return fail("key() failed: ", key.status().message());
    const Result<std::string> options = rig.options();
    if (!options.ok()) return fail(options.status().message());
    const char* text = device.descriptor().options_schema;
    const nlohmann::json schema = nlohmann::json::parse(text != nullptr ? text : "{}", nullptr, false);
    if (schema.is_discarded() || !schema.contains("properties")) return skip("the provider has no options");
    size_t tried = 0;
    for (const auto& [name, property] : schema["properties"].items()) {
      const nlohmann::json value = other_value(property);
      if (value.is_null()) continue;
      nlohmann::json changed = nlohmann::json::parse(*options);
      changed[name] = value;
      const std::string wrong = key_ignores(rig, changed.dump(), compiled, *key, blob);
      if (!wrong.empty()) return fail("with option '", name, "': ", value.dump(), " the key is the same, but: ", wrong);
      ++tried;
    }
    if (tried == 0) return skip("no option of the provider has another value that can be told from its schema");
    return pass(concat("with each of ", tried, " options changed, the key is another or the blob fits"));
  });
}

}  // namespace mortise::conformance::abi
