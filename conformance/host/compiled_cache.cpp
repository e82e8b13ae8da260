#include "conformance/host/compiled_cache.h"

#include <algorithm>
#include <cstring>

#include "conformance/host/call.h"

namespace mortise::conformance {

namespace {

constexpr uint64_t kMaxKey = 4096;
constexpr uint64_t kMaxBlob = uint64_t{256} << 20;  // of the small graphs of this suite

class Stepper {
 public:
  explicit Stepper(Steps steps) : steps_(steps) {}
  uint64_t next(uint64_t wanted) {
    if (steps_.empty()) return wanted;
    return std::min(wanted, steps_[count_++ % steps_.size()]);
  }

 private:
  Steps steps_;
  size_t count_ = 0;
};

struct Writer {
  Stepper steps;
  std::string blob;

  static int64_t MORTISE_ABI write(const mortise_ostream_t* stream, const void* buffer, uint64_t size) noexcept {
    auto& self = *static_cast<Writer*>(stream->context);
    if (size > kMaxBlob - self.blob.size()) return -1;
    const uint64_t taken = self.steps.next(size);
    self.blob.append(static_cast<const char*>(buffer), taken);
    return static_cast<int64_t>(taken);
  }
};

struct Reader {
  Stepper steps;
  std::string_view rest;

  static int64_t MORTISE_ABI read(const mortise_istream_t* stream, void* buffer, uint64_t size) noexcept {
    auto& self = *static_cast<Reader*>(stream->context);
    const uint64_t given = self.steps.next(std::min<uint64_t>(size, self.rest.size()));
    if (given != 0) std::memcpy(buffer, self.rest.data(), given);
    self.rest.remove_prefix(given);
    return static_cast<int64_t>(given);
  }
};

}  // namespace

const mortise_provider_compiled_cache_t* compiled_cache_of(const Device& device) {
  const auto* table = device.extension<mortise_provider_compiled_cache_t>(MORTISE_EXT_COMPILED_CACHE);
  const bool whole = table != nullptr && table->key != nullptr && table->save != nullptr && table->load != nullptr;
  return whole ? table : nullptr;
}

Result<std::string> cache_key(Device& device, const AbiGraph& graph, std::vector<uint32_t> nodes) {
  const Border border = border_of(graph.graph(), nodes);
  const mortise_compile_request_t request = {
      .host_data = nullptr,
      .graph = graph.abi(),
      .node_ids = nodes.data(),
      .inputs = border.inputs.data(),
      .outputs = border.outputs.data(),
      .num_nodes = nodes.size(),
      .num_inputs = border.inputs.size(),
      .num_outputs = border.outputs.size(),
      .refuse = [](const mortise_compile_request_t*, uint32_t, uint32_t, const char*) noexcept -> mortise_status {
        return MORTISE_OK;
      }};
  std::string key(kMaxKey, '\1');
  MORTISE_TRY(call(device.host(), "key()", ThreadRole::kSetup, [&](mortise_error_t* error) {
    return compiled_cache_of(device)->key(device.abi(), &request, key.data(), key.size(), error);
  }));
  const size_t end = key.find('\0');
  if (end == std::string::npos) return invalid_argument("key() wrote no NUL within ", kMaxKey, " bytes");
  if (end == 0) return invalid_argument("key() gave an empty key");
  key.resize(end);
  return key;
}

Result<std::string> cache_save(const Session& session, Steps steps) {
  Writer writer{Stepper(steps), {}};
  const mortise_ostream_t stream = {.context = &writer, .write = Writer::write};
  MORTISE_TRY(call(session.device().host(), "save()", ThreadRole::kSetup, [&](mortise_error_t* error) {
    return compiled_cache_of(session.device())->save(session.abi(), &stream, error);
  }));
  return std::move(writer.blob);
}

Result<std::unique_ptr<Session>> cache_load(Device& device, const AbiGraph& graph, std::vector<uint32_t> nodes,
                                            std::string_view blob, Steps steps) {
  Reader reader{Stepper(steps), blob};
  const mortise_istream_t stream = {.context = &reader, .read = Reader::read};
  const auto load = [&](const mortise_compile_request_t* request, const mortise_session_t** session,
                        mortise_error_t* error) {
    return compiled_cache_of(device)->load(device.abi(), request, &stream, session, error);
  };
  return device.make_session("load()", load, graph, std::move(nodes));
}

}  // namespace mortise::conformance
