// SPDX-License-Identifier: Apache-2.0
//
// Trampolines: the C functions behind mortise_provider_t and mortise_session_t for classes derived from sdk::Provider
// and sdk::Session. Each is noexcept, turns exceptions into status codes and refuses calls out of order; in builds with
// assertions (no NDEBUG) also calls from a thread that the tags of threading.h forbid. Used by plugin.h; nothing here
// is called by a provider's author.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

#include "provider.h"

namespace mortise::sdk {

// Runs a function that returns Status and may throw; never throws itself.
template <class Function>
mortise_status guarded(mortise_error_t* error, Function&& function) noexcept {
  try {
    return report(function(), error);
  } catch (const std::bad_alloc&) {
    if (error != nullptr) {
      error->node_id = MORTISE_NO_ID;
      std::strcpy(error->message, "out of memory");
    }
    return MORTISE_RESOURCE_EXHAUSTED;
  } catch (const std::invalid_argument& e) {
    return report(Status(StatusCode::kInvalidArgument, e.what()), error);
  } catch (const std::exception& e) {
    return report(Status(StatusCode::kInternal, concat("uncaught exception: ", e.what())), error);
  } catch (...) {
    return report(Status(StatusCode::kInternal, "uncaught exception of unknown type"), error);
  }
}

namespace detail {

struct ProviderBox;

struct SessionBox {
  mortise_session_t abi;
  std::unique_ptr<Session> session;
  AsyncSession* async;
  ProviderBox* provider;
};

struct ProviderBox {
  mortise_provider_t abi;
  std::unique_ptr<Provider> provider;
  DeviceMemoryExtension* device_memory;
  CompiledCacheExtension* compiled_cache;
  bool has_async_run;
  bool has_values;
  mortise_provider_values_t values;
  bool opened;

  // What the tag of a call asks of the calling thread, where the host lets it be checked.
  Status require_setup() const { return require(&mortise_host_thread_check_t::is_setup, "[setup]"); }
  Status require_worker() const { return require(&mortise_host_thread_check_t::is_worker, "[worker]"); }
  Status require_opened() const {
    MORTISE_TRY(require_setup());
    if (opened) return {};
    return Status(StatusCode::kFailedPrecondition, "the provider is not open: open() comes first");
  }

