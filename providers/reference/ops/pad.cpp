// Pad and CenterCropPad: a tensor with a rim added, or cut off where a pad is negative.
//
// Each output axis is a list of input positions, -1 meaning the constant; the modes differ in nothing else.
#include "providers/reference/ops/packed.h"
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

enum class PadMode { kConstant, kEdge, kReflect, kWrap };

int64_t floor_mod(int64_t a, int64_t n) { return ((a % n) + n) % n; }

// Where output position `at` of an axis comes from. [low, high) is what negative pads leave of the input.
int64_t source(int64_t at, int64_t begin, int64_t low, int64_t high, PadMode mode) {
  const int64_t i = at - begin;
  if (i >= low && i < high) return i;
  const int64_t n = high - low;
  switch (mode) {
    case PadMode::kConstant:
      return -1;
    case PadMode::kEdge:
      return i < low ? low : high - 1;
    case PadMode::kWrap:
      return low + floor_mod(i - low, n);
    case PadMode::kReflect:
      break;
  }
  if (n == 1) return low;
  const int64_t folded = floor_mod(i - low, 2 * (n - 1));
  return low + (folded < n ? folded : 2 * (n - 1) - folded);
}

Status pad(KernelContext& context, const Shape& begins, const Shape& ends, PadMode mode, const void* constant) {
  const Tensor& x = context.input(0);
  Shape result = x.shape();
  int64_t total = 0;
  for (uint32_t i = 0; i < x.rank(); ++i) {
    if (__builtin_add_overflow(result[i], begins[i], &result[i]) ||
        __builtin_add_overflow(result[i], ends[i], &result[i]) || result[i] < 0 ||
        __builtin_add_overflow(total, result[i], &total)) {
      return invalid_argument("pads ", begins[i], " and ", ends[i], " do not fit axis ", i, " of extent ", x.dim(i));
    }
  }
  MORTISE_TRY(check_shape(x.dtype(), result));
  return dispatch_size(x.dtype(), [&]<class T>() -> Status {
    Tensor& y = context.output(0, x.dtype(), result);
    if (y.num_elements() == 0) return {};
    if (x.rank() == 0) {
      *y.data<T>() = *x.data<T>();
      return {};
    }
    const std::span<int64_t> sources = context.scratch<int64_t>(static_cast<uint64_t>(total));
    Shape first(x.rank(), 0);  // where an axis begins in `sources`
    const Shape strides = strides_of(x.shape());
    int64_t next = 0;
    for (uint32_t i = 0; i < x.rank(); ++i) {
      const int64_t low = std::max<int64_t>(0, -begins[i]);
      const int64_t high = x.dim(i) - std::max<int64_t>(0, -ends[i]);
      if (low >= high && mode != PadMode::kConstant) {
        return invalid_argument("axis ", i, " of data ", to_string(x.shape()), " has nothing to pad from with ",
                                begins[i], " and ", ends[i]);
      }
      first[i] = next;
      for (int64_t at = 0; at < result[i]; ++at) {
        const int64_t from = source(at, begins[i], low, high, mode);
        sources[static_cast<uint64_t>(next++)] = from < 0 ? -1 : from * strides[i];
      }
    }
    const T fill = constant ? *static_cast<const T*>(constant) : T{};
    const int64_t length = result.back();
    const int64_t* last = sources.data() + first.back();
    const Shape ones = strides_of(result);
    const auto rows = static_cast<uint64_t>(result.product(0, result.rank() - 1));
    context.parallel_for(rows, grain_for(length), [&](uint64_t begin, uint64_t end) {
      for_each_row(result, ones, begin, end, [&](int64_t at, int64_t) {
        T* to = y.data<T>() + at;
        int64_t offset = 0;
        int64_t rest = at / length;
        for (uint32_t i = result.rank() - 1; i-- > 0 && offset >= 0; rest /= result[i]) {
          const int64_t from = sources[static_cast<uint64_t>(first[i] + rest % result[i])];
          offset = from < 0 ? -1 : offset + from;
        }
        for (int64_t i = 0; i < length; ++i) {
          to[i] = offset < 0 || last[i] < 0 ? fill : x.data<T>()[offset + last[i]];
        }
      });
    });
    return {};
  });
}

