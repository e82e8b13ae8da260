// Inference over the standard's own vectors: what is inferred of a model whose declared types have been taken away is
// held against the values that its data sets give.
//
// Each data set is seen three ways: only types and shapes of the inputs are known; their contents are known too; or
// extents have names. Nothing that is inferred may contradict the values, and with known contents everything must be
// known, but for the operators below, whose results have shapes that inference cannot see.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "core/infer/infer.h"
#include "core/model/load.h"
#include "core/model/value_file.h"
#include "tools/mortise/test_case.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;

// What stays open even if the contents of all inputs are known, and why.
const std::map<std::string_view, std::string_view> kOpenResults = {
    {"CastMap", "the number of columns is that of the map"},
    {"Compress", "the number of elements is that of the true conditions"},
    {"ConcatFromSequence", "the number of elements of a sequence is not followed"},
    {"ImageDecoder", "the size is in the encoded stream"},
    {"NonMaxSuppression", "the number of boxes depends on all scores"},
    {"NonZero", "the number of elements depends on all values"},
    {"Loop", "the number of iterations is known only afterwards"},
    {"SequenceConstruct", "its elements may differ in shape"},
    {"SequenceEmpty", "it has no element whose shape could be known"},
    {"SplitToSequence", "its elements may differ in shape"},
    {"StringNormalizer", "the number of stop words depends on all strings"},
    {"StringSplit", "the number of parts depends on all strings"},
    {"Unique", "the number of distinct elements depends on all values"},
};

struct Sample {
  fs::path data;
  std::vector<Value> inputs;  // kNone where the data set gives none
  std::vector<Value> outputs;
};

std::vector<Value> read_values(const fs::path& folder, std::string_view what, const Graph& graph,
                               const std::vector<ValueId>& ids) {
  std::vector<Value> values;
  for (size_t i = 0; i < ids.size(); ++i) {
    const fs::path file = folder / concat(what, "_", i, ".pb");
    values.emplace_back();
    if (!fs::exists(file)) continue;
    auto value = read_pb(file, graph.value(ids[i]).type.kind);
    EXPECT_TRUE(value.ok()) << value.status().message();
    if (value.ok()) values.back() = std::move(*value);
  }
  return values;
}

// Only what the model says of its inputs stays.
void forget_types(Graph& graph, bool is_body) {
  std::set<ValueId> kept(graph.inputs.begin(), graph.inputs.end());
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    const bool constant = std::as_const(graph).value(id).constant != kNoId;
    if (!constant && (is_body || !kept.contains(id))) const_cast<ValueInfo&>(std::as_const(graph).value(id)).type = {};
  }
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for_each_body(std::as_const(graph).node(id), [](Graph& body) { forget_types(body, true); });
  }
}

std::optional<Graph> load_graph(const fs::path& model) {
  auto loaded = load_model(model);
  if (!loaded.ok()) return std::nullopt;  // the loader's own tests say which
  forget_types(loaded->graph, false);
  return std::move(loaded->graph);
}

Type type_of(const Value& value, const Type& declared) {
  return value.is_tensor() ? Type::tensor(value.tensor.dtype(), value.tensor.shape()) : declared;
}

using Bindings = std::map<std::string, int64_t>;

// Empty if the type can be that of the value.
std::string contradiction(const Type& type, const Value& value, const Bindings& bindings = {}) {
  if (type.kind == ValueKind::kNone || value.kind == ValueKind::kNone) return {};
  if (type.kind != value.kind) return "another kind";
  if (!value.is_tensor()) {
    for (const Value& element : value.elements) {
      if (!type.element || type.kind == ValueKind::kMap) continue;
      if (const std::string fault = contradiction(*type.element, element, bindings); !fault.empty()) return fault;
    }
    return {};
  }
  if (type.dtype != DType::kUndefined && type.dtype != value.tensor.dtype()) return "another element type";
  if (!type.dims) return {};
  if (type.dims->size() != value.tensor.rank()) return "another rank";
  for (uint32_t i = 0; i < value.tensor.rank(); ++i) {
    const Dim& dim = (*type.dims)[i];
    if (is_known(dim) && dim.value != value.tensor.dim(i)) return concat("another extent at axis ", i);
    if (dim.symbol == nullptr) continue;
    const auto bound = bindings.find(dim.symbol);
    if (bound != bindings.end() && bound->second != value.tensor.dim(i)) return concat("another extent at axis ", i);
  }
  return {};
}

// All that a memory plan needs.
bool is_complete(const Type& type) {
  switch (type.kind) {
    case ValueKind::kNone:
      return false;
    case ValueKind::kTensor:
    case ValueKind::kSparseTensor:
      return type.dtype != DType::kUndefined && type.static_shape().has_value();
    default:
      return type.element != nullptr && is_complete(*type.element);
  }
}

void make_constants(Graph& graph, const Sample& sample, const std::set<DType>& dtypes) {
  std::vector<ValueId> left;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& value = sample.inputs[i];
    if (value.is_tensor() && (dtypes.empty() || dtypes.contains(value.tensor.dtype()))) {
      graph.make_constant(graph.inputs[i], value.tensor);
    } else {
      left.push_back(graph.inputs[i]);
    }
  }
  graph.inputs = std::move(left);
  ASSERT_TRUE(graph.finalize().ok());
}

class InferVectors : public testing::Test {
 protected:
  void SetUp() override {
    const char* set = std::getenv("MORTISE_ONNX_VECTORS");
    root_ = set != nullptr ? set : "/usr/share/libonnx-testdata/data";
    if (!fs::exists(root_ / "node")) GTEST_SKIP() << root_ << " holds no vectors; set MORTISE_ONNX_VECTORS";
  }

