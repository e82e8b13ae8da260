// Checks that every published struct of the ABI has the layout in docs/spec/abi_layout.txt, which is frozen: a
// difference breaks every plugin that is built already. `abi_layout_test --print` writes the layout that this compiler
// gives.
#include <stdio.h>
#include <string.h>

#include "mortise/mortise.h"

typedef struct member {
  const char* name;  // "struct" or "struct.field"
  size_t value;      // size or offset
} member_t;

#define SIZE(type) \
  { #type, sizeof(type) }
#define OFFSET(type, field) \
  { #type "." #field, offsetof(type, field) }

static const member_t kMembers[] = {
    // dtype.h
    SIZE(mortise_string_t),
    OFFSET(mortise_string_t, data),
    OFFSET(mortise_string_t, size),
    // entry.h
    SIZE(mortise_plugin_entry_t),
    OFFSET(mortise_plugin_entry_t, abi_version),
    OFFSET(mortise_plugin_entry_t, init),
    OFFSET(mortise_plugin_entry_t, deinit),
    OFFSET(mortise_plugin_entry_t, get_factory),
    // ext/async_run.h
    SIZE(mortise_provider_async_run_t),
    OFFSET(mortise_provider_async_run_t, submit),
    // ext/async_run.h
    SIZE(mortise_host_async_run_t),
    OFFSET(mortise_host_async_run_t, completed),
    // ext/compiled_cache.h
    SIZE(mortise_provider_compiled_cache_t),
    OFFSET(mortise_provider_compiled_cache_t, key),
    OFFSET(mortise_provider_compiled_cache_t, save),
    OFFSET(mortise_provider_compiled_cache_t, load),
    // ext/device_memory.h
    SIZE(mortise_memory_kind_t),
    OFFSET(mortise_memory_kind_t, name),
    OFFSET(mortise_memory_kind_t, alignment),
    OFFSET(mortise_memory_kind_t, capacity),
    OFFSET(mortise_memory_kind_t, kind),
    OFFSET(mortise_memory_kind_t, flags),
    // ext/device_memory.h
    SIZE(mortise_provider_device_memory_t),
    OFFSET(mortise_provider_device_memory_t, num_kinds),
    OFFSET(mortise_provider_device_memory_t, get_kind),
    OFFSET(mortise_provider_device_memory_t, input_kind),
    OFFSET(mortise_provider_device_memory_t, output_kind),
    OFFSET(mortise_provider_device_memory_t, allocate),
    OFFSET(mortise_provider_device_memory_t, release),
    OFFSET(mortise_provider_device_memory_t, copy_in),
    OFFSET(mortise_provider_device_memory_t, copy_out),
    // ext/host_memory.h
    SIZE(mortise_host_memory_t),
    OFFSET(mortise_host_memory_t, allocate),
    OFFSET(mortise_host_memory_t, release),
    // ext/log.h
    SIZE(mortise_host_log_t),
    OFFSET(mortise_host_log_t, log),
    OFFSET(mortise_host_log_t, min_severity),
    // ext/onnx_model.h
    SIZE(mortise_host_onnx_model_t),
    OFFSET(mortise_host_onnx_model_t, serialize),
    // ext/operators.h
    SIZE(mortise_operator_t),
    OFFSET(mortise_operator_t, domain),
    OFFSET(mortise_operator_t, op_type),
    OFFSET(mortise_operator_t, inputs),
    OFFSET(mortise_operator_t, outputs),
    OFFSET(mortise_operator_t, attributes),
    OFFSET(mortise_operator_t, since_version),
    OFFSET(mortise_operator_t, reserved),
    // ext/operators.h
    SIZE(mortise_infer_sink_t),
    OFFSET(mortise_infer_sink_t, host_data),
    OFFSET(mortise_infer_sink_t, set_type),
    // ext/operators.h
    SIZE(mortise_provider_operators_t),
    OFFSET(mortise_provider_operators_t, num_operators),
    OFFSET(mortise_provider_operators_t, get_operator),
    OFFSET(mortise_provider_operators_t, infer),
    // ext/parallel_for.h
    SIZE(mortise_host_parallel_for_t),
    OFFSET(mortise_host_parallel_for_t, max_workers),
    OFFSET(mortise_host_parallel_for_t, parallel_for),
    // ext/profile.h
    SIZE(mortise_profile_counter_t),
    OFFSET(mortise_profile_counter_t, name),
    OFFSET(mortise_profile_counter_t, value),
    // ext/profile.h
    SIZE(mortise_profile_event_t),
    OFFSET(mortise_profile_event_t, name),
    OFFSET(mortise_profile_event_t, start_ns),
    OFFSET(mortise_profile_event_t, duration_ns),
    OFFSET(mortise_profile_event_t, node_ids),
    OFFSET(mortise_profile_event_t, num_nodes),
    OFFSET(mortise_profile_event_t, counters),
    OFFSET(mortise_profile_event_t, num_counters),
    // ext/profile.h
    SIZE(mortise_host_profile_t),
    OFFSET(mortise_host_profile_t, now_ns),
    OFFSET(mortise_host_profile_t, record),
    // ext/thread_check.h
    SIZE(mortise_host_thread_check_t),
    OFFSET(mortise_host_thread_check_t, is_setup),
    OFFSET(mortise_host_thread_check_t, is_worker),
    // ext/values.h
    SIZE(mortise_provider_values_t),
    OFFSET(mortise_provider_values_t, kinds),
    OFFSET(mortise_provider_values_t, reserved),
    // ext/values.h
    SIZE(mortise_host_values_t),
    OFFSET(mortise_host_values_t, kind),
    OFFSET(mortise_host_values_t, get_tensor),
    OFFSET(mortise_host_values_t, num_elements),
    OFFSET(mortise_host_values_t, get_element),
    OFFSET(mortise_host_values_t, create_tensor),
    OFFSET(mortise_host_values_t, set_strings),
    OFFSET(mortise_host_values_t, create),
    OFFSET(mortise_host_values_t, splice),
    OFFSET(mortise_host_values_t, set_output),
    // factory/provider_factory.h
    SIZE(mortise_provider_factory_t),
    OFFSET(mortise_provider_factory_t, count),
    OFFSET(mortise_provider_factory_t, descriptor),
    OFFSET(mortise_provider_factory_t, create),
    // graph.h
    SIZE(mortise_dim_t),
    OFFSET(mortise_dim_t, value),
    OFFSET(mortise_dim_t, symbol),
    // graph.h
    SIZE(mortise_type_t),
    OFFSET(mortise_type_t, kind),
    OFFSET(mortise_type_t, dtype),
    OFFSET(mortise_type_t, rank),
    OFFSET(mortise_type_t, reserved),
    OFFSET(mortise_type_t, dims),
    OFFSET(mortise_type_t, element),
    // graph.h
    SIZE(mortise_value_info_t),
    OFFSET(mortise_value_info_t, name),
    OFFSET(mortise_value_info_t, type),
    OFFSET(mortise_value_info_t, constant),
    OFFSET(mortise_value_info_t, consumers),
    OFFSET(mortise_value_info_t, num_consumers),
    OFFSET(mortise_value_info_t, producer),
    OFFSET(mortise_value_info_t, flags),
    OFFSET(mortise_value_info_t, reserved),
    // graph.h
    SIZE(mortise_node_t),
    OFFSET(mortise_node_t, name),
    OFFSET(mortise_node_t, op_type),
    OFFSET(mortise_node_t, domain),
    OFFSET(mortise_node_t, inputs),
    OFFSET(mortise_node_t, outputs),
    OFFSET(mortise_node_t, implicit_inputs),
    OFFSET(mortise_node_t, num_inputs),
    OFFSET(mortise_node_t, num_outputs),
    OFFSET(mortise_node_t, num_implicit_inputs),
    OFFSET(mortise_node_t, num_attributes),
    OFFSET(mortise_node_t, since_version),
    OFFSET(mortise_node_t, flags),
    // graph.h
    SIZE(mortise_sparse_tensor_t),
    OFFSET(mortise_sparse_tensor_t, values),
    OFFSET(mortise_sparse_tensor_t, indices),
    OFFSET(mortise_sparse_tensor_t, dims),
    OFFSET(mortise_sparse_tensor_t, rank),
    OFFSET(mortise_sparse_tensor_t, reserved),
    // graph.h
    SIZE(mortise_attribute_t),
    OFFSET(mortise_attribute_t, name),
    OFFSET(mortise_attribute_t, type),
    OFFSET(mortise_attribute_t, f),
    OFFSET(mortise_attribute_t, i),
    OFFSET(mortise_attribute_t, s),
    OFFSET(mortise_attribute_t, count),
    OFFSET(mortise_attribute_t, floats),
    OFFSET(mortise_attribute_t, ints),
    OFFSET(mortise_attribute_t, strings),
    OFFSET(mortise_attribute_t, tensors),
    OFFSET(mortise_attribute_t, graphs),
    OFFSET(mortise_attribute_t, sparse_tensors),
    OFFSET(mortise_attribute_t, types),
    // graph.h
    SIZE(mortise_opset_t),
    OFFSET(mortise_opset_t, domain),
    OFFSET(mortise_opset_t, version),
    // graph.h
    SIZE(mortise_graph_info_t),
    OFFSET(mortise_graph_info_t, name),
    OFFSET(mortise_graph_info_t, inputs),
    OFFSET(mortise_graph_info_t, outputs),
    OFFSET(mortise_graph_info_t, opsets),
    OFFSET(mortise_graph_info_t, num_inputs),
    OFFSET(mortise_graph_info_t, num_outputs),
    OFFSET(mortise_graph_info_t, num_opsets),
    OFFSET(mortise_graph_info_t, num_nodes),
    OFFSET(mortise_graph_info_t, num_values),
    OFFSET(mortise_graph_info_t, reserved),
    // graph.h
    SIZE(mortise_graph_t),
    OFFSET(mortise_graph_t, host_data),
    OFFSET(mortise_graph_t, get_info),
    OFFSET(mortise_graph_t, get_node),
    OFFSET(mortise_graph_t, get_value),
    OFFSET(mortise_graph_t, get_attribute),
    // host.h
    SIZE(mortise_host_t),
    OFFSET(mortise_host_t, host_data),
    OFFSET(mortise_host_t, abi_version),
    OFFSET(mortise_host_t, name),
    OFFSET(mortise_host_t, version),
    OFFSET(mortise_host_t, get_extension),
    // provider.h
    SIZE(mortise_provider_descriptor_t),
    OFFSET(mortise_provider_descriptor_t, id),
    OFFSET(mortise_provider_descriptor_t, name),
    OFFSET(mortise_provider_descriptor_t, vendor),
    OFFSET(mortise_provider_descriptor_t, version),
    OFFSET(mortise_provider_descriptor_t, description),
    OFFSET(mortise_provider_descriptor_t, options_schema),
    OFFSET(mortise_provider_descriptor_t, concurrency),
    OFFSET(mortise_provider_descriptor_t, determinism),
    OFFSET(mortise_provider_descriptor_t, numerics),
    OFFSET(mortise_provider_descriptor_t, reserved),
    // provider.h
    SIZE(mortise_estimate_t),
    OFFSET(mortise_estimate_t, time_ns),
    OFFSET(mortise_estimate_t, energy_nj),
    OFFSET(mortise_estimate_t, device_bytes),
    // provider.h
    SIZE(mortise_claim_sink_t),
    OFFSET(mortise_claim_sink_t, host_data),
    OFFSET(mortise_claim_sink_t, claim),
    OFFSET(mortise_claim_sink_t, decline),
    // provider.h
    SIZE(mortise_compile_request_t),
    OFFSET(mortise_compile_request_t, host_data),
    OFFSET(mortise_compile_request_t, graph),
    OFFSET(mortise_compile_request_t, node_ids),
    OFFSET(mortise_compile_request_t, inputs),
    OFFSET(mortise_compile_request_t, outputs),
    OFFSET(mortise_compile_request_t, num_nodes),
    OFFSET(mortise_compile_request_t, num_inputs),
    OFFSET(mortise_compile_request_t, num_outputs),
    OFFSET(mortise_compile_request_t, refuse),
    // provider.h
    SIZE(mortise_provider_t),
    OFFSET(mortise_provider_t, descriptor),
    OFFSET(mortise_provider_t, provider_data),
    OFFSET(mortise_provider_t, open),
    OFFSET(mortise_provider_t, close),
    OFFSET(mortise_provider_t, destroy),
    OFFSET(mortise_provider_t, describe),
    OFFSET(mortise_provider_t, claim),
    OFFSET(mortise_provider_t, compile),
    OFFSET(mortise_provider_t, get_extension),
    // session.h
    SIZE(mortise_run_context_t),
    OFFSET(mortise_run_context_t, host_data),
    OFFSET(mortise_run_context_t, allocate_output),
    OFFSET(mortise_run_context_t, is_cancelled),
    OFFSET(mortise_run_context_t, flags),
    OFFSET(mortise_run_context_t, reserved),
    // session.h
    SIZE(mortise_run_args_t),
    OFFSET(mortise_run_args_t, inputs),
    OFFSET(mortise_run_args_t, outputs),
    OFFSET(mortise_run_args_t, num_inputs),
    OFFSET(mortise_run_args_t, num_outputs),
    OFFSET(mortise_run_args_t, context),
    // session.h
    SIZE(mortise_session_t),
    OFFSET(mortise_session_t, provider_data),
    OFFSET(mortise_session_t, run),
    OFFSET(mortise_session_t, destroy),
    // status.h
    SIZE(mortise_error_t),
    OFFSET(mortise_error_t, node_id),
    OFFSET(mortise_error_t, reserved),
    OFFSET(mortise_error_t, message),
    // stream.h
    SIZE(mortise_istream_t),
    OFFSET(mortise_istream_t, context),
    OFFSET(mortise_istream_t, read),
    // stream.h
    SIZE(mortise_ostream_t),
    OFFSET(mortise_ostream_t, context),
    OFFSET(mortise_ostream_t, write),
    // tensor.h
    SIZE(mortise_tensor_t),
    OFFSET(mortise_tensor_t, data),
    OFFSET(mortise_tensor_t, byte_offset),
    OFFSET(mortise_tensor_t, size_bytes),
    OFFSET(mortise_tensor_t, dims),
    OFFSET(mortise_tensor_t, rank),
    OFFSET(mortise_tensor_t, dtype),
    OFFSET(mortise_tensor_t, memory_kind),
    OFFSET(mortise_tensor_t, flags),
    // version.h
    SIZE(mortise_version_t),
    OFFSET(mortise_version_t, major),
    OFFSET(mortise_version_t, minor),
    OFFSET(mortise_version_t, revision),
};

static const size_t kNumMembers = sizeof kMembers / sizeof kMembers[0];

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--print") == 0) {
    for (size_t i = 0; i < kNumMembers; ++i) printf("%s %zu\n", kMembers[i].name, kMembers[i].value);
    return 0;
  }
  FILE* file = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: abi_layout_test docs/spec/abi_layout.txt | --print\n");
    return 2;
  }
  int wrong = 0;
  size_t i = 0;
  char line[160], name[128];
  while (fgets(line, sizeof line, file) != NULL) {
    size_t value = 0;
    if (line[0] == '#') continue;
    if (i == kNumMembers || sscanf(line, "%127s %zu", name, &value) != 2) {
      fprintf(stderr, "abi_layout.txt: unexpected line: %s", line);
      wrong = 1;
      break;
    }
    if (strcmp(name, kMembers[i].name) != 0 || value != kMembers[i].value) {
      fprintf(stderr, "published: %s %zu, compiled: %s %zu\n", name, value, kMembers[i].name, kMembers[i].value);
      wrong = 1;
    }
    ++i;
  }
  fclose(file);
  if (i < kNumMembers && !wrong) {
    fprintf(stderr, "abi_layout.txt ends before %s\n", kMembers[i].name);
    wrong = 1;
  }
  return wrong;
}
