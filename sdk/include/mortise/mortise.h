// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stable ABI: everything that is published and frozen. all.h adds the drafts.

#include "dtype.h"
#include "entry.h"
#include "ext/async_run.h"
#include "ext/compiled_cache.h"
#include "ext/device_memory.h"
#include "ext/host_memory.h"
#include "ext/log.h"
#include "ext/onnx_model.h"
#include "ext/operators.h"
#include "ext/parallel_for.h"
#include "ext/profile.h"
#include "ext/thread_check.h"
#include "ext/values.h"
#include "factory/provider_factory.h"
#include "graph.h"
#include "host.h"
#include "provider.h"
#include "session.h"
#include "status.h"
#include "stream.h"
#include "tensor.h"
#include "threading.h"
#include "version.h"
