// Calls on mortise.compiled-cache/1 with whole graphs and blobs in memory, and streams that take and give only a few
// bytes at a time.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "conformance/host/device.h"

namespace mortise::conformance {

// How many bytes a stream takes or gives per call: the given numbers one after the other, again and again. Empty: all.
using Steps = std::span<const uint64_t>;

// Null where the provider lacks the extension or its table has a function that is null.
const mortise_provider_compiled_cache_t* compiled_cache_of(const Device& device);

// The provider has the extension.
Result<std::string> cache_key(Device& device, const AbiGraph& graph, std::vector<uint32_t> nodes);
Result<std::string> cache_save(const Session& session, Steps steps = {});
Result<std::unique_ptr<Session>> cache_load(Device& device, const AbiGraph& graph, std::vector<uint32_t> nodes,
                                            std::string_view blob, Steps steps = {});

}  // namespace mortise::conformance
