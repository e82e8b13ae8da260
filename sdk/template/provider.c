// SPDX-License-Identifier: 0BSD
// A provider written on the C ABI alone: it runs Add and Mul of float32 tensors with equal, known shapes on the CPU.
// One run at a time on each session (MORTISE_CONCURRENCY_SERIAL_SESSION): a session keeps results. Replace claim(),
// compile() and run() by your device's; the rest can stay.
#include <stdlib.h>
#include <string.h>

#include "mortise/mortise.h"

// A value of the segment. `memory` is the session's, for constants and results; `data` is where it lies in this run.
typedef struct slot {
  uint32_t id;
  float *memory, *data;
} slot_t;
typedef struct step {
  bool multiply;
  uint64_t count;
  slot_t* operand[3];  // a, b, result
} step_t;
// The slots are first the inputs, then the outputs, then what stays inside.
typedef struct session {
  mortise_session_t abi;
  uint64_t num_inputs, num_slots, num_steps;
  slot_t* slots;
  step_t* steps;
} session_t;

static mortise_status fail(mortise_error_t* error, mortise_status status, uint32_t node_id, const char* message) {
  if (error == NULL) return status;
  *error = (mortise_error_t){.node_id = node_id};
  strncat(error->message, message, sizeof error->message - 1);
  return status;
}

static mortise_status MORTISE_ABI run(const mortise_session_t* self, const mortise_run_args_t* args,
                                      mortise_error_t* error) {
  const session_t* session = self->provider_data;
  slot_t* slots = session->slots;
  for (uint64_t i = 0; i < session->num_slots; ++i) slots[i].data = slots[i].memory;
  for (uint64_t i = 0; i < args->num_inputs; ++i) slots[i].data = args->inputs[i].data;
  for (uint64_t i = 0; i < args->num_outputs; ++i) {
    if (args->outputs[i].data != NULL) slots[args->num_inputs + i].data = args->outputs[i].data;
  }
  for (uint64_t s = 0; s < session->num_steps; ++s) {
    if (args->context->is_cancelled(args->context)) return fail(error, MORTISE_CANCELLED, MORTISE_NO_ID, "cancelled");
    const step_t* step = &session->steps[s];
    const float *a = step->operand[0]->data, *b = step->operand[1]->data;
    float* result = step->operand[2]->data;
    for (uint64_t i = 0; i < step->count; ++i) result[i] = step->multiply ? a[i] * b[i] : a[i] + b[i];
  }
  return MORTISE_OK;
}

static void MORTISE_ABI destroy_session(const mortise_session_t* self) {
  session_t* session = self->provider_data;
  for (uint64_t i = 0; i < session->num_slots; ++i) free(session->slots[i].memory);
  free(session->slots);
  free(session->steps);
  free(session);
}

// An opened provider has its own address as provider_data, a closed one null.
static const char kNotOpen[] = "the provider is not open: open() comes first";
static const char kWhatRuns[] = "only Add and Mul of float32 tensors with equal, known shapes run here";

// MORTISE_NO_ID if the provider runs the node, otherwise the MORTISE_REFUSAL_* why not. Counts the elements.
static uint32_t refusal(const mortise_graph_t* graph, const mortise_node_t* node, uint64_t* count) {
  if (node->domain[0] != '\0' || node->num_inputs != 2 || node->num_outputs != 1) return MORTISE_REFUSAL_OP;
  if (strcmp(node->op_type, "Add") != 0 && strcmp(node->op_type, "Mul") != 0) return MORTISE_REFUSAL_OP;
  const uint32_t ids[3] = {node->inputs[0], node->inputs[1], node->outputs[0]};
  mortise_value_info_t values[3];
  for (int i = 0; i < 3; ++i) {
    if (!graph->get_value(graph, ids[i], &values[i])) return MORTISE_REFUSAL_OTHER;
    const mortise_type_t *type = &values[i].type, *first = &values[0].type;
    if (type->kind != MORTISE_TYPE_TENSOR || type->dtype != MORTISE_DTYPE_F32) return MORTISE_REFUSAL_DTYPE;
    if (type->rank < 0) return MORTISE_REFUSAL_DYNAMIC_SHAPE;
    if (type->rank != first->rank) return MORTISE_REFUSAL_SHAPE;
    *count = 1;
    for (int32_t d = 0; d < type->rank; ++d) {
      const int64_t extent = type->dims[d].value;
      if (extent < 0) return MORTISE_REFUSAL_DYNAMIC_SHAPE;
      if (extent != first->dims[d].value) return MORTISE_REFUSAL_SHAPE;
      if (extent != 0 && *count > SIZE_MAX / sizeof(float) / (uint64_t)extent) return MORTISE_REFUSAL_TOO_BIG;
      *count *= (uint64_t)extent;
    }
  }
  return MORTISE_NO_ID;
}

