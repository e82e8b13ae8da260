#include "conformance/host/call.h"

#include <cstring>

#include "core/host/boundary.h"

namespace mortise::conformance::detail {

namespace {

// Written before a call: no sentence of a provider begins with it.
constexpr char kUnwritten[] = "\1unwritten";

}  // namespace

mortise_error_t fresh_error() {
  mortise_error_t error;
  std::memset(&error, 0xA5, sizeof error);  // no NUL anywhere: a message that is not ended is seen
  error.node_id = MORTISE_NO_ID;
  error.reserved = 0;
  std::memcpy(error.message, kUnwritten, sizeof kUnwritten - 1);
  return error;
}

Status judge(CheckedHost& host, std::string_view name, mortise_status status, const mortise_error_t& error) {
  if (status == MORTISE_OK) return {};
  const size_t length = strnlen(error.message, MORTISE_MESSAGE_SIZE);
  if (std::memcmp(error.message, kUnwritten, sizeof kUnwritten - 1) == 0 || length == 0) {
    host.violate("MORTISE-P-017", concat(name, " returned ", to_string(status_of(status, nullptr).code()),
                                         " without a sentence in the error record"));
    return status_of(status, nullptr);
  }
  if (length == MORTISE_MESSAGE_SIZE) {
    host.violate("MORTISE-P-017", concat(name, " wrote a message without a final NUL"));
  }
  const mortise_status number = status & ~MORTISE_TRANSIENT;
  if (number < MORTISE_OK || number > MORTISE_DEVICE_LOST) {
    host.violate("MORTISE-P-017", concat(name, " returned ", status, ", which is no status"));
  }
  return status_of(status, &error);
}

Status escaped(CheckedHost& host, std::string_view name, std::string_view what) {
  host.violate("MORTISE-P-007", concat("an exception left ", name, ": ", what));
  return make_error(StatusCode::kInternal, "an exception left ", name, ": ", what);
}

}  // namespace mortise::conformance::detail

namespace mortise::conformance {

void expect_role(CheckedHost& host, ThreadRole role, std::string_view function) {
  if (current_role() == role) return;
  host.violate("MORTISE-P-047", concat(function, " was called from a thread that is within no ",
                                       role == ThreadRole::kSetup ? "[setup]" : "[worker]", " call of the host"));
}

}  // namespace mortise::conformance
