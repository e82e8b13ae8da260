// TestHost: the least host that a provider can run under, for tests without the core.
//
// It offers "mortise.values/1" and, with threads, "mortise.parallel-for/1" that runs ranges on new threads. Further
// extensions are added by a test. Outlives the providers that it is given to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mortise/mortise.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/value.h"
#include "tests/support/test_graph.h"

namespace mortise::test {

class TestHost {
 public:
  explicit TestHost(uint32_t threads = 1);
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  const mortise_host_t* abi() const { return &abi_; }
  // Null takes an extension away.
  void set_extension(const std::string& id, const void* table) { extensions_[id] = table; }
  uint32_t threads() const { return threads_; }

 private:
  mortise_host_t abi_;
  uint32_t threads_;
  std::map<std::string, const void*> extensions_;
};

struct RunOptions {
  uint32_t flags = 0;  // MORTISE_RUN_*
  std::function<bool()> is_cancelled;
  // Preallocated outputs by index; the others are unallocated.
  std::map<uint64_t, Tensor> outputs;
};

// A provider with one compiled session over all nodes of a graph.
class TestSession {
 public:
  // Fails with UNIMPLEMENTED and the provider's sentence if it declines a node. graph and host outlive the session.
  static Result<std::unique_ptr<TestSession>> open(TestHost& host, const TestGraph& graph,
                                                   const mortise_plugin_entry_t& entry, const char* provider_id,
                                                   const char* options = "{}");
  ~TestSession();
  Result<std::vector<Value>> run(const std::vector<Value>& inputs, const RunOptions& options = {});

 private:
  TestSession(TestHost& host, const TestGraph& graph) : host_(host), graph_(graph) {}
  Status start(const mortise_plugin_entry_t& entry, const char* provider_id, const char* options);

  TestHost& host_;
  const TestGraph& graph_;
  const mortise_provider_t* provider_ = nullptr;
  const mortise_session_t* session_ = nullptr;
  bool opened_ = false;
};

}  // namespace mortise::test
