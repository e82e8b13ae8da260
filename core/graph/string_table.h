// Interned strings: every distinct text is stored once, NUL-terminated, at an address that never changes, so that names
// compare by pointer and cross the ABI without a copy. Not thread-safe while strings are added.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/name_map.h"

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
  void reserve(size_t count) { index_.reserve(count); }

  Symbol intern(std::string_view text) {
    if (text.empty()) return {};
    const auto [entry, is_new] = index_.insert(text);
    if (is_new) entry->name = store(text);
    return Symbol(entry->name.data());
  }

 private:
  struct Nothing {};
  static constexpr size_t kBlock = size_t{64} << 10;

  // A copy with a NUL behind it.
  std::string_view store(std::string_view text) {
    const size_t size = text.size() + 1;
    if (size > left_) {
      left_ = std::max(size, kBlock);
      next_ = blocks_.emplace_back(std::make_unique<char[]>(left_)).get();
    }
    char* const copy = next_;
    std::memcpy(copy, text.data(), text.size());
    next_ += size;
    left_ -= size;
    return {copy, text.size()};
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  NameMap<Nothing> index_;
};

}  // namespace mortise
