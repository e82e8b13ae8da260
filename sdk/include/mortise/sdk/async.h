// SPDX-License-Identifier: Apache-2.0
//
// What a session whose device runs asynchronously needs twice: a function that begins a run and tells a Completion how
// it ended becomes both halves of a session, run() and submit().
//
// A Completion is called exactly once, from any thread, if beginning the run gave OK, and otherwise never.
#pragma once

#include <functional>
#include <future>
#include <memory>

#include "host.h"
#include "provider.h"

namespace mortise::sdk {

using Completion = std::function<void(const Status&)>;

// For submit(): begin(completion) whose completion reports to the host. `host` outlives the run.
template <class Begin>
Status begin_run(const Host& host, uint64_t run_id, Begin&& begin) {
  if (host.async_run() == nullptr) return unimplemented("the host takes no completions");
  return begin(Completion([&host, run_id](const Status& status) {
    mortise_error_t error{.node_id = MORTISE_NO_ID};
    const mortise_status number = report(status, &error);
    host.async_run()->completed(host.raw(), run_id, number, number == MORTISE_OK ? nullptr : &error);
  }));
}

// For run(): the same, waited for.
template <class Begin>
Status begin_and_wait(Begin&& begin) {
  // Shared, because the device's thread may still be inside set_value() when the result arrives here.
  const auto end = std::make_shared<std::promise<Status>>();
  MORTISE_TRY(begin(Completion([end](const Status& status) { end->set_value(status); })));
  return end->get_future().get();
}

}  // namespace mortise::sdk
