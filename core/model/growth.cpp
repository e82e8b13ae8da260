#include "core/model/growth.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "core/graph/clipped.h"
#include "core/graph/graph.h"
#include "core/graph/nesting.h"
#include "core/model/convert.h"

namespace mortise {
namespace {

constexpr uint64_t kCountless = std::numeric_limits<uint64_t>::max();

// Of a value, with what the tables of names keep of it.
constexpr uint64_t kValueBytes = 300;
constexpr uint64_t kConstantBytes = kValueBytes + sizeof(Tensor);
// Of a value's id in a list.
constexpr uint64_t kEntryBytes = 16;
// A nested type is of 4 bytes in the file and of 80 in memory, an extent of 2 and 16.
constexpr uint64_t kTypeFactor = 20;

uint64_t saturated_sum(uint64_t a, uint64_t b) { return a > kCountless - b ? kCountless : a + b; }
uint64_t saturated_product(uint64_t a, uint64_t b) { return b != 0 && a > kCountless / b ? kCountless : a * b; }

using Names = std::unordered_set<std::string_view>;

Names names_written(const onnx::GraphProto& graph) {
  Names names;
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& constant : graph.initializer()) names.insert(constant.name());
  for (const auto& constant : graph.sparse_initializer()) names.insert(constant.values().name());
  for (const auto& node : graph.node()) names.insert(node.output().begin(), node.output().end());
  return names;
}

uint64_t count_of(int size) { return static_cast<uint64_t>(size); }

// What a file holds itself is always loaded, but for values that are read through many bodies.
constexpr std::string_view kRemedy = "; inline the functions in the file, or raise LoadOptions::max_nodes";
constexpr std::string_view kRemedyWithoutCalls = "; nest fewer bodies, or raise LoadOptions::max_nodes";

std::string at_least(uint64_t number) {
  return number == kCountless ? concat("at least ", number) : std::to_string(number);
}

struct Amount {
  uint64_t nodes = 0;
  uint64_t bytes = 0;

  void add(const Amount& other, uint64_t times) {
    nodes = saturated_sum(nodes, saturated_product(other.nodes, times));
    bytes = saturated_sum(bytes, saturated_product(other.bytes, times));
  }
};

// What one call of a function, or the main graph, becomes.
struct Grown {
  const Function* function = nullptr;  // null: the main graph
  bool open = true;                    // still being counted: a call of it is recursion
  Amount size;
  // How often one call of the function uses an attribute that the call gives, and within how many bodies.
  struct Use {
    uint64_t times = 0;
    uint32_t bodies = 0;
  };
  std::unordered_map<std::string_view, Use> uses;
  uint32_t height = 0;  // how deep bodies and calls nest within a call, itself included
  // The called function that most of it comes of.
  const Grown* most = nullptr;
  uint64_t most_nodes = 0;
};

class Growth {
 public:
  Growth(FunctionTable& functions, size_t num_opsets, const LoadOptions& options)
      : functions_(functions), num_opsets_(num_opsets), options_(options) {}

  Status check(const onnx::GraphProto& graph);

 private:
  // Where a part of the file goes: into a function or the main graph, so many times, within so many bodies.
  struct Place {
    Grown& within;
    uint64_t times = 1;
    uint32_t bodies = 0;
    const Names* written = nullptr;  // in the body itself; null outside of bodies

    bool is_outside(const std::string& name) const {
      return written != nullptr && !name.empty() && !written->contains(name);
    }
    uint64_t reads_of(const onnx::NodeProto& node) const {
      return static_cast<uint64_t>(std::count_if(node.input().begin(), node.input().end(),
                                                 [&](const std::string& name) { return is_outside(name); }));
    }
  };

  // What nests `height` deep stands here.
  Status reach(uint32_t height) {
    MORTISE_TRY(check_nesting(depth_ + height));
    deepest_ = std::max(deepest_, depth_ + height);
    return {};
  }
  Status add_graph(const onnx::GraphProto& graph, const Place& place);
  Status add_body(const onnx::GraphProto& body, const Place& place);
  Status add_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const Place& place);
  Status add_node(const onnx::NodeProto& node, const Place& place);
  Status add_call(const onnx::NodeProto& node, const Function& function, const Place& place);
  Status add_defaults(Grown& grown);
  // Adds what an attribute holds of graphs, and gives the bytes of the rest.
  Result<uint64_t> add_attribute(const onnx::AttributeProto& attribute, const Place& place);
  Result<const Grown*> grown(const Function& function);

  // reads: of values from outside of the body, each of which may come from outside of all bodies; extra: bytes that are
  // not in the file.
  void add(Amount size, uint64_t reads, uint64_t extra, const Place& place) {
    held_.add(size, 1);
    size.bytes = saturated_sum(size.bytes, saturated_product(reads * kValueBytes, place.bodies) + extra);
    place.within.size.add(size, place.times);
  }
  std::string most_of(const Grown& grown) const;

