// Scan with random bodies, against the same bodies run one after the other in C++.
#include "tests/core/run/unrolled_case.h"

namespace mortise::test {
namespace {

TEST(Scan, RunsItsBodyOverSlices) {
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

// Tables of numbers one behind the other, with a batch axis in front.
Tensor batch_of(const std::vector<std::vector<Numbers>>& tables, int64_t length) {
  std::vector<int64_t> all;
  for (const auto& table : tables) {
    for (const Numbers& row : table) all.insert(all.end(), row.begin(), row.end());
  }
  return Tensor::of<int64_t>({static_cast<int64_t>(tables.size()), length, kBodyWidth}, std::span<const int64_t>(all));
}

// Version 8 runs its body for every entry of a batch, over as much of the sequences as sequence_lens says; what the
// shorter ones do not give is 0. A sequence goes backwards from its own last element. Each of them may be empty.
TEST(Scan, OfVersion8RunsItsBodyOverABatch) {
  const auto make = [](Case& test) {
    const int64_t batch = test.below(4), longest = test.below(5), num_scanned = 1 + test.below(2);
    const bool all_long = test.below(2) == 0;
    Numbers lengths, directions;
    for (int64_t i = 0; i < batch; ++i)
      lengths.push_back(all_long ? longest : test.below(static_cast<uint64_t>(longest) + 1));
    std::vector<Numbers> states = test.some_of(batch);
    std::vector<std::vector<std::vector<Numbers>>> scanned;  // by input, entry and step
    std::vector<std::string> inputs = {
        all_long ? "" : test.operand(Tensor::of<int64_t>({batch}, std::span<const int64_t>(lengths))),
        test.operand(Case::tensor_of(states, 0))};
    for (int64_t i = 0; i < num_scanned; ++i) {
      directions.push_back(test.below(2));
      scanned.emplace_back();
      for (int64_t entry = 0; entry < batch; ++entry) scanned.back().push_back(test.some_of(longest));
      inputs.push_back(test.operand(batch_of(scanned.back(), longest)));
    }
    onnx::NodeProto& node = test.model.node("Scan", inputs, 2);
    set(node, "num_scan_inputs", num_scanned);
    set(node, "directions", directions);
    onnx::GraphProto& graph = add_body(node, "body");
    const auto seen = test.declare_inputs(graph, 1 + static_cast<size_t>(num_scanned));
    const Body body = random_body(test.random, seen.size(), 2);
    write_body(body, test.model, graph, seen, test.outer.size(), test.flag_name);

    std::vector<std::vector<Numbers>> made;
    for (size_t entry = 0; entry < states.size(); ++entry) {
      made.emplace_back(static_cast<size_t>(longest), Numbers(kBodyWidth, 0));
      const auto length = static_cast<size_t>(lengths[entry]);
      for (size_t step = 0; step < length; ++step) {
        std::vector<Numbers> slices;
        for (size_t i = 0; i < scanned.size(); ++i) {
          slices.push_back(scanned[i][entry][directions[i] == 1 ? length - 1 - step : step]);
        }
        const auto results = evaluate(body, test.seen_with({states[entry]}, slices), test.flag);
        states[entry] = results[0];
        made[entry][step] = results[1];
      }
    }
    test.expect(node.output(0), Case::tensor_of(states, 0));
    test.expect(node.output(1), batch_of(made, longest));
  };
  check_cases(make, 8);
}

}  // namespace
}  // namespace mortise::test
