#include "cache.h"

#include <cstdio>
#include <cstring>

namespace gallery {

namespace {

CachedPlugin& the_cached_plugin() { return static_cast<CachedPlugin&>(the_plugin()); }

constexpr mortise_provider_compiled_cache_t kTable = {
    .key = [](const mortise_provider_t* self, const mortise_compile_request_t* request, char* buffer, uint64_t size,
              mortise_error_t* error) { return the_cached_plugin().key(of(self), request, buffer, size, error); },
    .save = [](const mortise_session_t* self, const mortise_ostream_t* stream,
               mortise_error_t* error) { return the_cached_plugin().save(of(self), stream, error); },
    .load = [](const mortise_provider_t* self, const mortise_compile_request_t* request,
               const mortise_istream_t* stream, const mortise_session_t** session,
               mortise_error_t* error) { return the_cached_plugin().load(of(self), request, stream, session, error); }};

void append(std::string& text, const void* data, uint64_t size) {
  if (size != 0) text.append(static_cast<const char*>(data), size);
}

// Everything about a value that a session depends on: its place, type and shape, content if it is constant.
void append_value(std::string& text, const sdk::GraphView& graph, uint32_t id) {
  text += concat("v", id, ' ');
  if (id == sdk::kNoId) return;
  const sdk::ValueView value = graph.value(id);
  text += concat(static_cast<int>(value.dtype()), ' ', value.type().rank, ' ');
  for (int32_t axis = 0; axis < value.type().rank; ++axis) text += concat(value.dims()[axis].value, ' ');
  if (value.is_constant()) append(text, value.constant().raw().data, value.constant().size_bytes());
}

}  // namespace

const void* CachedPlugin::get_extension(Provider& provider, std::string_view id) {
  return id == MORTISE_EXT_COMPILED_CACHE ? &kTable : Plugin::get_extension(provider, id);
}

std::string CachedPlugin::key_of(Provider& provider, const sdk::CompileRequest& request) {
  std::string text = provider.options;
  for (const uint32_t id : request.nodes()) {
    const sdk::NodeView node = request.graph().node(id);
    text += concat(node.op_type(), ' ', node.since_version(), ' ', node.get_int("axis", -1), ' ');
    for (const uint32_t value : node.inputs()) append_value(text, request.graph(), value);
    for (const uint32_t value : node.outputs()) append_value(text, request.graph(), value);
  }
  for (const uint32_t value : request.inputs()) text += concat("in", value);
  for (const uint32_t value : request.outputs()) text += concat("out", value);
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

Result<std::unique_ptr<Session>> CachedPlugin::make_session(Provider& provider, const sdk::CompileRequest& request) {
  MORTISE_ASSIGN(std::unique_ptr<Session> session, Plugin::make_session(provider, request));
  session->key = key_of(provider, request);
  return session;
}

mortise_status CachedPlugin::key(Provider& provider, const mortise_compile_request_t* request, char* buffer,
                                 uint64_t size, mortise_error_t* error) {
  const std::string key = key_of(provider, sdk::CompileRequest(request));
  if (size <= key.size()) return sdk::report(invalid_argument("a key has ", key.size() + 1, " bytes"), error);
  std::memcpy(buffer, key.c_str(), key.size() + 1);
  return MORTISE_OK;
}

mortise_status CachedPlugin::save(Session& session, const mortise_ostream_t* stream, mortise_error_t* error) {
  const std::string blob = blob_of(session.key);
  for (size_t done = 0; done < blob.size();) {
    const int64_t taken = stream->write(stream, blob.data() + done, blob.size() - done);
    if (taken <= 0) return sdk::report(make_error(StatusCode::kDataLoss, "the stream takes no more"), error);
    done += static_cast<size_t>(taken);
  }
  return MORTISE_OK;
}

mortise_status CachedPlugin::load(Provider& provider, const mortise_compile_request_t* request,
                                  const mortise_istream_t* stream, const mortise_session_t** session,
                                  mortise_error_t* error) {
  *session = nullptr;
  std::string blob;
  char chunk[64];
  int64_t count = 0;
  while (blob.size() <= sizeof chunk && (count = stream->read(stream, chunk, sizeof chunk)) > 0) {
    append(blob, chunk, static_cast<uint64_t>(count));
  }
  if (!accepts(blob, key_of(provider, sdk::CompileRequest(request)))) {
    return sdk::report(make_error(StatusCode::kDataLoss, "this blob was not saved for this segment"), error);
  }
  return compile(provider, request, session, error);
}

}  // namespace gallery
