#include "conformance/host/control_flow.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "conformance/host/slices.h"

namespace mortise::conformance {

namespace {

using Values = std::vector<Value>;

// The node that is interpreted.
struct Call {
  const Graph& graph;
  NodeId id;
  std::span<const Value> inputs;
  const RunBody& run_body;

  const Node& node() const { return graph.node(id); }
  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].kind != ValueKind::kNone; }
  const Graph& body(std::string_view attribute) const { return *node().body(attribute); }

  template <class... Parts>
  Status error(const Parts&... parts) const {
    return invalid_argument(describe(graph, id), ": ", parts...);
  }
  // The body's outputs, of which there are as many as the graph says.
  Result<Values> run(std::string_view attribute, const Values& given) const {
    if (given.size() != body(attribute).inputs.size()) {
      return error("its body takes ", body(attribute).inputs.size(), " inputs and is given ", given.size());
    }
    return run_body(attribute, given);
  }
  Result<bool> truth(const Value& value) const {
    if (!value.is_tensor() || value.tensor.dtype() != DType::kBool || value.tensor.num_elements() != 1) {
      return error("a condition must be one bool");
    }
    return *value.tensor.data<bool>();
  }
};

// What a loop collects for one output: a tensor from every iteration, to be stacked.
struct Collected {
  std::vector<Tensor> parts;

  Status add(const Call& call, Value value) {
    if (!value.is_tensor()) return call.error("only tensors can be stacked over iterations");
    parts.push_back(std::move(value.tensor));
    return {};
  }

  // axis: counted from the end where it is negative. type: of the body's output, for a loop that never ran; extents
  // that it does not know are 0.
  Result<Value> stack(const Call& call, const Type& type, int64_t axis, bool reversed) {
    Shape shape;
    if (!parts.empty()) {
      shape = parts.front().shape();
    } else if (type.dims) {
      for (const Dim& dim : *type.dims) shape.push_back(std::max<int64_t>(dim.value, 0));
    }
    const int64_t rank = shape.rank() + 1;
    if (axis < -rank || axis >= rank) return call.error("axis ", axis, " is out of range for the rank ", rank);
    const auto at = static_cast<uint32_t>(axis < 0 ? axis + rank : axis);
    if (reversed) std::reverse(parts.begin(), parts.end());
    if (parts.empty()) shape.insert(at, 0);
    auto stacked = parts.empty() ? Tensor::allocate(type.dtype, shape) : stack_of(parts, at);
    if (!stacked.ok()) return call.error("a stacked output: ", stacked.status().message());
    return Value(*std::move(stacked));
  }
};

int64_t entry(const Call& call, std::string_view attribute, size_t i) {
  const std::span<const int64_t> list = call.node().get_ints(attribute);
  return i < list.size() ? list[i] : 0;
}

Result<Values> run_if(const Call& call) {
  MORTISE_ASSIGN(const bool condition, call.truth(call.inputs[0]));
  return call.run(condition ? "then_branch" : "else_branch", {});
}

Result<Values> run_loop(const Call& call) {
  int64_t trips = std::numeric_limits<int64_t>::max();
  if (call.has_input(0)) {
    const Value& count = call.inputs[0];
    if (!count.is_tensor() || count.tensor.dtype() != DType::kI64 || count.tensor.num_elements() != 1) {
      return call.error("the trip count must be one int64");
    }
    trips = *count.tensor.data<int64_t>();
  }
  bool condition = true;
  if (call.has_input(1)) {
    MORTISE_ASSIGN(condition, call.truth(call.inputs[1]));
  }
  const Graph& body = call.body("body");
  const size_t num_carried = call.inputs.size() > 2 ? call.inputs.size() - 2 : 0;
  if (body.outputs.size() < num_carried + 1) return call.error("its body gives too few outputs");
  Values carried;
  for (size_t i = 0; i < num_carried; ++i) carried.push_back(call.inputs[2 + i]);
  std::vector<Collected> scans(body.outputs.size() - 1 - num_carried);
  for (int64_t i = 0; i < trips && condition; ++i) {
    Values given = {Tensor::of<int64_t>({}, {i}), Tensor::of<bool>({}, {condition})};
    given.insert(given.end(), carried.begin(), carried.end());
    MORTISE_ASSIGN(Values results, call.run("body", given));
    MORTISE_ASSIGN(condition, call.truth(results[0]));
    for (size_t k = 0; k < num_carried; ++k) carried[k] = std::move(results[1 + k]);
    for (size_t k = 0; k < scans.size(); ++k) {
      MORTISE_TRY(scans[k].add(call, std::move(results[1 + num_carried + k])));
    }
  }
  for (size_t k = 0; k < scans.size(); ++k) {
    const Type& type = body.value(body.outputs[1 + num_carried + k]).type;
    MORTISE_ASSIGN(Value stacked, scans[k].stack(call, type, 0, false));
    carried.push_back(std::move(stacked));
  }
  return carried;
}

