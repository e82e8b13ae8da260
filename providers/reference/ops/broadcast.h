// Broadcasting: the one walk over elements that all operators with several inputs use.
//
// A Walk is made of the inputs' shapes once per run: neighbouring axes that behave alike are joined, so that in the
// innermost one each input either repeats one element or goes on element by element. Plain values, no state.
#pragma once

#include <initializer_list>
#include <optional>

#include "providers/reference/kernel.h"
#include "providers/reference/ops/wording.h"
#include "providers/reference/types.h"

namespace mortise::reference {

inline constexpr uint64_t kElementGrain = 16384;

struct Walk {
  static constexpr uint32_t kMaxInputs = 3;
  Shape shape;                    // of the output
  Shape outer;                    // joined axes but the innermost
  Shape strides[kMaxInputs];      // of each input along `outer`
  int64_t inner = 1;              // length of the innermost axis
  bool repeats[kMaxInputs] = {};  // the input has one element for the whole of it
  uint32_t num_inputs = 0;
};

// An input and what errors call it.
struct WalkInput {
  std::string_view name;
  const Shape& shape;
};

Result<Walk> make_walk(std::initializer_list<WalkInput> inputs);

Result<Shape> align_at_axis(const Shape& shape, uint32_t rank, int64_t axis);

// Where a range of the output begins in the walk; steps from row to row.
class WalkCursor {
 public:
  WalkCursor(const Walk& walk, uint64_t first);
  int64_t offset(uint32_t input) const { return offsets_[input] + (walk_.repeats[input] ? 0 : position_); }
  int64_t left_in_row() const { return walk_.inner - position_; }
  void next_row();

 private:
  const Walk& walk_;
  Shape index_;
  int64_t offsets_[Walk::kMaxInputs] = {};
  int64_t position_ = 0;
};

// Calls row(output offset, cursor, count) for pieces of rows, on several threads for a large output.
template <class Row>
void for_each_row(KernelContext& context, const Walk& walk, Row&& row) {
  const auto total = static_cast<uint64_t>(walk.shape.num_elements());
  context.parallel_for(total, kElementGrain, [&](uint64_t begin, uint64_t end) {
    WalkCursor cursor(walk, begin);
    while (begin < end) {
      const uint64_t count = std::min(end - begin, static_cast<uint64_t>(cursor.left_in_row()));
      row(begin, cursor, count);
      begin += count;
      if (begin < end) cursor.next_row();
    }
  });
}

// out[i] = op(x[i], z[i]) for `count` elements, where x or z may repeat its first element; A and B are element types, R
// that of the output; op takes and returns their compute types.
template <class A, class B, class R, class Op>
void combine(const A* x, bool x_repeats, const B* z, bool z_repeats, R* out, uint64_t count, Op op) {
  if (x_repeats) {
    const Compute<A> left = *x;
    for (uint64_t i = 0; i < count; ++i) out[i] = static_cast<R>(op(left, static_cast<Compute<B>>(z[i])));
  } else if (z_repeats) {
    const Compute<B> right = *z;
    for (uint64_t i = 0; i < count; ++i) out[i] = static_cast<R>(op(static_cast<Compute<A>>(x[i]), right));
  } else {
    for (uint64_t i = 0; i < count; ++i) {
      out[i] = static_cast<R>(op(static_cast<Compute<A>>(x[i]), static_cast<Compute<B>>(z[i])));
    }
  }
}

// y = op(a, b), broadcast.
template <class A, class B, class R, class Op>
Status binary_walk(KernelContext& context, const Walk& walk, const Tensor& a, const Tensor& b, Op op) {
  R* const y = context.output(0, dtype_of<R>, walk.shape).template data<R>();
  for_each_row(context, walk, [&](uint64_t first, const WalkCursor& cursor, uint64_t count) {
    combine(a.data<A>() + cursor.offset(0), walk.repeats[0], b.data<B>() + cursor.offset(1), walk.repeats[1], y + first,
            count, op);
  });
  return {};
}

// How inputs A and B of a node are broadcast: together, or B to A, which is what the attribute `broadcast` of versions
// before 7 asks for, there also with the axis of A at which B begins.
struct Broadcasting {
  bool one_way = false;
  std::optional<int64_t> axis;
  std::string_view a = "A", b = "B";  // what errors call them

  static Broadcasting of(const NodeSpec& node) {
    Broadcasting made{.one_way = node.since_version() < 7 && node.get_int("broadcast", 0) != 0};
    if (made.one_way && node.has("axis")) made.axis = node.get_int("axis", 0);
    return made;
  }
  Result<Walk> walk(const Tensor& left, const Tensor& right) const;
};

// The same without a walk where the shapes are equal or one of the inputs is a single element.
template <class A, class B, class R, class Op>
Status binary_elements(KernelContext& context, const Broadcasting& broadcast, const Tensor& a, const Tensor& b, Op op) {
  const bool same = a.shape() == b.shape();
  const bool b_repeats = !same && b.num_elements() == 1 && b.rank() <= a.rank();
  const bool a_repeats = !same && !b_repeats && !broadcast.one_way && a.num_elements() == 1 && a.rank() <= b.rank();
  if (!same && !a_repeats && !b_repeats) {
    MORTISE_ASSIGN(const Walk walk, broadcast.walk(a, b));
    return binary_walk<A, B, R>(context, walk, a, b, op);
  }
  const Tensor& shaped = a_repeats ? b : a;
  R* const y = context.output(0, dtype_of<R>, shaped.shape()).template data<R>();
  const auto count = static_cast<uint64_t>(shaped.num_elements());
  context.parallel_for(count, kElementGrain, [&](uint64_t begin, uint64_t end) {
    combine(a.data<A>() + (a_repeats ? 0 : begin), a_repeats, b.data<B>() + (b_repeats ? 0 : begin), b_repeats,
            y + begin, end - begin, op);
  });
  return {};
}

// A kernel for y = op(a, b) over the types of a list; the output has the same type, or bool for a predicate.
template <class List, class Op>
Kernel same_type_binary(const NodeSpec& node, Op op) {
  return [broadcast = Broadcasting::of(node), op](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    MORTISE_TRY(check_same_type("A", a, "B", b));
    return dispatch(List{}, a.dtype(),
                    [&]<class T>() -> Status { return binary_elements<T, T, T>(context, broadcast, a, b, op); });
  };
}
template <class List, class Op>
Kernel predicate_binary(const NodeSpec& node, Op op) {
  return [broadcast = Broadcasting::of(node), op](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    MORTISE_TRY(check_same_type("A", a, "B", b));
    return dispatch(List{}, a.dtype(),
                    [&]<class T>() -> Status { return binary_elements<T, T, bool>(context, broadcast, a, b, op); });
  };
}

}  // namespace mortise::reference
