#include "core/host/provider_instance.h"

#include <algorithm>
#include <bit>

#include "core/host/boundary.h"
#include "core/host/thread_role.h"

namespace mortise {

Result<std::shared_ptr<ProviderInstance>> ProviderInstance::create(std::shared_ptr<PluginLibrary> library,
                                                                   std::string_view id, const std::string& options_json,
                                                                   HostContext& host) {
  if (library->find(id) == nullptr) {
    std::string known;
    for (const mortise_provider_descriptor_t* descriptor : library->descriptors()) {
      known += concat(known.empty() ? "'" : ", '", descriptor->id, "'");
    }
    return make_error(StatusCode::kNotFound, library->name(), ": has no provider '", id, "'; it has ", known);
  }
  std::shared_ptr<ProviderInstance> made(new ProviderInstance(std::move(library), host));
  made->id_ = id;
  const mortise_provider_factory_t& factory = made->library_->factory();
  const mortise_provider_t* provider = nullptr;
  const ScopedSetup role;
  Status status = call_boundary([&](mortise_error_t* error) {
    return factory.create(&factory, host.abi(), made->id_.c_str(), options_json.c_str(), &provider, error);
  });
  const std::string where = concat(made->library_->name(), ": provider '", id, "'");
  if (!status.ok()) return std::move(status).context(where);
  if (provider == nullptr) {
    return make_error(StatusCode::kInternal, where, ": create() reported success but gave no provider");
  }
  made->provider_ = provider;
  made->descriptor_ = provider->descriptor;
  MORTISE_TRY(made->check_functions());
  MORTISE_TRY(check_descriptor(provider->descriptor, concat(where, ": the created provider's descriptor")));
  if (provider->descriptor->id != id) {
    return make_error(StatusCode::kInternal, where, ": create() made a provider '", provider->descriptor->id, "'");
  }
  return made;
}

ProviderInstance::~ProviderInstance() {
  if (provider_ == nullptr) return;
  const ScopedSetup role;
  if (opened_ && provider_->close != nullptr) {
    if (Status status = call_boundary([&] { provider_->close(provider_); }); !status.ok()) {
      host_.log().provider_misbehaving("provider '{}': close(): {}", id_, status.message());
    }
  }
  if (provider_->destroy == nullptr) return;
  if (Status status = call_boundary([&] { provider_->destroy(provider_); }); !status.ok()) {
    host_.log().provider_misbehaving("provider '{}': destroy(): {}", id_, status.message());
  }
}

Status ProviderInstance::check_functions() const {
  return require_functions(library_->name(), concat("provider '", id_, "'"),
                           {{"open", provider_->open != nullptr},
                            {"close", provider_->close != nullptr},
                            {"destroy", provider_->destroy != nullptr},
                            {"describe", provider_->describe != nullptr},
                            {"claim", provider_->claim != nullptr},
                            {"compile", provider_->compile != nullptr},
                            {"get_extension", provider_->get_extension != nullptr}});
}

Status ProviderInstance::name_it(Status&& status) const {
  return status.ok() ? Status() : Status(std::move(status).context(concat("provider '", id_, "'")));
}

Status ProviderInstance::open() {
  const std::lock_guard lock(setup_);
  if (opened_) return {};
  const ScopedSetup role;
  MORTISE_TRY(name_it(call_boundary([&](mortise_error_t* error) { return provider_->open(provider_, error); })));
  opened_ = true;
  return find_extensions();
}

Status ProviderInstance::find_extensions() {
  MORTISE_TRY(name_it(call_boundary([&] {
    const auto find = [&](const char* extension) { return provider_->get_extension(provider_, extension); };
    device_memory_ = static_cast<const mortise_provider_device_memory_t*>(find(MORTISE_EXT_DEVICE_MEMORY));
    async_run_ = static_cast<const mortise_provider_async_run_t*>(find(MORTISE_EXT_ASYNC_RUN));
    compiled_cache_ = static_cast<const mortise_provider_compiled_cache_t*>(find(MORTISE_EXT_COMPILED_CACHE));
    values_ = static_cast<const mortise_provider_values_t*>(find(MORTISE_EXT_VALUES));
    operators_ = static_cast<const mortise_provider_operators_t*>(find(MORTISE_EXT_OPERATORS));
  })));
  MORTISE_TRY(check_extensions());
  return device_memory_ == nullptr ? Status() : read_memory_kinds();
}

Status ProviderInstance::check_extensions() const {
  const std::string where = concat(library_->name(), ": provider '", id_, "'");
  if (const auto* memory = device_memory_) {
    MORTISE_TRY(require_functions(where, MORTISE_EXT_DEVICE_MEMORY,
                                  {{"num_kinds", memory->num_kinds != nullptr},
                                   {"get_kind", memory->get_kind != nullptr},
                                   {"input_kind", memory->input_kind != nullptr},
                                   {"output_kind", memory->output_kind != nullptr},
                                   {"allocate", memory->allocate != nullptr},
                                   {"release", memory->release != nullptr},
                                   {"copy_in", memory->copy_in != nullptr},
                                   {"copy_out", memory->copy_out != nullptr}}));
  }
  if (const auto* async = async_run_) {
    MORTISE_TRY(require_functions(where, MORTISE_EXT_ASYNC_RUN, {{"submit", async->submit != nullptr}}));
  }
  if (const auto* cache = compiled_cache_) {
    MORTISE_TRY(require_functions(
        where, MORTISE_EXT_COMPILED_CACHE,
        {{"key", cache->key != nullptr}, {"save", cache->save != nullptr}, {"load", cache->load != nullptr}}));
  }
  if (const auto* operators = operators_) {
    MORTISE_TRY(require_functions(where, MORTISE_EXT_OPERATORS,
                                  {{"num_operators", operators->num_operators != nullptr},
                                   {"get_operator", operators->get_operator != nullptr},
                                   {"infer", operators->infer != nullptr}}));
  }
  return {};
}

Status ProviderInstance::add_operators(infer::CustomOperators& custom) {
  constexpr uint32_t kMaxOperators = 100'000;
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  uint32_t count = 0;
  MORTISE_TRY(name_it(call_boundary([&] { count = operators_->num_operators(provider_); })));
  if (count > kMaxOperators) {
    return make_error(StatusCode::kResourceExhausted, "provider '", id_, "': has ", count, " operators; at most ",
                      kMaxOperators, " are taken");
  }
  for (uint32_t i = 0; i < count; ++i) {
    mortise_operator_t form{};
    bool found = false;
    MORTISE_TRY(name_it(call_boundary([&] { found = operators_->get_operator(provider_, i, &form); })));
    if (!found) return make_error(StatusCode::kInternal, "provider '", id_, "': has no operator ", i, " of ", count);
    auto infer = [self = shared_from_this(), i](const mortise_graph_t& graph, const mortise_infer_sink_t& sink) {
      if (self->quarantined()) return Status();  // of whom nothing is called
      return self->name_it(call_boundary(
          [&](mortise_error_t* error) { return self->operators_->infer(self->provider_, i, &graph, &sink, error); }));
    };
    MORTISE_TRY(name_it(custom.add(form, std::move(infer))));
  }
  return {};
}

Status ProviderInstance::read_memory_kinds() {
  constexpr uint32_t kMaxKinds = 64;
  memory_kinds_.clear();
  MORTISE_TRY(name_it(call_boundary([&] {
    const uint32_t count = std::min(device_memory_->num_kinds(provider_), kMaxKinds);
    for (uint32_t i = 0; i < count; ++i) {
      mortise_memory_kind_t kind{};
      if (device_memory_->get_kind(provider_, i, &kind)) memory_kinds_.push_back(kind);
    }
  })));
  for (const mortise_memory_kind_t& kind : memory_kinds_) {
    const std::string where = concat(library_->name(), ": provider '", id_, "': memory of kind ", kind.kind);
    if (kind.kind == MORTISE_MEMORY_HOST || find_memory(kind.kind) != &kind) {
      return make_error(StatusCode::kInvalidArgument, where, ": kinds are numbered from 1, each once");
    }
    if (!std::has_single_bit(kind.alignment)) {
      return make_error(StatusCode::kInvalidArgument, where, ": its alignment ", kind.alignment,
                        " is not a power of two");
    }
  }
  return {};
}

const mortise_memory_kind_t* ProviderInstance::find_memory(uint32_t kind) const {
  const auto found = std::find_if(memory_kinds_.begin(), memory_kinds_.end(),
                                  [kind](const mortise_memory_kind_t& listed) { return listed.kind == kind; });
  return found == memory_kinds_.end() ? nullptr : &*found;
}

std::string ProviderInstance::describe() {
  const std::lock_guard lock(setup_);
  if (!opened_) return {};
  const ScopedSetup role;
  char buffer[512] = "";
  const Status status = call_boundary([&] { provider_->describe(provider_, buffer, sizeof buffer); });
  buffer[sizeof buffer - 1] = '\0';
  return status.ok() ? buffer : std::string();
}

Status ProviderInstance::claim(const mortise_graph_t& graph, const mortise_claim_sink_t& sink) {
  MORTISE_TRY(quarantine_reason());
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  return name_it(
      call_boundary([&](mortise_error_t* error) { return provider_->claim(provider_, &graph, &sink, error); }));
}

Result<std::shared_ptr<CompiledSession>> ProviderInstance::compile(const mortise_compile_request_t& request) {
  MORTISE_TRY(quarantine_reason());
  const std::lock_guard lock(setup_);
  const ScopedSetup role;
  const mortise_session_t* session = nullptr;
  Status status =
      call_boundary([&](mortise_error_t* error) { return provider_->compile(provider_, &request, &session, error); });
  return adopt(request, std::move(status), session, "compile()");
}

// Called with setup_ held, so a session that is no good is destroyed here and not by CompiledSession.
Result<std::shared_ptr<CompiledSession>> ProviderInstance::adopt(const mortise_compile_request_t& request,
                                                                 Status status, const mortise_session_t* session,
                                                                 std::string_view function) {
  if (!status.ok()) {
    if (session != nullptr) {
      host_.log().provider_misbehaving("provider '{}': {} failed and gave a session", id_, function);
    }
    return name_it(std::move(status));
  }
  if (session == nullptr) {
    return make_error(StatusCode::kInternal, "provider '", id_, "': ", function,
                      " reported success but gave no session");
  }
  std::vector<uint32_t> input_kinds, output_kinds;
  if (Status good = check_session(request, session, input_kinds, output_kinds); !good.ok()) {
    if (session->destroy != nullptr) (void)call_boundary([&] { session->destroy(session); });
    return good;
  }
  std::shared_ptr<CompiledSession> adopted(new CompiledSession(shared_from_this(), session));
  adopted->input_kinds_ = std::move(input_kinds);
  adopted->output_kinds_ = std::move(output_kinds);
  return adopted;
}

Status ProviderInstance::check_session(const mortise_compile_request_t& request, const mortise_session_t* session,
                                       std::vector<uint32_t>& input_kinds, std::vector<uint32_t>& output_kinds) const {
  const std::string where = concat("provider '", id_, "'");
  MORTISE_TRY(require_functions(where, "the session",
                                {{"run", session->run != nullptr}, {"destroy", session->destroy != nullptr}}));
  input_kinds.assign(request.num_inputs, MORTISE_MEMORY_HOST);
  output_kinds.assign(request.num_outputs, MORTISE_MEMORY_HOST);
  if (device_memory_ == nullptr) return {};
  MORTISE_TRY(name_it(call_boundary([&] {
    for (uint64_t i = 0; i < request.num_inputs; ++i) input_kinds[i] = device_memory_->input_kind(session, i);
    for (uint64_t i = 0; i < request.num_outputs; ++i) output_kinds[i] = device_memory_->output_kind(session, i);
  })));
  for (const auto* kinds : {&input_kinds, &output_kinds}) {
    for (const uint32_t kind : *kinds) {
      if (kind == MORTISE_MEMORY_HOST || find_memory(kind) != nullptr) continue;
      return make_error(StatusCode::kInternal, where, ": a session wants memory of kind ", kind,
                        ", which the provider does not list");
    }
  }
  return {};
}

void ProviderInstance::quarantine(const Status& reason) {
  const std::lock_guard lock(quarantine_mutex_);
  if (quarantined_) return;
  quarantine_reason_ = reason;
  quarantined_.store(true, std::memory_order_release);
}

Status ProviderInstance::quarantine_reason() const {
  if (!quarantined()) return {};
  const std::lock_guard lock(quarantine_mutex_);
  return quarantine_reason_;
}

}  // namespace mortise
