#include "core/model/flex_attention.h"

#include <algorithm>

#include "core/emit/terms.h"
#include "core/graph/clipped.h"
#include "core/infer/infer.h"

namespace mortise {
namespace {

using namespace emit;

// The first whose Reshape takes an extent of 0 as one.
constexpr int64_t kOldestOpset = 14;

// The query heads that share a head of keys and values follow each other, so that they are rows of one matrix:
// [batch, query heads, length, size] and [batch, heads, query heads / heads * length, size] are the same memory.
bool same_heads(Term q, Term k) {
  const Dims *queries = q.dims(), *keys = k.dims();
  return queries != nullptr && keys != nullptr && is_known((*queries)[1]) && (*queries)[1].value == (*keys)[1].value;
}

Term extents(Term t, int64_t begin, int64_t end) { return part_of(shape_of(t), begin, end); }

Term rows_per_head(Term q, Term k, Term size) {
  const Term heads = extents(k, 1, 2);
  return concat_ints({extents(q, 0, 1), heads, extents(q, 1, 2) * extents(q, 2, 3) / heads, size});
}

Term scale_of(const Node& node, Term q, DType dtype) {
  if (const float* scale = node.get<float>("scale")) {
    return cast(q.emitter().constant(Tensor::of<float>({}, {*scale})), dtype);
  }
  return op("Reciprocal", {op("Sqrt", {cast(extents(q, 3, 4), dtype)})});
}

// The body's nodes move into the graph. Gives what the body makes of the argument.
Term apply(const Node& node, std::string_view attribute, Term argument) {
  const auto found = std::find_if(node.attributes.begin(), node.attributes.end(),
                                  [&](const Attribute& a) { return a.name == attribute; });
  if (found == node.attributes.end() || !argument) return argument;
  Emitter& emitter = argument.emitter();
  Graph& graph = emitter.graph();
  const auto name = [&](Symbol own) { return graph.intern(concat(emitter.name(), '/', clipped(own.view()))); };
  Graph& body = *std::get<std::unique_ptr<Graph>>(found->value);
  std::vector<ValueId> moved(body.num_values(), kNoId);
  for (ValueId id = 0; id < body.num_values(); ++id) {
    const ValueInfo& value = body.value(id);
    if (value.is_input) {
      moved[id] = argument.id();
    } else if (value.outer != kNoId) {
      moved[id] = value.outer;
    } else if (const Tensor* constant = body.constant(id)) {
      moved[id] = graph.add_constant(name(value.name), *constant);
    } else {
      moved[id] = graph.add_value(name(value.name), value.type);
    }
  }
  const auto follow = [&](ValueId& id) { id = id == kNoId ? kNoId : moved[id]; };
  for (NodeId id = 0; id < body.num_nodes(); ++id) {
    if (body.erased(id)) continue;
    Node inner = std::move(body.node(id));
    inner.name = name(inner.name);
    for (IdList* list : {&inner.inputs, &inner.outputs, &inner.implicit_inputs}) {
      std::for_each(list->begin(), list->end(), follow);
    }
    for_each_body(inner, [&](Graph& innermost) {
      for (ValueId value = 0; value < innermost.num_values(); ++value) follow(innermost.value(value).outer);
    });
    graph.add_node(std::move(inner));
  }
  return emitter.term(moved[body.outputs[0]]);
}

// precision: what the bodies take, and Softmax is computed in.
void expand(Emitter& emitter, const Node& node, DType precision) {
  const Term q = emitter.term(node.inputs[0]), k = emitter.term(node.inputs[1]), v = emitter.term(node.inputs[2]);
  const DType given = q.dtype();
  const DType wide = given == DType::kF64 || precision == DType::kF64 ? DType::kF64 : DType::kF32;
  const bool grouped = !same_heads(q, k);

  Term queries = cast(q, wide) * scale_of(node, q, wide);
  const Term keys = transpose(cast(k, wide), {0, 1, 3, 2});
  if (grouped) queries = reshape(queries, rows_per_head(q, k, extents(q, 3, 4)));
  Term scores = op("MatMul", {queries, keys});
  if (grouped) scores = reshape(scores, concat_ints({extents(q, 0, 3), extents(k, 2, 3)}));
  scores = apply(node, "score_mod", cast(scores, precision));
  Term weights = apply(node, "prob_mod", op("Softmax", {scores}, {{"axis", -1}}));
  if (grouped) weights = reshape(weights, rows_per_head(q, k, extents(k, 2, 3)));
  Term result = op("MatMul", {weights, cast(v, precision)});
  if (grouped) result = reshape(result, concat_ints({extents(q, 0, 3), extents(v, 3, 4)}));
  emitter.assign(node.outputs[0], op("Cast", {result}, {{"to", static_cast<int64_t>(given)}}));
}

Result<bool> expand_all(Graph& graph) {
  bool changed = false;
  Emitter emitter(graph, kOldestOpset);
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
    const std::string_view name = (node.name.empty() ? graph.value(node.outputs[0]).name : node.name).view();
    emitter.set_name(std::string(clipped(name)));
    const Node flex = std::move(graph.node(id));
    graph.erase_node(id);
    expand(emitter, flex, precision);
    MORTISE_TRY(Status(emitter.status()));
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
