// Inference of operators with bodies: If, Loop, Scan. The types inside the bodies are set on the way.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// Bodies are tried more than once only in the outer two, so that bodies in bodies in bodies cost no exponential time.
constexpr uint32_t kMaxDepthOfRounds = 2;
constexpr int kMaxRounds = 4;

bool same(const Type& a, const Type& b) { return to_string(a) == to_string(b); }

// Whether no value is of both types, whatever its extents. What an optional holds may be given for the optional.
bool exclude_each_other(const Type& a, const Type& b) {
  if (a.kind == ValueKind::kNone || b.kind == ValueKind::kNone) return false;
  if (a.kind != b.kind) {
    if (a.kind == ValueKind::kOptional) return a.element && exclude_each_other(*a.element, b);
    if (b.kind == ValueKind::kOptional) return b.element && exclude_each_other(a, *b.element);
    return true;
  }
  if (a.dtype != b.dtype && a.dtype != DType::kUndefined && b.dtype != DType::kUndefined) return true;
  return a.element && b.element && exclude_each_other(*a.element, *b.element);
}

// One type for two values of which either becomes the same value.
Result<Type> joined(const InferContext& context, std::string_view a_name, const Type& a, std::string_view b_name,
                    const Type& b) {
  if (!exclude_each_other(a, b)) return common(a, b);
  return context.error(a_name, " is ", to_string(a), ", but ", b_name, " is ", to_string(b),
                       "; they must have one type");
}

// One more extent, at an axis that may count from the end, or no shape where the rank is unknown.
Result<Type> stacked(const InferContext& context, const Type& element, const Dim& length, int64_t axis) {
  std::optional<Dims> dims = element.dims;
  if (dims) {
    MORTISE_ASSIGN(const size_t position, context.axis(axis, dims->size() + 1));
    dims->insert(dims->begin() + static_cast<std::ptrdiff_t>(position), length);
  }
  return Type::tensor(element.dtype, std::move(dims));
}

// The types of the body's outputs, when inputs first .. first + count - 1 are carried from one iteration to the next as
// outputs `result` and following. Extents that change on the way become unknown, in `inputs` too: the types settle when
// what goes in comes out. Types that do not settle soon keep only their element type.
Result<std::vector<BodyOutput>> settle(InferContext& context, std::vector<Type>& inputs, size_t first, size_t count,
                                       size_t result) {
  bool settled = count == 0;
  for (int round = 0; round < kMaxRounds && !settled && context.depth() < kMaxDepthOfRounds; ++round) {
    MORTISE_ASSIGN(const auto outputs, context.infer_body("body", inputs, InferContext::Keep::kNo));
    if (outputs.size() < result + count) break;
    settled = true;
    for (size_t i = 0; i < count; ++i) {
      MORTISE_ASSIGN(Type both, joined(context, concat("carried value ", i), inputs[first + i],
                                       concat("output ", result + i, " of its body, which follows it,"),
                                       outputs[result + i].type));
      settled = settled && same(both, inputs[first + i]);
      inputs[first + i] = std::move(both);
    }
  }
  for (size_t i = 0; i < count && !settled; ++i) inputs[first + i] = without_shape(inputs[first + i]);
  MORTISE_ASSIGN(auto outputs, context.infer_body("body", inputs));
  for (size_t i = 0; i < count && result + i < outputs.size(); ++i) {
    MORTISE_TRY(joined(context, concat("carried value ", i), inputs[first + i],
                       concat("output ", result + i, " of its body, which follows it,"), outputs[result + i].type)
                    .status());
  }
  return outputs;
}

Status check_outputs(const InferContext& context, size_t given, size_t least, size_t extra) {
  if (given >= least && given == context.num_outputs() + extra) return {};
  return context.error("its body gives ", given, " values, which does not fit its ", context.num_outputs(), " outputs");
}

// A list with one entry per scan, all 0 where the attribute is left out.
Result<std::vector<int64_t>> per_scan(const InferContext& context, std::string_view attribute, size_t count) {
  const auto* list = context.node().get<std::vector<int64_t>>(attribute);
  if (list == nullptr) return std::vector<int64_t>(count, 0);
  if (list->size() != count) {
    return context.error("attribute '", attribute, "' has ", list->size(), " entries for ", count, " scans");
  }
  return *list;
}

// The type of input i without one axis, whose extent goes to `length`, of which more becomes known with every input.
Result<Type> without_axis(const InferContext& context, uint32_t i, Type type, int64_t axis, Dim& length) {
  if (!type.dims) return type;
  MORTISE_ASSIGN(const size_t position, context.axis(axis, type.dims->size()));
  const Dim extent = (*type.dims)[position];
  if (differ(length, extent)) {
    return context.error("input #", i, " is ", to_string(context.input(i)), ", but another one has the extent ",
                         length.value, " there");
  }
  length = either(length, extent);
  type.dims->erase(type.dims->begin() + static_cast<std::ptrdiff_t>(position));
  return type;
}

}  // namespace

