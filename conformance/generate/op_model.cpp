#include "conformance/generate/op_model.h"

#include <algorithm>

#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance {

namespace {

Type type_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kTensor:
      return Type::tensor(value.tensor.dtype(), value.tensor.shape());
    case ValueKind::kSequence:
    case ValueKind::kOptional: {
      const Type element = value.elements.empty() ? Type::tensor(value.element_dtype) : type_of(value.elements.front());
      // The elements of a sequence may differ in shape.
      Type stored = value.kind == ValueKind::kSequence && element.is_tensor() ? Type::tensor(element.dtype) : element;
      return value.kind == ValueKind::kSequence ? Type::sequence(std::move(stored)) : Type::optional(std::move(stored));
    }
    case ValueKind::kMap: {
      const Type element = Type::tensor(value.elements[1].tensor.dtype(), Shape{});
      return {ValueKind::kMap, value.elements[0].tensor.dtype(), std::nullopt, std::make_shared<const Type>(element)};
    }
    default:
      return {};
  }
}

// The same with extents that are not known before the run, each with a name of its own.
void make_symbolic(Type& type, Graph& graph, size_t input) {
  if (!type.is_tensor() || !type.dims) return;
  for (size_t axis = 0; axis < type.dims->size(); ++axis) {
    (*type.dims)[axis] = symbolic_dim(graph.intern(concat("d", input, "_", axis)));
  }
}

}  // namespace

Result<std::unique_ptr<OpGraph>> make_graph(OpModel model) {
  const auto version = infer::since_version(model.domain, model.op, model.opset);
  if (!version) return unimplemented(model.op, " does not exist in opset ", model.opset, " of '", model.domain, "'");
  auto made = std::make_unique<OpGraph>(OpGraph{.graph = Graph(std::make_shared<StringTable>())});
  Graph& graph = made->graph;
  graph.name = graph.intern("case");
  graph.opsets.push_back({graph.intern(model.domain), model.opset});
  Node node;
  node.name = graph.intern("node");
  node.op_type = graph.intern(model.op);
  node.domain = graph.intern(model.domain);
  node.since_version = *version;
  for (auto& [name, value] : model.attributes) node.attributes.push_back({graph.intern(name), std::move(value)});
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    OpInput& input = model.inputs[i];
    if (input.value.kind == ValueKind::kNone) {
      node.inputs.push_back(kNoId);
      continue;
    }
    const Symbol name = graph.intern(concat("x", i));
    if (input.constant) {
      node.inputs.push_back(graph.add_constant(name, input.value.tensor));
      continue;
    }
    Type type = type_of(input.value);
    if (model.symbolic) make_symbolic(type, graph, i);
    const ValueId value = graph.add_value(name, std::move(type));
    graph.value(value).is_input = true;
    graph.inputs.push_back(value);
    node.inputs.push_back(value);
    made->inputs.push_back(std::move(input.value));
  }
  for (uint32_t i = 0; i < model.num_outputs; ++i) {
    if (std::find(model.left_out.begin(), model.left_out.end(), i) != model.left_out.end()) {
      node.outputs.push_back(kNoId);
      continue;
    }
    const ValueId value = graph.add_value(graph.intern(concat("y", i)));
    graph.value(value).is_output = true;
    graph.outputs.push_back(value);
    graph.output_names.push_back(graph.value(value).name);
    node.outputs.push_back(value);
  }
  graph.add_node(std::move(node));
  MORTISE_TRY(graph.finalize());
  MORTISE_TRY(infer_types(graph));
  made->view = std::make_unique<AbiGraph>(graph);
  return made;
}

}  // namespace mortise::conformance
