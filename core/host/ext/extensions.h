// The host halves of the extensions, one source file each, and the list of them (extensions.cpp).
#pragma once

#include <string_view>

#include "mortise/all.h"

namespace mortise {

extern const mortise_host_log_t kHostLog;
extern const mortise_host_memory_t kHostMemory;
extern const mortise_host_onnx_model_t kHostOnnxModel;
extern const mortise_host_parallel_for_t kHostParallelFor;
extern const mortise_host_thread_check_t kHostThreadCheck;
extern const mortise_host_async_run_t kHostAsyncRun;
extern const mortise_host_profile_t kHostProfile;
extern const mortise_host_values_t kHostValues;

// Null for an id that the host does not offer.
const void* find_host_extension(std::string_view id);

}  // namespace mortise
