// Hand-offs that ThreadSanitizer cannot see, because they pass through a library that is not instrumented (libtbb).
//
// Nothing in ordinary builds. A pair on the same address says "what happened before the release is visible after the
// acquire"; it adds no synchronisation of its own. Sources that instantiate libtbb's templates are not instrumented
// either (core/CMakeLists.txt), so there MORTISE_TSAN comes from the build.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define MORTISE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MORTISE_TSAN 1
#endif
#endif

#if defined(MORTISE_TSAN)
extern "C" void __tsan_acquire(void* address);  // NOLINT: the sanitizer's own name
extern "C" void __tsan_release(void* address);  // NOLINT: the sanitizer's own name
#endif

namespace mortise {

inline void tsan_acquire([[maybe_unused]] const void* address) {
#if defined(MORTISE_TSAN)
  __tsan_acquire(const_cast<void*>(address));
#endif
}

inline void tsan_release([[maybe_unused]] const void* address) {
#if defined(MORTISE_TSAN)
  __tsan_release(const_cast<void*>(address));
#endif
}

}  // namespace mortise