// Where the condition is known, the other branch never runs, so it may be impossible and decides nothing. In a run a
// branch that is impossible for its shapes is the other one, too: if it is not, it says so itself.
Status infer_if(InferContext& context) {
  auto condition = context.scalar(0);
  auto then_types = context.infer_body("then_branch", {});
  auto else_types = context.infer_body("else_branch", {});
  if (!condition && !context.keeps() && then_types.ok() != else_types.ok()) condition = then_types.ok() ? 1 : 0;
  if (!then_types.ok() && condition.value_or(1) != 0) return std::move(then_types).status();
  if (!else_types.ok() && condition.value_or(0) == 0) return std::move(else_types).status();
  for (const auto* types : {&then_types, &else_types}) {
    if (types->ok()) MORTISE_TRY(check_outputs(context, (*types)->size(), 1, 0));
  }
  for (uint32_t i = 0; i < context.num_outputs(); ++i) {
    if (!condition) {
      MORTISE_ASSIGN(Type type, joined(context, concat("output ", i, " of then_branch"), (*then_types)[i].type,
                                       "that of else_branch", (*else_types)[i].type));
      context.set_output(i, type);
      continue;
    }
    BodyOutput& output = (*condition != 0 ? *then_types : *else_types)[i];
    context.set_output(i, output.type);
    if (output.elements) context.set_elements(i, std::move(*output.elements));
  }
  return {};
}

// Inputs: trip count, condition, carried values. Body: iteration, condition, carried values -> condition, carried
// values, values to stack.
Status infer_loop(InferContext& context) {
  const Graph* body = context.node().body("body");
  if (context.num_inputs() < 2) return context.error("it has ", context.num_inputs(), " inputs; it needs at least 2");
  // Some exporters declare the iteration as a list of one, and get it (core/run/control_flow.cpp).
  const bool as_list = body != nullptr && !body->inputs.empty() && body->value(body->inputs[0]).type.dims &&
                       body->value(body->inputs[0]).type.dims->size() == 1;
  std::vector<Type> inputs{Type::tensor(DType::kI64, as_list ? Dims{known_dim(1)} : Dims{}),
                           Type::tensor(DType::kBool)};
  const uint32_t num_carried = context.num_inputs() - 2;
  for (uint32_t i = 0; i < num_carried; ++i) inputs.push_back(context.input(i + 2));
  MORTISE_ASSIGN(const auto outputs, settle(context, inputs, 2, num_carried, 1));
  MORTISE_TRY(check_outputs(context, outputs.size(), num_carried + size_t{1}, 1));
  const auto trips = context.scalar(0);
  for (uint32_t i = 0; i < context.num_outputs(); ++i) {
    if (i < num_carried) {
      // With no iteration a carried value is the initial one.
      context.set_output(i, common(context.input(i + 2), outputs[i + 1].type));
    } else {
      MORTISE_ASSIGN(Type type, stacked(context, outputs[i + 1].type, trips == 0 ? known_dim(0) : kUnknownDim, 0));
      context.set_output(i, type);
    }
  }
  return {};
}

// Inputs: states, then sequences to scan. Body: states, one step of each -> states, steps to stack. In version 8 the
// lengths of the sequences come first, and all else has a batch axis in front that the body does not see.
Status infer_scan(InferContext& context) {
  const bool batched = context.version() < 9;
  const uint32_t first = batched ? 1 : 0;
  const int64_t scans = context.node().get_int("num_scan_inputs", 0);
  if (scans < 1 || scans > int64_t{context.num_inputs()} - first) {
    return context.error("attribute 'num_scan_inputs' is ", scans, ", but it has ", context.num_inputs(), " inputs");
  }
  const uint32_t num_states = context.num_inputs() - first - static_cast<uint32_t>(scans);
  MORTISE_ASSIGN(const auto axes, per_scan(context, "scan_input_axes", static_cast<size_t>(scans)));
  const std::string_view directions = batched ? "directions" : "scan_input_directions";
  MORTISE_TRY(per_scan(context, directions, static_cast<size_t>(scans)).status());
  std::vector<Type> inputs;
  Dim batch = kUnknownDim;
  Dim length = kUnknownDim;
  for (uint32_t i = first; i < context.num_inputs(); ++i) {
    Type type = context.input(i);
    if (batched) {
      MORTISE_ASSIGN(type, without_axis(context, i, std::move(type), 0, batch));
    }
    if (i - first >= num_states) {
      MORTISE_ASSIGN(type, without_axis(context, i, std::move(type), axes[i - first - num_states], length));
    }
    inputs.push_back(std::move(type));
  }
  MORTISE_ASSIGN(auto outputs, settle(context, inputs, 0, num_states, 0));
  MORTISE_TRY(check_outputs(context, outputs.size(), num_states, 0));
  MORTISE_ASSIGN(const auto result_axes, per_scan(context, "scan_output_axes", outputs.size() - num_states));
  MORTISE_TRY(per_scan(context, "scan_output_directions", outputs.size() - num_states).status());
  for (uint32_t i = 0; i < context.num_outputs(); ++i) {
    Type type = std::move(outputs[i].type);
    if (i >= num_states) {
      MORTISE_ASSIGN(type, stacked(context, type, length, result_axes[i - num_states]));
    }
    if (batched) {
      MORTISE_ASSIGN(type, stacked(context, type, batch, 0));
    }
    context.set_output(i, i < num_states ? common(context.input(first + i), type) : type);
  }
  return {};
}

// Body: one element of each sequence, and each tensor as it is -> one element of each resulting sequence.
Status infer_sequence_map(InferContext& context) {
  std::vector<Type> inputs;
  for (uint32_t i = 0; i < context.num_inputs(); ++i) {
    const Type& type = context.input(i);
    if (type.kind != ValueKind::kSequence) {
      inputs.push_back(type);
    } else {
      inputs.push_back(type.element ? *type.element : Type());
    }
  }
  MORTISE_ASSIGN(const auto outputs, context.infer_body("body", inputs));
  MORTISE_TRY(check_outputs(context, outputs.size(), 1, 0));
  for (uint32_t i = 0; i < context.num_outputs(); ++i) context.set_output(i, Type::sequence(outputs[i].type));
  return {};
}

}  // namespace mortise::infer
