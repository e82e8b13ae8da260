// NameMap: values by name, made for a million names: open addressing over one table, entries in the order in which they
// came. There is no erasing.
//
// A name is a view, so its text must outlive the map. References to entries hold until the next insertion.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace mortise {

template <class Value>
class NameMap {
 public:
  struct Entry {
    std::string_view name;
    [[no_unique_address]] Value value;
  };

  void reserve(size_t count) {
    entries_.reserve(count);
    if (slots_.size() < 2 * count) rehash(2 * count);
  }

  const Entry* find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[position(hash_of(name), name)];
    return slot.number == 0 ? nullptr : &entries_[slot.number - 1];
  }
  Entry* find(std::string_view name) { return const_cast<Entry*>(std::as_const(*this).find(name)); }

  // The entry of the name, and whether it is new; its name may then be replaced by a view of the same text elsewhere.
  std::pair<Entry*, bool> insert(std::string_view name, Value value = {}) {
    if (slots_.size() < 2 * (entries_.size() + 1)) rehash(4 * (entries_.size() + 1));
    const uint32_t hash = hash_of(name);
    Slot& slot = slots_[position(hash, name)];
    if (slot.number != 0) return {&entries_[slot.number - 1], false};
    entries_.push_back({name, std::move(value)});
    slot = {hash, static_cast<uint32_t>(entries_.size())};
    return {&entries_.back(), true};
  }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t number = 0;  // of the entry, from 1; 0: free
  };

  static uint32_t hash_of(std::string_view name) {
    const size_t hash = std::hash<std::string_view>()(name);
    return static_cast<uint32_t>(hash ^ hash >> 32);
  }

  // Of the name, or of the free slot where it belongs. At most half of the slots are taken, so there is one.
  size_t position(uint32_t hash, std::string_view name) const {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    for (;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.number == 0 || (slot.hash == hash && entries_[slot.number - 1].name == name)) return at;
    }
  }

  void rehash(size_t least) {
    size_t size = 16;
    while (size < least) size *= 2;
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : old) {
      if (slot.number == 0) continue;
      size_t at = slot.hash & (size - 1);
      while (slots_[at].number != 0) at = (at + 1) & (size - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // a power of two of them
};

}  // namespace mortise
