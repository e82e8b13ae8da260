#include "conformance/cases/abi/graphs.h"

#include <numeric>

#include "conformance/cases/abi/workload.h"
#include "core/graph/copy_node.h"
#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance::abi {

namespace {

constexpr int32_t kOpset = 17;

// Small numbers of both signs, exact in half precision, sums of a few of them too.
Tensor pattern(const Shape& shape, int first) {
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  int value = first;
  for (float& element : tensor.elements<float>()) {
    element = static_cast<float>(value % 9 - 4) / 8;
    value += 5;
  }
  return tensor;
}

void or_throw(const Status& status) {
  if (!status.ok()) throw std::logic_error(status.message());
}

}  // namespace

GraphBuilder::GraphBuilder()
    : made_(std::make_unique<OpGraph>(OpGraph{.graph = Graph(std::make_shared<StringTable>())})) {
  graph().name = graph().intern("case");
  graph().opsets.push_back({graph().intern(""), kOpset});
}

ValueId GraphBuilder::input(const Tensor& value) {
  made_->inputs.emplace_back(value);
  return input(Type::tensor(value.dtype(), value.shape()));
}

ValueId GraphBuilder::input(Type type) {
  const ValueId id = graph().add_value(graph().intern(concat("x", names_++)), std::move(type));
  graph().value(id).is_input = true;
  graph().inputs.push_back(id);
  return id;
}

ValueId GraphBuilder::constant(Tensor value) {
  return graph().add_constant(graph().intern(concat("c", names_++)), std::move(value));
}

ValueId GraphBuilder::add(std::string_view op, std::initializer_list<ValueId> inputs, std::vector<Attribute> attributes,
                          std::string_view domain, std::string_view name) {
  Node node;
  node.name = name.empty() ? Symbol() : graph().intern(concat(name, names_));
  node.op_type = graph().intern(op);
  node.domain = graph().intern(domain);
  node.since_version = infer::since_version(domain, op, kOpset).value_or(1);
  node.inputs.assign(inputs.begin(), inputs.end());
  node.attributes = std::move(attributes);
  const ValueId output = graph().add_value(graph().intern(concat("y", names_++)));
  node.outputs.push_back(output);
  graph().add_node(std::move(node));
  return output;
}

Attribute GraphBuilder::attribute(std::string_view name, AttributeValue value) {
  return {graph().intern(name), std::move(value)};
}

std::unique_ptr<OpGraph> GraphBuilder::finish(std::span<const ValueId> outputs) {
  for (const ValueId output : outputs) {
    graph().value(output).is_output = true;
    graph().outputs.push_back(output);
    graph().output_names.push_back(graph().value(output).name);
  }
  or_throw(graph().finalize());
  or_throw(infer_types(graph()));
  made_->view = std::make_unique<AbiGraph>(made_->graph);
  return std::move(made_);
}

