// Interned strings: every distinct text is stored once, NUL-terminated, at an address that never changes, so that names
// compare by pointer and cross the ABI without a copy. Not thread-safe while strings are added.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

namespace mortise {

// A pointer into a StringTable. The default one is "".
class Symbol {
 public:
  Symbol() = default;
  const char* c_str() const { return text_; }
  std::string_view view() const { return text_; }
  operator std::string_view() const { return text_; }  // NOLINT: implicit by design
  bool empty() const { return *text_ == '\0'; }
  // Same table: same text.
  friend bool operator==(Symbol a, Symbol b) { return a.text_ == b.text_ || a.view() == b.view(); }
  friend bool operator==(Symbol a, std::string_view b) { return a.view() == b; }

 private:
  friend class StringTable;
  explicit Symbol(const char* text) : text_(text) {}
  const char* text_ = "";
};

class StringTable {
 public:
  Symbol intern(std::string_view text) {
    if (text.empty()) return {};
    if (const auto found = index_.find(text); found != index_.end()) return Symbol(found->data());
    const std::string& stored = strings_.emplace_back(text);
    index_.insert(stored);
    return Symbol(stored.c_str());
  }

 private:
  std::deque<std::string> strings_;
  std::unordered_set<std::string_view> index_;
};

}  // namespace mortise
