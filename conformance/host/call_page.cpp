#include "conformance/host/call_page.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace mortise::conformance {

namespace {

CallPage own_page{};
CallPage* current = &own_page;

CallPage* map_page(int descriptor) {
  void* mapping = mmap(nullptr, sizeof(CallPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<CallPage*>(mapping);
}

}  // namespace

int create_call_page(CallPage** page) {
  const int descriptor = memfd_create("mortise-call-page", 0);
  if (descriptor < 0) return -1;
  *page = ftruncate(descriptor, sizeof(CallPage)) == 0 ? map_page(descriptor) : nullptr;
  if (*page != nullptr) return descriptor;
  close(descriptor);
  return -1;
}

bool adopt_call_page(int descriptor) {
  CallPage* page = map_page(descriptor);
  close(descriptor);
  if (page == nullptr) return false;
  current = page;
  return true;
}

CallPage& call_page() { return *current; }

std::string text_of(const char* field, size_t size) {
  std::string text(field, strnlen(field, size));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  return text;
}

TracedCall::TracedCall(std::string_view name) {
  char* call = call_page().call;
  std::memcpy(previous_, call, sizeof previous_);
  const size_t size = std::min(name.size(), sizeof previous_ - 1);
  std::memcpy(call, name.data(), size);
  call[size] = '\0';
}

TracedCall::~TracedCall() { std::memcpy(call_page().call, previous_, sizeof previous_); }

}  // namespace mortise::conformance
