// What functions become when they are inlined is known before it is done, and refused if it is too much.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <stdexcept>

#include "core/model/load.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// text: a ModelProto's graph and functions, in protobuf's text form.
onnx::ModelProto model_with_functions(const std::string& text) {
  onnx::ModelProto model;
  const std::string head = "ir_version: 8 opset_import { version: 17 } opset_import { domain: 'local' version: 1 } ";
  if (!google::protobuf::TextFormat::ParseFromString(head + text, &model)) throw std::invalid_argument(text);
  return model;
}

Result<Model> load_below(const onnx::ModelProto& model, uint64_t max_nodes = LoadOptions().max_nodes) {
  const std::string bytes = model.SerializeAsString();
  LoadOptions options;
  options.max_nodes = max_nodes;
  return load_model(std::as_bytes(std::span(bytes)), {}, options);
}

std::string answer(const Result<Model>& model) { return model.ok() ? "loaded" : model.status().message(); }

std::string node(const std::string& op, const std::string& input, const std::string& output,
                 const std::string& attributes = "") {
  const bool is_call = op.front() == 'f';
  return "node { op_type: '" + op + "' domain: '" + (is_call ? "local" : "") + "' input: '" + input + "' output: '" +
         output + "' " + attributes + "} ";
}

// The function (a) -> (b).
std::string function(const std::string& name, const std::string& content) {
  return "functions { name: '" + name + "' domain: 'local' input: 'a' output: 'b' opset_import { version: 17 } " +
         "opset_import { domain: 'local' version: 1 } " + content + "} ";
}

std::string body(const std::string& name, const std::string& content) {
  return "attribute { name: '" + name + "' type: GRAPH g { " + content + " } } ";
}

std::string reference(const std::string& name, const std::string& parameter, const std::string& type) {
  return "attribute { name: '" + name + "' ref_attr_name: '" + parameter + "' type: " + type + " } ";
}

std::string main_graph(const std::string& content) {
  return "graph { input { name: 'x' } output { name: 'y' } " + content + "} ";
}

// f0 is `innermost`; each of the others calls the one before twice, and the graph the last one once.
std::string tower(uint32_t levels, const std::string& innermost) {
  std::string text = function("f0", innermost);
  for (uint32_t level = 1; level <= levels; ++level) {
    const std::string below = "f" + std::to_string(level - 1);
    text += function("f" + std::to_string(level), node(below, "a", "c") + node(below, "c", "b"));
  }
  return main_graph(node("f" + std::to_string(levels), "x", "y")) + text;
}

// Attribute number 11 of a FunctionProto, which libonnx 1.12 does not know.
void add_default(onnx::FunctionProto& function, const std::string& attribute) {
  onnx::NodeProto holder;
  if (!google::protobuf::TextFormat::ParseFromString(attribute, &holder)) throw std::invalid_argument(attribute);
  function.GetReflection()->MutableUnknownFields(&function)->AddLengthDelimited(
      11, holder.attribute(0).SerializeAsString());
}

// In the graph and in all bodies.
uint64_t nodes_in(const Graph& graph) {
  uint64_t count = graph.num_nodes();
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for_each_body(graph.node(id), [&](const Graph& inner) { count += nodes_in(inner); });
  }
  return count;
}

// The innermost function is broken, so that whoever looks into it before the numbers says so.
TEST(Growth, RefusesTowersBeforeAnythingIsInlined) {
  const std::string broken = node("Relu", "nowhere", "b");
  EXPECT_THAT(answer(load_below(model_with_functions(tower(3, broken)))), HasSubstr("'nowhere'"));
  // 2^26 times Relu, and 2^27 - 1 calls; the file has one node and twice 26 calls, and one call in the graph.
  EXPECT_THAT(answer(load_below(model_with_functions(tower(26, broken)))),
              AllOf(HasSubstr("from 54 nodes in the file to 201326591,"), HasSubstr("above the limit of 500000"),
                    HasSubstr("'f26' (201326590 nodes a call) -> 'f25' (100663294 nodes a call) -> "),
                    HasSubstr("inline the functions in the file, or raise LoadOptions::max_nodes")));
  EXPECT_THAT(answer(load_below(model_with_functions(tower(60, broken)))), HasSubstr("to 3458764513820540927,"));
}

