// SPDX-License-Identifier: Apache-2.0
//
// Status and Result<T>: how C++ code of Mortise reports failure.
//
// Status is a code and a sentence; OK is a null pointer, so that returning it costs nothing. Result<T> is a T or a
// Status that is not OK. Used by the SDK's wrapper, the core and the bundled providers alike. Not thread-safe, like any
// value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "../status.h"

namespace mortise {

enum class StatusCode : int32_t {
  kOk = MORTISE_OK,
  kCancelled = MORTISE_CANCELLED,
  kUnknown = MORTISE_UNKNOWN,
  kInvalidArgument = MORTISE_INVALID_ARGUMENT,
  kDeadlineExceeded = MORTISE_DEADLINE_EXCEEDED,
  kNotFound = MORTISE_NOT_FOUND,
  kAlreadyExists = MORTISE_ALREADY_EXISTS,
  kPermissionDenied = MORTISE_PERMISSION_DENIED,
  kResourceExhausted = MORTISE_RESOURCE_EXHAUSTED,
  kFailedPrecondition = MORTISE_FAILED_PRECONDITION,
  kAborted = MORTISE_ABORTED,
  kOutOfRange = MORTISE_OUT_OF_RANGE,
  kUnimplemented = MORTISE_UNIMPLEMENTED,
  kInternal = MORTISE_INTERNAL,
  kUnavailable = MORTISE_UNAVAILABLE,
  kDataLoss = MORTISE_DATA_LOSS,
  kUnauthenticated = MORTISE_UNAUTHENTICATED,
  kDeviceLost = MORTISE_DEVICE_LOST,
};

// "invalid argument", "device lost", …; "status 99" for a number that is none of them.
inline std::string to_string(StatusCode code) {
  static constexpr const char* kNames[] = {
      "ok",        "cancelled",       "unknown",           "invalid argument",   "deadline exceeded",
      "not found", "already exists",  "permission denied", "resource exhausted", "failed precondition",
      "aborted",   "out of range",    "unimplemented",     "internal error",     "unavailable",
      "data loss", "unauthenticated", "device lost"};
  const auto number = static_cast<uint32_t>(code);
  return number < std::size(kNames) ? kNames[number] : "status " + std::to_string(number);
}

// "a", 3, "b" -> "a3b"
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream stream;
  (stream << ... << parts);
  return std::move(stream).str();
}

class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(StatusCode code, std::string message) : rep_(new Rep{code, false, MORTISE_NO_ID, std::move(message)}) {
    if (code == StatusCode::kOk) rep_.reset();
  }
  Status(const Status& other) : rep_(other.rep_ ? new Rep(*other.rep_) : nullptr) {}
  Status& operator=(const Status& other) {
    rep_.reset(other.rep_ ? new Rep(*other.rep_) : nullptr);
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  bool transient() const { return rep_ && rep_->transient; }
  // The node at fault in the graph that the call was about, or MORTISE_NO_ID.
  uint32_t node_id() const { return rep_ ? rep_->node_id : MORTISE_NO_ID; }
  const std::string& message() const {
    static const std::string kEmpty;
    return rep_ ? rep_->message : kEmpty;
  }

  // Puts "`what`: " before the message; nothing on OK.
  Status&& context(std::string_view what) && {
    if (rep_) rep_->message.insert(0, std::string(what) + ": ");
    return std::move(*this);
  }
  Status&& as_transient() && {
    if (rep_) rep_->transient = true;
    return std::move(*this);
  }
  Status&& at_node(uint32_t node_id) && {
    if (rep_ && rep_->node_id == MORTISE_NO_ID) rep_->node_id = node_id;
    return std::move(*this);
  }

 private:
  struct Rep {
    StatusCode code;
    bool transient;
    uint32_t node_id;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

// make_error(StatusCode::kNotFound, "no provider '", id, "'")
template <class... Parts>
Status make_error(StatusCode code, const Parts&... parts) {
  return Status(code, concat(parts...));
}
template <class... Parts>
Status invalid_argument(const Parts&... parts) {
  return make_error(StatusCode::kInvalidArgument, parts...);
}
template <class... Parts>
Status unimplemented(const Parts&... parts) {
  return make_error(StatusCode::kUnimplemented, parts...);
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}        // NOLINT: implicit by design
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {  // NOLINT: implicit by design
    if (std::get<1>(state_).ok())
      std::get<1>(state_) = Status(StatusCode::kInternal, "a Result was made from an OK status");
  }

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Status& status() const& {
    static const Status kOk;
    return ok() ? kOk : std::get<1>(state_);
  }
  Status status() && { return ok() ? Status() : std::get<1>(std::move(state_)); }

  // Only when ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

namespace sdk {

// Writes a status to the caller's error record and returns its number.
inline mortise_status report(const Status& status, mortise_error_t* error) noexcept {
  if (status.ok()) return MORTISE_OK;
  if (error != nullptr) {
    error->node_id = status.node_id();
    const std::string& message = status.message();
    // Cut at the end of a UTF-8 character.
    size_t size = std::min<size_t>(message.size(), MORTISE_MESSAGE_SIZE - 1);
    if (size < message.size()) {
      while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xc0u) == 0x80u) --size;
    }
    std::memcpy(error->message, message.data(), size);
    error->message[size] = '\0';
  }
  return static_cast<mortise_status>(status.code()) | (status.transient() ? MORTISE_TRANSIENT : 0);
}

}  // namespace sdk
}  // namespace mortise

#define MORTISE_JOIN_INNER(a, b) a##b
#define MORTISE_JOIN(a, b) MORTISE_JOIN_INNER(a, b)

// Returns from the calling function if `expr` (a Status) is not OK.
#define MORTISE_TRY(...)                                                                                  \
  do {                                                                                                    \
    if (::mortise::Status mortise_status_ = (__VA_ARGS__); !mortise_status_.ok()) return mortise_status_; \
  } while (false)

// MORTISE_ASSIGN(auto x, f()); defines x from a Result, or returns its status.
#define MORTISE_ASSIGN(declaration, ...) \
  MORTISE_ASSIGN_INNER(MORTISE_JOIN(mortise_result_, __LINE__), declaration, __VA_ARGS__)
#define MORTISE_ASSIGN_INNER(result, declaration, ...) \
  auto result = (__VA_ARGS__);                         \
  if (!result.ok()) return std::move(result).status(); \
  declaration = std::move(result).value()