static mortise_status MORTISE_ABI claim(const mortise_provider_t* self, const mortise_graph_t* graph,
                                        const mortise_claim_sink_t* sink, mortise_error_t* error) {
  if (self->provider_data == NULL) return fail(error, MORTISE_FAILED_PRECONDITION, MORTISE_NO_ID, kNotOpen);
  mortise_graph_info_t info;
  graph->get_info(graph, &info);
  for (uint32_t id = 0; id < info.num_nodes; ++id) {
    mortise_node_t node;
    uint64_t count;
    if (!graph->get_node(graph, id, &node)) continue;
    const uint32_t code = refusal(graph, &node, &count);
    const mortise_status status =
        code == MORTISE_NO_ID ? sink->claim(sink, &id, 1, NULL) : sink->decline(sink, id, code, kWhatRuns);
    if (status != MORTISE_OK) return fail(error, status, id, "the host did not take the answer");
  }
  return MORTISE_OK;
}

// The slot of a value, with memory unless it is an input; null if there is no memory.
static slot_t* find_slot(session_t* session, const mortise_graph_t* graph, uint32_t id, uint64_t count) {
  uint64_t i = 0;
  while (i < session->num_slots && session->slots[i].id != id) ++i;
  slot_t* slot = &session->slots[i];
  if (i == session->num_slots) *slot = (slot_t){.id = id}, ++session->num_slots;
  if (i < session->num_inputs || slot->memory != NULL) return slot;
  slot->memory = calloc(count + 1, sizeof(float));
  mortise_value_info_t value;
  if (slot->memory == NULL || !graph->get_value(graph, id, &value)) return NULL;
  if (value.constant != NULL && count != 0) memcpy(slot->memory, value.constant->data, count * sizeof(float));
  return slot;
}

static mortise_status MORTISE_ABI compile(const mortise_provider_t* self, const mortise_compile_request_t* request,
                                          const mortise_session_t** result, mortise_error_t* error) {
  const mortise_graph_t* graph = request->graph;
  const uint64_t num_inputs = request->num_inputs;
  *result = NULL;
  if (self->provider_data == NULL) return fail(error, MORTISE_FAILED_PRECONDITION, MORTISE_NO_ID, kNotOpen);
  session_t* session = calloc(1, sizeof *session);
  if (session == NULL) return fail(error, MORTISE_RESOURCE_EXHAUSTED, MORTISE_NO_ID, "no memory for the session");
  *session = (session_t){.abi = {session, run, destroy_session}, .num_inputs = num_inputs};
  session->steps = calloc(request->num_nodes + 1, sizeof(step_t));
  session->slots = calloc(num_inputs + request->num_outputs + 3 * request->num_nodes + 1, sizeof(slot_t));
  bool ok = session->steps != NULL && session->slots != NULL;
  for (uint64_t i = 0; ok && i < num_inputs + request->num_outputs; ++i) {
    session->slots[session->num_slots++].id = i < num_inputs ? request->inputs[i] : request->outputs[i - num_inputs];
  }
  for (uint64_t n = 0; ok && n < request->num_nodes; ++n) {
    mortise_node_t node;
    step_t* step = &session->steps[session->num_steps++];
    const bool known = graph->get_node(graph, request->node_ids[n], &node);
    const uint32_t code = known ? refusal(graph, &node, &step->count) : MORTISE_REFUSAL_OTHER;
    if (code != MORTISE_NO_ID) {
      destroy_session(&session->abi);
      request->refuse(request, request->node_ids[n], code, kWhatRuns);
      return fail(error, MORTISE_UNIMPLEMENTED, request->node_ids[n], kWhatRuns);
    }
    step->multiply = strcmp(node.op_type, "Mul") == 0;
    for (int i = 0; ok && i < 3; ++i) {
      step->operand[i] = find_slot(session, graph, i < 2 ? node.inputs[i] : node.outputs[0], step->count);
      ok = step->operand[i] != NULL;
    }
  }
  if (ok) return *result = &session->abi, MORTISE_OK;
  destroy_session(&session->abi);
  return fail(error, MORTISE_RESOURCE_EXHAUSTED, MORTISE_NO_ID, "no memory for the values of the segment");
}

