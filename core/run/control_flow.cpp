#include "core/run/control_flow.h"

#include <cstring>
#include <initializer_list>
#include <limits>
#include <optional>

#include "core/graph/check_value.h"
#include "core/run/copy.h"
#include "core/run/stack.h"

namespace mortise::run {
namespace {

// A control-flow step as its operator sees it.
class Call {
 public:
  Call(Frame& frame, uint32_t index, const RunControl& control)
      : frame_(frame), step_(frame.program().steps[index]), control_(control), graph_(*frame.program().graph) {}

  MemoryBudget& memory() const { return *frame_.program().memory; }
  const Node& node() const { return graph_.node(step_.control_flow->node); }
  size_t num_inputs() const { return node().inputs.size(); }
  size_t num_outputs() const { return step_.outputs.size(); }
  bool has_input(size_t i) const { return i < num_inputs() && step_.inputs[i] != kNoSlot; }
  // Nothing where the model leaves the input out.
  const Value& input(size_t i) const { return has_input(i) ? frame_.value(step_.inputs[i]) : nothing_; }
  Status set_output(size_t i, Value value) {
    const uint32_t slot = step_.outputs[i];
    if (slot == kNoSlot) return {};
    const Status status = check_kind(graph_.value(frame_.program().slots[slot].value).type, value);
    if (!status.ok()) return error("output ", i, " would be ", status.message());
    frame_.set(slot, std::move(value));
    return {};
  }
  bool has_output(size_t i) const { return step_.outputs[i] != kNoSlot; }
  // What is known of the shape of an output for this run's inputs.
  std::optional<Dims> known_dims(size_t i) const {
    return has_output(i) ? frame_.layout().slots[step_.outputs[i]].dims : std::nullopt;
  }
  const ControlFlow::Body& body(std::string_view attribute) const {
    for (const ControlFlow::Body& body : step_.control_flow->bodies) {
      if (body.attribute == attribute) return body;
    }
    return step_.control_flow->bodies.front();
  }
  const Graph& body_graph(const ControlFlow::Body& body) const { return *body.executor->program().graph; }

  // Runs a body on the values of its own inputs; the captured ones are added.
  Result<std::vector<Value>> run(const ControlFlow::Body& body, std::span<const Value* const> given) {
    const size_t expected = body_graph(body).inputs.size();
    if (given.size() != expected) {
      return error("its body '", body.attribute.view(), "' takes ", expected, " inputs but is given ", given.size());
    }
    arguments_.assign(given.begin(), given.end());
    for (const uint32_t position : body.captured) arguments_.push_back(&frame_.value(step_.inputs[position]));
    std::vector<Value> results(body.executor->program().outputs.size());
    const std::vector<const Value*> arguments = arguments_;
    MORTISE_TRY(body.executor->run(arguments, results, control_));
    return results;
  }

  template <class... Parts>
  Status error(const Parts&... parts) const {
    return invalid_argument(describe(graph_, step_.control_flow->node), ": ", parts...);
  }

  // What moves values for this node; its failure names the node, and what it has to do with it.
  template <class T>
  Result<T> own(Result<T> result, std::string_view what) const {
    if (result.ok()) return result;
    const NodeId id = step_.control_flow->node;
    return std::move(result).status().context(concat(describe(graph_, id), ": ", what)).at_node(id);
  }

  Result<bool> read_bool(const Value& value, std::string_view what) const {
    if (!value.is_tensor() || value.tensor.dtype() != DType::kBool || value.tensor.num_elements() != 1) {
      return error(what, " is ", form_of(value), "; it must be one bool");
    }
    return *value.tensor.data<bool>();
  }

