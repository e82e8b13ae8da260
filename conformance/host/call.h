// call(): one call across the ABI, by the rules that hold for all of them: it is named in the call page, runs under its
// thread role, lets no exception out (MORTISE-P-007), returns a status that exists, and a sentence with every error
// (MORTISE-P-017). What is broken goes to the host's list.
#pragma once

#include <exception>
#include <type_traits>

#include "conformance/host/call_page.h"
#include "conformance/host/checked_host.h"
#include "core/host/thread_role.h"
#include "mortise/sdk/result.h"

namespace mortise::conformance {

namespace detail {
Status judge(CheckedHost& host, std::string_view name, mortise_status status, const mortise_error_t& error);
Status escaped(CheckedHost& host, std::string_view name, std::string_view what);
// An error record in which an unwritten message can be told from an empty one.
mortise_error_t fresh_error();
}  // namespace detail

// Notes MORTISE-P-047 unless this thread is within a call of the role: for functions of the host with that tag.
void expect_role(CheckedHost& host, ThreadRole role, std::string_view function);

// function(mortise_error_t*) -> mortise_status, or function() -> void. name: "claim()".
template <class Function>
Status call(CheckedHost& host, std::string_view name, ThreadRole role, Function&& function) {
  const TracedCall traced(name);
  const ScopedRole scoped(role);
  try {
    if constexpr (std::is_invocable_v<Function, mortise_error_t*>) {
      mortise_error_t error = detail::fresh_error();
      const mortise_status status = function(&error);
      return detail::judge(host, name, status, error);
    } else {
      function();
      return {};
    }
  } catch (const std::exception& e) {
    return detail::escaped(host, name, e.what());
  } catch (...) {
    return detail::escaped(host, name, "an object that is no std::exception");
  }
}

}  // namespace mortise::conformance