TEST(Growth, StopsCountingAtTheLargestNumber) {
  for (const uint32_t levels : {64U, 250U}) {
    EXPECT_THAT(answer(load_below(model_with_functions(tower(levels, node("Relu", "a", "b"))))),
                HasSubstr("to at least 18446744073709551615,"));
  }
}

TEST(Growth, LoadsWhatIsJustBelowTheLimit) {
  const auto model = model_with_functions(tower(10, node("Relu", "a", "b")));
  const uint64_t size = (1U << 10) + (1U << 11) - 1;  // Relus and calls
  EXPECT_THAT(answer(load_below(model, size - 1)), HasSubstr("to " + std::to_string(size) + ", above"));
  const auto loaded = load_below(model, size);
  ASSERT_TRUE(loaded.ok()) << answer(loaded);
  EXPECT_EQ(loaded->graph.num_nodes(), 1U << 10);
}

TEST(Growth, LoadsWhatTheFileHoldsWhateverTheLimit) {
  std::string text = node("Relu", "x", "v0") + node("f0", "v0", "y");
  for (int i = 0; i < 50; ++i) text += node("Relu", "v" + std::to_string(i), "v" + std::to_string(i + 1));
  const auto loaded = load_below(model_with_functions(main_graph(text) + function("f0", node("Relu", "a", "b"))), 3);
  EXPECT_TRUE(loaded.ok()) << answer(loaded);
}

TEST(Growth, CountsCallsWithinBodies) {
  for (const auto& [op, attribute] : std::map<std::string, std::string>{
           {"If", "then_branch"}, {"Loop", "body"}, {"Scan", "body"}, {"SequenceMap", "body"}}) {
    // Each level: a node with a body of two calls.
    std::string text = function("f0", node("Relu", "a", "b"));
    for (int level = 1; level <= 40; ++level) {
      const std::string below = "f" + std::to_string(level - 1);
      const std::string calls = node(below, "a", "c") + node(below, "c", "d");
      text +=
          function("f" + std::to_string(level), node(op, "a", "b", body(attribute, calls + "output { name: 'd' }")));
    }
    const std::string call = node("f3", "x", "z") + "output { name: 'z' }";
    const auto small = model_with_functions(main_graph(node(op, "x", "y", body(attribute, call))) + text);
    // Of the levels 0 to 3: 8 Relus and as many calls, 7 nodes with bodies, the bodies, and 7 calls of them.
    const uint64_t size = 2 * 8 + 7 * 3 + 2;
    EXPECT_THAT(answer(load_below(small, size - 1)), HasSubstr("to " + std::to_string(size) + ", above")) << op;
    const auto loaded = load_below(small, size);
    ASSERT_TRUE(loaded.ok()) << op << ": " << answer(loaded);
    EXPECT_EQ(nodes_in(loaded->graph), 8U + 7U + 1U) << op;

    const std::string high = node("f40", "x", "z") + "output { name: 'z' }";
    EXPECT_THAT(answer(load_below(model_with_functions(main_graph(node(op, "x", "y", body(attribute, high))) + text))),
                HasSubstr("nodes in the file to "))
        << op;
  }
}

// f0(body) uses its body twice: f0(f0(f0(...))) doubles without any function that calls another.
TEST(Growth, CountsBodiesThatAreAttributesAsOftenAsTheyAreUsed) {
  const std::string twice = function(
      "f0", node("If", "a", "b", reference("then_branch", "p", "GRAPH") + reference("else_branch", "p", "GRAPH")));
  const std::string passes_on = function("f1", node("f0", "a", "b", reference("p", "q", "GRAPH")));
  const auto nested = [](const std::string& name, const std::string& attribute, int levels) {
    std::string content = node("Relu", "x", "z") + "output { name: 'z' }";
    for (int level = 1; level < levels; ++level) {
      content = node(name, "x", "z", body(attribute, content)) + "output { name: 'z' }";
    }
    return main_graph(node(name, "x", "y", body(attribute, content)));
  };
  for (const auto& [name, attribute] : std::map<std::string, std::string>{{"f0", "p"}, {"f1", "q"}}) {
    const uint64_t calls = name == "f0" ? 1 : 2;
    const auto small = model_with_functions(nested(name, attribute, 3) + twice + passes_on);
    const uint64_t size = 8 + 7 * (1 + calls) + 14;  // Relus, If nodes with the calls that they come of, bodies
    EXPECT_THAT(answer(load_below(small, size - 1)), HasSubstr("to " + std::to_string(size) + ", above")) << name;
    const auto loaded = load_below(small, size);
    ASSERT_TRUE(loaded.ok()) << answer(loaded);
    EXPECT_EQ(nodes_in(loaded->graph), 8U + 7U);
    EXPECT_THAT(answer(load_below(model_with_functions(nested(name, attribute, 40) + twice + passes_on))),
                HasSubstr("nodes in the file to "))
        << name;
  }
}