  // Calls visit(graph, sample, name) with a fresh graph for each data set below the folder.
  template <class Visit>
  void for_each_sample(std::string_view folder, Visit&& visit) {
    const auto cases = tool::find_cases({root_ / folder});
    ASSERT_TRUE(cases.ok()) << cases.status().message();
    for (const tool::TestCase& test_case : *cases) {
      for (const fs::path& data : test_case.data_sets) {
        std::optional<Graph> graph = load_graph(test_case.model);
        if (!graph) break;
        Sample sample{.data = data};
        sample.inputs = read_values(data, "input", *graph, graph->inputs);
        auto declared = load_model(test_case.model);  // the kinds of the outputs
        sample.outputs = read_values(data, "output", declared->graph, declared->graph.outputs);
        for (size_t i = 0; i < sample.outputs.size(); ++i) {
          // Some of ONNX 1.12's data sets do not have the element type that their own model declares.
          const Type& type = declared->graph.value(declared->graph.outputs[i]).type;
          if (!contradiction(type, sample.outputs[i]).empty()) sample.outputs[i] = {};
        }
        visit(*graph, sample, concat(test_case.name, "/", data.filename().string()));
      }
    }
  }

  // Infers, and holds the outputs against the values. Returns how many of them are complete.
  size_t check(Graph& graph, const Sample& sample, const std::string& name, const Bindings& bindings = {}) {
    const Status status = infer_types(graph);
    EXPECT_TRUE(status.ok()) << name << ": " << status.message();
    size_t complete = 0;
    for (size_t i = 0; status.ok() && i < sample.outputs.size(); ++i) {
      const Type& type = graph.value(graph.outputs[i]).type;
      const std::string fault = contradiction(type, sample.outputs[i], bindings);
      EXPECT_EQ(fault, "") << name << ": output #" << i << " is inferred as " << to_string(type);
      complete += is_complete(type) ? 1 : 0;
    }
    return complete;
  }

  fs::path root_;
};

constexpr std::string_view kFolders[] = {"node", "simple", "pytorch-operator", "pytorch-converted"};

TEST_F(InferVectors, NeverContradictResultsWhereShapesOfInputsAreKnown) {
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root_ / folder)) continue;
    size_t total = 0;
    size_t complete = 0;
    for_each_sample(folder, [&](Graph& graph, const Sample& sample, const std::string& name) {
      for (size_t i = 0; i < graph.inputs.size(); ++i) {
        auto& value = const_cast<ValueInfo&>(std::as_const(graph).value(graph.inputs[i]));
        value.type = type_of(sample.inputs[i], value.type);
      }
      total += sample.outputs.size();
      complete += check(graph, sample, name);
    });
    std::cout << folder << ": " << complete << " of " << total << " outputs are complete from shapes of inputs\n";
    EXPECT_GT(total, 0u);
  }
}

TEST_F(InferVectors, KnowEverythingWhereContentsOfInputsAreKnown) {
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root_ / folder)) continue;
    size_t total = 0;
    size_t complete = 0;
    for_each_sample(folder, [&](Graph& graph, const Sample& sample, const std::string& name) {
      make_constants(graph, sample, {});
      total += sample.outputs.size();
      complete += check(graph, sample, name);
      // What is not complete although all inputs are is the doing of the operator that gives it.
      for (NodeId id = 0; id < graph.num_nodes(); ++id) {
        const Node& node = std::as_const(graph).node(id);
        const auto is_open = [&](ValueId value) {
          return value != kNoId && !is_complete(std::as_const(graph).value(value).type);
        };
        if (std::any_of(node.inputs.begin(), node.inputs.end(), is_open)) continue;
        if (std::none_of(node.outputs.begin(), node.outputs.end(), is_open)) continue;
        EXPECT_TRUE(kOpenResults.contains(node.op_type.view()))
            << name << ": " << describe(graph, id) << " gives "
            << to_string(std::as_const(graph).value(node.outputs[0]).type);
      }
    });
    std::cout << folder << ": " << complete << " of " << total << " outputs are complete from contents of inputs\n";
    EXPECT_GT(total, 0u);
  }
}

// Equal extents have one name, or each has its own: what is said of names must hold for the numbers behind them.
class InferVectorsByName : public InferVectors, public testing::WithParamInterface<bool> {};

TEST_P(InferVectorsByName, NeverContradictResultsWhereExtentsHaveNames) {
  const bool shared = GetParam();
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root_ / folder)) continue;
    size_t total = 0;
    for_each_sample(folder, [&](Graph& graph, const Sample& sample, const std::string& name) {
      // Integers are left as contents: they are axes, shapes and lengths.
      make_constants(graph, sample, {DType::kI64, DType::kI32});
      Bindings bindings;
      for (size_t i = 0, from = 0; i < graph.inputs.size(); ++i, ++from) {
        while (sample.inputs[from].is_tensor() && (sample.inputs[from].tensor.dtype() == DType::kI64 ||
                                                   sample.inputs[from].tensor.dtype() == DType::kI32)) {
          ++from;
        }
        auto& value = const_cast<ValueInfo&>(std::as_const(graph).value(graph.inputs[i]));
        value.type = type_of(sample.inputs[from], value.type);
        if (!value.type.dims || !sample.inputs[from].is_tensor()) continue;
        for (Dim& dim : *value.type.dims) {
          const std::string symbol = shared ? concat("n", dim.value) : concat("n", bindings.size());
          bindings[symbol] = dim.value;
          dim = symbolic_dim(graph.intern(symbol));
        }
      }
      total += sample.outputs.size();
      check(graph, sample, name, bindings);
    });
    EXPECT_GT(total, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Names, InferVectorsByName, testing::Bool(),
                         [](const auto& shared) { return shared.param ? "Shared" : "Distinct"; });

}  // namespace
}  // namespace mortise
