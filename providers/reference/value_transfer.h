// Value transfer: values that are no dense numeric tensors, across the boundary and out of memory that is written
// again. See mortise/ext/values.h. Functions without state.
#pragma once

#include "mortise/sdk/provider.h"
#include "mortise/sdk/value.h"

namespace mortise::reference {

// An input of a run as a Value that borrows the host's memory. Where it is no tensor, its elements stay with the host
// and `unread` is the host's value. values: null if the host has only tensors.
Result<Value> import_input(const mortise_host_values_t* values, const mortise_tensor_t& tensor,
                           const mortise_value_t*& unread);
// A value of the host, elements included, and one of its elements. They borrow the host's memory.
Result<Value> import_value(const mortise_host_values_t& values, const mortise_value_t* handle);
Result<Value> import_element(const mortise_host_values_t& values, const mortise_value_t* handle, uint64_t index);

// A sequence of the host with elements [first, first + removed) replaced; it lives as long as the run.
Result<const mortise_value_t*> splice_lent(const mortise_host_values_t& values, const mortise_run_context_t* context,
                                           const mortise_value_t* sequence, uint64_t first, uint64_t removed,
                                           std::span<const Value> added);

// Makes a value the output `index` of a run. Parts that the host lent are passed back as they are, not copied. unread:
// the host's value where the elements have not been read, else null.
Status export_output(const mortise_host_values_t* values, const mortise_run_context_t* context, uint64_t index,
                     const Value& value, const mortise_value_t* unread);

// Copies every tensor in the value that has no owner, into memory of the host.
Status make_owned(const sdk::Host& host, Value& value);
// A copy of a string tensor, characters included.
Result<Tensor> copy_strings(const sdk::Host& host, const Tensor& tensor);

}  // namespace mortise::reference
