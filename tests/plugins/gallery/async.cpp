#include "async.h"

namespace gallery {

namespace {

constexpr mortise_provider_async_run_t kTable = {.submit = [](const mortise_session_t* self, uint64_t run_id,
                                                              const mortise_run_args_t* args, mortise_error_t* error) {
  return static_cast<AsyncPlugin&>(the_plugin()).submit(of(self), run_id, args, error);
}};

}  // namespace

const void* AsyncPlugin::get_extension(Provider& provider, std::string_view id) {
  return id == MORTISE_EXT_ASYNC_RUN ? &kTable : Plugin::get_extension(provider, id);
}

mortise_status AsyncPlugin::submit(Session& session, uint64_t run_id, const mortise_run_args_t* args,
                                   mortise_error_t* error) {
  if (session.provider.host.async_run() == nullptr) {
    return sdk::report(unimplemented("the host takes no completions"), error);
  }
  const std::lock_guard lock(mutex_);
  threads_.emplace_back([this, &session, run_id, args] {
    const Provider& provider = session.provider;
    mortise_error_t outcome{.node_id = MORTISE_NO_ID};
    const mortise_status status = run_submitted(session, args, &outcome);
    complete(provider, run_id, status, outcome);
  });
  return MORTISE_OK;
}

void AsyncPlugin::complete(const Provider& provider, uint64_t run_id, mortise_status status,
                           const mortise_error_t& error) {
  provider.host.async_run()->completed(provider.host.raw(), run_id, status, status == MORTISE_OK ? nullptr : &error);
}

void AsyncPlugin::close(Provider& provider) {
  std::vector<std::thread> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(threads_);
  }
  for (std::thread& thread : ended) thread.join();
  Plugin::close(provider);
}

}  // namespace gallery
