// SPDX-License-Identifier: Apache-2.0
#pragma once

// Thread tags and lifecycle conditions
//
// Each function of the ABI carries one tag and possibly conditions in the comment above it. On a function of the host,
// the tag says within which calls of the host, on the same thread, a provider may call it.
//
//   [setup]        One call at a time on a provider and all its sessions together; the thread may differ each time.
//   [worker]       Several threads at once on the same session as far as the provider's concurrency class allows, never
//                  with a [setup] call on that session. Those on the provider, as compile(), may overlap runs.
//   [thread-safe]  Any thread, any time between init() and deinit().
//
//   & opened       Only between a successful open() and close() of the provider.
//   & compiled     Only on a session that compile() returned and that is not destroyed.
//   & running      Only during run() or between submit() and completed(), on the context of that run.
//   & !running     Never while a run is pending on the session.
//
// The tags are checked at run time: by a provider through the extension "mortise.thread-check/1", which the C++ wrapper
// does in builds with assertions, and by the conformance suite.

// How many runs the host may have under way at once, over all its threads. Declared in the descriptor and held to it by
// the host, which makes runs wait for one another. A submitted run is under way until completed() returns; calls that
// are no runs do not count.
enum {
  // One run at a time over all sessions of the provider.
  MORTISE_CONCURRENCY_SERIAL_PROVIDER = 0,
  // One run at a time on each session; different sessions run concurrently.
  MORTISE_CONCURRENCY_SERIAL_SESSION = 1,
  // Any number of runs at once on any session.
  MORTISE_CONCURRENCY_REENTRANT = 2,
};
