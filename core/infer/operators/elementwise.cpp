// Inference of operators that work element by element, with or without broadcasting, and of casts.
#include <algorithm>
#include <optional>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// Only lists and scalars are followed, so broadcasting is one element against all, or each against its like.
template <class Function>
void follow(InferContext& context, const Elements& a, const Elements& b, Function function) {
  if (a.empty() || b.empty() || (a.size() != b.size() && a.size() != 1 && b.size() != 1)) return;
  Elements result;
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    result.push_back(function(a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]));
  }
  context.set_elements(std::move(result));
}

void follow_unary(InferContext& context) {
  auto elements = context.elements(0);
  if (!elements) return;
  for (Element& element : *elements) element = compute(context.op_type(), element, context.dtype(0));
  context.set_elements(std::move(*elements));
}

void follow_binary(InferContext& context) {
  if (context.num_inputs() != 2) return;
  const auto a = context.elements(0);
  const auto b = a ? context.elements(1) : std::nullopt;
  if (!b) return;
  follow(context, *a, *b,
         [&](const Element& x, const Element& y) { return compute(context.op_type(), x, y, context.dtype(0)); });
}

void follow_cast(InferContext& context, DType to) {
  auto elements = context.elements(0);
  if (!elements) return;
  for (Element& element : *elements) element = convert(element, to);
  context.set_elements(std::move(*elements));
}

// Input 1 is broadcast to input 0, never the other way. first: the axis of input 0 at which the first of input 1 lies;
// nothing: the last ones meet.
Status infer_one_way(InferContext& context, std::optional<int64_t> first) {
  const Dims* a = context.dims(0);
  const Dims* b = context.dims(1);
  context.set_shape(0, context.input(0).dims);
  if (a == nullptr || b == nullptr) return {};
  const auto rank = static_cast<int64_t>(a->size()), own = static_cast<int64_t>(b->size());
  // Then it does not matter where it lies.
  const bool single = own <= rank && std::all_of(b->begin(), b->end(), [](const Dim& dim) { return dim.value == 1; });
  const bool same = own == rank && std::equal(a->begin(), a->end(), b->begin(),
                                              [](const Dim& x, const Dim& y) { return !differ(x, y); });
  if (single || same) return {};
  const int64_t begin = !first ? rank - own : *first + (*first < 0 ? rank : 0);
  bool fits = begin >= 0 && begin <= rank - own;
  for (int64_t i = 0; fits && i < own; ++i) {
    const Dim& extent = (*b)[static_cast<size_t>(i)];
    fits = extent.value == 1 || !differ(extent, (*a)[static_cast<size_t>(begin + i)]);
  }
  if (fits) return {};
  return context.error("input #1, ", to_string(context.input(1)), ", does not broadcast to input #0, ",
                       to_string(context.input(0)), first ? concat(", at axis ", *first) : "",
                       "; it may have extents of 1, but not be the larger one");
}

}  // namespace

Status infer_same(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  follow_unary(context);
  return {};
}

// Of any kind of value.
Status infer_identity(InferContext& context) {
  context.set_output(0, context.input(0));
  context.pass_elements(0);
  return {};
}

// Before opset 7, input 1 is broadcast to input 0 where the attribute 'broadcast' asks for it.
Status infer_broadcast(InferContext& context) {
  if (context.node().get_int("broadcast", 0) != 0) {
    const bool at_axis = context.node().find("axis") != nullptr;
    return infer_one_way(context, at_axis ? std::optional(context.node().get_int("axis", 0)) : std::nullopt);
  }
  MORTISE_ASSIGN(auto dims, broadcast_inputs(context, 0, context.num_inputs()));
  context.set_shape(0, std::move(dims));
  follow_binary(context);
  return {};
}

// Both inputs have the shape of the output.
Status infer_swi_glu(InferContext& context) {
  const Dims* a = context.dims(0);
  const Dims* b = context.dims(1);
  if (a != nullptr && b != nullptr && a->size() != b->size()) {
    return context.error("its inputs are ", to_string(context.input(0)), " and ", to_string(context.input(1)),
                         "; they must have the same shape");
  }
  if (a == nullptr || b == nullptr) {
    context.set_shape(0, context.input(a == nullptr ? 1 : 0).dims);
    return {};
  }
  Dims both;
  for (size_t axis = 0; axis < a->size(); ++axis) {
    MORTISE_ASSIGN(const Dim extent, context.same((*a)[axis], (*b)[axis], concat("places along axis ", axis)));
    both.push_back(extent);
  }
  context.set_shape(0, std::move(both));
  return {};
}

// Before opset 7 a list of slopes is one for each channel.
Status infer_prelu(InferContext& context) {
  const Dims *x = context.dims(0), *slope = context.dims(1);
  const bool channels = context.version() < 7 && x != nullptr && x->size() > 1 && slope != nullptr &&
                        slope->size() == 1 && slope->front().value != 1;
  return infer_one_way(context, channels ? std::optional<int64_t>(1) : std::nullopt);
}

Status infer_where(InferContext& context) {
  MORTISE_ASSIGN(auto dims, broadcast_inputs(context, 0, 3));
  context.set_shape(0, std::move(dims));
  const auto choice = context.elements(0);
  const auto a = choice ? context.elements(1) : std::nullopt;
  const auto b = a ? context.elements(2) : std::nullopt;
  if (!b) return {};
  const size_t count = std::max({choice->size(), a->size(), b->size()});
  Elements result;
  for (size_t i = 0; i < count; ++i) {
    const auto at = [&](const Elements& list) {
      return list.size() == 1 ? list[0] : i < list.size() ? list[i] : Element();
    };
    const Element chosen = at(*choice);
    result.push_back(!chosen.is_integer() ? Element() : chosen.integer != 0 ? at(*a) : at(*b));
  }
  context.set_elements(std::move(result));
  return {};
}

// Before opset 6 the type is written as a word, as TensorProto spells it.
Status infer_cast(InferContext& context) {
  DType to = DType::kUndefined;
  if (const auto* word = context.node().get<std::string>("to")) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::string name = *word;
    std::transform(name.begin(), name.end(), name.begin(), lower);
    if (name == "float") name = "float32";
    if (name == "double") name = "float64";
    for (int32_t number = 1; number < kNumDTypes; ++number) {
      if (kDTypeInfo[number].name == name) to = static_cast<DType>(number);
    }
    if (to == DType::kUndefined) return context.error("attribute 'to' is '", *word, "', which names no element type");
  } else {
    MORTISE_ASSIGN(to, context.dtype_attribute("to", DType::kUndefined));
  }
  context.set_tensor(0, to, context.input(0).dims);
  follow_cast(context, to);
  return {};
}

Status infer_cast_like(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  follow_cast(context, context.dtype(1));
  return {};
}

// Both element types have the same width.
Status infer_bit_cast(InferContext& context) {
  MORTISE_ASSIGN(const DType to, context.dtype_attribute("to", DType::kUndefined));
  const DType from = context.dtype(0);
  if (is_known(from) && info(from).bits != info(to).bits) {
    return context.error("it casts ", to_string(from), " to ", to_string(to), ", which has another number of bits");
  }
  context.set_tensor(0, to, context.input(0).dims);
  return {};
}

Status infer_dropout(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  context.set_shape(1, context.input(0).dims);
  return {};
}

}  // namespace mortise::infer