std::vector<uint32_t> candidate_numbers() {
  std::vector<uint32_t> numbers(candidates().size());
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

std::unique_ptr<OpGraph> bouquet(std::span<const uint32_t> order, std::string_view prefix) {
  GraphBuilder builder;
  std::vector<OpModel> models = candidates();
  std::vector<ValueId> outputs;
  for (const uint32_t number : order) {
    const std::unique_ptr<OpGraph> single = make_graph(std::move(models[number])).value();
    Node node = copy_head(single->graph.node(0), builder.graph());
    node.name = builder.graph().intern(concat(prefix, "node", number));
    for (const ValueId id : single->graph.node(0).inputs) {
      const Tensor* constant = single->graph.constant(id);
      node.inputs.push_back(constant != nullptr ? builder.constant(*constant)
                                                : builder.input(Type(single->graph.value(id).type)));
    }
    outputs.push_back(builder.graph().add_value(builder.graph().intern(concat(prefix, "y", number))));
    node.outputs.push_back(outputs.back());
    builder.graph().add_node(std::move(node));
  }
  return builder.finish(outputs);
}

std::unique_ptr<OpGraph> network(bool every_value) {
  GraphBuilder builder;
  std::vector<ValueId> values;
  const auto step = [&](ValueId value) {
    values.push_back(value);
    return value;
  };
  const ValueId x = builder.input(pattern({1, 2, 5, 5}, 0));
  const ValueId conv = step(builder.add("Conv", {x, builder.constant(pattern({3, 2, 3, 3}, 2))}));
  const ValueId first = step(builder.add("Relu", {conv}));
  const ValueId shifted = step(builder.add("Add", {first, builder.constant(pattern({1, 3, 1, 1}, 1))}));
  const ValueId scaled = step(builder.add("Mul", {shifted, first}));
  std::vector<Attribute> axis;
  axis.push_back(builder.attribute("axis", int64_t{1}));
  const ValueId flat = step(builder.add("Flatten", {scaled}, std::move(axis)));
  const ValueId product = step(builder.add("MatMul", {flat, builder.constant(pattern({27, 4}, 3))}));
  const ValueId sum = step(builder.add("Add", {product, builder.constant(pattern({4}, 4))}));
  step(builder.add("Relu", {sum}));
  return builder.finish(every_value ? std::span<const ValueId>(values) : std::span<const ValueId>(&values.back(), 1));
}

namespace {

// One node that reads an input of this type.
std::unique_ptr<OpGraph> one_node(std::string_view op, Type type, std::string_view domain = "",
                                  std::string_view name = "node") {
  GraphBuilder builder;
  const ValueId x = builder.input(std::move(type));
  const ValueId y[] = {builder.add(op, {x}, {}, domain, name)};
  return builder.finish(y);
}

std::unique_ptr<OpGraph> without_nodes() {
  GraphBuilder builder;
  const ValueId x[] = {builder.input(Type::tensor(DType::kF32, Shape{2}))};
  return builder.finish(x);
}

// An If whose bodies read a value of the graph around them.
std::unique_ptr<OpGraph> with_bodies() {
  GraphBuilder builder;
  const ValueId condition = builder.input(Type::tensor(DType::kBool, Shape{}));
  const ValueId x = builder.input(Type::tensor(DType::kF32, Shape{2}));
  std::vector<Attribute> bodies;
  for (const char* which : {"then_branch", "else_branch"}) {
    auto body = std::make_unique<Graph>(builder.graph().strings());
    body->name = body->intern(which);
    body->opsets = builder.graph().opsets;
    const ValueId outer = body->add_value(builder.graph().value(x).name, builder.graph().value(x).type);
    body->value(outer).outer = x;
    Node node;
    node.op_type = body->intern("Relu");
    node.since_version = 14;
    node.inputs.push_back(outer);
    node.outputs.push_back(body->add_value(body->intern("inner")));
    body->value(node.outputs[0]).is_output = true;
    body->outputs.push_back(node.outputs[0]);
    body->output_names.push_back(body->intern("inner"));
    body->add_node(std::move(node));
    bodies.push_back(builder.attribute(which, std::move(body)));
  }
  const ValueId y[] = {builder.add("If", {condition}, std::move(bodies))};
  return builder.finish(y);
}

std::unique_ptr<OpGraph> with_odd_attributes() {
  GraphBuilder builder;
  const ValueId x = builder.input(Type::tensor(DType::kF32, Shape{2}));
  std::vector<Attribute> attributes;
  const auto add = [&](std::string_view name, AttributeValue value) {
    attributes.push_back(builder.attribute(name, std::move(value)));
  };
  add("", 1.0f);
  add("axis", std::string("no number"));
  add("alpha", std::vector<int64_t>{});
  add("strings", std::vector<std::string>{"", std::string("\0x", 2)});
  add("tensor", Tensor::of<float>({0}, {}));
  add("tensors", std::vector<Tensor>(2, Tensor::of<int64_t>({1}, {1})));
  add("type", Type::sequence(Type::tensor(DType::kString)));
  const ValueId y[] = {builder.add("Odd", {x}, std::move(attributes), "org.mortise.conformance")};
  return builder.finish(y);
}

}  // namespace

std::vector<OddGraph> odd_graphs() {
  const auto symbolic = [](const char* symbol) { return Dim{MORTISE_UNKNOWN_DIM, symbol}; };
  const auto f32 = [](std::optional<Dims> dims) { return Type::tensor(DType::kF32, std::move(dims)); };
  std::vector<OddGraph> graphs;
  const auto add = [&](const char* name, std::unique_ptr<OpGraph> graph) {
    graphs.push_back({name, std::move(graph)});
  };
  add("a graph without nodes", without_nodes());
  add("a node of an unknown domain", one_node("Relu", f32(Dims{known_dim(2)}), "org.mortise.conformance"));
  add("a node without a name", one_node("Relu", f32(Dims{known_dim(2)}), "", ""));
  add("a node with a name of 10000 bytes", one_node("Relu", f32(Dims{known_dim(2)}), "", std::string(10000, 'n')));
  add("a value of unknown rank", one_node("Relu", f32(std::nullopt)));
  add("extents without a name", one_node("Relu", f32(Dims{symbolic(nullptr), symbolic(nullptr)})));
  add("extents with a name", one_node("Relu", f32(Dims{symbolic("batch"), symbolic("batch")})));
  add("an extent of 0", one_node("Relu", f32(Dims{known_dim(0), known_dim(3)})));
  add("an extent of 2^40", one_node("Relu", f32(Dims{known_dim(int64_t{1} << 40), known_dim(4)})));
  add("a scalar", one_node("Relu", f32(Dims{})));
  add("a tensor of rank 40", one_node("Relu", f32(Dims(40, known_dim(1)))));
  add("a tensor of unknown elements", one_node("Identity", Type::tensor(DType::kUndefined)));
  add("a value of unknown type", one_node("Identity", Type{}));
  add("a tensor of strings", one_node("Identity", Type::tensor(DType::kString, Shape{2})));
  add("a sequence", one_node("Identity", Type::sequence(f32(std::nullopt))));
  add("an optional", one_node("Identity", Type::optional(f32(std::nullopt))));
  add("a node with bodies", with_bodies());
  add("a node with attributes of every kind", with_odd_attributes());
  return graphs;
}

}  // namespace mortise::conformance::abi
