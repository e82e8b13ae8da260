// Loop, Scan, If and SequenceMap with random bodies, against the same bodies run one after the other in C++.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/core/run/random_body.h"

namespace mortise::test {
namespace {

// One operator in a model: values around it, and what is expected of its outputs.
class Case {
 public:
  explicit Case(uint32_t seed) : random(seed) {
    flag = below(2) == 0;
    flag_name = operand(Tensor::of<bool>({}, {flag}));
    for (int64_t count = 1 + below(3); count > 0; --count) add_outer(some());
  }

  int64_t below(uint64_t end) { return static_cast<int64_t>(random() % end); }
  Numbers some() {
    Numbers numbers;
    for (int64_t i = 0; i < kBodyWidth; ++i) numbers.push_back(below(2001) - 1000);
    return numbers;
  }
  std::vector<Numbers> some_of(int64_t count) {
    std::vector<Numbers> rows;
    for (; count > 0; --count) rows.push_back(some());
    return rows;
  }
  // What the operator reads is known before the run, or not.
  std::string operand(const Tensor& tensor) { return below(2) == 0 ? model.input(tensor) : model.constant(tensor); }
  static Tensor tensor_of(const Numbers& numbers) {
    return Tensor::of<int64_t>({kBodyWidth}, std::span<const int64_t>(numbers));
  }
  // Rows side by side along axis 0 or 1.
  static Tensor tensor_of(const std::vector<Numbers>& rows, int64_t axis) {
    const auto count = static_cast<int64_t>(rows.size());
    Tensor tensor =
        Tensor::allocate(DType::kI64, axis == 0 ? Shape{count, kBodyWidth} : Shape{kBodyWidth, count}).value();
    for (int64_t row = 0; row < count; ++row) {
      for (int64_t i = 0; i < kBodyWidth; ++i) {
        tensor.data<int64_t>()[axis == 0 ? row * kBodyWidth + i : i * count + row] =
            rows[static_cast<size_t>(row)][static_cast<size_t>(i)];
      }
    }
    return tensor;
  }

  void add_outer(const Numbers& numbers) {
    outer.push_back(numbers);
    outer_names.push_back(operand(tensor_of(numbers)));
  }
  // Adds inputs of a body and returns the names of all that it sees.
  std::vector<std::string> declare_inputs(onnx::GraphProto& body, size_t count) {
    std::vector<std::string> seen = outer_names;
    for (; count > 0; --count) {
      seen.push_back(model.fresh());
      declare(*body.add_input(), seen.back(), DType::kI64, {kBodyWidth});
    }
    return seen;
  }
  // The values that a body sees in one round.
  std::vector<Numbers> seen_with(const std::vector<Numbers>& more, const std::vector<Numbers>& last = {}) const {
    std::vector<Numbers> seen = outer;
    seen.insert(seen.end(), more.begin(), more.end());
    seen.insert(seen.end(), last.begin(), last.end());
    return seen;
  }

  void expect(const std::string& output, const Tensor& tensor) { expect(output, std::vector<Tensor>{tensor}, false); }
  void expect(const std::string& output, std::vector<Tensor> tensors, bool is_sequence) {
    model.output(output);
    expected_.push_back({output, std::move(tensors), is_sequence});
  }
  void check() const {
    const auto outputs = model.run();
    ASSERT_TRUE(outputs.ok()) << outputs.status().message() << '\n' << model.text();
    for (const auto& [name, tensors, is_sequence] : expected_) {
      const Value& value = outputs->at(name);
      const std::vector<Value> got = is_sequence ? value.elements : std::vector<Value>{value};
      ASSERT_EQ(got.size(), tensors.size()) << model.text();
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].tensor.shape(), tensors[i].shape()) << name << '\n' << model.text();
        const auto all = got[i].tensor.elements<int64_t>(), wanted = tensors[i].elements<int64_t>();
        ASSERT_TRUE(std::equal(all.begin(), all.end(), wanted.begin(), wanted.end())) << name << '\n' << model.text();
      }
    }
  }

  std::mt19937 random;
  ModelBuilder model;
  bool flag = false;
  std::string flag_name;
  std::vector<Numbers> outer;
  std::vector<std::string> outer_names;

 private:
  struct Expected {
    std::string name;
    std::vector<Tensor> tensors;
    bool is_sequence;
  };
  std::vector<Expected> expected_;
};

template <class Make>
void check_cases(Make make) {
  for (uint32_t seed = 0; seed < 200 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Case test(seed);
    make(test);
    test.check();
  }
}

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

TEST(Unrolled, ScanRunsItsBodyOverSlices) {
  check_cases([](Case& test) {
    const auto num_states = static_cast<size_t>(test.below(3)), num_scanned = static_cast<size_t>(1 + test.below(3));
    const auto num_scans = static_cast<size_t>(num_states == 0 ? 1 + test.below(2) : test.below(3));
    const int64_t length = test.below(5);
    std::vector<Numbers> states = test.some_of(static_cast<int64_t>(num_states));
    std::vector<std::string> inputs;
    for (const Numbers& state : states) inputs.push_back(test.operand(Case::tensor_of(state)));
    std::vector<std::vector<Numbers>> scanned;
    Numbers axes, directions, output_axes, output_directions;
    for (size_t i = 0; i < num_scanned; ++i) {
      axes.push_back(test.below(4) - 2);
      directions.push_back(test.below(2));
      scanned.push_back(test.some_of(length));
      inputs.push_back(test.operand(Case::tensor_of(scanned.back(), (axes.back() + 2) % 2)));
      if (directions.back() == 1) std::reverse(scanned.back().begin(), scanned.back().end());
    }
    for (size_t i = 0; i < num_scans; ++i) {
      output_axes.push_back(test.below(4) - 2);
      output_directions.push_back(test.below(2));
    }
    onnx::NodeProto& node = test.model.node("Scan", inputs, num_states + num_scans);
    set(node, "num_scan_inputs", static_cast<int64_t>(num_scanned));
    set(node, "scan_input_axes", axes);
    set(node, "scan_input_directions", directions);
    set(node, "scan_output_axes", output_axes);
    set(node, "scan_output_directions", output_directions);
    onnx::GraphProto& graph = add_body(node, "body");
    const auto seen = test.declare_inputs(graph, num_states + num_scanned);
    const Body body = random_body(test.random, seen.size(), num_states + num_scans);
    write_body(body, test.model, graph, seen, test.outer.size(), test.flag_name);

    std::vector<std::vector<Numbers>> scans(num_scans);
    for (size_t step = 0; step < static_cast<size_t>(length); ++step) {
      std::vector<Numbers> slices;
      for (const auto& rows : scanned) slices.push_back(rows[step]);
      const auto results = evaluate(body, test.seen_with(states, slices), test.flag);
      for (size_t k = 0; k < num_states; ++k) states[k] = results[k];
      for (size_t k = 0; k < num_scans; ++k) scans[k].push_back(results[num_states + k]);
    }
    for (size_t k = 0; k < num_states; ++k) test.expect(node.output(static_cast<int>(k)), Case::tensor_of(states[k]));
    for (size_t k = 0; k < num_scans; ++k) {
      if (output_directions[k] == 1) std::reverse(scans[k].begin(), scans[k].end());
      test.expect(node.output(static_cast<int>(num_states + k)), Case::tensor_of(scans[k], (output_axes[k] + 2) % 2));
    }
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
      Value sequence(ValueKind::kSequence, {});
      for (const Numbers& numbers : elements[i]) sequence.elements.emplace_back(Case::tensor_of(numbers));
      inputs.push_back(test.model.input(sequence));
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
