// Col2Im: columns of sliding blocks summed back into an image, for any number of spatial axes.
#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_col2im(const NodeSpec& node) {
  return Kernel([dilations = Shape(node.get_ints("dilations")), pads = Shape(node.get_ints("pads")),
                 strides = Shape(node.get_ints("strides"))](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Shape image, ints_of(context, 1, "image_shape"));
    MORTISE_ASSIGN(const Shape block, ints_of(context, 2, "block_shape"));
    const uint32_t rank = image.rank();
    const Shape step = strides.empty() ? Shape(rank, 1) : strides,
                spread = dilations.empty() ? Shape(rank, 1) : dilations;
    const Shape pad = pads.empty() ? Shape(2 * rank, 0) : pads;
    if (x.rank() != 3 || block.rank() != rank || step.rank() != rank || spread.rank() != rank ||
        pad.rank() != 2 * rank) {
      return invalid_argument("input ", to_string(x.shape()), " must have rank 3, and image_shape ", list_of(image),
                              ", block_shape ", list_of(block), ", strides ", list_of(step), ", dilations ",
                              list_of(spread), " and half of pads ", list_of(pad), " must be of one length");
    }
    constexpr int64_t kLimit = int64_t{1} << 31;
    Shape blocks;  // how many fit along each axis
    for (uint32_t i = 0; i < rank; ++i) {
      const auto small = [](int64_t v, int64_t least) { return v >= least && v < kLimit; };
      if (!small(image[i], 0) || !small(block[i], 1) || !small(step[i], 1) || !small(spread[i], 1) ||
          !small(pad[i], 0) || !small(pad[rank + i], 0) || spread[i] > kLimit / block[i]) {
        return invalid_argument("axis ", i, " has the extent ", image[i], ", block ", block[i], ", stride ", step[i],
                                ", dilation ", spread[i], " and pads ", pad[i], " and ", pad[rank + i],
                                "; block, stride and dilation must be at least 1, the others at least 0, all below ",
                                kLimit);
      }
      const int64_t room = image[i] + pad[i] + pad[rank + i] - spread[i] * (block[i] - 1) - 1;
      blocks.push_back(room < 0 ? 0 : room / step[i] + 1);
    }
    const auto columns = checked_num_elements(blocks), cells = checked_num_elements(block);
    if (!columns || !cells || *columns != x.dim(2) || x.dim(1) % *cells != 0) {
      return invalid_argument("input ", to_string(x.shape()), " does not fit image_shape ", list_of(image),
                              " and block_shape ", list_of(block));
    }
    const int64_t channels = x.dim(1) / *cells;
    Shape result{x.dim(0), channels};
    for (const int64_t extent : image) result.push_back(extent);
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch(Join<Numbers, Complexes>{}, x.dtype(), [&]<class T>() -> Status {
      using A = std::conditional_t<std::is_integral_v<T>, uint64_t, Compute<T>>;
      T* y = context.output(0, x.dtype(), result).template data<T>();
      const int64_t pixels = image.num_elements();
      if (result.num_elements() == 0) return {};
      const std::span<A> sums = context.scratch<A>(static_cast<uint64_t>(pixels));
      for (int64_t plane = 0; plane < x.dim(0) * channels; ++plane) {
        std::fill(sums.begin(), sums.end(), A{0});
        for (int64_t i = 0; i < *cells * *columns; ++i) {
          int64_t cell = i / *columns, column = i % *columns, at = 0;
          bool inside = true;
          for (uint32_t d = rank; d-- > 0; cell /= block[d], column /= blocks[d]) {
            const int64_t p = column % blocks[d] * step[d] + cell % block[d] * spread[d] - pad[d];
            inside = inside && p >= 0 && p < image[d];
            at += p * image.product(d + 1, rank);
          }
          if (inside) sums[static_cast<uint64_t>(at)] += static_cast<A>(x.data<T>()[plane * *cells * *columns + i]);
        }
        for (int64_t p = 0; p < pixels; ++p) y[plane * pixels + p] = static_cast<T>(sums[static_cast<uint64_t>(p)]);
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
