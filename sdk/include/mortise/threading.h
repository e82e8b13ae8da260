// SPDX-License-Identifier: Apache-2.0
#pragma once

// Thread tags and lifecycle conditions
//
// Each function of the ABI carries one tag and possibly conditions in the comment above it:
//
//   [setup]        The host makes these calls one at a time per object (a provider and its sessions are separate
//   objects,
//                  but no [setup] call on a provider overlaps another [setup] call on it or on one of its sessions).
//                  The operating-system thread may differ from call to call.
//   [worker]       May be called from several threads at once on the same session as far as the provider's concurrency
//                  class allows, never at the same time as a [setup] call on that session.
//   [thread-safe]  Any thread, any time between init() and deinit().
//
//   & opened       Only between a successful open() and close() of the provider.
//   & compiled     Only on a session that compile() returned and that is not destroyed.
//   & running      Only during run() or between submit() and completed(), on the context of that run.
//   & !running     Never while a run is pending on the session.
//
// The tags are checked at run time: by the host through the extension "mortise.thread-check/1", by the C++ wrapper in
// builds with assertions, and by the conformance suite.

// How many run() calls the host may make at once. Declared in the descriptor.
enum {
  // One run at a time over all sessions of the provider.
  MORTISE_CONCURRENCY_SERIAL_PROVIDER = 0,
  // One run at a time on each session; different sessions run concurrently.
  MORTISE_CONCURRENCY_SERIAL_SESSION = 1,
  // Any number of runs at once on any session.
  MORTISE_CONCURRENCY_REENTRANT = 2,
};