TEST(Growth, CountsBodiesThatAreDefaults) {
  auto model = model_with_functions(tower(10, node("If", "a", "b", reference("then_branch", "p", "GRAPH"))));
  add_default(*model.mutable_functions(0), body("p", node("Relu", "a", "c") + "output { name: 'c' }"));
  const uint64_t size = 3 * (1U << 10) + (1U << 11) - 1;
  EXPECT_THAT(answer(load_below(model, size - 1)), HasSubstr("to " + std::to_string(size) + ", above"));
  const auto loaded = load_below(model, size);
  ASSERT_TRUE(loaded.ok()) << answer(loaded);
  EXPECT_EQ(nodes_in(loaded->graph), 2U << 10);

  *model.mutable_functions(0)->mutable_node(0)->mutable_attribute(0)->mutable_ref_attr_name() = "q";
  add_default(*model.mutable_functions(0),
              body("q", node("If", "a", "c", reference("then_branch", "q", "GRAPH")) + "output { name: 'c' }"));
  EXPECT_THAT(answer(load_below(model)), AllOf(HasSubstr("'f0'"), HasSubstr("the default of attribute 'q'")));
}

TEST(Growth, RefusesRecursionThroughBodies) {
  const std::string calls = node("f0", "a", "c") + "output { name: 'c' }";
  const std::string graph = main_graph(node("f1", "x", "y"));
  const std::string caller = function("f1", node("f0", "a", "b"));
  EXPECT_THAT(answer(load_below(model_with_functions(
                  graph + caller + function("f0", node("If", "a", "b", body("then_branch", calls)))))),
              HasSubstr("function calls itself: f0 -> f0; ONNX"));
  const std::string back = node("f1", "a", "c") + "output { name: 'c' }";
  auto model = model_with_functions(graph + caller +
                                    function("f0", node("If", "a", "b", reference("then_branch", "p", "GRAPH"))));
  add_default(*model.mutable_functions(1), body("p", back));
  EXPECT_THAT(answer(load_below(model)), HasSubstr("function calls itself: f1 -> f0 -> f1; ONNX"));
}

