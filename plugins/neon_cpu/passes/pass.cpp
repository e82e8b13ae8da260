// SPDX-License-Identifier: Apache-2.0
//
// See pass.h.
#include "pass.h"

#include <algorithm>
#include <string_view>

namespace mortise::neon {

#define NEON_PASS(name) void name(Rewriter& rewriter);
#include "passes.inc"
#undef NEON_PASS

namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr std::string_view kFused = "fused ";

// "Conv", "Relu" -> "fused Conv+Relu"
std::string joined_name(std::string_view first, std::string_view second) {
  const auto bare = [](std::string_view name) { return name.starts_with(kFused) ? name.substr(kFused.size()) : name; };
  return concat(kFused, bare(first), "+", bare(second));
}

}  // namespace

Rewriter::Rewriter(Program& program, const sdk::GraphView& graph) : program_(program), graph_(graph) {
  const size_t count = program.values.size();
  num_readers_.assign(count, 0);
  reader_.assign(count, kNone);
  writer_.assign(count, kNone);
  for (uint32_t s = 0; s < program.steps.size(); ++s) {
    for (const uint32_t v : program.steps[s].inputs) {
      ++num_readers_[v];
      reader_[v] = s;
    }
    for (const uint32_t v : program.steps[s].outputs) writer_[v] = s;
  }
}

Step* Rewriter::only_reader(uint32_t v) {
  if (num_readers_[v] != 1 || program_.values[v].output) return nullptr;
  return &program_.steps[reader_[v]];
}

Step* Rewriter::writer(uint32_t v) { return writer_[v] == kNone ? nullptr : &program_.steps[writer_[v]]; }

bool Rewriter::same_shape(uint32_t a, uint32_t b) const {
  const sdk::ValueView first = graph_.value(program_.values[a].id), second = graph_.value(program_.values[b].id);
  if (!first.has_rank() || !second.has_rank()) return false;
  return std::equal(first.dims().begin(), first.dims().end(), second.dims().begin(), second.dims().end(),
                    [](const mortise_dim_t& x, const mortise_dim_t& y) {
                      if (x.value >= 0 || y.value >= 0) return x.value == y.value;
                      return x.symbol != nullptr && y.symbol != nullptr && std::string_view(x.symbol) == y.symbol;
                    });
}

void Rewriter::join(Step& first, Step& second, std::unique_ptr<Op> op, std::vector<uint32_t> inputs) {
  for (const Step* step : {&first, &second}) {
    for (const uint32_t v : step->inputs) --num_readers_[v];
  }
  const auto position = static_cast<uint32_t>(&second - program_.steps.data());
  for (const uint32_t v : inputs) {
    ++num_readers_[v];
    reader_[v] = position;
  }
  second.op = std::move(op);
  second.inputs = std::move(inputs);
  second.name = joined_name(first.name, second.name);
  second.nodes.insert(second.nodes.begin(), first.nodes.begin(), first.nodes.end());
  for (const uint32_t v : first.outputs) writer_[v] = kNone;
  first = Step();
}

void run_passes(Program& program, const sdk::GraphView& graph) {
  using Pass = void (*)(Rewriter&);
  static constexpr Pass kPasses[] = {
#define NEON_PASS(name) name,
#include "passes.inc"
#undef NEON_PASS
  };
  Rewriter rewriter(program, graph);
  for (const Pass pass : kPasses) pass(rewriter);
  std::erase_if(program.steps, [](const Step& step) { return step.op == nullptr; });
}

}  // namespace mortise::neon
