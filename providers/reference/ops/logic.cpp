// And, Or, Xor, Not on bool; BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot and BitShift on integers.
#include "providers/reference/ops/unary.h"

namespace mortise::reference {

using Bools = TypeList<bool>;

Result<Kernel> make_and(const NodeSpec& node) {
  return same_type_binary<Bools>(node, [](bool a, bool b) { return a && b; });
}
Result<Kernel> make_or(const NodeSpec& node) {
  return same_type_binary<Bools>(node, [](bool a, bool b) { return a || b; });
}
Result<Kernel> make_xor(const NodeSpec& node) {
  return same_type_binary<Bools>(node, [](bool a, bool b) { return a != b; });
}
Result<Kernel> make_not(const NodeSpec&) {
  return unary<Bools>([](bool x) { return !x; });
}

Result<Kernel> make_bitwise_and(const NodeSpec& node) {
  return same_type_binary<Ints>(node, []<class T>(T a, T b) { return static_cast<T>(a & b); });
}
Result<Kernel> make_bitwise_or(const NodeSpec& node) {
  return same_type_binary<Ints>(node, []<class T>(T a, T b) { return static_cast<T>(a | b); });
}
Result<Kernel> make_bitwise_xor(const NodeSpec& node) {
  return same_type_binary<Ints>(node, []<class T>(T a, T b) { return static_cast<T>(a ^ b); });
}
Result<Kernel> make_bitwise_not(const NodeSpec&) {
  return unary<Ints>([]<class T>(T x) { return static_cast<T>(~x); });
}

// A shift by the width of the type or more leaves 0.
Result<Kernel> make_bit_shift(const NodeSpec& node) {
  const auto direction = node.get_string("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return invalid_argument("attribute direction is '", direction, "', not LEFT or RIGHT");
  }
  return same_type_binary<UnsignedInts>(node, [left = direction == "LEFT"]<class T>(T a, T b) -> T {
    if (b >= sizeof(T) * 8) return 0;
    const auto wide = static_cast<uint64_t>(a);
    return static_cast<T>(left ? wide << b : wide >> b);
  });
}

}  // namespace mortise::reference
