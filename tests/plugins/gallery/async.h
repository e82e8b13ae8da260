// AsyncPlugin: the gallery's provider with "mortise.async-run/1": submit() runs on a thread of its own, which close()
// waits for.
#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "base.h"

namespace gallery {

class AsyncPlugin : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override;
  void close(Provider& provider) override;
  virtual mortise_status submit(Session& session, uint64_t run_id, const mortise_run_args_t* args,
                                mortise_error_t* error);
  // Runs what was submitted, on a thread of its own.
  virtual mortise_status run_submitted(Session& session, const mortise_run_args_t* args, mortise_error_t* error) {
    return run(session, args, error);
  }
  // Reports the end of a run to the host.
  virtual void complete(const Provider& provider, uint64_t run_id, mortise_status status, const mortise_error_t& error);

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace gallery
