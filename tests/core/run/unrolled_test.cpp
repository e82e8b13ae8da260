// If, Loop and SequenceMap with random bodies, against the same bodies run one after the other in C++.
#include <array>

#include "tests/core/run/unrolled_case.h"

namespace mortise::test {
namespace {

TEST(Unrolled, IfRunsOneOfItsBranches) {
  check_cases([](Case& test) {
    const auto num_results = static_cast<size_t>(1 + test.below(3));
    onnx::NodeProto& node = test.model.node("If", {test.flag_name}, num_results);
    for (const bool then : {true, false}) {
      const Body body = random_body(test.random, test.outer.size(), num_results);
      write_body(body, test.model, add_body(node, then ? "then_branch" : "else_branch"), test.outer_names,
                 test.outer.size(), test.flag_name);
      if (then != test.flag) continue;
      const auto results = evaluate(body, test.outer, test.flag);
      for (size_t i = 0; i < num_results; ++i)
        test.expect(node.output(static_cast<int>(i)), Case::tensor_of(results[i]));
    }
  });
}

// A Loop ends after its trips or when its body says so, which here is after round `limit`, where there is one.
TEST(Unrolled, LoopRunsItsBodyAgainAndAgain) {
  check_cases([](Case& test) {
    const auto num_states = static_cast<size_t>(test.below(3)), num_scans = static_cast<size_t>(1 + test.below(2));
    const bool limited = test.below(2) == 0, counted = !limited || test.below(2) == 0, begins = test.below(6) != 0;
    const int64_t limit = test.below(5), trips = test.below(6);
    const std::string limit_name = test.operand(Tensor::of<int64_t>({}, {limit}));
    const std::string shape_name = test.model.constant(Tensor::of<int64_t>({1}, {kBodyWidth}));
    std::vector<std::string> inputs = {
        counted ? test.operand(Tensor::of<int64_t>({}, {trips})) : "",
        begins && test.below(2) == 0 ? "" : test.operand(Tensor::of<bool>({}, {begins}))};
    std::vector<Numbers> states = test.some_of(static_cast<int64_t>(num_states));
    for (const Numbers& state : states) inputs.push_back(test.operand(Case::tensor_of(state)));
    onnx::NodeProto& node = test.model.node("Loop", inputs, num_states + num_scans);

    onnx::GraphProto& graph = add_body(node, "body");
    const std::string round = test.model.fresh(), condition = test.model.fresh();
    declare(*graph.add_input(), round, DType::kI64, {});
    declare(*graph.add_input(), condition, DType::kBool, {});
    auto seen = test.declare_inputs(graph, num_states);
    const size_t own = test.outer.size();
    // The number of the round, as wide as the rest, is the last of what the body sees.
    seen.push_back(test.model.add_node(graph, "Expand", {round, shape_name}).output(0));
    const auto& goes_on = limited ? test.model.add_node(graph, "Less", {round, limit_name})
                                  : test.model.add_node(graph, "Identity", {condition});
    declare(*graph.add_output(), goes_on.output(0), DType::kBool, {});
    const Body body = random_body(test.random, seen.size(), num_states + num_scans);
    write_body(body, test.model, graph, seen, own, test.flag_name);

    std::vector<std::vector<Numbers>> scans(num_scans);
    bool runs = begins;
    for (int64_t i = 0; runs && (!counted || i < trips); ++i) {
      const auto results = evaluate(body, test.seen_with(states, {Numbers(kBodyWidth, i)}), test.flag);
      for (size_t k = 0; k < num_states; ++k) states[k] = results[k];
      for (size_t k = 0; k < num_scans; ++k) scans[k].push_back(results[num_states + k]);
      if (limited) runs = i < limit;
    }
    for (size_t k = 0; k < num_states; ++k) test.expect(node.output(static_cast<int>(k)), Case::tensor_of(states[k]));
    for (size_t k = 0; k < num_scans; ++k) {
      test.expect(node.output(static_cast<int>(num_states + k)), Case::tensor_of(scans[k], 0));
    }
  });
}

Value sequence_of(const std::vector<Numbers>& elements) {
  std::vector<Value> values;
  for (const Numbers& numbers : elements) values.emplace_back(Case::tensor_of(numbers));
  return Value(ValueKind::kSequence, std::move(values));
}

// A sequence that grows in front, and loses its last element now and then.
TEST(Unrolled, LoopCarriesASequence) {
  check_cases([](Case& test) {
    const int64_t trips = test.below(6);
    const bool erases = test.below(2) == 0;
    std::vector<Numbers> expected = test.some_of(test.below(3));
    const Value sequence = sequence_of(expected);
    const std::string shape_name = test.model.constant(Tensor::of<int64_t>({1}, {kBodyWidth}));
    const std::string front = test.model.constant(Tensor::of<int64_t>({}, {0}));
    onnx::NodeProto& node =
        test.model.node("Loop", {test.operand(Tensor::of<int64_t>({}, {trips})), "", test.model.input(sequence)});
    onnx::GraphProto& graph = add_body(node, "body");
    const std::string round = test.model.fresh(), condition = test.model.fresh(), carried = test.model.fresh();
    declare(*graph.add_input(), round, DType::kI64, {});
    declare(*graph.add_input(), condition, DType::kBool, {});
    declare(*graph.add_input(), carried, std::array{ValueKind::kSequence});
    const std::string goes_on = test.model.add_node(graph, "Identity", {condition}).output(0);
    const std::string element = test.model.add_node(graph, "Expand", {round, shape_name}).output(0);
    std::string result = test.model.add_node(graph, "SequenceInsert", {carried, element, front}).output(0);
    if (erases) result = test.model.add_node(graph, "SequenceErase", {result}).output(0);
    declare(*graph.add_output(), goes_on, DType::kBool, {});
    declare(*graph.add_output(), result, std::array{ValueKind::kSequence});

    for (int64_t i = 0; i < trips; ++i) {
      expected.insert(expected.begin(), Numbers(kBodyWidth, i));
      if (erases) expected.pop_back();
    }
    std::vector<Tensor> tensors;
    for (const Numbers& numbers : expected) tensors.push_back(Case::tensor_of(numbers));
    test.expect(node.output(0), tensors, true);
  });
}

// Further inputs are sequences as long as the first, or tensors that every element meets.
TEST(Unrolled, SequenceMapRunsItsBodyForEachElement) {
  check_cases([](Case& test) {
    const auto num_inputs = static_cast<size_t>(1 + test.below(3)),
               num_results = static_cast<size_t>(1 + test.below(2));
    const int64_t length = test.below(5);
    std::vector<std::string> inputs;
    std::vector<std::vector<Numbers>> elements;
    for (size_t i = 0; i < num_inputs; ++i) {
      if (i > 0 && test.below(2) == 0) {
        elements.emplace_back(static_cast<size_t>(length), test.some());
        inputs.push_back(test.operand(Case::tensor_of(length == 0 ? test.some() : elements[i][0])));
        continue;
      }
      elements.push_back(test.some_of(length));
      inputs.push_back(test.model.input(sequence_of(elements[i])));
    }
    onnx::NodeProto& node = test.model.node("SequenceMap", inputs, num_results);
    onnx::GraphProto& graph = add_body(node, "body");
    const auto seen = test.declare_inputs(graph, num_inputs);
    const Body body = random_body(test.random, seen.size(), num_results);
    write_body(body, test.model, graph, seen, test.outer.size(), test.flag_name);

    std::vector<std::vector<Tensor>> results(num_results);
    for (size_t i = 0; i < static_cast<size_t>(length); ++i) {
      std::vector<Numbers> given;
      for (const auto& of_input : elements) given.push_back(of_input[i]);
      const auto made = evaluate(body, test.seen_with(given), test.flag);
      for (size_t k = 0; k < num_results; ++k) results[k].push_back(Case::tensor_of(made[k]));
    }
    for (size_t k = 0; k < num_results; ++k) test.expect(node.output(static_cast<int>(k)), results[k], true);
  });
}

}  // namespace
}  // namespace mortise::test
