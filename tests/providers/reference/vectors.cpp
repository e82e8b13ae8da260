// reference_vectors [--filter REGEX] [--verbose] DIRECTORY: runs ONNX's backend test vectors on the reference provider
// alone, without the core: models of nodes without bodies. Prints what failed and a table of what is not supported.
#include <onnx/onnx-data_pb.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>

#include "core/infer/operator_table.h"
#include "providers/reference/entry.h"
#include "tests/support/run_op.h"
#include "tools/mortise/random_cases.h"

namespace mortise::test {
namespace {

namespace fs = std::filesystem;

template <class Proto>
Proto parse(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Proto proto;
  if (!proto.ParseFromIstream(&file)) throw std::runtime_error("cannot parse " + path.string());
  return proto;
}

Tensor tensor_of(const onnx::TensorProto& proto) {
  const Shape shape(std::vector<int64_t>(proto.dims().begin(), proto.dims().end()));
  const auto dtype = static_cast<DType>(proto.data_type());
  if (dtype == DType::kString) return Tensor::strings(shape, {proto.string_data().begin(), proto.string_data().end()});
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  const auto copy = [&](const auto& field) {
    auto* out = tensor.data<char>();
    const uint64_t bytes = tensor.size_bytes();
    const uint64_t size = field.empty() ? 0 : bytes / static_cast<uint64_t>(field.size());
    for (uint64_t i = 0; i < static_cast<uint64_t>(field.size()) && size != 0; ++i) {
      const auto value = field[static_cast<int>(i)];
      std::memcpy(out + i * size, &value, std::min<uint64_t>(size, sizeof value));
    }
  };
  if (proto.has_raw_data()) {
    std::memcpy(tensor.raw(), proto.raw_data().data(),
                std::min<uint64_t>(proto.raw_data().size(), tensor.size_bytes()));
  } else if (proto.float_data_size() != 0) {
    copy(proto.float_data());
  } else if (proto.double_data_size() != 0) {
    copy(proto.double_data());
  } else if (proto.int64_data_size() != 0) {
    copy(proto.int64_data());
  } else if (proto.uint64_data_size() != 0) {
    copy(proto.uint64_data());
  } else {
    copy(proto.int32_data());
  }
  return tensor;
}

Value value_of(const onnx::SequenceProto& proto);

Value value_of(const onnx::OptionalProto& proto) {
  Value value(ValueKind::kOptional, {});
  if (proto.has_tensor_value()) value.elements.emplace_back(tensor_of(proto.tensor_value()));
  if (proto.has_sequence_value()) value.elements.push_back(value_of(proto.sequence_value()));
  return value;
}

Value value_of(const onnx::SequenceProto& proto) {
  Value value(ValueKind::kSequence, {});
  for (const auto& tensor : proto.tensor_values()) value.elements.emplace_back(tensor_of(tensor));
  for (const auto& sequence : proto.sequence_values()) value.elements.push_back(value_of(sequence));
  for (const auto& optional : proto.optional_values()) value.elements.push_back(value_of(optional));
  return value;
}

Value read_value(const fs::path& path, const onnx::TypeProto& type) {
  if (type.has_sequence_type()) {
    Value value = value_of(parse<onnx::SequenceProto>(path));
    value.element_dtype = static_cast<DType>(type.sequence_type().elem_type().tensor_type().elem_type());
    return value;
  }
  if (type.has_optional_type()) return value_of(parse<onnx::OptionalProto>(path));
  return tensor_of(parse<onnx::TensorProto>(path));
}

// False for an attribute that TestGraph cannot express.
bool add_attribute(Attributes& attributes, const onnx::AttributeProto& a) {
  switch (a.type()) {
    case onnx::AttributeProto::FLOAT:
      attributes.emplace_back(a.name(), a.f());
      return true;
    case onnx::AttributeProto::INT:
      attributes.emplace_back(a.name(), int64_t{a.i()});
      return true;
    case onnx::AttributeProto::STRING:
      attributes.emplace_back(a.name(), a.s());
      return true;
    case onnx::AttributeProto::TENSOR:
      attributes.emplace_back(a.name(), tensor_of(a.t()));
      return true;
    case onnx::AttributeProto::FLOATS:
      attributes.emplace_back(a.name(), std::vector<float>(a.floats().begin(), a.floats().end()));
      return true;
    case onnx::AttributeProto::INTS:
      attributes.emplace_back(a.name(), std::vector<int64_t>(a.ints().begin(), a.ints().end()));
      return true;
    case onnx::AttributeProto::STRINGS:
      attributes.emplace_back(a.name(), std::vector<std::string>(a.strings().begin(), a.strings().end()));
      return true;
    default:
      return false;
  }
}

template <class T>
bool near(const Tensor& a, const Tensor& b) {
  const auto x = a.elements<T>();
  const auto y = b.elements<T>();
  for (size_t i = 0; i < x.size(); ++i) {
    const double got = static_cast<double>(x[i]);
    const double wanted = static_cast<double>(y[i]);
    if (std::isnan(wanted) ? std::isnan(got) : got == wanted) continue;
    const double unit = sizeof(T) == 2 ? 8e-3 : 1e-3;
    if (!(std::fabs(got - wanted) <= 1e-6 + unit * std::fabs(wanted))) return false;
  }
  return true;
}

bool equal(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.elements.size() != b.elements.size()) return false;
  for (size_t i = 0; i < a.elements.size(); ++i) {
    if (!equal(a.elements[i], b.elements[i])) return false;
  }
  if (!a.is_tensor()) return true;
  if (a.tensor.dtype() != b.tensor.dtype() || !(a.tensor.shape() == b.tensor.shape())) return false;
  switch (a.tensor.dtype()) {
    case DType::kF32:
      return near<float>(a.tensor, b.tensor);
    case DType::kF64:
      return near<double>(a.tensor, b.tensor);
    case DType::kF16:
      return near<Half>(a.tensor, b.tensor);
    case DType::kBF16:
      return near<BFloat16>(a.tensor, b.tensor);
    case DType::kC64:
    case DType::kC128: {
      const Shape twice{a.tensor.num_elements() * 2};
      const DType part = a.tensor.dtype() == DType::kC64 ? DType::kF32 : DType::kF64;
      return equal(Tensor::view(part, twice, const_cast<void*>(a.tensor.raw())),
                   Tensor::view(part, twice, const_cast<void*>(b.tensor.raw())));
    }
    case DType::kString:
      return strings(a) == strings(b);
    default:
      return a.tensor.size_bytes() == 0 || std::memcmp(a.tensor.raw(), b.tensor.raw(), a.tensor.size_bytes()) == 0;
  }
}

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