 private:
  Status require(bool (MORTISE_ABI* mortise_host_thread_check_t::*is)(const mortise_host_t*), const char* tag) const {
#ifndef NDEBUG
    const Host& host = provider->host();
    const mortise_host_thread_check_t* check = host.thread_check();
    if (check != nullptr && !(check->*is)(host.raw())) {
      return make_error(StatusCode::kFailedPrecondition, "the host makes a ", tag,
                        " call from a thread that is in none");
    }
#else
    (void)is, (void)tag;
#endif
    return {};
  }
};

inline SessionBox& box(const mortise_session_t* session) { return *static_cast<SessionBox*>(session->provider_data); }
inline ProviderBox& box(const mortise_provider_t* provider) {
  return *static_cast<ProviderBox*>(provider->provider_data);
}

inline Status hand_out(ProviderBox& provider, Result<std::unique_ptr<Session>> made, const mortise_session_t** out) {
  if (!made.ok()) return std::move(made).status();
  if (*made == nullptr) return Status(StatusCode::kInternal, "the provider made no session and gave no error");
  auto session = std::make_unique<SessionBox>();
  session->async = dynamic_cast<AsyncSession*>(made->get());
  session->session = std::move(*made);
  session->provider = &provider;
  session->abi = {
      .provider_data = session.get(),
      .run =
          [](const mortise_session_t* self, const mortise_run_args_t* args, mortise_error_t* error) noexcept {
            return guarded(error, [&]() -> Status {
              MORTISE_TRY(box(self).provider->require_worker());
              return box(self).session->run(RunArgs(args));
            });
          },
      .destroy = [](const mortise_session_t* self) noexcept { delete &box(self); },
  };
  *out = &session.release()->abi;
  return {};
}

inline constexpr mortise_provider_async_run_t kAsyncRun = {
    .submit =
        [](const mortise_session_t* self, uint64_t run_id, const mortise_run_args_t* args,
           mortise_error_t* error) noexcept {
          return guarded(error, [&]() -> Status {
            AsyncSession* async = box(self).async;
            if (async == nullptr) return Status(StatusCode::kUnimplemented, "this session offers run() only");
            MORTISE_TRY(box(self).provider->require_worker());
            return async->submit(run_id, RunArgs(args));
          });
        },
};

inline constexpr mortise_provider_device_memory_t kDeviceMemory = {
    .num_kinds =
        [](const mortise_provider_t* self) noexcept {
          return static_cast<uint32_t>(box(self).device_memory->kinds().size());
        },
    .get_kind =
        [](const mortise_provider_t* self, uint32_t index, mortise_memory_kind_t* kind) noexcept {
          const auto kinds = box(self).device_memory->kinds();
          if (index >= kinds.size()) return false;
          *kind = kinds[index];
          return true;
        },
    .input_kind =
        [](const mortise_session_t* self, uint64_t index) noexcept {
          return box(self).provider->device_memory->input_kind(*box(self).session, index);
        },
    .output_kind =
        [](const mortise_session_t* self, uint64_t index) noexcept {
          return box(self).provider->device_memory->output_kind(*box(self).session, index);
        },
    .allocate =
        [](const mortise_provider_t* self, uint32_t kind, uint64_t size, void** handle,
           mortise_error_t* error) noexcept {
          return guarded(error, [&]() -> Status {
            MORTISE_ASSIGN(*handle, box(self).device_memory->allocate(kind, size));
            return {};
          });
        },
    .release = [](const mortise_provider_t* self, uint32_t kind,
                  void* handle) noexcept { box(self).device_memory->release(kind, handle); },
    .copy_in =
        [](const mortise_provider_t* self, uint32_t kind, void* handle, uint64_t offset, const void* source,
           uint64_t size, mortise_error_t* error) noexcept {
          return guarded(error, [&] { return box(self).device_memory->copy_in(kind, handle, offset, source, size); });
        },
    .copy_out =
        [](const mortise_provider_t* self, uint32_t kind, const void* handle, uint64_t offset, void* target,
           uint64_t size, mortise_error_t* error) noexcept {
          return guarded(error, [&] { return box(self).device_memory->copy_out(kind, handle, offset, target, size); });
        },
};

inline constexpr mortise_provider_compiled_cache_t kCompiledCache = {
    .key =
        [](const mortise_provider_t* self, const mortise_compile_request_t* request, char* buffer, uint64_t size,
           mortise_error_t* error) noexcept {
          return guarded(error, [&]() -> Status {
            MORTISE_TRY(box(self).require_opened());
            MORTISE_ASSIGN(const std::string key, box(self).compiled_cache->key(CompileRequest(request)));
            if (key.size() >= size)
              return Status(StatusCode::kOutOfRange, concat("the key has ", key.size(), " bytes"));
            std::memcpy(buffer, key.c_str(), key.size() + 1);
            return {};
          });
        },
    .save =
        [](const mortise_session_t* self, const mortise_ostream_t* stream, mortise_error_t* error) noexcept {
          return guarded(error, [&]() -> Status {
            MORTISE_TRY(box(self).provider->require_setup());
            MORTISE_ASSIGN(const std::string blob, box(self).provider->compiled_cache->save(*box(self).session));
            for (size_t written = 0; written < blob.size();) {
              const int64_t count = stream->write(stream, blob.data() + written, blob.size() - written);
              if (count <= 0) return Status(StatusCode::kDataLoss, "the host took only a part of the blob");
              written += static_cast<size_t>(count);
            }
            return {};
          });
        },
    .load =
        [](const mortise_provider_t* self, const mortise_compile_request_t* request, const mortise_istream_t* stream,
           const mortise_session_t** session, mortise_error_t* error) noexcept {
          *session = nullptr;
          return guarded(error, [&]() -> Status {
            MORTISE_TRY(box(self).require_opened());
            std::string blob;
            char buffer[4096];
            int64_t count = 0;
            while ((count = stream->read(stream, buffer, sizeof buffer)) > 0)
              blob.append(buffer, static_cast<size_t>(count));
            if (count < 0) return Status(StatusCode::kDataLoss, "the blob cannot be read");
            return hand_out(box(self), box(self).compiled_cache->load(CompileRequest(request), blob), session);
          });
        },
};

inline const void* find_extension(ProviderBox& self, std::string_view id) {
  if (self.has_async_run && id == MORTISE_EXT_ASYNC_RUN) return &kAsyncRun;
  if (self.device_memory != nullptr && id == MORTISE_EXT_DEVICE_MEMORY) return &kDeviceMemory;
  if (self.compiled_cache != nullptr && id == MORTISE_EXT_COMPILED_CACHE) return &kCompiledCache;
  if (self.has_values && id == MORTISE_EXT_VALUES) return &self.values;
  return self.provider->extension(id);
}

template <class P>
const mortise_provider_t* hand_out(const mortise_provider_descriptor_t& descriptor, std::unique_ptr<P> provider) {
  auto made = std::make_unique<ProviderBox>();
  made->device_memory = dynamic_cast<DeviceMemoryExtension*>(provider.get());
  made->compiled_cache = dynamic_cast<CompiledCacheExtension*>(provider.get());
  made->has_async_run = std::is_base_of_v<AsyncRunExtension, P>;
  if (auto* values = dynamic_cast<ValuesExtension*>(provider.get())) {
    made->has_values = true;
    made->values.kinds = values->kinds();
  }
  made->provider = std::move(provider);
  made->abi = {
      .descriptor = &descriptor,
      .provider_data = made.get(),
      .open =
          [](const mortise_provider_t* self, mortise_error_t* error) noexcept {
            return guarded(error, [&]() -> Status {
              MORTISE_TRY(box(self).require_setup());
              if (box(self).opened) return Status(StatusCode::kFailedPrecondition, "the provider is open already");
              MORTISE_TRY(box(self).provider->open());
              box(self).opened = true;
              return {};
            });
          },
      .close =
          [](const mortise_provider_t* self) noexcept {
            if (std::exchange(box(self).opened, false)) box(self).provider->close();
          },
      .destroy = [](const mortise_provider_t* self) noexcept { delete &box(self); },
      .describe =
          [](const mortise_provider_t* self, char* buffer, uint64_t size) noexcept {
            if (size == 0) return;
            buffer[0] = '\0';
            guarded(nullptr, [&]() -> Status {
              const std::string text = box(self).provider->describe();
              const size_t length = std::min<size_t>(text.size(), size - 1);
              std::memcpy(buffer, text.data(), length);
              buffer[length] = '\0';
              return {};
            });
          },
      .claim =
          [](const mortise_provider_t* self, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
             mortise_error_t* error) noexcept {
            return guarded(error, [&]() -> Status {
              MORTISE_TRY(box(self).require_opened());
              ClaimSink claims(sink);
              return box(self).provider->claim(GraphView(graph), claims);
            });
          },
      .compile =
          [](const mortise_provider_t* self, const mortise_compile_request_t* request,
             const mortise_session_t** session, mortise_error_t* error) noexcept {
            *session = nullptr;
            return guarded(error, [&]() -> Status {
              MORTISE_TRY(box(self).require_opened());
              return hand_out(box(self), box(self).provider->compile(CompileRequest(request)), session);
            });
          },
      .get_extension = [](const mortise_provider_t* self, const char* id) noexcept -> const void* {
        return find_extension(box(self), id);
      },
  };
  return &made.release()->abi;
}

}  // namespace detail
}  // namespace mortise::sdk
