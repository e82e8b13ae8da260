#include "core/host/ext/extensions.h"

namespace mortise {

const void* find_host_extension(std::string_view id) {
  struct Entry {
    std::string_view id;
    const void* half;
  };
  static const Entry kExtensions[] = {
      {MORTISE_EXT_ASYNC_RUN, &kHostAsyncRun},
      {MORTISE_EXT_HOST_MEMORY, &kHostMemory},
      {MORTISE_EXT_LOG, &kHostLog},
      {MORTISE_EXT_ONNX_MODEL, &kHostOnnxModel},
      {MORTISE_EXT_PARALLEL_FOR, &kHostParallelFor},
      {MORTISE_EXT_PROFILE, &kHostProfile},
      {MORTISE_EXT_THREAD_CHECK, &kHostThreadCheck},
      {MORTISE_EXT_VALUES, &kHostValues},
  };
  for (const Entry& entry : kExtensions) {
    if (entry.id == id) return entry.half;
  }
  return nullptr;
}

}  // namespace mortise
