// Values in ONNX's protobuf messages: read_pb() of value_file.h.
#include <onnx/onnx-data_pb.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "core/model/convert.h"
#include "core/model/value_file.h"

namespace mortise {
namespace {

Result<Value> to_value(onnx::TensorProto& proto, TensorConverter& converter) {
  MORTISE_ASSIGN(Tensor tensor, converter.tensor(proto));
  return Value(std::move(tensor));
}

Result<Value> to_value(onnx::SequenceProto& proto, TensorConverter& converter);
Result<Value> to_value(onnx::MapProto& proto, TensorConverter& converter);

Result<Value> to_value(onnx::OptionalProto& proto, TensorConverter& converter) {
  Value optional(ValueKind::kOptional, {});
  if (proto.elem_type() == onnx::OptionalProto::TENSOR && proto.has_tensor_value()) {
    MORTISE_ASSIGN(Value element, to_value(*proto.mutable_tensor_value(), converter));
    optional.elements = std::vector<Value>{std::move(element)};
  } else if (proto.elem_type() == onnx::OptionalProto::SEQUENCE && proto.has_sequence_value()) {
    MORTISE_ASSIGN(Value element, to_value(*proto.mutable_sequence_value(), converter));
    optional.elements = std::vector<Value>{std::move(element)};
  } else if (proto.elem_type() == onnx::OptionalProto::MAP && proto.has_map_value()) {
    MORTISE_ASSIGN(Value element, to_value(*proto.mutable_map_value(), converter));
    optional.elements = std::vector<Value>{std::move(element)};
  }
  return optional;
}

template <class Protos>
Status append(std::vector<Value>& values, Protos& protos, TensorConverter& converter) {
  for (auto& proto : protos) {
    MORTISE_ASSIGN(Value value, to_value(proto, converter));
    values.push_back(std::move(value));
  }
  return {};
}

Result<Value> to_value(onnx::SequenceProto& proto, TensorConverter& converter) {
  std::vector<Value> elements;
  MORTISE_TRY(append(elements, *proto.mutable_tensor_values(), converter));
  MORTISE_TRY(append(elements, *proto.mutable_sequence_values(), converter));
  MORTISE_TRY(append(elements, *proto.mutable_optional_values(), converter));
  MORTISE_TRY(append(elements, *proto.mutable_map_values(), converter));
  return Value(ValueKind::kSequence, std::move(elements));
}

Result<Tensor> keys_of(const onnx::MapProto& proto) {
  if (proto.key_type() == onnx::TensorProto::INT64) {
    return Tensor::of<int64_t>({proto.keys_size()}, {proto.keys().data(), static_cast<size_t>(proto.keys_size())});
  }
  if (proto.key_type() == onnx::TensorProto::STRING) {
    return Tensor::strings({proto.string_keys_size()}, {proto.string_keys().begin(), proto.string_keys().end()});
  }
  return unimplemented("has a map with keys of the type ", proto.key_type(), "; int64 (7) and string (8) are read");
}

// One list of scalars, which is what a map has as its values, made of a tensor for each.
Result<Tensor> join(const ValueElements& scalars) {
  // An empty map does not say what it is of; nearly all are of floats.
  const DType dtype = scalars.empty() ? DType::kF32 : scalars.front().tensor.dtype();
  const Shape shape{static_cast<int64_t>(scalars.size())};
  if (dtype == DType::kString) {
    std::vector<std::string> strings;
    for (const Value& scalar : scalars) {
      const mortise_string_t& text = *scalar.tensor.data<mortise_string_t>();
      strings.emplace_back(text.data, text.size);
    }
    return Tensor::strings(shape, std::move(strings));
  }
  MORTISE_ASSIGN(Tensor list, Tensor::allocate(dtype, shape));
  char* next = list.data<char>();
  for (const Value& scalar : scalars) {
    std::memcpy(next, scalar.tensor.raw(), scalar.tensor.size_bytes());
    next += scalar.tensor.size_bytes();
  }
  return list;
}

bool are_scalars(const ValueElements& values) {
  return std::all_of(values.begin(), values.end(), [&](const Value& value) {
    return value.is_tensor() && value.tensor.num_elements() == 1 && info(value.tensor.dtype()).bits >= 8 &&
           value.tensor.dtype() == values.front().tensor.dtype();
  });
}

Result<Value> to_value(onnx::MapProto& proto, TensorConverter& converter) {
  MORTISE_ASSIGN(Tensor keys, keys_of(proto));
  MORTISE_ASSIGN(Value values, to_value(*proto.mutable_values(), converter));
  if (static_cast<int64_t>(values.elements.size()) != keys.num_elements()) {
    return invalid_argument("has a map of ", keys.num_elements(), " keys and ", values.elements.size(), " values");
  }
  if (are_scalars(values.elements)) {
    MORTISE_ASSIGN(values, join(values.elements));
  }
  return Value(ValueKind::kMap, {Value(std::move(keys)), std::move(values)});
}

template <class Message>
Result<Message> parse(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return make_error(StatusCode::kNotFound, "cannot be opened");
  Message message;
  if (!message.ParseFromIstream(&stream)) return make_error(StatusCode::kDataLoss, "is no ", message.GetTypeName());
  return message;
}

template <class Message>
Result<Value> convert(Message message, const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  TensorConverter converter(folder, LoadOptions{});
  return to_value(message, converter);
}

template <class Message>
Result<Value> read(const std::filesystem::path& path) {
  MORTISE_ASSIGN(Message message, parse<Message>(path));
  return convert(std::move(message), path);
}

// A message does not say what it is. The fields of a tensor or a sequence are other ones of an optional, or such that it
// cannot be one of this element.
bool is_optional_of(ValueKind element, const onnx::OptionalProto& proto) {
  const bool has_other = proto.has_sparse_tensor_value() || proto.has_map_value() || proto.has_optional_value();
  if (has_other || !proto.GetReflection()->GetUnknownFields(proto).empty()) return false;
  if (element == ValueKind::kSequence) return proto.elem_type() != onnx::OptionalProto::TENSOR;
  return !proto.has_sequence_value();
}

Result<Value> read_optional(const std::filesystem::path& path, ValueKind element) {
  auto message = parse<onnx::OptionalProto>(path);
  if (element == ValueKind::kNone || (message.ok() && is_optional_of(element, *message))) {
    MORTISE_TRY(message.status());
    return convert(*std::move(message), path);
  }
  return element == ValueKind::kSequence ? read<onnx::SequenceProto>(path) : read<onnx::TensorProto>(path);
}

}  // namespace

Result<Value> read_pb(const std::filesystem::path& path, ValueKind kind, ValueKind element) {
  Result<Value> value = kind == ValueKind::kSequence   ? read<onnx::SequenceProto>(path)
                        : kind == ValueKind::kOptional ? read_optional(path, element)
                        : kind == ValueKind::kMap      ? read<onnx::MapProto>(path)
                                                       : read<onnx::TensorProto>(path);
  if (!value.ok()) return std::move(value).status().context(path.string());
  return value;
}

}  // namespace mortise
