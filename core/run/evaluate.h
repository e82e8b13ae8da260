// Evaluate: computes single nodes on the reference provider while a graph is optimized.
#pragma once

#include "core/host/provider_set.h"
#include "core/optimize/pass.h"

namespace mortise::run {

// Computes a node by building and running a program of that node alone. Ten seconds after it was made an evaluator
// computes no more, so that no model can make loading endless. `host` outlives the evaluator. Thread-safe.
optimize::Evaluator make_evaluator(const ProviderSet& providers, HostContext& host);

}  // namespace mortise::run