// One run of Scan's body over sequences. Inputs and axes as since version 9.
struct ScanCall {
  Values states;
  std::vector<Tensor> sequences;
  std::vector<uint32_t> axes;  // one per sequence
  std::vector<bool> backwards;
  int64_t length = 0;
};

// Leaves the last states in `scan` and gives what the steps gave, one Collected per scan output.
Result<std::vector<Collected>> run_steps(const Call& call, ScanCall& scan) {
  const Graph& body = call.body("body");
  if (body.outputs.size() < scan.states.size()) return call.error("its body gives too few outputs");
  std::vector<Collected> collected(body.outputs.size() - scan.states.size());
  for (int64_t step = 0; step < scan.length; ++step) {
    Values given = scan.states;
    for (size_t i = 0; i < scan.sequences.size(); ++i) {
      const int64_t at = scan.backwards[i] ? scan.length - 1 - step : step;
      MORTISE_ASSIGN(Tensor slice, slice_of(scan.sequences[i], scan.axes[i], at));
      given.emplace_back(std::move(slice));
    }
    MORTISE_ASSIGN(Values results, call.run("body", given));
    for (size_t i = 0; i < scan.states.size(); ++i) scan.states[i] = std::move(results[i]);
    for (size_t i = 0; i < collected.size(); ++i) {
      MORTISE_TRY(collected[i].add(call, std::move(results[scan.states.size() + i])));
    }
  }
  return collected;
}

// How many of `given` inputs are scanned: the last ones.
Result<size_t> num_scanned(const Call& call, size_t given) {
  const int64_t count = call.node().get_int("num_scan_inputs", 0);
  if (count < 1 || static_cast<uint64_t>(count) > given) {
    return call.error("num_scan_inputs is ", count, ", but there are ", given, " inputs");
  }
  return static_cast<size_t>(count);
}

Result<Values> run_scan(const Call& call) {
  MORTISE_ASSIGN(const size_t scanned, num_scanned(call, call.inputs.size()));
  ScanCall scan;
  const size_t num_states = call.inputs.size() - scanned;
  scan.states.assign(call.inputs.begin(), call.inputs.begin() + static_cast<ptrdiff_t>(num_states));
  for (size_t i = 0; i < scanned; ++i) {
    const Value& input = call.inputs[num_states + i];
    if (!input.is_tensor()) return call.error("scan input ", i, " is no tensor");
    const int64_t rank = input.tensor.rank(), axis = entry(call, "scan_input_axes", i);
    if (axis < -rank || axis >= rank) return call.error("scan_input_axes[", i, "] is out of range for rank ", rank);
    scan.axes.push_back(static_cast<uint32_t>(axis < 0 ? axis + rank : axis));
    scan.backwards.push_back(entry(call, "scan_input_directions", i) != 0);
    scan.sequences.push_back(input.tensor);
    const int64_t extent = input.tensor.dim(scan.axes.back());
    if (i != 0 && extent != scan.length) {
      return call.error("its scan inputs have ", scan.length, " and ", extent, " steps");
    }
    scan.length = extent;
  }
  MORTISE_ASSIGN(std::vector<Collected> collected, run_steps(call, scan));
  const Graph& body = call.body("body");
  Values outputs = std::move(scan.states);
  for (size_t i = 0; i < collected.size(); ++i) {
    const Type& type = body.value(body.outputs[num_states + i]).type;
    MORTISE_ASSIGN(Value stacked, collected[i].stack(call, type, entry(call, "scan_output_axes", i),
                                                     entry(call, "scan_output_directions", i) != 0));
    outputs.push_back(std::move(stacked));
  }
  return outputs;
}

// Up to `length` parts, zeros behind the last one.
Status fill_up(const Call& call, Collected& collected, int64_t length) {
  if (collected.parts.empty()) return call.error("a sequence has no elements");
  const Tensor& like = collected.parts.front();
  MORTISE_ASSIGN(Tensor zeros, Tensor::allocate(like.dtype(), like.shape()));
  std::memset(zeros.raw(), 0, zeros.size_bytes());
  collected.parts.resize(static_cast<size_t>(length), zeros);
  return {};
}

