#include "conformance/host/checked_extensions.h"

#include "conformance/host/call.h"
#include "core/host/ext/extensions.h"
#include "mortise/sdk/trampoline.h"

namespace mortise::conformance {

namespace {

const mortise_host_memory_t kCheckedMemory = {
    .allocate =
        [](const mortise_host_t* host, uint64_t size, void** data, mortise_error_t* error) noexcept {
          MemoryLedger& ledger = CheckedHost::of(host).ledger();
          const Status granted = ledger.grant(size);
          if (!granted.ok()) return sdk::guarded(error, [&] { return granted; });
          const mortise_status status = kHostMemory.allocate(host, size, data, error);
          if (status == MORTISE_OK) ledger.took(*data, size);
          return status;
        },
    .release =
        [](const mortise_host_t* host, void* data, uint64_t size) noexcept {
          if (data == nullptr) return;
          CheckedHost& checked = CheckedHost::of(host);
          std::string wrong = checked.ledger().give_back(data, size);
          if (wrong.empty()) return kHostMemory.release(host, data, size);
          checked.violate("MORTISE-P-057", std::move(wrong));
        },
};

const mortise_host_async_run_t kCheckedAsyncRun = {
    .completed =
        [](const mortise_host_t* host, uint64_t run_id, mortise_status status, const mortise_error_t* error) noexcept {
          CheckedHost& checked = CheckedHost::of(host);
          if (checked.completions().complete(run_id, status, error)) return;
          checked.violate("MORTISE-P-041", concat("completed() was called for run ", run_id,
                                                  ", which is not pending: it has ended, or was never submitted"));
        },
};

// A body of parallel_for() that lets no exception out.
struct Body {
  CheckedHost& host;
  void(MORTISE_ABI* body)(void* context, uint64_t begin, uint64_t end, uint32_t worker);
  void* context;

  static void MORTISE_ABI run(void* self, uint64_t begin, uint64_t end, uint32_t worker) {
    const Body& one = *static_cast<Body*>(self);
    try {
      one.body(one.context, begin, end, worker);
    } catch (...) {
      one.host.violate("MORTISE-P-045", concat("a body of parallel_for() threw in its range ", begin, " to ", end));
    }
  }
};

const mortise_host_parallel_for_t kCheckedParallelFor = {
    .max_workers = [](const mortise_host_t* host) noexcept { return kHostParallelFor.max_workers(host); },
    .parallel_for =
        [](const mortise_host_t* host, uint64_t count, uint64_t grain,
           void(MORTISE_ABI* body)(void*, uint64_t, uint64_t, uint32_t), void* context) noexcept {
          Body checked{CheckedHost::of(host), body, context};
          expect_role(checked.host, ThreadRole::kWorker, "parallel_for()");
          checked.host.count_parallel_for();
          kHostParallelFor.parallel_for(host, count, grain, Body::run, &checked);
        },
};

const mortise_host_onnx_model_t kCheckedOnnxModel = {
    .serialize =
        [](const mortise_host_t* host, const mortise_graph_t* graph, const uint32_t* node_ids, uint64_t count,
           const mortise_ostream_t* stream, mortise_error_t* error) noexcept {
          expect_role(CheckedHost::of(host), ThreadRole::kSetup, "serialize()");
          return kHostOnnxModel.serialize(host, graph, node_ids, count, stream, error);
        },
};

}  // namespace

const void* find_checked_extension(std::string_view id) {
  if (id == MORTISE_EXT_HOST_MEMORY) return &kCheckedMemory;
  if (id == MORTISE_EXT_ASYNC_RUN) return &kCheckedAsyncRun;
  if (id == MORTISE_EXT_ONNX_MODEL) return &kCheckedOnnxModel;
  if (id == MORTISE_EXT_PARALLEL_FOR) return &kCheckedParallelFor;
  return find_host_extension(id);
}

}  // namespace mortise::conformance
