// Where: elements of the second input where the condition holds, of the third elsewhere.
#include "providers/reference/ops/broadcast.h"

namespace mortise::reference {

Result<Kernel> make_where(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& condition = context.input(0);
    const Tensor& x = context.input(1);
    const Tensor& z = context.input(2);
    MORTISE_TRY(check_same_type("X", x, "Y", z));
    MORTISE_ASSIGN(const Walk walk, make_walk({{"condition", condition.shape()}, {"X", x.shape()}, {"Y", z.shape()}}));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* const y = context.output(0, x.dtype(), walk.shape).data<T>();
      for_each_row(context, walk, [&](uint64_t first, const WalkCursor& cursor, uint64_t count) {
        const bool* c = condition.data<bool>() + cursor.offset(0);
        const T* a = x.data<T>() + cursor.offset(1);
        const T* b = z.data<T>() + cursor.offset(2);
        const uint64_t c_step = walk.repeats[0] ? 0 : 1;
        const uint64_t a_step = walk.repeats[1] ? 0 : 1;
        const uint64_t b_step = walk.repeats[2] ? 0 : 1;
        for (uint64_t i = 0; i < count; ++i) y[first + i] = c[i * c_step] ? a[i * a_step] : b[i * b_step];
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
