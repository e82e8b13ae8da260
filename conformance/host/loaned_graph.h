// LoanedGraph: the view of a graph in memory that can be taken away, as a host may do when claim() or compile() returns.
//
// Everything that the view gives out (records, names, ids, types, attributes, bodies) lies in one GuardedBlock; only the
// data of constants stays where it is, because that outlives the call. Not thread-safe while it is made.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "conformance/host/guarded_memory.h"
#include "core/graph/abi_graph.h"

namespace mortise::conformance {

class LoanedGraph {
 public:
  // label: "the graph of an earlier claim()", for sentences. Fails for want of memory, and for a graph too big to copy.
  static Result<std::unique_ptr<LoanedGraph>> make(const AbiGraph& graph, std::string label);

  const mortise_graph_t* abi() const { return graph_; }
  // A copy of records that is taken back together with the graph; null for none. Throws std::bad_alloc if it is full.
  template <class T>
  const T* lend(std::span<const T> records) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (records.empty()) return nullptr;
    void* place = take(records.size_bytes());
    std::memcpy(place, records.data(), records.size_bytes());
    return static_cast<const T*>(place);
  }
  template <class T>
  const T* lend(const T& record) {
    return lend(std::span<const T>(&record, 1));
  }
  // Whoever reads any of it from now on is caught as with every sealed GuardedBlock.
  void take_back() { block_->seal(); }

 private:
  friend class GraphCopier;
  LoanedGraph() = default;
  void* take(uint64_t bytes);

  std::shared_ptr<GuardedBlock> block_;
  uint64_t used_ = 0;
  const mortise_graph_t* graph_ = nullptr;
};

}  // namespace mortise::conformance
