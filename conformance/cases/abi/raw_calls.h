// claim() and compile() by hand, for cases that care for the error record or the result and not for the answer.
#pragma once

#include <vector>

#include "conformance/host/device.h"

namespace mortise::conformance::abi {

// claim() with a sink that takes everything and keeps nothing.
mortise_status raw_claim(const mortise_provider_t& provider, const AbiGraph& graph, mortise_error_t* error);

// A compile request for nodes of a graph, whose refusals nobody keeps.
class RawRequest {
 public:
  RawRequest(const AbiGraph& graph, std::vector<uint32_t> nodes);
  RawRequest(const RawRequest&) = delete;
  RawRequest& operator=(const RawRequest&) = delete;

  const mortise_compile_request_t* abi() const { return &request_; }

 private:
  std::vector<uint32_t> nodes_;
  Border border_;
  mortise_compile_request_t request_;
};

}  // namespace mortise::conformance::abi
