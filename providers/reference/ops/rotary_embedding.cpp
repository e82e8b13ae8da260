// RotaryEmbedding: pairs of features turned by angles that depend on the position.
#include "providers/reference/borrowed.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_rotary_embedding(const NodeSpec& node) {
  const bool interleaved = node.get_int("interleaved", 0) != 0;
  const int64_t num_heads = node.get_int("num_heads", 0), dim = node.get_int("rotary_embedding_dim", 0);
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const bool packed = x.rank() == 3;
    if (!packed && x.rank() != 4) return invalid_argument("X must have rank 3 or 4, not ", x.rank());
    if (packed && (num_heads < 1 || x.dim(2) % num_heads != 0)) {
      return invalid_argument("X ", to_string(x.shape()), " cannot be cut into ", num_heads, " heads");
    }
    const int64_t batch = x.dim(0), heads = packed ? num_heads : x.dim(1), length = x.dim(packed ? 1 : 2);
    const int64_t size = packed ? x.dim(2) / heads : x.dim(3), turned = dim == 0 ? size : dim, half = turned / 2;
    if (turned < 0 || turned > size || turned % 2 != 0) {
      return invalid_argument("of each head of ", size, " numbers ", dim == 0 ? "all" : std::to_string(dim),
                              " (rotary_embedding_dim) would be turned; that must be an even number of them");
    }
    MORTISE_TRY(check_extents(Shape{batch, heads, length, size}));
    const Tensor& cosines = context.input(1);
    const Tensor& sines = context.input(2);
    const bool by_id = context.has_input(3);
    const uint32_t rank = by_id ? 2 : 3;
    if (cosines.rank() != rank || cosines.shape().back() != half || !(sines.shape() == cosines.shape()) ||
        (!by_id && (cosines.dim(0) != batch || cosines.dim(1) != length)) || !contains(kFloats, cosines.dtype()) ||
        !contains(kFloats, sines.dtype())) {
      return invalid_argument("caches ", to_string(cosines.shape()), " and ", to_string(sines.shape()),
                              " do not fit X ", to_string(x.shape()));
    }
    if (by_id) {
      const Tensor& ids = context.input(3);
      MORTISE_TRY(check_indices(ids, "position_ids"));
      if (!(ids.shape() == Shape{batch, length})) {
        return invalid_argument("position_ids ", to_string(ids.shape()), " do not fit X ", to_string(x.shape()));
      }
      for (int64_t i = 0; i < ids.num_elements(); ++i) {
        if (index_at(ids, i) < 0 || index_at(ids, i) >= cosines.dim(0)) {
          return invalid_argument("position ", index_at(ids, i), " is out of range for ", cosines.dim(0), " positions");
        }
      }
    }
    Tensor& y = context.output(0, x.dtype(), x.shape());
    const std::span<double> values = read_doubles(context, x);
    const std::span<const double> cosine = read_doubles(context, cosines), sine = read_doubles(context, sines);
    const auto turn = [&](int64_t row) {
      const int64_t b = row / (heads * length);
      const int64_t i = packed ? row / heads % length : row % length;
      const int64_t position = by_id ? index_at(context.input(3), b * length + i) : b * length + i;
      for (int64_t p = 0; p < half; ++p) {
        const int64_t first = row * size + (interleaved ? 2 * p : p);
        double& u = values[static_cast<uint64_t>(first)];
        double& v = values[static_cast<uint64_t>(first + (interleaved ? 1 : half))];
        const double c = cosine[static_cast<uint64_t>(position * half + p)];
        const double s = sine[static_cast<uint64_t>(position * half + p)];
        const double turned_u = c * u - s * v;
        v = s * u + c * v;
        u = turned_u;
      }
    };
    const auto rows = static_cast<uint64_t>(batch * heads * length);
    context.parallel_for(rows, grain_for(2 * size), [&](uint64_t begin, uint64_t end) {
      for (uint64_t row = begin; row < end; ++row) turn(static_cast<int64_t>(row));
    });
    write_doubles(context, values, y);
    return {};
  });
}

}  // namespace mortise::reference
