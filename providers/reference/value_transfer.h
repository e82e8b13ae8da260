// Value transfer: values that are no dense numeric tensors, across the boundary and out of memory that is written
// again. See mortise/ext/values.h. Functions without state.
#pragma once

#include "mortise/sdk/provider.h"
#include "mortise/sdk/value.h"

namespace mortise::reference {

// An input of a run as a Value that borrows the host's memory; unread where it is no tensor. values: null if the host
// has only tensors.
Result<Value> import_input(const mortise_host_values_t* values, const mortise_tensor_t& tensor);
// An element of a value of the host, in the same way.
Result<Value> import_element(const mortise_host_values_t& values, const mortise_value_t* handle, uint64_t index);
// Reads what is unread: the value, or an optional's content.
Status read_elements(const mortise_host_values_t& values, Value& value);

// A sequence of the host with elements [first, first + removed) replaced, unread; it lives as long as the run.
Result<Value> splice_unread(const mortise_host_values_t& values, const mortise_run_context_t* context,
                            const mortise_value_t* sequence, uint64_t first, uint64_t removed,
                            std::span<const Value> added);

// Makes a value the output `index` of a run. Parts that the host lent are passed back as they are, not copied.
Status export_output(const mortise_host_values_t* values, const mortise_run_context_t* context, uint64_t index,
                     const Value& value);

// Copies every tensor in the value that has no owner, into memory of the host.
Status make_owned(const sdk::Host& host, Value& value);
// A copy of a string tensor, characters included.
Result<Tensor> copy_strings(const sdk::Host& host, const Tensor& tensor);

}  // namespace mortise::reference
