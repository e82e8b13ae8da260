#include "core/model/flex_attention.h"

#include <algorithm>
#include <cmath>

#include "core/graph/clipped.h"
#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise {
namespace {

// The first opset whose Shape takes a part of a shape.
constexpr int64_t kOldestOpset = 15;

class Expansion {
 public:
  Expansion(Graph& graph, NodeId id) : graph_(graph), node_(std::move(graph.node(id))) {
    const std::string_view name = (node_.name.empty() ? graph.value(node_.outputs[0]).name : node_.name).view();
    name_ = clipped(name).size() == name.size() ? std::string(name) : concat(clipped(name), '~', id);
    for (const Opset& import : graph.opsets) {
      if (import.domain.empty()) opset_ = std::max(opset_, import.version);
    }
    graph.erase_node(id);
  }

  void run(DType precision) {
    const ValueId q = node_.inputs[0], k = node_.inputs[1], v = node_.inputs[2];
    const DType given = graph_.value(q).type.dtype;
    const DType wide = given == DType::kF64 || precision == DType::kF64 ? DType::kF64 : DType::kF32;
    const bool grouped = !same_heads(q, k);

    ValueId queries = add("Mul", {cast(q, wide), scale(q, wide)});
    const ValueId keys = add("Transpose", {cast(k, wide)}, "perm", std::vector<int64_t>{0, 1, 3, 2});
    if (grouped) queries = add("Reshape", {queries, rows_per_head(q, k, part(q, 3, 4))});
    ValueId scores = add("MatMul", {queries, keys});
    if (grouped) scores = add("Reshape", {scores, join({part(q, 0, 3), part(k, 2, 3)})});
    scores = apply("score_mod", cast(scores, precision));
    ValueId weights = apply("prob_mod", add("Softmax", {scores}, "axis", int64_t{-1}));
    if (grouped) weights = add("Reshape", {weights, rows_per_head(q, k, part(k, 2, 3))});
    ValueId result = add("MatMul", {weights, cast(v, precision)});
    if (grouped) result = add("Reshape", {result, join({part(q, 0, 3), part(v, 3, 4)})});
    add_node("Cast", {result}, node_.outputs[0], "to", static_cast<int64_t>(given));
  }

 private:
  // The query heads that share a head of keys and values follow each other, so that they are rows of one matrix:
  // [batch, query heads, length, size] and [batch, heads, query heads / heads * length, size] are the same memory.
  bool same_heads(ValueId q, ValueId k) const {
    const auto &queries = graph_.value(q).type.dims, &keys = graph_.value(k).type.dims;
    return queries && keys && is_known((*queries)[1]) && (*queries)[1].value == (*keys)[1].value;
  }
  ValueId rows_per_head(ValueId q, ValueId k, ValueId size) {
    const ValueId heads = part(k, 1, 2);
    const ValueId rows = add("Div", {add("Mul", {part(q, 1, 2), part(q, 2, 3)}), heads});
    return join({part(q, 0, 1), heads, rows, size});
  }

  ValueId scale(ValueId q, DType dtype) {
    if (const float* attribute = node_.get<float>("scale")) {
      return cast(graph_.add_constant(name("scale"), Tensor::of<float>({}, {*attribute})), dtype);
    }
    return add("Reciprocal", {add("Sqrt", {cast(part(q, 3, 4), dtype)})});
  }

  ValueId part(ValueId value, int64_t start, int64_t end) {
    const ValueId shape = add("Shape", {value}, "start", start);
    graph_.node(graph_.value(shape).producer).attributes.push_back({graph_.intern("end"), end});
    return shape;
  }
  ValueId join(IdList parts) { return add("Concat", std::move(parts), "axis", int64_t{0}); }
  ValueId cast(ValueId value, DType dtype) { return add("Cast", {value}, "to", static_cast<int64_t>(dtype)); }

