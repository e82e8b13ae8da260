#include "core/host/run_state.h"

#include "mortise/sdk/trampoline.h"

namespace mortise {

namespace {

mortise_status allocate_output(const mortise_run_context_t* context, uint64_t index, const int64_t* dims, uint32_t rank,
                               mortise_tensor_t* tensor, mortise_error_t* error) noexcept {
  return sdk::guarded(error, [&]() -> Status {
    if (tensor == nullptr || (dims == nullptr && rank != 0)) {
      return invalid_argument("allocate_output(): an argument is null");
    }
    if (rank > kMaxRank) return invalid_argument("allocate_output(): ", rank, " axes; there can be ", kMaxRank);
    for (uint32_t axis = 0; axis < rank; ++axis) {
      if (dims[axis] < 0) return invalid_argument("allocate_output(): extent ", dims[axis], " on axis ", axis);
    }
    return static_cast<RunState*>(context->host_data)->allocate_output(index, std::span(dims, rank), tensor);
  });
}

}  // namespace

mortise_run_context_t make_run_context(RunState& state) {
  return {.host_data = &state,
          .allocate_output = allocate_output,
          .is_cancelled =
              [](const mortise_run_context_t* context) noexcept {
                return static_cast<const RunState*>(context->host_data)->cancelled();
              },
          .flags = state.profile != nullptr ? uint32_t{MORTISE_RUN_PROFILE} : 0u,
          .reserved = 0};
}

}  // namespace mortise