  FunctionTable& functions_;
  const size_t num_opsets_;
  const LoadOptions& options_;
  std::unordered_map<const Function*, Grown> grown_;
  std::vector<const Function*> open_;  // each called by the one before
  uint32_t depth_ = 0;                 // of bodies and calls around what is being counted
  uint32_t deepest_ = 0;               // that it was since the innermost open function began
  Amount held_;                        // by the file: everything once
};

Status Growth::check(const onnx::GraphProto& graph) {
  Grown main;
  MORTISE_TRY(add_graph(graph, {main}));
  const Amount limit = {
      .nodes = std::max(options_.max_nodes, held_.nodes),
      .bytes = std::max(saturated_product(options_.max_nodes, LoadOptions::kBytesPerNode), held_.bytes)};
  if (main.size.nodes > limit.nodes) {
    return make_error(StatusCode::kResourceExhausted, "the model would grow from ", held_.nodes,
                      " nodes in the file to ", at_least(main.size.nodes), ", above the limit of ", limit.nodes,
                      most_of(main), kRemedy);
  }
  if (main.size.bytes > limit.bytes) {
    return make_error(StatusCode::kResourceExhausted,
                      "values, attributes and names of the model's nodes would grow from ", held_.bytes, " bytes to ",
                      at_least(main.size.bytes), ", above the limit of ", limit.bytes, ", ", LoadOptions::kBytesPerNode,
                      " for each of max_nodes", most_of(main), main.most != nullptr ? kRemedy : kRemedyWithoutCalls);
  }
  // What nothing calls has no size, but must not be recursive either.
  for (const Function& function : functions_.all()) MORTISE_TRY(grown(function).status());
  return {};
}

// The first functions of the chain of calls that most nodes come of.
std::string Growth::most_of(const Grown& grown) const {
  constexpr size_t kMaxNames = 4;
  std::string text;
  size_t count = 0;
  for (const Grown* most = grown.most; most != nullptr; most = most->most) {
    if (++count > kMaxNames) return text + " -> ...";
    text += concat(count == 1 ? ", most of it by calls of " : " -> ", "'", clipped(most->function->proto->name()),
                   "' (", at_least(most->size.nodes), " nodes a call)");
  }
  return text;
}

Status Growth::add_graph(const onnx::GraphProto& graph, const Place& place) {
  uint64_t bytes = 0;
  for (const auto* list : {&graph.input(), &graph.output(), &graph.value_info()}) {
    for (const auto& info : *list) bytes += kTypeFactor * info.type().ByteSizeLong();
  }
  for (const auto& input : graph.input()) bytes += kValueBytes + input.name().size();
  for (const auto& constant : graph.initializer()) bytes += kConstantBytes + constant.name().size();
  for (const auto& constant : graph.sparse_initializer()) bytes += kConstantBytes + constant.values().name().size();
  const Names written = place.bodies != 0 ? names_written(graph) : Names();
  const Place inside = {place.within, place.times, place.bodies, place.bodies != 0 ? &written : nullptr};
  uint64_t reads = 0;
  for (const auto& output : graph.output()) reads += inside.is_outside(output.name()) ? 1 : 0;
  add({0, bytes + count_of(graph.output_size()) * kEntryBytes}, reads, 0, inside);
  return add_nodes(graph.node(), inside);
}

Status Growth::add_body(const onnx::GraphProto& body, const Place& place) {
  MORTISE_TRY(reach(1));
  add({1, 0}, 0, num_opsets_ * sizeof(Opset), place);
  ++depth_;
  Status status = add_graph(body, {place.within, place.times, place.bodies + 1});
  --depth_;
  return status;
}

Status Growth::add_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const Place& place) {
  for (const auto& node : nodes) {
    const Function* function = functions_.find(node);
    MORTISE_TRY(function != nullptr ? add_call(node, *function, place) : add_node(node, place));
  }
  return {};
}

uint64_t bytes_of_ends(const onnx::NodeProto& node) {
  uint64_t bytes = node.name().size() + kEntryBytes * count_of(node.input_size());
  for (const auto& output : node.output()) bytes += kValueBytes + output.size();
  return bytes;
}

Status Growth::add_node(const onnx::NodeProto& node, const Place& place) {
  uint64_t bytes = bytes_of_ends(node);
  const bool is_constant = node.op_type() == "Constant" && domain_of(node.domain()).empty();
  for (const auto& attribute : node.attribute()) {
    if (is_constant) break;
    MORTISE_ASSIGN(const uint64_t more, add_attribute(attribute, place));
    bytes += sizeof(Attribute) + more;
  }
  add({1, bytes}, place.reads_of(node), 0, place);
  return {};
}

