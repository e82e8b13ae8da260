// Value transfer: values that are no dense numeric tensors, across the boundary and out of memory that is written
// again. See mortise/ext/values.h. Functions without state.
#pragma once

#include "mortise/sdk/provider.h"
#include "mortise/sdk/value.h"

namespace mortise::reference {

// An input of a run as a Value that borrows the host's memory. values: null if the host has only tensors.
Result<Value> import_input(const mortise_host_values_t* values, const mortise_tensor_t& tensor);

// Makes a value the output `index` of a run.
Status export_output(const mortise_host_values_t* values, const mortise_run_context_t* context, uint64_t index,
                     const Value& value);

// Copies every tensor in the value that has no owner, into memory of the host.
Status make_owned(const sdk::Host& host, Value& value);
// A copy of a string tensor, characters included.
Result<Tensor> copy_strings(const sdk::Host& host, const Tensor& tensor);

}  // namespace mortise::reference
