#include "tests/support/random_model.h"

#include <random>
#include <vector>

namespace mortise::test {
namespace {

constexpr int kFloat = onnx::TensorProto::FLOAT, kInt64 = onnx::TensorProto::INT64, kBool = onnx::TensorProto::BOOL;

void set_type(onnx::ValueInfoProto& value, const std::string& name, int type, bool vector) {
  value.set_name(name);
  auto* tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  auto* shape = tensor->mutable_shape();
  if (vector) shape->add_dim()->set_dim_value(4);
}

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  onnx::ModelProto make(uint32_t max_nodes) {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(17);
    onnx::GraphProto& graph = *model.mutable_graph();
    std::vector<std::string> values;
    for (const char* name : {"x0", "x1", "x2"}) {
      set_type(*graph.add_input(), name, kFloat, true);
      values.emplace_back(name);
    }
    set_type(*graph.add_input(), "flag", kBool, false);
    set_type(*graph.add_input(), "trips", kInt64, false);
    const uint32_t count = 1 + random_() % max_nodes;
    for (uint32_t i = 0; i < count; ++i) add_part(graph, values, 2);
    // The last value, and some from the middle.
    const size_t inputs = 3;
    for (size_t i = inputs; i < values.size(); ++i) {
      if (i + 1 == values.size() || random_() % 8 == 0) set_type(*graph.add_output(), values[i], kFloat, true);
    }
    return model;
  }

 private:
  std::string fresh() { return "v" + std::to_string(next_++); }

  const std::string& pick(const std::vector<std::string>& values) {
    const size_t window = random_() % 3 == 0 ? values.size() : std::min<size_t>(values.size(), 4);
    return values[values.size() - 1 - random_() % window];
  }

  onnx::NodeProto& node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    onnx::NodeProto& made = *graph.add_node();
    made.set_op_type(op);
    made.set_name("n" + std::to_string(next_node_++));
    for (const std::string& input : inputs) made.add_input(input);
    for (const std::string& output : outputs) made.add_output(output);
    return made;
  }

  onnx::GraphProto& body(onnx::NodeProto& owner, const std::string& attribute) {
    auto& made = *owner.add_attribute();
    made.set_name(attribute);
    made.set_type(onnx::AttributeProto::GRAPH);
    made.mutable_g()->set_name(fresh());
    return *made.mutable_g();
  }

  // Adds a node or a few that belong together, and what they make to the values.
  void add_part(onnx::GraphProto& graph, std::vector<std::string>& values, int depth) {
    const std::string out = fresh();
    const uint32_t dice = random_() % 16;
    if (dice == 0 && depth > 0) {
      onnx::NodeProto& made = node(graph, "If", {"flag"}, {out});
      for (const char* branch : {"then_branch", "else_branch"}) add_body(body(made, branch), values, depth - 1);
    } else if (dice == 1 && depth > 0) {
      add_loop(graph, values, out, depth - 1);
    } else if (dice == 2) {
      // Split's two halves change places.
      const std::string a = fresh(), b = fresh();
      node(graph, "Split", {pick(values)}, {a, b}).mutable_attribute()->Add()->CopyFrom(axis());
      node(graph, "Concat", {b, a}, {out}).mutable_attribute()->Add()->CopyFrom(axis());
    } else if (dice < 8) {
      static constexpr const char* kUnary[] = {"Abs", "Neg", "Relu", "Sigmoid", "Softplus", "Tanh"};
      node(graph, kUnary[random_() % std::size(kUnary)], {pick(values)}, {out});
    } else {
      static constexpr const char* kBinary[] = {"Add", "Max", "Mul", "Sub"};
      // Sigmoid keeps products and sums of sums from growing without bound.
      const std::string tamed = fresh();
      node(graph, "Sigmoid", {pick(values)}, {tamed});
      node(graph, kBinary[random_() % std::size(kBinary)], {tamed, pick(values)}, {out});
    }
    values.push_back(out);
  }

  static onnx::AttributeProto axis() {
    onnx::AttributeProto made;
    made.set_name("axis");
    made.set_type(onnx::AttributeProto::INT);
    made.set_i(0);
    return made;
  }

  // Nodes that read what is outside, and one output.
  std::string add_body(onnx::GraphProto& graph, std::vector<std::string> values, int depth) {
    const uint32_t count = 1 + random_() % 4;
    for (uint32_t i = 0; i < count; ++i) add_part(graph, values, depth);
    set_type(*graph.add_output(), values.back(), kFloat, true);
    return values.back();
  }

  // out = the carried value of a loop plus the sum of the values that it collected.
  void add_loop(onnx::GraphProto& graph, const std::vector<std::string>& values, const std::string& out, int depth) {
    const std::string last = fresh(), rows = fresh(), sum = fresh();
    onnx::NodeProto& loop = node(graph, "Loop", {"trips", "", pick(values)}, {last, rows});
    onnx::GraphProto& inner = body(loop, "body");
    const std::string step = fresh(), go = fresh(), carried = fresh(), still = fresh(), row = fresh();
    set_type(*inner.add_input(), step, kInt64, false);
    set_type(*inner.add_input(), go, kBool, false);
    set_type(*inner.add_input(), carried, kFloat, true);
    node(inner, "Identity", {go}, {still});
    set_type(*inner.add_output(), still, kBool, false);
    std::vector<std::string> seen = values;
    seen.push_back(carried);
    add_body(inner, seen, depth);
    node(inner, "Neg", {carried}, {row});
    set_type(*inner.add_output(), row, kFloat, true);
    const std::string axes = fresh();
    auto& constant = *graph.add_initializer();
    constant.set_name(axes);
    constant.set_data_type(kInt64);
    constant.add_dims(1);
    constant.add_int64_data(0);
    auto& keep = *node(graph, "ReduceSum", {rows, axes}, {sum}).add_attribute();
    keep.set_name("keepdims");
    keep.set_type(onnx::AttributeProto::INT);
    keep.set_i(0);
    node(graph, "Add", {last, sum}, {out});
  }

  std::mt19937 random_;
  uint32_t next_ = 0;
  uint32_t next_node_ = 0;
};

}  // namespace

onnx::ModelProto random_model(uint32_t seed, uint32_t max_nodes) { return Maker(seed).make(max_nodes); }

std::map<std::string, Value> random_inputs(uint32_t seed) {
  std::mt19937 random(seed);
  std::map<std::string, Value> inputs;
  for (const char* name : {"x0", "x1", "x2"}) {
    std::vector<float> values(4);
    for (float& value : values) value = static_cast<float>(random() % 2001) / 500.0f - 2.0f;
    inputs[name] = Tensor::of<float>({4}, std::span<const float>(values));
  }
  inputs["flag"] = Tensor::of<bool>({}, {random() % 2 == 0});
  inputs["trips"] = Tensor::of<int64_t>({}, {static_cast<int64_t>(random() % 4)});
  return inputs;
}

}  // namespace mortise::test
