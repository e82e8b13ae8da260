// What must hold for inference of any node of any operator, whatever the model says.
#include <gtest/gtest.h>

#include <iostream>

#include "core/infer/infer.h"
#include "tests/core/infer/random_node.h"

namespace mortise {
namespace {

constexpr uint32_t kSeeds[] = {1, 2, 3, 4, 5, 6, 7, 8};
constexpr int kNodesPerVersion = 8;

template <class Visit>
void for_each_random_node(Manners manners, Visit&& visit) {
  for (const uint32_t seed : kSeeds) {
    std::mt19937 random(seed);
    for (const infer::Operator& op : infer::operators()) {
      for (const infer::Signature& signature : op.signatures) {
        for (int i = 0; i < kNodesPerVersion; ++i) {
          SCOPED_TRACE(concat("seed ", seed, ", ", op.name, "-", signature.since_version, ", node ", i));
          visit(random_node(op, signature, manners, random), random);
        }
      }
    }
  }
}

int64_t known_elements(const Type& type) {
  int64_t count = 1;
  for (const Dim& dim : type.dims.value_or(Dims())) {
    if (dim.value > 0 && __builtin_mul_overflow(count, dim.value, &count)) return -1;
  }
  return count;
}

TEST(RandomNodes, GiveTypesOrASentenceThatNamesTheNode) {
  size_t good = 0;
  size_t total = 0;
  for_each_random_node(Manners::kHostile, [&](Graph graph, std::mt19937&) {
    const Status status = infer_types(graph);
    ++total;
    if (!status.ok()) {
      EXPECT_EQ(status.node_id(), 0u) << status.message();
      EXPECT_NE(status.message().find("'victim'"), std::string::npos) << status.message();
      return;
    }
    ++good;
    for (const ValueId id : graph.outputs) {
      const Type& type = graph.value(id).type;
      EXPECT_GE(known_elements(type), 0) << to_string(type);
      for (const Dim& dim : type.dims.value_or(Dims())) EXPECT_GE(dim.value, -1) << to_string(type);
    }
  });
  std::cout << good << " of " << total << " hostile nodes are possible\n";
}

// Extents of numbers that become unknown, ranks that do, constants that become inputs.
void forget_something(Graph& graph, std::mt19937& random) {
  const auto one_in = [&](uint32_t n) { return random() % n == 0; };
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    auto& value = const_cast<ValueInfo&>(std::as_const(graph).value(id));
    if (value.producer != kNoId) continue;
    if (value.constant != kNoId && one_in(3)) {
      value.constant = kNoId;
      value.is_input = true;
      graph.inputs.push_back(id);
    }
    if (value.constant != kNoId || !value.type.dims) continue;
    for (Dim& dim : *value.type.dims) {
      if (one_in(3)) dim = one_in(2) ? kUnknownDim : symbolic_dim(graph.intern(concat("forgotten", random() % 1000)));
    }
    if (one_in(6)) value.type.dims.reset();
    if (one_in(10)) value.type = {};
  }
}

bool contradict(const Type& a, const Type& b) {
  if (a.kind == ValueKind::kNone || b.kind == ValueKind::kNone) return false;
  if (a.kind != b.kind) return true;
  if (a.dtype != b.dtype && a.dtype != DType::kUndefined && b.dtype != DType::kUndefined) return true;
  if (a.element && b.element) return contradict(*a.element, *b.element);
  if (!a.dims || !b.dims) return false;
  if (a.dims->size() != b.dims->size()) return true;
  for (size_t i = 0; i < a.dims->size(); ++i) {
    if (is_known((*a.dims)[i]) && is_known((*b.dims)[i]) && (*a.dims)[i].value != (*b.dims)[i].value) return true;
  }
  return false;
}

// A node that is possible stays so when less is known of it, and what is inferred then is true of what was inferred
// before.
TEST(RandomNodes, InferLessFromLessButNothingElse) {
  size_t good = 0;
  size_t total = 0;
  for_each_random_node(Manners::kPolite, [&](Graph graph, std::mt19937& random) {
    Status status = infer_types(graph);
    ++total;
    if (!status.ok()) return;
    ++good;
    std::vector<Type> before;
    for (const ValueId id : graph.outputs) {
      before.push_back(graph.value(id).type);
      const_cast<ValueInfo&>(std::as_const(graph).value(id)).type = {};
    }
    forget_something(graph, random);
    status = infer_types(graph);
    EXPECT_TRUE(status.ok()) << status.message();
    for (size_t i = 0; status.ok() && i < before.size(); ++i) {
      const Type& after = graph.value(graph.outputs[i]).type;
      EXPECT_FALSE(contradict(before[i], after)) << to_string(before[i]) << " became " << to_string(after);
    }
  });
  std::cout << good << " of " << total << " polite nodes are possible\n";
  EXPECT_GT(good, total / 4);
}

}  // namespace
}  // namespace mortise
