#include "conformance/generate/reduce.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "conformance/compare/element.h"
#include "conformance/generate/draft.h"
#include "conformance/generate/tensors.h"

namespace mortise::conformance {

namespace {

using Clock = std::chrono::steady_clock;

class Reducer {
 public:
  Reducer(Device& oracle, double seconds, const StillFails& still_fails)
      : oracle_(oracle),
        still_fails_(still_fails),
        end_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

  Result<Reduction> run(const Specimen& start) {
    MORTISE_ASSIGN(NamedValues values, values_of(start, oracle_));
    MORTISE_ASSIGN(graph_, graph_of(start));
    best_ = start;
    values_ = std::move(values);
    Reduction reduction{.nodes_before = graph_.num_nodes()};
    for (bool changed = true; changed && !stopped();) {
      changed = drop_outputs();
      changed = cut_nodes() || changed;
      changed = shrink_extents() || changed;
      changed = drop_attributes() || changed;
      changed = calm_inputs() || changed;
    }
    reduction.specimen = best_;
    for (const ValueId id : graph_.outputs)
      reduction.outputs.push_back(values_.find(graph_.value(id).name.view())->second);
    reduction.nodes = graph_.num_nodes();
    reduction.tries = tries_;
    reduction.finished = !stopped();
    return reduction;
  }

 private:
  using Change = std::function<Status(Draft& draft)>;

  bool stopped() const { return broken_off_ || Clock::now() >= end_; }

  // Makes the change to the best specimen, and keeps it if the fault is still there.
  bool attempt(const Change& change) {
    if (stopped()) return false;
    Result<Draft> draft = Draft::of(best_, values_);
    if (!draft.ok() || !change(*draft).ok()) return false;
    Result<Specimen> smaller = std::move(*draft).finish();
    if (!smaller.ok()) return false;
    Result<Graph> graph = graph_of(*smaller);
    Result<NamedValues> values = values_of(*smaller, oracle_);
    if (!graph.ok() || !values.ok()) return false;
    ++tries_;
    const Result<bool> fails = still_fails_(*smaller);
    broken_off_ = !fails.ok();
    if (broken_off_ || !*fails) return false;
    best_ = std::move(*smaller);
    graph_ = std::move(*graph);
    values_ = std::move(*values);
    return true;
  }

  bool drop_outputs() {
    bool changed = false;
    for (size_t i = graph_.outputs.size(); i-- > 0;) {
      if (graph_.outputs.size() == 1 || i >= graph_.outputs.size()) continue;
      changed = attempt([i](Draft& draft) {
                  draft.graph.outputs.erase(draft.graph.outputs.begin() + static_cast<ptrdiff_t>(i));
                  return Status();
                }) ||
                changed;
    }
    return changed;
  }

  // Halves first, single nodes at the end. From behind: what others read is the dearest to cut.
  bool cut_nodes() {
    bool changed = false;
    for (uint32_t count = std::max(1u, graph_.num_nodes() / 2); count > 0; count /= 2) {
      for (uint32_t end = graph_.num_nodes(); end > 0;) {
        const uint32_t first = end - std::min(end, count), removed = end - first;
        changed = attempt([=](Draft& draft) {
                    draft.cut(first, removed);
                    return Status();
                  }) ||
                  changed;
        end = std::min(first, graph_.num_nodes());
      }
    }
    return changed;
  }

  bool shrink_extents() {
    std::set<int64_t> extents;
    for (const Value& input : best_.inputs) {
      if (!input.is_tensor()) continue;
      for (const int64_t extent : input.tensor.shape()) {
        if (extent > 1) extents.insert(extent);
      }
    }
    bool changed = false;
    for (const int64_t from : extents) {
      for (const int64_t to : {int64_t{1}, int64_t{2}, from / 2}) {
        if (to >= from) continue;
        if (attempt([=](Draft& draft) { return draft.shrink(from, to); })) {
          changed = true;
          break;
        }
      }
    }
    return changed;
  }

  bool drop_attributes() {
    bool changed = false;
    for (NodeId id = 0; id < graph_.num_nodes(); ++id) {
      for (size_t i = graph_.node(id).attributes.size(); i-- > 0;) {
        changed = attempt([=](Draft& draft) {
                    auto& attributes = draft.graph.node(id).attributes;
                    attributes.erase(attributes.begin() + static_cast<ptrdiff_t>(i));
                    return Status();
                  }) ||
                  changed;
      }
    }
    return changed;
  }

  // Every input that can be is all zeros, or else all ones.
  bool calm_inputs() {
    bool changed = false;
    for (size_t i = 0; i < best_.inputs.size(); ++i) {
      const Value input = best_.inputs[i];
      if (!input.is_tensor() || input.tensor.num_elements() == 0 || !number_at(input.tensor, 0)) continue;
      for (const double value : {0.0, 1.0}) {
        if (is_filled(input.tensor, value)) break;
        if (attempt([=](Draft& draft) { return fill(draft, i, value); })) {
          changed = true;
          break;
        }
      }
    }
    return changed;
  }

  static bool is_filled(const Tensor& tensor, double value) {
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      if (number_at(tensor, i) != value) return false;
    }
    return true;
  }

  static Status fill(Draft& draft, size_t input, double value) {
    Tensor& tensor = draft.values.find(draft.graph.value(draft.graph.inputs[input]).name.view())->second.tensor;
    const auto count = static_cast<size_t>(tensor.num_elements());
    tensor = numbers(tensor.dtype(), tensor.shape(), std::vector<double>(count, value));
    return {};
  }

  Device& oracle_;
  const StillFails& still_fails_;
  const Clock::time_point end_;
  Specimen best_;
  Graph graph_{std::make_shared<StringTable>()};  // of the best
  NamedValues values_;                            // of the best
  uint32_t tries_ = 0;
  bool broken_off_ = false;
};

}  // namespace

Result<Reduction> reduce(const Specimen& start, Device& oracle, double seconds, const StillFails& still_fails) {
  return Reducer(oracle, seconds, still_fails).run(start);
}

}  // namespace mortise::conformance
