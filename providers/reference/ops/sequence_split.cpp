// SplitToSequence and ConcatFromSequence: between a tensor and a sequence of its parts.
#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// Of strings, views of the input's, which the session copies: a tensor without an owner.
Result<Tensor> allocate_part(KernelContext& context, DType dtype, const Shape& shape) {
  if (dtype != DType::kString) return context.allocate(dtype, shape);
  const auto views = context.scratch<mortise_string_t>(static_cast<uint64_t>(shape.num_elements()));
  return Tensor::view(dtype, shape, views.data());
}

}  // namespace

Result<Kernel> make_split_to_sequence(const NodeSpec& node) {
  return Kernel(
      [axis = node.get_int("axis", 0), keep = node.get_int("keepdims", 1) != 0](KernelContext& context) -> Status {
        const Tensor& x = context.input(0);
        MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
        const AxisSplit s = split_at(x.shape(), a);
        const bool single = !context.has_input(1);
        // A scalar is the extent of every part but the last.
        Shape sizes;
        if (!single && context.input(1).rank() == 1) {
          MORTISE_ASSIGN(sizes, ints_of(context, 1, "split"));
        } else {
          int64_t size = 1;
          if (!single) {
            MORTISE_ASSIGN(size, int_of(context, 1, "split"));
          }
          if (size < 1) return invalid_argument("split is ", size, "; it must be at least 1");
          const int64_t count = s.extent / size + (s.extent % size != 0 ? 1 : 0);
          if (count > int64_t{1} << 24)
            return invalid_argument("split ", size, " gives ", count, " parts, which is too many");
          sizes.resize(static_cast<uint32_t>(count));
          for (int64_t i = 0; i < count; ++i) sizes[static_cast<uint64_t>(i)] = std::min(size, s.extent - i * size);
        }
        int64_t rest = s.extent;
        for (const int64_t size : sizes) {
          if (size < 0 || size > rest) {
            return invalid_argument("split ", list_of(sizes), " has the entry ", size, ", which does not fit extent ",
                                    s.extent, " of axis ", a, " of input ", to_string(x.shape()));
          }
          rest -= size;
        }
        if (rest != 0) {
          return invalid_argument("split ", list_of(sizes), " does not add up to extent ", s.extent, " of axis ", a,
                                  " of input ", to_string(x.shape()));
        }
        return dispatch_size(x.dtype(), [&]<class T>() -> Status {
          std::vector<Value> parts;
          int64_t first = 0;
          for (const int64_t size : sizes) {
            Shape shape = x.shape();
            shape[a] = size;
            if (single && !keep) shape.erase(a);
            MORTISE_ASSIGN(Tensor part, allocate_part(context, x.dtype(), shape));
            T* to = part.data<T>();
            for (int64_t o = 0; o < s.outer && part.num_elements() != 0; ++o) {
              to = std::copy_n(x.data<T>() + (o * s.extent + first) * s.inner, size * s.inner, to);
            }
            first += size;
            parts.emplace_back(std::move(part));
          }
          Value result(ValueKind::kSequence, std::move(parts));
          result.element_dtype = x.dtype();
          context.set_output(0, std::move(result));
          return {};
        });
      });
}

Result<Kernel> make_concat_from_sequence(const NodeSpec& node) {
  return Kernel(
      [axis = node.get_int("axis", 0), stack = node.get_int("new_axis", 0) != 0](KernelContext& context) -> Status {
        const Value& sequence = context.input_value(0);
        if (sequence.kind != ValueKind::kSequence || sequence.elements.empty() || !sequence.elements[0].is_tensor()) {
          return invalid_argument("input_sequence must be a sequence of at least one tensor");
        }
        const Tensor& first = sequence.elements[0].tensor;
        MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, first.rank() + (stack ? 1 : 0)));
        Shape result = first.shape();
        if (stack) result.insert(a, 1);
        const Shape like = result;
        result[a] = 0;
        for (const Value& value : sequence.elements) {
          const Tensor& x = value.tensor;
          Shape shape = x.shape();
          if (stack && a <= shape.rank()) shape.insert(a, 1);
          Shape expected = like;
          if (shape.rank() == like.rank()) expected[a] = shape[a];
          if (!value.is_tensor() || shape != expected || x.dtype() != first.dtype() ||
              (stack && x.shape() != first.shape())) {
            return invalid_argument("the tensors of input_sequence do not fit each other");
          }
          if (__builtin_add_overflow(result[a], shape[a], &result[a]))
            return invalid_argument("the result is too large");
        }
        MORTISE_TRY(check_shape(first.dtype(), result));
        return dispatch_size(first.dtype(), [&]<class T>() -> Status {
          T* y = context.output(0, first.dtype(), result).template data<T>();
          if (result.num_elements() == 0) return {};
          const AxisSplit s = split_at(result, a);
          int64_t offset = 0;
          for (const Value& value : sequence.elements) {
            const int64_t part = value.tensor.num_elements() / s.outer;
            for (int64_t o = 0; o < s.outer; ++o) {
              std::copy_n(value.tensor.data<T>() + o * part, part, y + o * s.extent * s.inner + offset);
            }
            offset += part;
          }
          return {};
        });
      });
}

}  // namespace mortise::reference
