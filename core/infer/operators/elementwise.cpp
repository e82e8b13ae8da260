// Inference of operators that work element by element, with or without broadcasting, and of casts.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// The opsets before 7 broadcast input 1 to input 0, where an attribute asks for it.
bool is_legacy(const InferContext& context) { return context.node().find("broadcast") != nullptr; }

Result<std::optional<Dims>> broadcast_all(const InferContext& context) {
  if (!is_legacy(context)) return broadcast_inputs(context, 0, context.num_inputs());
  return context.dims(0) != nullptr ? std::optional(*context.dims(0)) : std::nullopt;
}

// Arithmetic of one pair of followed elements.
Element compute(std::string_view op, const Element& a, const Element& b) {
  if (op == "Mul" && b.known && b.value == 1) return a;
  if (op == "Mul" && a.known && a.value == 1) return b;
  if ((op == "Add" || op == "Sub") && b.known && b.value == 0) return a;
  if (op == "Add" && a.known && a.value == 0) return b;
  if (op == "Div" && b.known && b.value == 1) return a;
  if (!a.known || !b.known) return {};
  if (op == "Add") return known_element(saturating_add(a.value, b.value));
  if (op == "Sub" && b.value != std::numeric_limits<int64_t>::min())
    return known_element(saturating_add(a.value, -b.value));
  if (op == "Mul") return known_element(saturating_multiply(a.value, b.value));
  if (op == "Min") return known_element(std::min(a.value, b.value));
  if (op == "Max") return known_element(std::max(a.value, b.value));
  if (b.value == 0 || b.value == -1) return {};
  if (op == "Div") return known_element(a.value / b.value);
  if (op == "Mod" && a.value >= 0 && b.value > 0) return known_element(a.value % b.value);
  return {};
}

void follow(InferContext& context) {
  if (context.num_inputs() != 2) return;
  const auto a = context.elements(0);
  const auto b = a ? context.elements(1) : std::nullopt;
  if (!b || a->empty() || b->empty() || (a->size() != b->size() && a->size() != 1 && b->size() != 1)) return;
  Elements result;
  for (size_t i = 0; i < std::max(a->size(), b->size()); ++i) {
    result.push_back(compute(context.node().op_type, (*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]));
  }
  context.set_elements(std::move(result));
}

void same_shape(InferContext& context, DType dtype) { context.set_output(0, dtype, context.input(0).dims); }

}  // namespace

Status infer_nothing(InferContext&) { return {}; }

Status infer_same(InferContext& context) {
  context.set_output(0, context.input(0));
  if (context.node().op_type == "Identity") {
    if (auto elements = context.elements(0)) context.set_elements(std::move(*elements));
  }
  return {};
}

Status infer_same_bool(InferContext& context) {
  same_shape(context, DType::kBool);
  return {};
}

Status infer_broadcast(InferContext& context) {
  MORTISE_ASSIGN(auto dims, broadcast_all(context));
  context.set_output(0, context.dtype(0), std::move(dims));
  follow(context);
  return {};
}

Status infer_compare(InferContext& context) {
  MORTISE_ASSIGN(auto dims, broadcast_all(context));
  context.set_output(0, DType::kBool, std::move(dims));
  return {};
}

// The slope is broadcast to the input, never the other way.
Status infer_prelu(InferContext& context) {
  same_shape(context, context.dtype(0));
  return {};
}

Status infer_where(InferContext& context) {
  MORTISE_ASSIGN(auto dims, broadcast_inputs(context, 0, 3));
  context.set_output(0, context.dtype(1) != DType::kUndefined ? context.dtype(1) : context.dtype(2), std::move(dims));
  return {};
}

Status infer_cast(InferContext& context) {
  // Before opset 6 the type is written as a string, which nothing known still uses.
  const DType to = context.dtype_attribute("to", DType::kUndefined);
  if (context.version() >= 6 && to == DType::kUndefined) return context.error("attribute 'to' names no element type");
  same_shape(context, to);
  if (to == DType::kI64 || to == DType::kI32) {
    if (auto elements = context.elements(0); elements && context.node().op_type == "Cast") {
      context.set_elements(std::move(*elements));
    }
  }
  return {};
}

Status infer_cast_like(InferContext& context) {
  same_shape(context, context.dtype(1));
  return {};
}

Status infer_dropout(InferContext& context) {
  same_shape(context, context.dtype(0));
  // Until opset 7 the mask has the type of the data.
  context.set_output(1, context.version() < 10 ? context.dtype(0) : DType::kBool, context.input(0).dims);
  return {};
}

}  // namespace mortise::infer
