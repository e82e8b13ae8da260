#include "core/host/boundary.h"

#include <cstring>

namespace mortise {

Status status_of(mortise_status status, const mortise_error_t* error) {
  if (status == MORTISE_OK) return {};
  const mortise_status number = status & ~MORTISE_TRANSIENT;
  const bool known = number > MORTISE_OK && number <= MORTISE_DEVICE_LOST;
  const StatusCode code = known ? static_cast<StatusCode>(number) : StatusCode::kUnknown;
  std::string message;
  if (error != nullptr) message.assign(error->message, strnlen(error->message, MORTISE_MESSAGE_SIZE));
  if (message.empty()) message = to_string(code);
  if (!known) message += concat(" (status ", status, " does not exist)");
  Status made(code, std::move(message));
  if (error != nullptr && error->node_id != MORTISE_NO_ID) made = std::move(made).at_node(error->node_id);
  if ((status & MORTISE_TRANSIENT) != 0) made = std::move(made).as_transient();
  return made;
}

Status require_functions(std::string_view where, std::string_view table,
                         std::initializer_list<std::pair<std::string_view, bool>> functions) {
  for (const auto& [name, present] : functions) {
    if (!present) {
      return invalid_argument(where, ": ", table, " has no function '", name,
                              "' (the pointer is null); set every function");
    }
  }
  return {};
}

}  // namespace mortise
