// The compiled-cache calls of ProviderInstance: see provider_instance.h and mortise/ext/compiled_cache.h.
#include <algorithm>
#include <cstring>

#include "core/host/boundary.h"
#include "core/host/provider_instance.h"
#include "core/host/thread_role.h"

namespace mortise {

namespace {

struct Reader {
  std::string_view rest;
  mortise_istream_t stream{.context = this,
                           .read = [](const mortise_istream_t* self, void* buffer, uint64_t size) noexcept {
                             auto& rest = static_cast<Reader*>(self->context)->rest;
                             const size_t count = std::min<uint64_t>(size, rest.size());
                             if (count != 0) std::memcpy(buffer, rest.data(), count);
                             rest.remove_prefix(count);
                             return static_cast<int64_t>(count);
                           }};
};

struct Writer {
  std::string bytes;
  mortise_ostream_t stream{
      .context = this,
      .write = [](const mortise_ostream_t* self, const void* buffer, uint64_t size) noexcept -> int64_t {
        try {
          static_cast<Writer*>(self->context)->bytes.append(static_cast<const char*>(buffer), size);
          return static_cast<int64_t>(size);
        } catch (const std::exception&) {
          return -1;  // no memory, or a size that cannot be
        }
      }};
};

}  // namespace

Result<std::string> ProviderInstance::cache_key(const mortise_compile_request_t& request) {
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  char buffer[1024] = "";
  MORTISE_TRY(name_it(call_boundary([&](mortise_error_t* error) {
    return compiled_cache_->key(provider_, &request, buffer, sizeof buffer, error);
  })));
  buffer[sizeof buffer - 1] = '\0';
  // The plugin's part of the key need not know what else is on the machine.
  return concat(id_, ' ', descriptor_->version, ' ', buffer);
}

Result<std::string> ProviderInstance::save(const CompiledSession& session) {
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  Writer writer;
  MORTISE_TRY(name_it(call_boundary(
      [&](mortise_error_t* error) { return compiled_cache_->save(session.abi(), &writer.stream, error); })));
  return std::move(writer.bytes);
}

Result<std::shared_ptr<CompiledSession>> ProviderInstance::load(const mortise_compile_request_t& request,
                                                                const std::string& blob) {
  MORTISE_TRY(quarantine_reason());
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  Reader reader{blob};
  const mortise_session_t* session = nullptr;
  Status status = call_boundary([&](mortise_error_t* error) {
    return compiled_cache_->load(provider_, &request, &reader.stream, &session, error);
  });
  return adopt(request, std::move(status), session, "load()");
}

}  // namespace mortise