 private:
  Frame& frame_;
  const Step& step_;
  const RunControl& control_;
  const Graph& graph_;
  std::vector<const Value*> arguments_;
  const Value nothing_;
};

// What results that never came would have been: an output without the axes of its stack, unknown extents as 0.
Element unmade(DType dtype, std::optional<Dims> stacked, std::initializer_list<uint32_t> axes) {
  Element element{dtype, {}};
  if (!stacked) return element;
  for (const uint32_t axis : axes) {
    if (axis < stacked->size()) stacked->erase(stacked->begin() + axis);
  }
  for (const Dim& dim : *stacked) element.shape.push_back(is_known(dim) ? dim.value : 0);
  return element;
}

// element: what the parts would be if there were any.
Result<Value> stack_values(MemoryBudget& memory, std::vector<Value>& parts, Element element, uint32_t axis,
                           bool reversed) {
  std::vector<Tensor> tensors;
  for (Value& part : parts) {
    if (!part.is_tensor()) return invalid_argument("only tensors can be stacked over iterations");
    tensors.push_back(std::move(part.tensor));
  }
  if (!tensors.empty()) element = {tensors.front().dtype(), tensors.front().shape()};
  MORTISE_ASSIGN(Tensor stacked, stack(memory, element, tensors, axis, reversed));
  return Value(std::move(stacked));
}

// The iteration or the condition in the shape in which the body declares it: some exporters write lists of one, which
// inference lets pass.
Shape shape_of_one(const Graph& body, size_t input) {
  const auto& dims = body.value(body.inputs[input]).type.dims;
  return dims && dims->size() == 1 ? Shape{1} : Shape{};
}

Status run_if(Call& call) {
  MORTISE_ASSIGN(const bool condition, call.read_bool(call.input(0), "the condition"));
  MORTISE_ASSIGN(std::vector<Value> results, call.run(call.body(condition ? "then_branch" : "else_branch"), {}));
  if (results.size() < call.num_outputs()) return call.error("its branches give too few outputs");
  for (size_t i = 0; i < call.num_outputs(); ++i) MORTISE_TRY(call.set_output(i, std::move(results[i])));
  return {};
}

Status run_loop(Call& call) {
  int64_t trips = std::numeric_limits<int64_t>::max();
  if (call.has_input(0)) {
    const Value& count = call.input(0);
    if (!count.is_tensor() || count.tensor.dtype() != DType::kI64 || count.tensor.num_elements() != 1) {
      return call.error("the trip count is ", form_of(count), "; it must be one int64");
    }
    trips = *count.tensor.data<int64_t>();
  }
  bool condition = true;
  if (call.has_input(1)) {
    MORTISE_ASSIGN(condition, call.read_bool(call.input(1), "the condition"));
  }
  const ControlFlow::Body& body = call.body("body");
  const Graph& graph = call.body_graph(body);
  const size_t num_carried = call.num_inputs() > 2 ? call.num_inputs() - 2 : 0;
  if (graph.inputs.size() != num_carried + 2 || graph.outputs.size() < num_carried + 1 ||
      call.num_outputs() > graph.outputs.size() - 1) {
    return call.error("its body takes ", graph.inputs.size(), " inputs and gives ", graph.outputs.size(),
                      " outputs, which does not fit ", num_carried, " carried values");
  }
  const size_t num_scans = graph.outputs.size() - 1 - num_carried;
  std::vector<Value> carried;
  for (size_t i = 0; i < num_carried; ++i) carried.push_back(call.input(2 + i));
  bool untouched = true;  // no iteration has run
  std::vector<std::vector<Value>> scans(num_scans);
  Value iteration(Tensor::of<int64_t>(shape_of_one(graph, 0), {0}));
  Value keep_going(Tensor::of<bool>(shape_of_one(graph, 1), {true}));

  for (int64_t i = 0; i < trips && condition; ++i) {
    untouched = false;
    *iteration.tensor.data<int64_t>() = i;
    *keep_going.tensor.data<bool>() = condition;
    std::vector<const Value*> given = {&iteration, &keep_going};
    for (const Value& value : carried) given.push_back(&value);
    MORTISE_ASSIGN(std::vector<Value> results, call.run(body, given));
    MORTISE_ASSIGN(condition, call.read_bool(results[0], "the condition that its body gives"));
    for (size_t k = 0; k < num_carried; ++k) carried[k] = std::move(results[1 + k]);
    for (size_t k = 0; k < num_scans; ++k) {
      const size_t output = num_carried + k;
      if (output < call.num_outputs() && call.has_output(output)) scans[k].push_back(std::move(results[1 + output]));
    }
  }
  for (size_t k = 0; k < num_carried && k < call.num_outputs(); ++k) {
    if (untouched) {
      MORTISE_ASSIGN(carried[k], call.own(copied(call.memory(), carried[k]), "a carried value"));
    }
    MORTISE_TRY(call.set_output(k, std::move(carried[k])));
  }
  for (size_t k = 0; k < num_scans && num_carried + k < call.num_outputs(); ++k) {
    if (!call.has_output(num_carried + k)) continue;
    const DType dtype = graph.value(graph.outputs[1 + num_carried + k]).type.dtype;
    const Element none = unmade(dtype, call.known_dims(num_carried + k), {0});
    MORTISE_ASSIGN(Value scan,
                   call.own(stack_values(call.memory(), scans[k], none, 0, false), concat("scan output ", k)));
    MORTISE_TRY(call.set_output(num_carried + k, std::move(scan)));
  }
  return {};
}

// Runs the body of a Scan on its states and what its scan inputs have at one step.
Result<std::vector<Value>> scan_step(Call& call, const ControlFlow::Body& body, std::span<const Value> states,
                                     std::span<const Value> slices) {
  std::vector<const Value*> given;
  given.reserve(states.size() + slices.size());
  for (const Value& state : states) given.push_back(&state);
  for (const Value& slice : slices) given.push_back(&slice);
  return call.run(body, given);
}

// Scan since version 9. Directions and axes have one entry per scan input or output, all 0 where they are left out.
Status run_scan(Call& call) {
  const ControlFlow::Body& body = call.body("body");
  const Graph& graph = call.body_graph(body);
  const int64_t declared = call.node().get_int("num_scan_inputs", 0);
  if (declared < 1 || static_cast<uint64_t>(declared) > call.num_inputs())
    return call.error("num_scan_inputs is ", declared, ", but it has ", call.num_inputs(), " inputs");
  const auto num_scan_inputs = static_cast<size_t>(declared);
  const size_t num_states = call.num_inputs() - num_scan_inputs;
  if (graph.inputs.size() != call.num_inputs() || graph.outputs.size() < num_states ||
      graph.outputs.size() != call.num_outputs()) {
    return call.error("its body takes ", graph.inputs.size(), " inputs and gives ", graph.outputs.size(),
                      " outputs, which does not fit");
  }
  const size_t num_scan_outputs = graph.outputs.size() - num_states;
  const auto entry = [&](std::string_view attribute, size_t i) {
    const std::span<const int64_t> list = call.node().get_ints(attribute);
    return i < list.size() ? list[i] : 0;
  };

  std::vector<Value> states;
  for (size_t i = 0; i < num_states; ++i) states.push_back(call.input(i));
  std::vector<uint32_t> axes;
  int64_t length = -1;
  for (size_t i = 0; i < num_scan_inputs; ++i) {
    const Value& input = call.input(num_states + i);
    if (!input.is_tensor()) return call.error("scan input ", i, " is no tensor");
    const int64_t rank = input.tensor.rank();
    const int64_t axis = entry("scan_input_axes", i) + (entry("scan_input_axes", i) < 0 ? rank : 0);
    if (axis < 0 || axis >= rank) return call.error("scan_input_axes[", i, "] is out of range for rank ", rank);
    axes.push_back(static_cast<uint32_t>(axis));
    const int64_t extent = input.tensor.dim(axes.back());
    if (length >= 0 && extent != length) return call.error("its scan inputs have ", length, " and ", extent, " steps");
    length = extent;
  }
  std::vector<std::vector<Value>> scans(num_scan_outputs);
  for (int64_t step = 0; step < length; ++step) {
    std::vector<Value> slices;
    for (size_t i = 0; i < num_scan_inputs; ++i) {
      const bool backwards = entry("scan_input_directions", i) != 0;
      MORTISE_ASSIGN(Tensor slice, call.own(take_slice(call.memory(), call.input(num_states + i).tensor, axes[i],
                                                       backwards ? length - 1 - step : step),
                                            "a step of a scan input"));
      slices.emplace_back(std::move(slice));
    }
    MORTISE_ASSIGN(std::vector<Value> results, scan_step(call, body, states, slices));
    for (size_t i = 0; i < num_states; ++i) states[i] = std::move(results[i]);
    for (size_t i = 0; i < num_scan_outputs; ++i) {
      if (call.has_output(num_states + i)) scans[i].push_back(std::move(results[num_states + i]));
    }
  }
  for (size_t i = 0; i < num_states; ++i) {
    if (length == 0) {
      MORTISE_ASSIGN(states[i], call.own(copied(call.memory(), states[i]), "a state"));
    }
    MORTISE_TRY(call.set_output(i, std::move(states[i])));
  }
  for (size_t i = 0; i < num_scan_outputs; ++i) {
    if (!call.has_output(num_states + i)) continue;
    const DType dtype = graph.value(graph.outputs[num_states + i]).type.dtype;
    const std::optional<Dims> known = call.known_dims(num_states + i);
    const int64_t rank = !scans[i].empty() && scans[i].front().is_tensor() ? scans[i].front().tensor.rank() + int64_t{1}
                         : known                                           ? static_cast<int64_t>(known->size())
                                                                           : 1;
    const int64_t axis = entry("scan_output_axes", i) + (entry("scan_output_axes", i) < 0 ? rank : 0);
    if (axis < 0 || axis >= rank) return call.error("scan_output_axes[", i, "] is out of range for rank ", rank);
    const auto position = static_cast<uint32_t>(axis);
    auto stacked = stack_values(call.memory(), scans[i], unmade(dtype, known, {position}), position,
                                entry("scan_output_directions", i) != 0);
    MORTISE_ASSIGN(Value scan, call.own(std::move(stacked), concat("scan output ", i)));
    MORTISE_TRY(call.set_output(num_states + i, std::move(scan)));
  }
  return {};
}

// Runs the body of a Scan of version 8 over the first `length` steps of one entry of the batch: what it gives to be
// stacked, by output. The states become those behind the last step.
Result<std::vector<std::vector<Value>>> scan_entry(Call& call, const ControlFlow::Body& body,
                                                   std::vector<Value>& states, std::span<const Tensor> sequences,
                                                   int64_t length) {
  const std::span<const int64_t> directions = call.node().get_ints("directions");
  std::vector<std::vector<Value>> scans(call.num_outputs() - states.size());
  for (int64_t step = 0; step < length; ++step) {
    std::vector<Value> slices;
    for (size_t i = 0; i < sequences.size(); ++i) {
      const bool backwards = i < directions.size() && directions[i] != 0;
      MORTISE_ASSIGN(Tensor slice,
                     call.own(take_slice(call.memory(), sequences[i], 0, backwards ? length - 1 - step : step),
                              "a step of a scan input"));
      slices.emplace_back(std::move(slice));
    }
    MORTISE_ASSIGN(std::vector<Value> results, scan_step(call, body, states, slices));
    for (size_t i = 0; i < states.size(); ++i) states[i] = std::move(results[i]);
    for (size_t i = 0; i < scans.size(); ++i) scans[i].push_back(std::move(results[states.size() + i]));
  }
  return scans;
}

Result<Tensor> zeros_of(MemoryBudget& memory, const Element& element) {
  MORTISE_ASSIGN(Tensor zeros, memory.allocate(element.dtype, element.shape));
  if (zeros.size_bytes() != 0) std::memset(zeros.raw(), 0, zeros.size_bytes());
  return zeros;
}

// A stack on axis 0 with zeros behind it, up to `length`.
Result<Tensor> filled_up(MemoryBudget& memory, const Tensor& stacked, int64_t length) {
  if (stacked.dim(0) == length) return stacked;
  Element longer{stacked.dtype(), stacked.shape()};
  longer.shape[0] = length;
  MORTISE_ASSIGN(Tensor filled, zeros_of(memory, longer));
  if (stacked.size_bytes() != 0) std::memcpy(filled.raw(), stacked.raw(), stacked.size_bytes());
  if (stacked.dtype() == DType::kString) return copied_strings(memory, filled);
  return filled;
}

// Scan version 8: every value has a batch axis in front, and the scan runs for each entry of it on axis 1. Input 0
// gives the length of each sequence; scan outputs are filled up with zeros to the longest.
Status run_batched_scan(Call& call) {
  const ControlFlow::Body& body = call.body("body");
  const Graph& graph = call.body_graph(body);
  const int64_t declared = call.node().get_int("num_scan_inputs", 0);
  const size_t given_inputs = call.num_inputs() - 1;
  if (declared < 1 || static_cast<uint64_t>(declared) > given_inputs) {
    return call.error("num_scan_inputs is ", declared, ", but it has ", given_inputs, " inputs to give");
  }
  const size_t num_states = given_inputs - static_cast<size_t>(declared);
  if (graph.inputs.size() != given_inputs || graph.outputs.size() < num_states ||
      graph.outputs.size() != call.num_outputs()) {
    return call.error("its body takes ", graph.inputs.size(), " inputs and gives ", graph.outputs.size(),
                      " outputs, which does not fit");
  }
  int64_t batch = -1, longest = -1;
  for (size_t i = 0; i < given_inputs; ++i) {
    const Value& input = call.input(1 + i);
    const bool scanned = i >= num_states;
    if (!input.is_tensor() || input.tensor.rank() < (scanned ? 2u : 1u)) {
      return call.error("input ", 1 + i, " is no tensor with a batch axis", scanned ? " and a sequence axis" : "");
    }
    if ((batch >= 0 && input.tensor.dim(0) != batch) || (scanned && longest >= 0 && input.tensor.dim(1) != longest)) {
      return call.error("its inputs differ in batch size or in the length of their sequences");
    }
    batch = input.tensor.dim(0);
    if (scanned) longest = input.tensor.dim(1);
  }
  const Tensor* lengths = call.has_input(0) && call.input(0).is_tensor() ? &call.input(0).tensor : nullptr;
  if (lengths != nullptr && (lengths->dtype() != DType::kI64 || lengths->num_elements() != batch)) {
    return call.error("sequence_lens is ", form_of(call.input(0)), "; it must be ", batch,
                      " int64, one for each entry");
  }
  std::vector<std::vector<Value>> results(graph.outputs.size());  // of every entry; nothing from no steps
  for (int64_t entry = 0; entry < batch; ++entry) {
    const int64_t length = lengths != nullptr ? lengths->data<int64_t>()[entry] : longest;
    if (length < 0 || length > longest) {
      return call.error("sequence_lens[", entry, "] is ", length, ", but the sequences have ", longest, " steps");
    }
    std::vector<Value> states;
    std::vector<Tensor> sequences;
    for (size_t i = 0; i < given_inputs; ++i) {
      MORTISE_ASSIGN(Tensor part,
                     call.own(take_slice(call.memory(), call.input(1 + i).tensor, 0, entry), "an entry of the batch"));
      if (i < num_states) {
        states.emplace_back(std::move(part));
      } else {
        sequences.push_back(std::move(part));
      }
    }
    MORTISE_ASSIGN(std::vector<std::vector<Value>> scans, scan_entry(call, body, states, sequences, length));
    for (size_t i = 0; i < num_states; ++i) results[i].push_back(std::move(states[i]));
    for (size_t i = 0; i < scans.size(); ++i) {
      Value& sequence = results[num_states + i].emplace_back();
      if (scans[i].empty() || !call.has_output(num_states + i)) continue;
      const std::string what = concat("output ", num_states + i);
      MORTISE_ASSIGN(const Value stacked, call.own(stack_values(call.memory(), scans[i], {}, 0, false), what));
      MORTISE_ASSIGN(sequence, call.own(filled_up(call.memory(), stacked.tensor, longest), what));
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (!call.has_output(i)) continue;
    Element element;
    if (i < num_states) {
      const Tensor& given = call.input(1 + i).tensor;
      element = {given.dtype(), given.shape()};
      element.shape.erase(0);
    } else {
      element = unmade(graph.value(graph.outputs[i]).type.dtype, call.known_dims(i), {0, 0});
      element.shape.insert(0, longest);
    }
    for (const Value& result : results[i]) {
      if (result.is_tensor()) element = {result.tensor.dtype(), result.tensor.shape()};
    }
    for (Value& result : results[i]) {
      if (result.is_tensor()) continue;
      MORTISE_ASSIGN(result, call.own(zeros_of(call.memory(), element), concat("output ", i)));
    }
    auto stacked = stack_values(call.memory(), results[i], element, 0, false);
    MORTISE_ASSIGN(Value value, call.own(std::move(stacked), concat("output ", i)));
    MORTISE_TRY(call.set_output(i, std::move(value)));
  }
  return {};
}

Status run_sequence_map(Call& call) {
  const ControlFlow::Body& body = call.body("body");
  const Value& sequence = call.input(0);
  if (sequence.kind != ValueKind::kSequence) return call.error("its first input is no sequence");
  std::vector<std::vector<Value>> collected(call.num_outputs());
  for (size_t i = 0; i < sequence.elements.size(); ++i) {
    std::vector<const Value*> given = {&sequence.elements[i]};
    for (size_t k = 1; k < call.num_inputs(); ++k) {
      const Value& other = call.input(k);
      if (other.kind == ValueKind::kSequence && i >= other.elements.size()) {
        return call.error("its sequences have ", sequence.elements.size(), " and ", other.elements.size(), " elements");
      }
      given.push_back(other.kind == ValueKind::kSequence ? &other.elements[i] : &other);
    }
    MORTISE_ASSIGN(std::vector<Value> results, call.run(body, given));
    if (results.size() < collected.size()) return call.error("its body gives too few outputs");
    for (size_t k = 0; k < collected.size(); ++k) {
      if (!results[k].is_tensor()) return call.error("output ", k, " of its body is no tensor");
      collected[k].push_back(std::move(results[k]));
    }
  }
  for (size_t k = 0; k < collected.size(); ++k)
    MORTISE_TRY(call.set_output(k, Value(ValueKind::kSequence, std::move(collected[k]))));
  return {};
}

}  // namespace

Status run_control_flow(Frame& frame, uint32_t step, const RunControl& control) {
  Call call(frame, step, control);
  const std::string_view op = call.node().op_type;
  if (op == "If") return run_if(call);
  if (op == "Loop") return run_loop(call);
  if (op == "Scan") return call.node().since_version >= 9 ? run_scan(call) : run_batched_scan(call);
  if (op == "SequenceMap") return run_sequence_map(call);
  return unimplemented(describe(*frame.program().graph, frame.program().steps[step].control_flow->node), ": version ",
                       call.node().since_version, " of this control-flow operator is not supported");
}

}  // namespace mortise::run