Result<PadMode> pad_mode(std::string_view name) {
  if (name == "constant") return PadMode::kConstant;
  if (name == "edge") return PadMode::kEdge;
  if (name == "reflect") return PadMode::kReflect;
  if (name == "wrap") return PadMode::kWrap;
  return unimplemented("mode '", name, "' is not known");
}

}  // namespace

Result<Kernel> make_pad(const NodeSpec& node) {
  MORTISE_ASSIGN(const PadMode mode, pad_mode(node.get_string("mode", "constant")));
  return unpacked([mode, pads = IntsParameter(node, node.since_version() == 1 ? "paddings" : "pads", 1),
                   axes = IntsParameter(node, "axes", 3), by_attribute = node.since_version() < 11,
                   value = node.get_float("value", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const std::optional<Shape> given, pads.read(context));
    if (!given) return invalid_argument("pads is missing");
    MORTISE_ASSIGN(const std::optional<Shape> some, axes.read(context));
    Shape which(x.rank(), 0);
    for (uint32_t i = 0; i < x.rank(); ++i) which[i] = i;
    if (some) {
      MORTISE_ASSIGN(which, normalise_axes(*some, x.rank()));
    }
    if (given->rank() != 2 * which.rank()) {
      return invalid_argument("pads has ", given->rank(), " entries but ", 2 * which.rank(), " are needed");
    }
    Shape begins(x.rank(), 0), ends(x.rank(), 0);
    for (uint32_t i = 0; i < which.rank(); ++i) {
      begins[static_cast<uint64_t>(which[i])] = (*given)[i];
      ends[static_cast<uint64_t>(which[i])] = (*given)[which.rank() + i];
    }
    if (!by_attribute) {
      const void* constant = nullptr;
      const mortise_string_t empty{"", 0};
      if (context.has_input(2)) {
        const Tensor& c = context.input(2);
        if (c.num_elements() != 1 || c.dtype() != x.dtype()) {
          return invalid_argument("constant_value is ", form_of(c), "; it must be one element of the type of data, ",
                                  to_string(x.dtype()));
        }
        constant = c.raw();
      } else if (x.dtype() == DType::kString) {
        constant = &empty;
      }
      return pad(context, begins, ends, mode, constant);
    }
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      const T constant = static_cast<T>(value);
      return pad(context, begins, ends, mode, &constant);
    });
  });
}

Result<Kernel> make_center_crop_pad(const NodeSpec& node) {
  return Kernel([axes = Shape(node.get_ints("axes")), all = !node.has("axes")](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Shape wanted, ints_of(context, 1, "shape"));
    Shape which(x.rank(), 0);
    for (uint32_t i = 0; i < x.rank(); ++i) which[i] = i;
    if (!all) {
      MORTISE_ASSIGN(which, normalise_axes(axes, x.rank()));
    }
    if (wanted.rank() != which.rank()) {
      return invalid_argument("shape has ", wanted.rank(), " entries but there are ", which.rank(), " axes");
    }
    Shape begins(x.rank(), 0), ends(x.rank(), 0);
    for (uint32_t i = 0; i < which.rank(); ++i) {
      const auto a = static_cast<uint64_t>(which[i]);
      if (wanted[i] < 0) return invalid_argument("shape ", list_of(wanted), " has the negative extent ", wanted[i]);
      const int64_t more = wanted[i] - x.shape()[a];
      // An odd rim has its larger half at the end; an odd crop too.
      begins[a] = more / 2;
      ends[a] = more - more / 2;
    }
    return pad(context, begins, ends, PadMode::kConstant, nullptr);
  });
}

}  // namespace mortise::reference