static const mortise_provider_descriptor_t kDescriptor = {
    .id = "com.example.template",
    .name = "template",
    .vendor = "example",
    .version = "0.1.0",
    .description = "Adds and multiplies float32 tensors on the CPU.",
    .options_schema = "{}",
    .concurrency = MORTISE_CONCURRENCY_SERIAL_SESSION,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS};
static mortise_status MORTISE_ABI open_provider(const mortise_provider_t* self, mortise_error_t* error) {
  if (self->provider_data != NULL) return fail(error, MORTISE_FAILED_PRECONDITION, MORTISE_NO_ID, "open already");
  return ((mortise_provider_t*)self)->provider_data = (void*)self, MORTISE_OK;
}
static void MORTISE_ABI close_provider(const mortise_provider_t* p) { ((mortise_provider_t*)p)->provider_data = NULL; }
static void MORTISE_ABI destroy_provider(const mortise_provider_t* self) { free((void*)self); }
static void MORTISE_ABI describe(const mortise_provider_t* self, char* buffer, uint64_t size) {
  if (size != 0) buffer[0] = '\0', strncat(buffer, self->descriptor->name, size - 1);
}
static const void* MORTISE_ABI extend(const mortise_provider_t* p, const char* id) { return (void)p, (void)id, NULL; }
static uint32_t MORTISE_ABI count_providers(const mortise_provider_factory_t* self) { return (void)self, 1; }
static const mortise_provider_descriptor_t* MORTISE_ABI descriptor(const mortise_provider_factory_t* self, uint32_t i) {
  return (void)self, i == 0 ? &kDescriptor : NULL;
}
static mortise_status MORTISE_ABI create(const mortise_provider_factory_t* self, const mortise_host_t* host,
                                         const char* id, const char* options, const mortise_provider_t** provider,
                                         mortise_error_t* error) {
  (void)self, (void)host, *provider = NULL;
  if (strcmp(id, kDescriptor.id) != 0) return fail(error, MORTISE_NOT_FOUND, MORTISE_NO_ID, "no such provider");
  if (strcmp(options, "{}") != 0) return fail(error, MORTISE_INVALID_ARGUMENT, MORTISE_NO_ID, "there are no options");
  mortise_provider_t* made = calloc(1, sizeof *made);
  if (made == NULL) return fail(error, MORTISE_RESOURCE_EXHAUSTED, MORTISE_NO_ID, "no memory for the provider");
  *made = (mortise_provider_t){&kDescriptor, NULL,  open_provider, close_provider, destroy_provider,
                               describe,     claim, compile,       extend};
  return *provider = made, MORTISE_OK;
}

static const void* MORTISE_ABI get_factory(const char* id) {
  static const mortise_provider_factory_t kFactory = {count_providers, descriptor, create};
  return strcmp(id, MORTISE_FACTORY_PROVIDER) == 0 ? &kFactory : NULL;
}
static mortise_status MORTISE_ABI init(const char* path, mortise_error_t* e) { return (void)path, (void)e, MORTISE_OK; }
static void MORTISE_ABI deinit(void) {}
const mortise_plugin_entry_t mortise_entry = {MORTISE_VERSION_INIT, init, deinit, get_factory};
