// reference_vectors [--filter REGEX] [--verbose] DIRECTORY: runs ONNX's backend test vectors on the reference provider
// alone, without the core: models of nodes without bodies. Prints what failed and a table of what is not supported.
#include <algorithm>
#include <iostream>
#include <map>
#include <regex>

#include "core/infer/operator_table.h"
#include "providers/reference/entry.h"
#include "tests/providers/reference/vector_files.h"
#include "tools/mortise/random_cases.h"

namespace mortise::test {
namespace {

struct Outcome {
  enum { kPassed, kFailed, kSkipped } kind;
  std::string text;
};

struct Model {
  explicit Model(const fs::path& path) : proto(parse<onnx::ModelProto>(path)) {
    const auto& g = proto.graph();
    std::map<std::string, uint32_t> ids;
    for (const auto& t : g.initializer()) ids[t.name()] = graph.add_constant(tensor_of(t));
    for (const auto& input : g.input()) {
      if (ids.contains(input.name())) continue;
      Value like;
      const auto& type = input.type();
      if (type.has_tensor_type()) {
        like = Tensor::view(static_cast<DType>(type.tensor_type().elem_type()), {}, nullptr);
      } else {
        like.kind = type.has_sequence_type() ? ValueKind::kSequence : ValueKind::kOptional;
      }
      ids[input.name()] = graph.add_input(like);
      inputs.push_back(type);
    }
    std::map<std::string, DType> types;
    for (const auto& v : g.output()) types[v.name()] = static_cast<DType>(v.type().tensor_type().elem_type());
    for (const auto& n : g.node()) {
      TestNode node{.op = n.op_type(), .domain = n.domain() == "ai.onnx" ? "" : n.domain(), .name = n.name()};
      for (const auto& opset : proto.opset_import()) {
        if ((opset.domain() == "ai.onnx" ? "" : opset.domain()) != node.domain) continue;
        const auto version = infer::since_version(node.domain, node.op, opset.version());
        node.version = version.value_or(static_cast<int32_t>(opset.version()));
      }
      for (const auto& a : n.attribute()) has_bodies |= !add_attribute(node.attributes, a);
      for (const auto& name : n.input()) node.inputs.push_back(name.empty() ? sdk::kNoId : ids.at(name));
      for (const auto& name : n.output()) {
        if (name.empty()) {
          node.outputs.push_back(sdk::kNoId);
          continue;
        }
        const auto type = types.find(name);
        ids[name] = graph.add_value(type == types.end() ? DType::kUndefined : type->second);
        node.outputs.push_back(ids[name]);
      }
      graph.add_node(std::move(node));
    }
    for (const auto& output : g.output()) {
      graph.add_output(ids.at(output.name()));
      outputs.push_back(output.type());
    }
  }
  onnx::ModelProto proto;
  TestGraph graph;
  bool has_bodies = false;
  std::vector<onnx::TypeProto> inputs;
  std::vector<onnx::TypeProto> outputs;
};

Outcome run_case(const fs::path& directory) {
  const Model model(directory / "model.onnx");
  if (model.has_bodies) return {Outcome::kSkipped, "(nodes with bodies)"};
  const tool::RandomCase* random = tool::find_random_case(directory.filename().string());
  TestHost host;
  auto session = TestSession::open(host, model.graph, reference::entry(), "org.mortise.reference");
  if (!session.ok()) return {Outcome::kSkipped, session.status().message()};
  for (int set = 0;; ++set) {
    const fs::path data = directory / ("test_data_set_" + std::to_string(set));
    if (!fs::exists(data)) break;
    std::vector<Value> inputs;
    for (size_t i = 0; i < model.inputs.size(); ++i) {
      inputs.push_back(read_value(data / ("input_" + std::to_string(i) + ".pb"), model.inputs[i]));
    }
    // Twice: the second run uses the memory that the first has planned.
    for (int repetition = 0; repetition < 2; ++repetition) {
      const auto got = (*session)->run(inputs);
      if (!got.ok()) {
        const bool unsupported = got.status().code() == StatusCode::kUnimplemented;
        return {unsupported ? Outcome::kSkipped : Outcome::kFailed, got.status().message()};
      }
      for (size_t i = 0; i < model.outputs.size(); ++i) {
        const Value wanted = read_value(data / ("output_" + std::to_string(i) + ".pb"), model.outputs[i]);
        const Tensor& g = (*got)[i].tensor;
        const bool alike = g.dtype() == wanted.tensor.dtype() && g.shape() == wanted.tensor.shape();
        if (random != nullptr ? !alike : !equal((*got)[i], wanted)) {
          return {Outcome::kFailed,
                  concat("output ", i, " differs: ", to_string(g.dtype()), to_string(g.shape()), " for ",
                         to_string(wanted.tensor.dtype()), to_string(wanted.tensor.shape()))};
        }
      }
      const std::string problem = random != nullptr ? random->judge(inputs, *got) : "";
      if (!problem.empty()) return {Outcome::kFailed, problem};
    }
  }
  return {Outcome::kPassed, ""};
}

int run(int argc, char** argv) {
  std::regex filter(".*");
  fs::path root;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--filter" && i + 1 < argc) {
      filter = argv[++i];
    } else if (argument == "--verbose") {
      verbose = true;
    } else {
      root = argument;
    }
  }
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (fs::exists(entry.path() / "model.onnx") && std::regex_search(entry.path().filename().string(), filter)) {
      cases.push_back(entry.path());
    }
  }
  std::sort(cases.begin(), cases.end());
  int counts[3] = {};
  std::map<std::string, int> reasons;
  for (const auto& path : cases) {
    Outcome outcome{Outcome::kFailed, ""};
    try {
      outcome = run_case(path);
    } catch (const std::exception& e) {
      outcome.text = e.what();
    }
    ++counts[outcome.kind];
    if (outcome.kind == Outcome::kSkipped) ++reasons[outcome.text];
    if (outcome.kind == Outcome::kFailed)
      std::cout << "FAILED " << path.filename().string() << ": " << outcome.text << "\n";
    if (verbose && outcome.kind == Outcome::kPassed) std::cout << "passed " << path.filename().string() << "\n";
    if (verbose && outcome.kind == Outcome::kSkipped) std::cout << "skipped " << path.filename().string() << "\n";
  }
  for (const auto& [reason, count] : reasons) std::cout << count << " not supported: " << reason << "\n";
  std::cout << counts[0] << " passed, " << counts[1] << " failed, " << counts[2] << " skipped\n";
  return counts[1] == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mortise::test

int main(int argc, char** argv) { return mortise::test::run(argc, argv); }
