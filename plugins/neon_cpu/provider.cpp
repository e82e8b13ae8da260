// SPDX-License-Identifier: Apache-2.0
//
// See provider.h.
#include "provider.h"

#include "compiler.h"
#include "estimate.h"
#include "kernels/target.h"
#include "lower.h"
#include "session.h"

namespace mortise::neon {

const mortise_provider_descriptor_t NeonProvider::kDescriptor = {
    .id = "org.mortise.neon",
    .name = "NEON",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Vector kernels for the CPU: NEON on Arm64; SSE4, AVX2 or AVX-512 on x86-64",
    .options_schema = kOptionsSchema,
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
    .numerics = MORTISE_NUMERICS_FAST_CONVOLUTION,
};

Status NeonProvider::open() {
  if (target_runs_here()) return {};
  return Status(StatusCode::kUnavailable, "NEON: this processor lacks the instructions of even the weakest target");
}

std::string NeonProvider::describe() const {
  const uint32_t workers = host().max_workers();
  return concat(target_name(), ", ", workers, workers == 1 ? " worker" : " workers");
}

Status NeonProvider::claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) {
  const auto judge = [&](const sdk::NodeView& node, mortise_estimate_t& estimate) -> std::optional<sdk::Refusal> {
    auto lowered = lower(graph, node, options_);
    if (auto* refusal = std::get_if<sdk::Refusal>(&lowered)) return std::move(*refusal);
    estimate = estimate_of(graph, std::get<Lowered>(lowered));
    return std::nullopt;
  };
  return sdk::claim_each(graph, sink, judge);
}

Result<std::unique_ptr<sdk::Session>> NeonProvider::compile(const sdk::CompileRequest& request) {
  MORTISE_ASSIGN(Program program, compile_program(request, host(), options_));
  auto session = std::make_unique<NeonSession>(host(), std::move(program));
  std::vector<Shape> shapes;
  for (const sdk::ValueId input : request.inputs()) {
    const auto shape = request.graph().value(input).static_shape();
    if (!shape) return std::unique_ptr<sdk::Session>(std::move(session));  // planned in the first run
    shapes.push_back(*shape);
  }
  if (const Status status = session->warm_up(std::move(shapes)); !status.ok()) {
    if (status.node_id() == sdk::kNoId) return status;
    return request.refuse(status.node_id(), MORTISE_REFUSAL_SHAPE, status.message());
  }
  return std::unique_ptr<sdk::Session>(std::move(session));
}

}  // namespace mortise::neon
