// SequenceEmpty, SequenceConstruct, SequenceAt, SequenceInsert, SequenceErase, SequenceLength, and the Optional
// operators.
//
// A tensor that becomes an element of a sequence or an optional is copied: inputs do not outlive the run.
#include <cstring>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/element.h"

namespace mortise::reference {
namespace {

// ONNX has no sequences of sequences and no optionals of optionals; nested ones would grow with every node, shared ones
// double.
Status check_element(const Value& value) {
  return value.is_tensor() ? Status() : invalid_argument("an element of a sequence must be a tensor");
}

Status check_sequence(const Value& value) {
  if (value.kind == ValueKind::kSequence) return {};
  return invalid_argument("the input must be a sequence");
}

// A position in a sequence of `size`, counted from the front.
Result<std::ptrdiff_t> position_of(KernelContext& context, uint64_t input, uint64_t size) {
  MORTISE_ASSIGN(const int64_t position, int_of(context, input, "position"));
  const auto n = static_cast<int64_t>(size);
  if (position < -n || position >= n) {
    return invalid_argument("position ", position, " is out of range for a sequence of ", size);
  }
  return static_cast<std::ptrdiff_t>(position < 0 ? position + n : position);
}

// The value is part of an input: strings are read once more when the kernel has returned.
Status write_value(KernelContext& context, const Value& value) {
  if (!value.is_tensor()) {
    MORTISE_ASSIGN(Value own, owned(context, value));
    context.set_output(0, std::move(own));
    return {};
  }
  const Tensor& x = value.tensor;
  Tensor& y = context.output(0, x.dtype(), x.shape());
  if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
  return {};
}

}  // namespace

Result<Kernel> make_sequence_empty(const NodeSpec& node) {
  return Kernel([dtype = static_cast<DType>(node.get_int("dtype", 1))](KernelContext& context) -> Status {
    Value result(ValueKind::kSequence, {});
    result.element_dtype = dtype;
    context.set_output(0, std::move(result));
    return {};
  });
}

Result<Kernel> make_sequence_construct(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    Value result(ValueKind::kSequence, {});
    for (uint64_t i = 0; i < context.num_inputs(); ++i) {
      MORTISE_TRY(check_element(context.input_value(i)));
      MORTISE_ASSIGN(Value element, owned(context, context.input_value(i)));
      result.element_dtype = element.tensor.dtype();
      result.elements.push_back(std::move(element));
    }
    context.set_output(0, std::move(result));
    return {};
  });
}

Result<Kernel> make_sequence_at(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Value& sequence = context.input_value(0);
    MORTISE_TRY(check_sequence(sequence));
    MORTISE_ASSIGN(const auto position, position_of(context, 1, sequence.elements.size()));
    return write_value(context, sequence.elements[static_cast<uint64_t>(position)]);
  });
}

Result<Kernel> make_sequence_insert(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context.input_value(0)));
    MORTISE_ASSIGN(Value result, owned(context, context.input_value(0)));
    auto position = static_cast<std::ptrdiff_t>(result.elements.size());
    if (context.has_input(2)) {
      MORTISE_ASSIGN(const int64_t given, int_of(context, 2, "position"));
      const auto n = static_cast<int64_t>(result.elements.size());
      if (given < -n || given > n)
        return invalid_argument("position ", given, " is out of range for a sequence of ", n);
      position = static_cast<std::ptrdiff_t>(given < 0 ? given + n : given);
    }
    MORTISE_TRY(check_element(context.input_value(1)));
    MORTISE_ASSIGN(Value element, owned(context, context.input_value(1)));
    result.element_dtype = element.tensor.dtype();
    result.elements.insert(result.elements.begin() + position, std::move(element));
    context.set_output(0, std::move(result));
    return {};
  });
}

Result<Kernel> make_sequence_erase(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context.input_value(0)));
    MORTISE_ASSIGN(Value result, owned(context, context.input_value(0)));
    if (result.elements.empty()) return invalid_argument("an empty sequence has nothing to erase");
    auto position = static_cast<std::ptrdiff_t>(result.elements.size() - 1);
    if (context.has_input(1)) {
      MORTISE_ASSIGN(position, position_of(context, 1, result.elements.size()));
    }
    result.elements.erase(result.elements.begin() + position);
    context.set_output(0, std::move(result));
    return {};
  });
}

Result<Kernel> make_sequence_length(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context.input_value(0)));
    *context.output(0, DType::kI64, {}).data<int64_t>() = static_cast<int64_t>(context.input_value(0).elements.size());
    return {};
  });
}

Result<Kernel> make_optional(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    Value result(ValueKind::kOptional, {});
    if (context.has_input(0)) {
      if (context.input_value(0).kind == ValueKind::kOptional) {
        return invalid_argument("the content of an optional must be a tensor or a sequence");
      }
      MORTISE_ASSIGN(Value element, owned(context, context.input_value(0)));
      result.elements.push_back(std::move(element));
    }
    context.set_output(0, std::move(result));
    return {};
  });
}

Result<Kernel> make_optional_has_element(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const bool has = context.has_input(0) &&
                     (context.input_value(0).kind != ValueKind::kOptional || !context.input_value(0).elements.empty());
    *context.output(0, DType::kBool, {}).data<bool>() = has;
    return {};
  });
}

Result<Kernel> make_optional_get_element(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Value& value = context.input_value(0);
    if (value.kind == ValueKind::kOptional && value.elements.empty()) return invalid_argument("the optional is empty");
    return write_value(context, value.kind == ValueKind::kOptional ? value.elements[0] : value);
  });
}

}  // namespace mortise::reference
