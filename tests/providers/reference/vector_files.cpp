// Files of ONNX's backend test vectors as values of tests.
#include "tests/providers/reference/vector_files.h"

#include <onnx/onnx-data_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "core/infer/operator_table.h"

namespace mortise::test {
namespace {

Value value_of(const onnx::SequenceProto& proto);

Value value_of(const onnx::OptionalProto& proto) {
  std::vector<Value> elements;
  if (proto.has_tensor_value()) elements.emplace_back(tensor_of(proto.tensor_value()));
  if (proto.has_sequence_value()) elements.push_back(value_of(proto.sequence_value()));
  return Value(ValueKind::kOptional, std::move(elements));
}

Value value_of(const onnx::SequenceProto& proto) {
  std::vector<Value> elements;
  for (const auto& tensor : proto.tensor_values()) elements.emplace_back(tensor_of(tensor));
  for (const auto& sequence : proto.sequence_values()) elements.push_back(value_of(sequence));
  for (const auto& optional : proto.optional_values()) elements.push_back(value_of(optional));
  return Value(ValueKind::kSequence, std::move(elements));
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

}  // namespace

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

Value read_value(const fs::path& path, const onnx::TypeProto& type) {
  if (type.has_sequence_type()) {
    Value value = value_of(parse<onnx::SequenceProto>(path));
    value.element_dtype = static_cast<DType>(type.sequence_type().elem_type().tensor_type().elem_type());
    return value;
  }
  if (type.has_optional_type()) return value_of(parse<onnx::OptionalProto>(path));
  return tensor_of(parse<onnx::TensorProto>(path));
}

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

std::optional<NodeCase> read_node_case(const fs::path& directory) {
  const auto model = parse<onnx::ModelProto>(directory / "model.onnx");
  const auto& graph = model.graph();
  if (graph.node_size() != 1) return std::nullopt;
  const auto& node = graph.node(0);
  NodeCase found{.name = directory.filename().string()};
  OpTest& op = found.op;
  op.op = node.op_type();
  op.domain = node.domain() == "ai.onnx" ? "" : node.domain();
  for (const auto& opset : model.opset_import()) {
    if ((opset.domain() == "ai.onnx" ? "" : opset.domain()) != op.domain) continue;
    op.version = infer::since_version(op.domain, op.op, opset.version()).value_or(0);
  }
  for (const auto& attribute : node.attribute()) {
    if (!add_attribute(op.attributes, attribute)) return std::nullopt;
  }
  const fs::path data = directory / "test_data_set_0";
  std::map<std::string, Value> values;
  for (const auto& tensor : graph.initializer()) values[tensor.name()] = tensor_of(tensor);
  int number = 0;
  for (const auto& input : graph.input()) {
    if (values.contains(input.name())) continue;
    values[input.name()] = read_value(data / ("input_" + std::to_string(number++) + ".pb"), input.type());
  }
  for (const auto& name : node.input()) op.inputs.push_back(name.empty() ? Value() : values.at(name));
  std::map<std::string, Value> results;
  for (int i = 0; i < graph.output_size(); ++i) {
    results[graph.output(i).name()] =
        read_value(data / ("output_" + std::to_string(i) + ".pb"), graph.output(i).type());
  }
  op.num_outputs = static_cast<uint32_t>(node.output_size());
  for (uint32_t i = 0; i < op.num_outputs; ++i) {
    const auto result = results.find(node.output(static_cast<int>(i)));
    if (result == results.end()) {
      op.left_out.push_back(i);
      op.output_dtypes.push_back(DType::kUndefined);
      continue;
    }
    op.output_dtypes.push_back(result->second.is_tensor() ? result->second.tensor.dtype() : DType::kUndefined);
    found.results.push_back(result->second);
  }
  return found;
}

}  // namespace mortise::test
