// Sequences that lie with the host: what changes or hands them on leaves their elements there, so that its cost does not
// depend on their length.
#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>

#include "mortise/ext/values.h"
#include "providers/reference/entry.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

std::atomic<int> elements_read{0};

mortise_host_values_t counting_reads(const TestHost& host) {
  auto table = *static_cast<const mortise_host_values_t*>(host.abi()->get_extension(host.abi(), MORTISE_EXT_VALUES));
  static const auto get_element = table.get_element;
  table.get_element = [](const mortise_value_t* value, uint64_t i) {
    ++elements_read;
    return get_element(value, i);
  };
  return table;
}

// The numbers that a chain of operators on the sequence 0 to 9 leaves, and how many elements it has read.
std::vector<int64_t> run_chain(const std::vector<TestNode>& chain) {
  TestGraph graph;
  std::vector<Value> numbers;
  for (int64_t i = 0; i < 10; ++i) numbers.emplace_back(Tensor::of<int64_t>({}, {i}));
  const Value sequence(ValueKind::kSequence, std::move(numbers));
  const Value added = Tensor::of<int64_t>({}, {-1}), position = Tensor::of<int64_t>({}, {-2});
  uint32_t current = graph.add_input(sequence);
  const uint32_t element = graph.add_input(added), where = graph.add_input(position);
  for (TestNode node : chain) {
    node.inputs = {current};
    if (node.op == "SequenceInsert") node.inputs.push_back(element);
    if (node.op == "SequenceInsert" || node.op == "SequenceErase") node.inputs.push_back(where);
    current = graph.add_value();
    node.outputs = {current};
    graph.add_node(node);
  }
  graph.add_output(current);
  TestHost host;
  const mortise_host_values_t table = counting_reads(host);
  host.set_extension(MORTISE_EXT_VALUES, &table);
  auto session = TestSession::open(host, graph, reference::entry(), "org.mortise.reference");
  if (!session.ok()) throw std::runtime_error(session.status().message());
  elements_read = 0;
  const auto outputs = (*session)->run({sequence, added, position});
  if (!outputs.ok()) throw std::runtime_error(outputs.status().message());
  std::vector<int64_t> left;
  if (outputs->at(0).is_tensor()) {
    const auto all = outputs->at(0).tensor.elements<int64_t>();
    left.assign(all.begin(), all.end());
  }
  for (const Value& value : outputs->at(0).elements) left.push_back(*value.tensor.data<int64_t>());
  return left;
}

TEST(LentSequence, IsChangedWithoutBeingRead) {
  const TestNode insert{.op = "SequenceInsert", .version = 11}, erase{.op = "SequenceErase", .version = 11};
  const TestNode identity{.op = "Identity", .version = 16}, content{.op = "OptionalGetElement", .version = 18};
  EXPECT_THAT(run_chain({identity, content}), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(run_chain({insert, erase, identity, erase, insert}), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, -1, 7, 9));
  const TestNode optional{.op = "Optional", .version = 15};
  EXPECT_THAT(run_chain({erase, optional, identity, content}), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 9));
  EXPECT_EQ(elements_read, 0);
}

TEST(LentSequence, IsReadWhereItsElementsAreNeeded) {
  const TestNode erase{.op = "SequenceErase", .version = 11}, optional{.op = "Optional", .version = 15};
  const TestNode content{.op = "OptionalGetElement", .version = 18};
  const TestNode stack{
      .op = "ConcatFromSequence", .version = 11, .attributes = {{"axis", int64_t{0}}, {"new_axis", int64_t{1}}}};
  EXPECT_THAT(run_chain({erase, optional, content, stack}), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 9));
  EXPECT_EQ(elements_read, 9);
}

}  // namespace
}  // namespace mortise::test
