#include "providers/reference/registry.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace mortise::reference {

#define MORTISE_OP(domain, op_type, first, last, types, make) Result<Kernel> make(const NodeSpec& node);
#include "providers/reference/ops.inc"
#undef MORTISE_OP

namespace {

constexpr OpEntry kOps[] = {
#define MORTISE_OP(domain, op_type, first, last, types, make) {domain, #op_type, first, last, types, make},
#include "providers/reference/ops.inc"
#undef MORTISE_OP
};

bool before(const OpEntry* a, const OpEntry* b) {
  return std::tie(a->op_type, a->domain, a->first_version) < std::tie(b->op_type, b->domain, b->first_version);
}

}  // namespace

std::span<const OpEntry> all_ops() { return kOps; }

const OpEntry* find_op(std::string_view domain, std::string_view op_type, int32_t since_version) {
  static const std::vector<const OpEntry*> sorted = [] {
    std::vector<const OpEntry*> entries;
    for (const OpEntry& entry : kOps) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), before);
    return entries;
  }();
  const OpEntry key{domain, op_type, since_version, since_version, 0, nullptr};
  auto next = std::upper_bound(sorted.begin(), sorted.end(), &key, before);
  if (next == sorted.begin()) return nullptr;
  const OpEntry* entry = *std::prev(next);
  return entry->op_type == op_type && entry->domain == domain && since_version <= entry->last_version ? entry : nullptr;
}

}  // namespace mortise::reference
