// SPDX-License-Identifier: Apache-2.0
//
// Host: what the program that loaded the plugin offers, with every extension looked up once and a fallback where the
// host lacks it. Copyable; refers to the host.
#pragma once

#include <string>
#include <type_traits>

#include "../all.h"
#include "tensor.h"

namespace mortise::sdk {

class Host {
 public:
  explicit Host(const mortise_host_t* host)
      : host_(host),
        log_(extension<mortise_host_log_t>(MORTISE_EXT_LOG)),
        parallel_for_(extension<mortise_host_parallel_for_t>(MORTISE_EXT_PARALLEL_FOR)),
        profile_(extension<mortise_host_profile_t>(MORTISE_EXT_PROFILE)),
        async_run_(extension<mortise_host_async_run_t>(MORTISE_EXT_ASYNC_RUN)),
        values_(extension<mortise_host_values_t>(MORTISE_EXT_VALUES)),
        thread_check_(extension<mortise_host_thread_check_t>(MORTISE_EXT_THREAD_CHECK)),
        memory_(extension<mortise_host_memory_t>(MORTISE_EXT_HOST_MEMORY)) {}

  const mortise_host_t* raw() const { return host_; }
  template <class Extension>
  const Extension* extension(const char* id) const {
    return static_cast<const Extension*>(host_->get_extension(host_, id));
  }

  // Null where the host does not offer it.
  const mortise_host_profile_t* profile() const { return profile_; }
  const mortise_host_async_run_t* async_run() const { return async_run_; }
  const mortise_host_values_t* values() const { return values_; }
  const mortise_host_thread_check_t* thread_check() const { return thread_check_; }

  // As Tensor::allocate, out of the session's budget where the host keeps one. The tensor does not outlive the
  // provider.
  Result<Tensor> allocate(DType dtype, const Shape& shape) const {
    if (memory_ == nullptr) return Tensor::allocate(dtype, shape);
    MORTISE_ASSIGN(const uint64_t size, Tensor::storage_size(dtype, shape));
    void* data = nullptr;
    mortise_error_t error;
    error.message[0] = '\0';
    if (const mortise_status status = memory_->allocate(host_, size, &data, &error); status != MORTISE_OK) {
      return Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), error.message)
          .context(concat("a tensor ", to_string(dtype), to_string(shape)));
    }
    if (dtype == DType::kString) std::memset(data, 0, size);
    return Tensor::view(dtype, shape, data,
                        std::shared_ptr<void>(
                            data, [host = host_, memory = memory_, size](void* p) { memory->release(host, p, size); }));
  }

  // severity: MORTISE_LOG_*. Dropped if the host keeps no log.
  void log(uint32_t severity, const std::string& message) const {
    if (log_ != nullptr && severity >= log_->min_severity(host_)) log_->log(host_, severity, message.c_str());
  }

  uint32_t max_workers() const { return parallel_for_ != nullptr ? parallel_for_->max_workers(host_) : 1; }

  // Calls body(begin, end, worker) over [0, count) cut at multiples of `grain` (see ext/parallel_for.h); one after the
  // other on this thread if the host lends none. body does not throw.
  template <class Body>
  void parallel_for(uint64_t count, uint64_t grain, Body&& body) const {
    if (grain == 0) grain = 1;
    if (parallel_for_ == nullptr || count <= grain) {
      for (uint64_t begin = 0; begin < count; begin += grain)
        body(begin, count - begin < grain ? count : begin + grain, 0u);
      return;
    }
    using BodyType = std::remove_reference_t<Body>;
    parallel_for_->parallel_for(
        host_, count, grain,
        [](void* context, uint64_t begin, uint64_t end, uint32_t worker) {
          (*static_cast<BodyType*>(context))(begin, end, worker);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  const mortise_host_t* host_;
  const mortise_host_log_t* log_;
  const mortise_host_parallel_for_t* parallel_for_;
  const mortise_host_profile_t* profile_;
  const mortise_host_async_run_t* async_run_;
  const mortise_host_values_t* values_;
  const mortise_host_thread_check_t* thread_check_;
  const mortise_host_memory_t* memory_;
};

}  // namespace mortise::sdk
