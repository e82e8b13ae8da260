#include "core/plan/schedule.h"

#include <algorithm>
#include <numeric>
#include <queue>

namespace mortise::plan {
namespace {

class Scheduler {
 public:
  Scheduler(const Atoms& atoms, const std::vector<uint32_t>& owner, uint32_t num_providers)
      : atoms_(atoms), owner_(owner), core_(num_providers), ready_(num_providers + 1), parent_(owner.size()) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }

  std::vector<Segment> run() {
    put_in_order();
    std::vector<Segment> segments;
    std::vector<uint32_t> segment_of(owner_.size(), kNoId);
    for (const NodeId a : order_) {
      uint32_t& segment = segment_of[component(a)];
      if (segment == kNoId) {
        segment = static_cast<uint32_t>(segments.size());
        segments.push_back({owner_[a], {}});
      }
      const auto nodes = atoms_.nodes[a];
      segments[segment].nodes.insert(segments[segment].nodes.end(), nodes.begin(), nodes.end());
    }
    for (Segment& segment : segments) std::sort(segment.nodes.begin(), segment.nodes.end());
    return segments;
  }

 private:
  // The atoms that may come next, the smallest first.
  using Queue = std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>>;

  Queue& queue_of(NodeId a) { return ready_[owner_[a] == kCoreProvider ? core_ : owner_[a]]; }

  // Also joins, within each run, what touches.
  void put_in_order() {
    std::vector<uint32_t> waiting(owner_.size(), 0), run_of(owner_.size(), 0);
    for (NodeId a = 0; a < owner_.size(); ++a) {
      waiting[a] = static_cast<uint32_t>(atoms_.before[a].size());
      if (!atoms_.nodes[a].empty() && waiting[a] == 0) queue_of(a).push(a);
    }
    uint32_t run = 0;
    for (uint32_t current = core_;;) {
      if (current == core_ || ready_[current].empty()) {
        current = first_ready();
        if (current == kNoId) return;
        ++run;
      }
      const NodeId a = ready_[current].top();
      ready_[current].pop();
      order_.push_back(a);
      run_of[a] = run;
      for (const NodeId b : atoms_.before[a]) {
        if (run_of[b] == run) parent_[component(b)] = component(a);
      }
      for (const NodeId b : atoms_.after[a]) {
        if (--waiting[b] == 0) queue_of(b).push(b);
      }
    }
  }

  uint32_t first_ready() const {
    uint32_t best = kNoId;
    for (uint32_t queue = 0; queue < ready_.size(); ++queue) {
      if (ready_[queue].empty()) continue;
      if (best == kNoId || ready_[queue].top() < ready_[best].top()) best = queue;
    }
    return best;
  }

  NodeId component(NodeId a) {
    while (parent_[a] != a) a = parent_[a] = parent_[parent_[a]];
    return a;
  }

  const Atoms& atoms_;
  const std::vector<uint32_t>& owner_;
  const uint32_t core_;       // number of the core's queue
  std::vector<Queue> ready_;  // per provider, then the core's
  std::vector<NodeId> parent_;
  std::vector<NodeId> order_;
};

}  // namespace

std::vector<Segment> schedule(const Atoms& atoms, const std::vector<uint32_t>& owner, uint32_t num_providers) {
  return Scheduler(atoms, owner, num_providers).run();
}

}  // namespace mortise::plan
