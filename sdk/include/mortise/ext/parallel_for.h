// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"

// Parallel for
//
// Lends the host's own threads to a provider that computes on the CPU, so that the process has one pool and is never
// oversubscribed. Without this extension a provider computes on the calling thread.
//
// Which range runs on which thread is not determined; ranges are: [0, count) is cut at multiples of `grain`, whatever
// the number of threads, so that work which depends only on its range is bitwise repeatable.

MORTISE_CONSTANT char MORTISE_EXT_PARALLEL_FOR[] = "mortise.parallel-for/1";

typedef struct mortise_host_parallel_for {
  // Upper bound (exclusive) of the worker numbers that a body sees, at least 1. Constant as long as the host lives:
  // size per-worker scratch with it.
  // [thread-safe]
  uint32_t(MORTISE_ABI* max_workers)(const mortise_host_t* host);

  // Calls body(context, begin, end, worker) for consecutive ranges that together cover [0, count), each range a
  // multiple of `grain` long except the last; returns when all are done. `worker` is below max_workers(); no two bodies
  // that run at the same time within one call have the same. body neither throws nor calls run() or submit(); it may
  // call parallel_for again. grain 0 counts as 1. Small work (one range) runs on the calling thread without a task.
  // [worker] or from within a body
  void(MORTISE_ABI* parallel_for)(const mortise_host_t* host, uint64_t count, uint64_t grain,
                                  void(MORTISE_ABI* body)(void* context, uint64_t begin, uint64_t end, uint32_t worker),
                                  void* context);
} mortise_host_parallel_for_t;