Status Growth::add_call(const onnx::NodeProto& node, const Function& function, const Place& place) {
  MORTISE_ASSIGN(const Grown* callee, grown(function));
  const uint64_t entries = count_of(function.proto->input_size()) + count_of(function.proto->output_size()) +
                           count_of(node.attribute_size()) + function.defaults.size();
  add({1, bytes_of_ends(node) + entries * kEntryBytes}, place.reads_of(node), 0, place);
  place.within.size.add(callee->size, place.times);
  const uint64_t nodes = saturated_product(callee->size.nodes, place.times);
  if (nodes > place.within.most_nodes) {
    place.within.most = callee;
    place.within.most_nodes = nodes;
  }
  for (const auto& attribute : node.attribute()) {
    const auto use = callee->uses.find(attribute.name());
    if (use == callee->uses.end()) continue;
    const Place used{place.within, saturated_product(place.times, use->second.times),
                     place.bodies + use->second.bodies};
    MORTISE_ASSIGN(const uint64_t bytes, add_attribute(attribute, used));
    add({0, bytes}, 0, 0, used);
  }
  return {};
}

Result<uint64_t> Growth::add_attribute(const onnx::AttributeProto& attribute, const Place& place) {
  if (place.within.function != nullptr && !attribute.ref_attr_name().empty()) {
    Grown::Use& use = place.within.uses[attribute.ref_attr_name()];
    use.times = saturated_sum(use.times, place.times);
    use.bodies = std::max(use.bodies, place.bodies);
    return uint64_t{0};
  }
  if (attribute.has_g()) MORTISE_TRY(add_body(attribute.g(), place));
  for (const auto& body : attribute.graphs()) MORTISE_TRY(add_body(body, place));
  uint64_t bytes =
      attribute.s().size() + count_of(attribute.floats_size()) * sizeof(float) +
      count_of(attribute.ints_size()) * sizeof(int64_t) + count_of(attribute.tensors_size()) * sizeof(Tensor) +
      count_of(attribute.sparse_tensors_size()) * sizeof(SparseTensor) + kTypeFactor * attribute.tp().ByteSizeLong();
  for (const auto& text : attribute.strings()) bytes += sizeof(std::string) + text.size();
  for (const auto& type : attribute.type_protos()) bytes += sizeof(Type) + kTypeFactor * type.ByteSizeLong();
  return bytes;
}

Result<const Grown*> Growth::grown(const Function& function) {
  const auto [found, is_new] = grown_.try_emplace(&function);
  Grown& result = found->second;
  const std::string& name = function.proto->name();
  if (!is_new && result.open) {
    std::string chain;
    for (auto caller = std::find(open_.begin(), open_.end(), &function); caller != open_.end(); ++caller) {
      chain += (*caller)->proto->name() + " -> ";
    }
    return invalid_argument("function calls itself: ", chain, name, "; ONNX forbids recursion");
  }
  if (!is_new) {
    MORTISE_TRY(reach(result.height));
    return &result;
  }
  const uint32_t before = std::exchange(deepest_, depth_);
  MORTISE_TRY(reach(1));
  ++depth_;
  open_.push_back(&function);
  result.function = &function;
  MORTISE_TRY(add_nodes(function.proto->node(), {result}));
  MORTISE_TRY(add_defaults(result));
  // An output that is an input, or another output too, becomes an Identity.
  std::unordered_set<std::string_view> written(function.proto->input().begin(), function.proto->input().end());
  for (const auto& output : function.proto->output()) {
    if (!written.insert(output).second) add({1, kValueBytes}, 0, 0, {result});
  }
  open_.pop_back();
  --depth_;
  result.height = deepest_ - depth_;
  deepest_ = std::max(deepest_, before);
  result.open = false;
  return &result;
}

// As if every call left the attributes out that have one.
Status Growth::add_defaults(Grown& grown) {
  const auto uses = std::exchange(grown.uses, {});
  for (const auto& attribute : grown.function->defaults) {
    const auto use = uses.find(attribute.name());
    if (use == uses.end()) continue;
    const Place used{grown, use->second.times, use->second.bodies};
    MORTISE_ASSIGN(const uint64_t bytes, add_attribute(attribute, used));
    add({0, bytes}, 0, 0, used);
    if (!grown.uses.empty()) {
      return invalid_argument("function '", grown.function->proto->name(), "': the default of attribute '",
                              attribute.name(), "' refers to attribute '", grown.uses.begin()->first,
                              "'; a default must be a value");
    }
  }
  grown.uses = uses;
  return {};
}

}  // namespace

Status check_growth(const onnx::ModelProto& model, FunctionTable& functions, size_t num_opsets,
                    const LoadOptions& options) {
  return Growth(functions, num_opsets, options).check(model.graph());
}

}  // namespace mortise