// One entry of the batch of Scan-8: input 0 gives the lengths, every other input has a batch axis in front.
Result<Values> run_batch_entry(const Call& call, size_t num_states, int64_t index, int64_t longest) {
  ScanCall scan{.length = longest};
  if (call.has_input(0)) {
    const Tensor& lengths = call.inputs[0].tensor;
    if (lengths.dtype() != DType::kI64 || index >= lengths.num_elements()) {
      return call.error("sequence_lens must be one int64 per entry of the batch");
    }
    scan.length = lengths.data<int64_t>()[index];
  }
  if (scan.length < 1 || scan.length > longest) {
    return call.error("a sequence has the length ", scan.length, " of ", longest);
  }
  for (size_t i = 1; i < call.inputs.size(); ++i) {
    MORTISE_ASSIGN(Tensor part, slice_of(call.inputs[i].tensor, 0, index));
    if (i <= num_states) {
      scan.states.emplace_back(std::move(part));
      continue;
    }
    scan.backwards.push_back(entry(call, "directions", scan.sequences.size()) != 0);
    scan.sequences.push_back(std::move(part));
    scan.axes.push_back(0);
  }
  MORTISE_ASSIGN(std::vector<Collected> collected, run_steps(call, scan));
  Values outputs = std::move(scan.states);
  for (Collected& one : collected) {
    MORTISE_TRY(fill_up(call, one, longest));
    MORTISE_ASSIGN(Value stacked, one.stack(call, {}, 0, false));
    outputs.push_back(std::move(stacked));
  }
  return outputs;
}

Result<Values> run_scan_8(const Call& call) {
  MORTISE_ASSIGN(const size_t scanned, num_scanned(call, call.inputs.empty() ? 0 : call.inputs.size() - 1));
  const size_t num_states = call.inputs.size() - 1 - scanned;
  for (size_t i = 1; i < call.inputs.size(); ++i) {
    const bool is_sequence = i > num_states;
    if (!call.inputs[i].is_tensor() || call.inputs[i].tensor.rank() < (is_sequence ? 2u : 1u)) {
      return call.error("input ", i, " is no tensor with a batch axis", is_sequence ? " and a sequence axis" : "");
    }
    if (call.inputs[i].tensor.dim(0) != call.inputs.back().tensor.dim(0) ||
        (is_sequence && call.inputs[i].tensor.dim(1) != call.inputs.back().tensor.dim(1))) {
      return call.error("its inputs differ in batch size or in the length of their sequences");
    }
  }
  const int64_t batch = call.inputs.back().tensor.dim(0), longest = call.inputs.back().tensor.dim(1);
  if (batch == 0) return call.error("its batch has no entries");
  std::vector<Collected> outputs(call.body("body").outputs.size());
  for (int64_t index = 0; index < batch; ++index) {
    MORTISE_ASSIGN(Values results, run_batch_entry(call, num_states, index, longest));
    for (size_t i = 0; i < outputs.size(); ++i) MORTISE_TRY(outputs[i].add(call, std::move(results[i])));
  }
  Values stacked;
  for (Collected& output : outputs) {
    MORTISE_ASSIGN(Value value, output.stack(call, {}, 0, false));
    stacked.push_back(std::move(value));
  }
  return stacked;
}

Result<Values> run_sequence_map(const Call& call) {
  const Value& sequence = call.inputs[0];
  if (sequence.kind != ValueKind::kSequence) return call.error("its first input is no sequence");
  std::vector<Values> collected(call.body("body").outputs.size());
  for (size_t i = 0; i < sequence.elements.size(); ++i) {
    Values given;
    for (const Value& input : call.inputs) {
      if (input.kind == ValueKind::kSequence && i >= input.elements.size()) {
        return call.error("its sequences differ in length");
      }
      given.push_back(input.kind == ValueKind::kSequence ? input.elements[i] : input);
    }
    MORTISE_ASSIGN(Values results, call.run("body", given));
    for (size_t k = 0; k < collected.size(); ++k) collected[k].push_back(std::move(results[k]));
  }
  Values outputs;
  for (size_t k = 0; k < collected.size(); ++k) {
    outputs.emplace_back(ValueKind::kSequence, std::move(collected[k]));
    const Graph& body = call.body("body");
    outputs.back().element_dtype = body.value(body.outputs[k]).type.dtype;
  }
  return outputs;
}

}  // namespace

Result<Values> interpret_control_flow(const Graph& graph, NodeId id, std::span<const Value> inputs,
                                      const RunBody& run_body) {
  const Call call{graph, id, inputs, run_body};
  const std::string_view op = graph.node(id).op_type;
  MORTISE_ASSIGN(Values outputs, op == "If"                          ? run_if(call)
                                 : op == "Loop"                      ? run_loop(call)
                                 : op == "SequenceMap"               ? run_sequence_map(call)
                                 : graph.node(id).since_version >= 9 ? run_scan(call)
                                                                     : run_scan_8(call));
  if (outputs.size() < graph.node(id).outputs.size()) return call.error("its body gives too few outputs");
  return outputs;
}

}  // namespace mortise::conformance
