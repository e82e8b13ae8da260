// Calls into a plugin: what every call needs, whatever it does.
//
// A function of a plugin may throw where it must not, return a status that does not exist, leave the error record alone
// or not end its message. All of that ends here and becomes a Status.
#pragma once

#include <exception>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/sdk/result.h"

namespace mortise {

// A Status from what a function of the ABI returned; `error` was passed to it, or is null.
Status status_of(mortise_status status, const mortise_error_t* error);

// OK, or an error "`where`: `table` has no function 'x'; …" for the first entry that is false.
Status require_functions(std::string_view where, std::string_view table,
                         std::initializer_list<std::pair<std::string_view, bool>> functions);

// Calls function(error record) -> mortise_status, or function() -> void. Allocates nothing on success.
template <class Function>
Status call_boundary(Function&& function) {
  try {
    if constexpr (std::is_invocable_v<Function, mortise_error_t*>) {
      mortise_error_t error;  // 1 KiB: only its beginning is cleared
      error.node_id = MORTISE_NO_ID;
      error.reserved = 0;
      error.message[0] = '\0';
      const mortise_status status = function(&error);
      return status == MORTISE_OK ? Status() : status_of(status, &error);
    } else {
      function();
      return {};
    }
  } catch (const std::exception& e) {
    return make_error(StatusCode::kInternal, "an exception escaped from the plugin: ", e.what());
  } catch (...) {
    return Status(StatusCode::kInternal, "an exception escaped from the plugin");
  }
}

}  // namespace mortise