TEST(Growth, BoundsLongLists) {
  std::string ints = "attribute { name: 'ints' type: INTS ";
  for (int i = 0; i < 10'000; ++i) ints += "ints: 7 ";
  ints += "} ";
  // 80 KB each in 4,096 nodes, with an allowance of 2 KB each.
  const auto held = model_with_functions(tower(12, node("Relu", "a", "b", ints)));
  EXPECT_THAT(answer(load_below(held, 20'000)), AllOf(HasSubstr("names of the model's nodes"), HasSubstr("max_nodes")));
  EXPECT_EQ(answer(load_below(model_with_functions(tower(3, node("Relu", "a", "b", ints))), 1'000)), "loaded");

  std::string users;
  for (int i = 0; i < 1'000; ++i) {
    users += node("Relu", "a", i == 0 ? "b" : "v" + std::to_string(i), reference("ints", "ints", "INTS"));
  }
  const auto passed = model_with_functions(main_graph(node("f0", "x", "y", ints)) + function("f0", users));
  EXPECT_THAT(answer(load_below(passed, 10'000)), HasSubstr("names of the model's nodes"));
  EXPECT_EQ(answer(load_below(passed)), "loaded");
}

// A value that an inner body reads becomes one of every body around it.
TEST(Growth, BoundsValuesThatAreReadThroughManyBodies) {
  const auto nested = [](int depth) {
    std::string inputs;
    for (int i = 0; i < 2'000; ++i) inputs += "input: 'v" + std::to_string(i) + "' ";
    std::string content = "node { op_type: 'Concat' " + inputs + "output: 'z' } output { name: 'z' }";
    for (int level = 1; level < depth; ++level) {
      content = node("If", "", "z", body("then_branch", content)) + "output { name: 'z' }";
    }
    std::string graph = node("If", "", "y", body("then_branch", content));
    for (int i = 0; i < 2'000; ++i) graph += node("Relu", "x", "v" + std::to_string(i));
    return model_with_functions(main_graph(graph));
  };
  EXPECT_EQ(answer(load_below(nested(2), 3'000)), "loaded");
  EXPECT_THAT(answer(load_below(nested(200), 3'000)),
              AllOf(HasSubstr("names of the model's nodes"), HasSubstr("nest fewer bodies")));
}

// Functions that call the next one and that nobody calls: refused or not, whatever their order in the file.
TEST(Growth, NestsUncalledFunctionsAsDeepAsOthers) {
  const auto answer_to = [](int depth, bool callees_first) {
    std::vector<std::string> functions;
    for (int i = 0; i < depth; ++i) {
      const std::string callee = i + 1 < depth ? "f" + std::to_string(i + 1) : "Relu";
      functions.push_back(function("f" + std::to_string(i), node(callee, "a", "b")));
    }
    if (callees_first) std::reverse(functions.begin(), functions.end());
    std::string text = main_graph(node("Relu", "x", "y"));
    for (const std::string& one : functions) text += one;
    return answer(load_below(model_with_functions(text)));
  };
  for (const bool callees_first : {false, true}) {
    EXPECT_EQ(answer_to(256, callees_first), "loaded") << callees_first;
    EXPECT_THAT(answer_to(257, callees_first), HasSubstr("nested deeper than 256")) << callees_first;
  }
}

// Values that stay in their body cost no more in a deep one: a chain of else-if.
TEST(Growth, LoadsLongBodiesThatAreNestedDeeply) {
  constexpr int kDepth = 64, kNodes = 300;
  std::string content = node("Relu", "x", "z") + "output { name: 'z' }";
  for (int level = 0; level < kDepth; ++level) {
    std::string chain = node("Relu", "x", "v0");
    for (int i = 0; i < kNodes; ++i) chain += node("Relu", "v" + std::to_string(i), "v" + std::to_string(i + 1));
    chain += "output { name: 'v" + std::to_string(kNodes) + "' }";
    content = node("If", "x", "z", body("then_branch", chain) + body("else_branch", content)) + "output { name: 'z' }";
  }
  const std::string graph = node("If", "x", "y", body("then_branch", content) + body("else_branch", content));
  EXPECT_EQ(answer(load_below(model_with_functions(main_graph(graph)), 10'000)), "loaded");
}

TEST(Growth, SharesTheConstantsOfFunctions) {
  const std::string raw(4'096, 'w');
  const std::string dense =
      "attribute { name: 'value' type: TENSOR t { data_type: 1 dims: 1024 raw_data: '" + raw + "' } } ";
  const std::string sparse =
      "type: SPARSE_TENSOR sparse_tensor { dims: 4 values { data_type: 1 dims: 1 float_data: 5 } indices { data_type: "
      "7 "
      "dims: 1 int64_data: 2 } } } ";
  std::string ints = "attribute { name: 'value_ints' type: INTS ";
  for (int i = 0; i < 1'000; ++i) ints += "ints: 7 ";
  const std::string constants = node("Constant", "", "t", dense) + node("Constant", "", "i", ints + "} ") +
                                node("Constant", "", "s", "attribute { name: 'sparse_value' " + sparse) +
                                node("Constant", "", "w", "attribute { name: 'value_string' type: STRING s: 'word' }") +
                                node("Junk", "", "j", "attribute { name: 'sparse' " + sparse);
  std::string content =
      constants + "node { op_type: 'Join' input: 't' input: 'i' input: 's' input: 'w' input: 'j' output: 'b' }";
  for (size_t at = 0; (at = content.find("input: '' ", at)) != std::string::npos;) content.erase(at, 10);
  // 1,024 times 8 KB of integers would be above the allowance.
  const auto loaded = load_below(model_with_functions(tower(10, content)), 10'000);
  ASSERT_TRUE(loaded.ok()) << answer(loaded);
  ASSERT_EQ(loaded->graph.constants().size(), 4U << 10);
  std::set<const void*> addresses;
  for (const Tensor& constant : loaded->graph.constants()) addresses.insert(constant.raw());
  EXPECT_EQ(addresses.size(), 4U);
  addresses.clear();
  for (NodeId id = 0; id < loaded->graph.num_nodes(); ++id) {
    const auto* attribute = loaded->graph.node(id).get<SparseTensor>("sparse");
    if (attribute != nullptr) addresses.insert(attribute->values.raw());
  }
  EXPECT_EQ(addresses.size(), 1U);
}

TEST(Growth, KeepsNamesShortInDeepCalls) {
  std::string long_name;
  for (int i = 0; i < 50; ++i) long_name += "\u20ac";  // three bytes
  std::string text = function("f0", node("Relu", "a", "b"));
  for (int level = 1; level <= 200; ++level) {
    const std::string below = "f" + std::to_string(level - 1);
    const std::string name = "name: '" + long_name + "' ";
    text += function("f" + std::to_string(level), node("Relu", "a", "c") + node(below, "c", "b", name));
  }
  const auto loaded = load_below(model_with_functions(main_graph(node("f200", "x", "y")) + text));
  ASSERT_TRUE(loaded.ok()) << answer(loaded);
  ASSERT_EQ(loaded->graph.num_nodes(), 201U);
  std::set<std::string_view> names;
  for (ValueId id = 0; id < loaded->graph.num_values(); ++id) {
    const std::string_view name = loaded->graph.value(id).name.view();
    EXPECT_LT(name.size(), 250U);
    EXPECT_TRUE(names.insert(name).second) << name;
    size_t odd = 0;  // what whole characters leave
    for (const char c : name) odd += static_cast<uint8_t>(c) >= 0x80 ? 1 : 0;
    EXPECT_EQ(odd % 3, 0U) << name;
  }
}

// Functions at random, each calling earlier ones, within bodies too. Counted by walking every call, without any memory.
class RandomFunctions {
 public:
  explicit RandomFunctions(uint32_t seed) : random_(seed) {}

  onnx::ModelProto model() {
    std::string text = function("f0", node("Relu", "a", "b"));
    for (uint32_t number = 1; number < 6; ++number) {
      text += function("f" + std::to_string(number), nodes(number, "a", "b", 2));
    }
    return model_with_functions(main_graph(nodes(6, "x", "y", 2)) + text);
  }

 private:
  // A chain from `from` to `to`, of calls of the first functions, and of nodes with and without bodies.
  std::string nodes(uint32_t functions, const std::string& from, const std::string& to, int bodies) {
    std::string text;
    std::string last = from;
    const uint32_t count = 1 + random_() % 4;
    for (uint32_t i = 0; i < count; ++i) {
      const std::string next = i + 1 == count ? to : "v" + std::to_string(++values_);
      const uint32_t kind = random_() % 4;
      if (kind == 0 && bodies > 0) {
        const std::string result = "v" + std::to_string(++values_);
        text +=
            node("If", last, next,
                 body("then_branch", nodes(functions, last, result, bodies - 1) + "output { name: '" + result + "' }"));
      } else if (kind < 3) {
        text += node("f" + std::to_string(random_() % functions), last, next);
      } else {
        text += node("Relu", last, next);
      }
      last = next;
    }
    return text;
  }

  std::mt19937 random_;
  uint32_t values_ = 0;
};

uint64_t walk(const onnx::ModelProto& model, const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
  uint64_t count = 0;
  for (const auto& node : nodes) {
    ++count;
    if (node.domain() == "local") count += walk(model, model.functions(std::stoi(node.op_type().substr(1))).node());
    for (const auto& attribute : node.attribute()) count += 1 + walk(model, attribute.g().node());
  }
  return count;
}

TEST(Growth, CountsWhatEveryCallBecomes) {
  int grown = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const auto model = RandomFunctions(seed).model();
    const uint64_t size = walk(model, model.graph().node());
    EXPECT_EQ(answer(load_below(model, size)), "loaded") << seed;
    const std::string below = answer(load_below(model, size - 1));
    if (below == "loaded") continue;  // the file holds as many
    EXPECT_THAT(below, HasSubstr("to " + std::to_string(size) + ", above")) << seed;
    ++grown;
  }
  EXPECT_GT(grown, 50);
}

}  // namespace
}  // namespace mortise
