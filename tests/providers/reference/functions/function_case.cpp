#include "tests/providers/reference/functions/function_case.h"

#include <algorithm>
#include <cmath>

#include "providers/reference/types.h"

namespace mortise::test {

double unit(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return 0x1p-53;
    case DType::kF32:
      return 0x1p-24;
    case DType::kF16:
      return 0x1p-11;
    case DType::kBF16:
      return 0x1p-8;
    default:
      return 0;
  }
}

double compute_unit(DType dtype) { return dtype == DType::kF64 ? unit(dtype) : unit(DType::kF32); }

int64_t Draw::integer(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); }
double Draw::real(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); }

Shape Draw::shape(int64_t min_rank, int64_t max_rank) {
  std::vector<int64_t> dims(static_cast<size_t>(integer(min_rank, max_rank)));
  for (int64_t& dim : dims) dim = integer(1, 4);
  return Shape(dims);
}

Tensor Draw::tensor(DType type, const Shape& shape, double low, double high) {
  const auto count = static_cast<size_t>(shape.num_elements());
  if (type == DType::kString) {
    std::vector<std::string> texts(count);
    for (std::string& text : texts) text = std::to_string(std::lround(real(std::max(low, 0.0), high)));
    return Tensor::strings(shape, std::move(texts));
  }
  Tensor tensor = Tensor::allocate(type, shape).value();
  const Status status = reference::dispatch(reference::NumbersAndBool{}, type, [&]<class T>() -> Status {
    for (T& element : tensor.elements<T>()) {
      const double number = real(std::is_unsigned_v<T> ? std::max(low, 0.0) : low, high);
      if constexpr (reference::is_float<T>) {
        element = static_cast<T>(number);
      } else {
        element = static_cast<T>(std::lround(number));
      }
    }
    return {};
  });
  if (!status.ok()) throw std::invalid_argument(status.message());
  return tensor;
}

std::vector<DType> types_of_input(const onnx::OpSchema& schema, int index) {
  std::vector<DType> types;
  for (const onnx::DataType type : schema.inputs()[static_cast<size_t>(index)].GetTypes()) {
    const onnx::TypeProto& proto = onnx::Utils::DataTypeUtils::ToTypeProto(type);
    const onnx::TypeProto& tensor = proto.has_sequence_type() ? proto.sequence_type().elem_type() : proto;
    const auto dtype = static_cast<DType>(tensor.tensor_type().elem_type());
    if (!reference::contains(reference::kComplex, dtype)) types.push_back(dtype);
  }
  std::sort(types.begin(), types.end());
  return types;
}

DType Draw::type_of_input(int index) {
  const std::vector<DType> types = types_of_input(*schema, index);
  return types[static_cast<size_t>(integer(0, std::ssize(types) - 1))];
}

namespace {

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const char* name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

void set(onnx::NodeProto& node, const char* attribute, int64_t value) {
  add_attribute(node, attribute, onnx::AttributeProto::INT).set_i(value);
}
void set(onnx::NodeProto& node, const char* attribute, float value) {
  add_attribute(node, attribute, onnx::AttributeProto::FLOAT).set_f(value);
}
void set(onnx::NodeProto& node, const char* attribute, const char* value) {
  add_attribute(node, attribute, onnx::AttributeProto::STRING).set_s(value);
}
void set(onnx::NodeProto& node, const char* attribute, const std::vector<int64_t>& value) {
  onnx::AttributeProto& proto = add_attribute(node, attribute, onnx::AttributeProto::INTS);
  proto.mutable_ints()->Add(value.begin(), value.end());
}

}  // namespace mortise::test