  ValueId add(std::string_view op, IdList inputs, std::string_view attribute = {}, AttributeValue setting = {}) {
    const ValueId result = graph_.add_value(name(op));
    add_node(op, std::move(inputs), result, attribute, std::move(setting));
    return result;
  }
  void add_node(std::string_view op, IdList inputs, ValueId output, std::string_view attribute,
                AttributeValue setting) {
    Node node;
    node.name = name(op);
    node.op_type = graph_.intern(op);
    node.domain = graph_.intern("");
    node.since_version = infer::since_version("", op, opset_).value_or(0);
    node.inputs = std::move(inputs);
    node.outputs = {output};
    if (!attribute.empty()) node.attributes.push_back({graph_.intern(attribute), std::move(setting)});
    graph_.add_node(std::move(node));
  }
  Symbol name(std::string_view text) { return graph_.intern(concat(name_, '/', clipped(text), '#', num_names_++)); }

  // The body's nodes move into the graph. Gives what the body makes of the argument.
  ValueId apply(std::string_view attribute, ValueId argument) {
    const auto found = std::find_if(node_.attributes.begin(), node_.attributes.end(),
                                    [&](const Attribute& a) { return a.name == attribute; });
    if (found == node_.attributes.end()) return argument;
    Graph& body = *std::get<std::unique_ptr<Graph>>(found->value);
    std::vector<ValueId> moved(body.num_values(), kNoId);
    for (ValueId id = 0; id < body.num_values(); ++id) {
      const ValueInfo& value = body.value(id);
      if (value.is_input) {
        moved[id] = argument;
      } else if (value.outer != kNoId) {
        moved[id] = value.outer;
      } else if (const Tensor* constant = body.constant(id)) {
        moved[id] = graph_.add_constant(name(value.name.view()), *constant);
      } else {
        moved[id] = graph_.add_value(name(value.name.view()), value.type);
      }
    }
    const auto follow = [&](ValueId& id) { id = id == kNoId ? kNoId : moved[id]; };
    for (NodeId id = 0; id < body.num_nodes(); ++id) {
      if (body.erased(id)) continue;
      Node node = std::move(body.node(id));
      node.name = name(node.name.view());
      for (IdList* list : {&node.inputs, &node.outputs, &node.implicit_inputs}) {
        std::for_each(list->begin(), list->end(), follow);
      }
      for_each_body(node, [&](Graph& inner) {
        for (ValueId value = 0; value < inner.num_values(); ++value) follow(inner.value(value).outer);
      });
      graph_.add_node(std::move(node));
    }
    return moved[body.outputs[0]];
  }

  Graph& graph_;
  Node node_;
  std::string name_;
  int64_t opset_ = kOldestOpset;
  uint32_t num_names_ = 0;
};

Result<bool> expand_all(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    Status status;
    for_each_body(graph.node(id), [&](Graph& body) {
      const auto inner = status.ok() ? expand_all(body) : Result<bool>(false);
      if (!inner.ok()) status = inner.status();
      changed = changed || (inner.ok() && *inner);
    });
    MORTISE_TRY(std::move(status));
    const Node& node = graph.node(id);
    if (node.op_type != "FlexAttention" || node.domain != "ai.onnx.preview" || !node.has_body() ||
        node.outputs[0] == kNoId) {
      continue;
    }
    // What a body takes is of the type in which scores and probabilities are to be computed.
    const Graph& body = *(node.body("score_mod") != nullptr ? node.body("score_mod") : node.body("prob_mod"));
    const DType precision = body.value(body.inputs[0]).type.dtype;
    if (precision == DType::kUndefined || graph.value(node.inputs[0]).type.dtype == DType::kUndefined) continue;
    Expansion(graph, id).run(precision);
    changed = true;
  }
  return changed;
}

}  // namespace

Status expand_flex_attention(Graph& graph) {
  MORTISE_ASSIGN(const bool changed, expand_all(graph));
  if (!changed) return {};
  MORTISE_TRY(graph.finalize());
  return infer_types(graph);
}

}  // namespace mortise
