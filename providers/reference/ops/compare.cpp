// Equal, Less, LessOrEqual, Greater, GreaterOrEqual.
#include <cstring>

#include "providers/reference/ops/broadcast.h"

namespace mortise::reference {
namespace {

bool same(const mortise_string_t& a, const mortise_string_t& b) {
  return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

}  // namespace

Result<Kernel> make_equal(const NodeSpec& node) {
  return predicate_binary<Join<NumbersAndBool, TypeList<mortise_string_t>>>(node, []<class T>(const T& a, const T& b) {
    if constexpr (std::is_same_v<T, mortise_string_t>)
      return same(a, b);
    else
      return a == b;
  });
}
Result<Kernel> make_less(const NodeSpec& node) {
  return predicate_binary<Numbers>(node, [](auto a, auto b) { return a < b; });
}
Result<Kernel> make_less_or_equal(const NodeSpec& node) {
  return predicate_binary<Numbers>(node, [](auto a, auto b) { return a <= b; });
}
Result<Kernel> make_greater(const NodeSpec& node) {
  return predicate_binary<Numbers>(node, [](auto a, auto b) { return a > b; });
}
Result<Kernel> make_greater_or_equal(const NodeSpec& node) {
  return predicate_binary<Numbers>(node, [](auto a, auto b) { return a >= b; });
}

}  // namespace mortise::reference
