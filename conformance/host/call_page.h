// CallPage: a page of memory that a worker shares with its parent: the call across the ABI that is under way, and what
// the handler of SIGSEGV found, for the moment when the worker can no longer answer.
//
// A process that has no parent has a page of its own. Written by one thread at a time per field; torn text is possible
// while threads race, and does no harm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortise::conformance {

struct CallPage {
  char call[128];   // "run()"; empty between calls
  char fault[512];  // "wrote to input 0 at byte 12"; empty if none
};

// Makes a page that child processes inherit: a descriptor to map, or -1.
int create_call_page(CallPage** page);
// Maps the page that the parent made and makes it this process's own.
bool adopt_call_page(int descriptor);
CallPage& call_page();
// The text of a field as the parent reads it: bounded, printable.
std::string text_of(const char* field, size_t size);

// Names the call that is under way, and on return the one around it.
class TracedCall {
 public:
  explicit TracedCall(std::string_view name);
  ~TracedCall();
  TracedCall(const TracedCall&) = delete;
  TracedCall& operator=(const TracedCall&) = delete;

 private:
  char previous_[sizeof(CallPage::call)];
};

}  // namespace mortise::conformance
