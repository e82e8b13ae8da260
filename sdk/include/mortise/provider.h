// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "host.h"
#include "session.h"
#include "threading.h"

// Provider
//
// One configured instance of an accelerator (or of a CPU library). Created by the plugin's factory with its options.
//
// Story: create() -> open() -> any number of claim() and compile() -> runs on the sessions -> sessions destroyed ->
// close() -> destroy(). After a DEVICE_LOST the host destroys the sessions and may close() and open() again.

// How far results repeat for equal inputs. Declared in the descriptor, held to it by the conformance suite.
enum {
  MORTISE_DETERMINISM_NONE = 0,
  // Bitwise equal on the same machine with the same thread count.
  MORTISE_DETERMINISM_SAME_MACHINE = 1,
  // Bitwise equal on the same machine for any thread count.
  MORTISE_DETERMINISM_ANY_THREADS = 2,
};

// Where arithmetic departs from IEEE 754 in the tensor's own type. Bits, declared in the descriptor.
enum {
  MORTISE_NUMERICS_FLUSHES_SUBNORMALS = 1 << 0,
  // Sums of f32 products are accumulated or multiplied in f16 or bf16.
  MORTISE_NUMERICS_HALF_COMPUTE = 1 << 1,
  // f16 sums are accumulated in f16 instead of f32.
  MORTISE_NUMERICS_HALF_ACCUMULATE = 1 << 2,
  // NaN and infinities are not carried through.
  MORTISE_NUMERICS_FINITE_ONLY = 1 << 3,
  // Convolutions may use Winograd or FFT transforms.
  MORTISE_NUMERICS_FAST_CONVOLUTION = 1 << 4,
};

typedef struct mortise_provider_descriptor {
  // Reverse-DNS, for ever the same: "com.vendor.npu". Lower-case letters, digits, '.', '-'.
  const char* id;
  // For people: "Vendor NPU".
  const char* name;
  const char* vendor;
  // Of the plugin, as the vendor counts: "2.1.0".
  const char* version;
  // One sentence.
  const char* description;
  // JSON Schema (draft 7) of the options object, every property with a default. "{}" if there are no options.
  const char* options_schema;
  // MORTISE_CONCURRENCY_*
  uint32_t concurrency;
  // MORTISE_DETERMINISM_*
  uint32_t determinism;
  // MORTISE_NUMERICS_* bits
  uint32_t numerics;
  uint32_t reserved;
} mortise_provider_descriptor_t;

// Why a node is refused, for machines; the sentence beside it is for people.
enum {
  MORTISE_REFUSAL_OTHER = 0,
  MORTISE_REFUSAL_OP = 1,
  MORTISE_REFUSAL_OPSET = 2,
  MORTISE_REFUSAL_DTYPE = 3,
  MORTISE_REFUSAL_RANK = 4,
  MORTISE_REFUSAL_DYNAMIC_SHAPE = 5,
  MORTISE_REFUSAL_SHAPE = 6,
  MORTISE_REFUSAL_ATTRIBUTE = 7,
  MORTISE_REFUSAL_NOT_CONSTANT = 8,
  MORTISE_REFUSAL_TOO_BIG = 9,
  MORTISE_REFUSAL_TOO_SMALL = 10,
  MORTISE_REFUSAL_OPTION = 11,
};

// What a claimed set is expected to cost on this device. Negative means "no estimate".
typedef struct mortise_estimate {
  double time_ns;
  double energy_nj;
  double device_bytes;
} mortise_estimate_t;

// Takes a provider's answers during claim().
typedef struct mortise_claim_sink {
  void* host_data;

  // Claims nodes. They stay together: the host takes the set whole, or not at all. Call it once per node where nodes
  // are independent. A node claimed twice is an error of the provider. estimate may be null. Returns
  // MORTISE_INVALID_ARGUMENT for an unknown id or a node that is claimed already.
  // [setup]
  mortise_status(MORTISE_ABI* claim)(const struct mortise_claim_sink* sink, const uint32_t* node_ids, uint64_t count,
                                     const mortise_estimate_t* estimate);

  // Says why a node is not claimed. code: MORTISE_REFUSAL_*; text: a sentence, copied.
  // [setup]
  mortise_status(MORTISE_ABI* decline)(const struct mortise_claim_sink* sink, uint32_t node_id, uint32_t code,
                                       const char* text);
} mortise_claim_sink_t;

// The segment to compile, and the way to refuse parts of it.
typedef struct mortise_compile_request {
  void* host_data;
  const mortise_graph_t* graph;
  // The nodes, in topological order. A subset of what was claimed.
  const uint32_t* node_ids;
  // Values that the segment reads from outside and that are not constant, each once.
  const uint32_t* inputs;
  // Values that the segment writes and that are read outside it.
  const uint32_t* outputs;
  uint64_t num_nodes;
  uint64_t num_inputs;
  uint64_t num_outputs;

  // "Not this node": to be followed by a return of MORTISE_UNIMPLEMENTED from compile(). The host plans again without
  // the refused nodes. code: MORTISE_REFUSAL_*; text: a sentence, copied.
  // [setup]
  mortise_status(MORTISE_ABI* refuse)(const struct mortise_compile_request* request, uint32_t node_id, uint32_t code,
                                      const char* text);
} mortise_compile_request_t;

typedef struct mortise_provider {
  const mortise_provider_descriptor_t* descriptor;
  // Belongs to the provider.
  void* provider_data;

  // Acquires the device. MORTISE_UNAVAILABLE if there is none: `error` says what is missing (driver, device,
  // permission).
  // [setup]
  mortise_status(MORTISE_ABI* open)(const struct mortise_provider* provider, mortise_error_t* error);

  // Releases the device. No session exists any more.
  // [setup & opened]
  void(MORTISE_ABI* close)(const struct mortise_provider* provider);

  // Releases the provider; closed before, or never opened.
  // [setup]
  void(MORTISE_ABI* destroy)(const struct mortise_provider* provider);

  // Describes the opened device in a phrase ("Vendor NPU rev 3, 512 KiB SRAM"): writes at most `size` bytes with a
  // final NUL to `buffer`.
  // [setup & opened]
  void(MORTISE_ABI* describe)(const struct mortise_provider* provider, char* buffer, uint64_t size);

  // Says which nodes of the graph the provider would run. Pure and repeatable: touches no device queue, keeps nothing
  // of the graph, gives the same answer for the same graph. The host may call it several times, for bodies of
  // control-flow nodes too.
  // [setup & opened]
  mortise_status(MORTISE_ABI* claim)(const struct mortise_provider* provider, const mortise_graph_t* graph,
                                     const mortise_claim_sink_t* sink, mortise_error_t* error);

  // Compiles a segment to a session, `*session`, which is null on anything but MORTISE_OK. Constants are read here.
  // [setup & opened]
  mortise_status(MORTISE_ABI* compile)(const struct mortise_provider* provider,
                                       const mortise_compile_request_t* request, const mortise_session_t** session,
                                       mortise_error_t* error);

  // Returns the provider half of an extension (see ext/), or null. Valid until destroy().
  // [thread-safe]
  const void*(MORTISE_ABI* get_extension)(const struct mortise_provider* provider, const char* extension_id);
} mortise_provider_t;
