// SequenceEmpty, SequenceConstruct, SequenceAt, SequenceInsert, SequenceErase, SequenceLength, and the Optional
// operators.
//
// Elements are shared with the sequences that they come from. One is asked for, inserted or erased without the others
// where the sequence lies with the host, so that a loop that carries a long one is linear.
#include <cstring>

#include "providers/reference/ops/axes.h"

namespace mortise::reference {
namespace {

// ONNX has no sequences of sequences and no optionals of optionals; nested ones would grow with every node, shared ones
// double.
Status check_element(KernelContext& context, uint64_t i) {
  if (context.kind(i) == ValueKind::kTensor) return {};
  return invalid_argument("input ", i, " must be a tensor to become an element of a sequence");
}

Status check_sequence(KernelContext& context) {
  if (context.kind(0) == ValueKind::kSequence) return {};
  return invalid_argument("input 0 must be a sequence");
}

// A position in a sequence of `size`, counted from the front.
Result<uint64_t> position_of(KernelContext& context, uint64_t input, uint64_t size) {
  MORTISE_ASSIGN(const int64_t position, int_of(context, input, "position"));
  const auto n = static_cast<int64_t>(size);
  if (position < -n || position >= n) {
    return invalid_argument("position ", position, " is out of range for a sequence of ", size);
  }
  return static_cast<uint64_t>(position < 0 ? position + n : position);
}

// The value is part of an input: strings are read once more when the kernel has returned.
Status write_value(KernelContext& context, const Value& value) {
  if (!value.is_tensor()) {
    context.set_output(0, value);
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
    std::vector<Value> elements;
    for (uint64_t i = 0; i < context.num_inputs(); ++i) {
      MORTISE_TRY(check_element(context, i));
      elements.push_back(context.shared_input(i));
    }
    if (elements.empty()) return invalid_argument("there are no inputs, of which at least one is needed");
    Value sequence(ValueKind::kSequence, std::move(elements));
    sequence.element_dtype = context.input(0).dtype();
    context.set_output(0, std::move(sequence));
    return {};
  });
}

Result<Kernel> make_sequence_at(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context));
    MORTISE_ASSIGN(const uint64_t position, position_of(context, 1, context.num_elements(0)));
    MORTISE_ASSIGN(const Value element, context.element(0, position));
    return write_value(context, element);
  });
}

Result<Kernel> make_sequence_insert(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context));
    const uint64_t size = context.num_elements(0);
    uint64_t position = size;
    if (context.has_input(2)) {
      MORTISE_ASSIGN(const int64_t given, int_of(context, 2, "position"));
      const auto n = static_cast<int64_t>(size);
      if (given < -n || given > n)
        return invalid_argument("position ", given, " is out of range for a sequence of ", n);
      position = static_cast<uint64_t>(given < 0 ? given + n : given);
    }
    MORTISE_TRY(check_element(context, 1));
    return context.splice(position, 0, std::span(&context.shared_input(1), 1));
  });
}

Result<Kernel> make_sequence_erase(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context));
    const uint64_t size = context.num_elements(0);
    if (size == 0) return invalid_argument("input_sequence is empty: there is nothing to erase");
    uint64_t position = size - 1;
    if (context.has_input(1)) {
      MORTISE_ASSIGN(position, position_of(context, 1, size));
    }
    return context.splice(position, 1, {});
  });
}

Result<Kernel> make_sequence_length(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    MORTISE_TRY(check_sequence(context));
    *context.output(0, DType::kI64, {}).data<int64_t>() = static_cast<int64_t>(context.num_elements(0));
    return {};
  });
}

Result<Kernel> make_optional(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    std::vector<Value> content;
    if (context.has_input(0)) {
      if (context.kind(0) == ValueKind::kOptional) {
        return invalid_argument("input 0 is an optional; the content of an optional must be a tensor or a sequence");
      }
      content.push_back(context.shared_input(0));
    }
    context.set_output(0, Value(ValueKind::kOptional, std::move(content)));
    return {};
  });
}

Result<Kernel> make_optional_has_element(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const bool has = context.has_input(0) && (context.kind(0) != ValueKind::kOptional || context.num_elements(0) != 0);
    *context.output(0, DType::kBool, {}).data<bool>() = has;
    return {};
  });
}

Result<Kernel> make_optional_get_element(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    if (context.kind(0) != ValueKind::kOptional) return write_value(context, context.shared_input(0));
    if (context.num_elements(0) == 0) return invalid_argument("input 0 is an empty optional, which has no element");
    MORTISE_ASSIGN(const Value content, context.element(0, 0));
    return write_value(context, content);
  });
}

}  // namespace mortise::reference
