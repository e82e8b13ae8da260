#include "core/model/convert.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>

namespace mortise {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX stores raw_data in little-endian order");

Status check_rank(int rank) {
  if (static_cast<uint32_t>(rank) <= kMaxRank) return {};
  return make_error(StatusCode::kResourceExhausted, "rank ", rank, " is above the limit of ", kMaxRank,
                    "; the file is damaged or was exported wrongly");
}

Result<DType> to_dtype(int32_t number) {
  const auto dtype = static_cast<DType>(number);
  if (is_known(dtype)) return dtype;
  return invalid_argument("element type ", number, " is none that ONNX defines up to ", kNumDTypes - 1,
                          "; export the model with a supported type");
}

Result<Shape> to_shape(const google::protobuf::RepeatedField<int64_t>& dims) {
  for (int axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] >= 0) continue;
    return invalid_argument("extent ", dims[axis], " of axis ", axis,
                            " is negative; the file is damaged or was exported wrongly");
  }
  return Shape(std::span(dims.data(), static_cast<size_t>(dims.size())));
}

std::string mismatch(std::string_view field, uint64_t has, std::string_view unit, const Shape& shape, DType dtype,
                     uint64_t needs) {
  return concat(field, " holds ", has, " ", unit, ", but ", to_string(dtype), to_string(shape), " needs ", needs,
                "; the file is damaged or was exported wrongly");
}

// Typed fields are wider than the elements that they hold. Bits may be written with or without a sign.
template <class T, class Number>
bool fits(Number number) {
  if constexpr (std::is_same_v<T, bool> || sizeof(T) >= sizeof(Number)) {
    return true;
  } else {
    constexpr auto kMost = std::numeric_limits<std::make_unsigned_t<T>>::max();
    if constexpr (std::is_unsigned_v<Number>) {
      return number <= kMost;
    } else {
      return number >= std::numeric_limits<std::make_signed_t<T>>::min() && number <= int64_t{kMost};
    }
  }
}

// Elements of a typed field, each narrowed to T.
template <class T, class Field>
Result<Tensor> from_field(const Field& field, std::string_view name, DType dtype, const Shape& shape, uint64_t count) {
  if (static_cast<uint64_t>(field.size()) != count) {
    return invalid_argument(mismatch(name, static_cast<uint64_t>(field.size()), "elements", shape, dtype, count));
  }
  const auto odd = std::find_if(field.begin(), field.end(), [](auto element) { return !fits<T>(element); });
  if (odd != field.end()) {
    return invalid_argument(name, " has ", *odd, " at ", odd - field.begin(), ", which does not fit ", to_string(dtype),
                            "; the file is damaged or was exported wrongly");
  }
  MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(dtype, shape));
  std::transform(field.begin(), field.end(), tensor.data<T>(), [](auto element) { return static_cast<T>(element); });
  return tensor;
}

Result<Tensor> from_typed_fields(const onnx::TensorProto& proto, DType dtype, const Shape& shape, uint64_t bytes) {
  const auto count = static_cast<uint64_t>(shape.num_elements());
  const auto int32 = [&]<class T>(T, uint64_t entries) {
    return from_field<T>(proto.int32_data(), "int32_data", dtype, shape, entries);
  };
  switch (dtype) {
    case DType::kF32:
      return from_field<float>(proto.float_data(), "float_data", dtype, shape, count);
    case DType::kC64:
      return from_field<float>(proto.float_data(), "float_data", dtype, shape, 2 * count);
    case DType::kF64:
      return from_field<double>(proto.double_data(), "double_data", dtype, shape, count);
    case DType::kC128:
      return from_field<double>(proto.double_data(), "double_data", dtype, shape, 2 * count);
    case DType::kI64:
      return from_field<int64_t>(proto.int64_data(), "int64_data", dtype, shape, count);
    case DType::kU64:
      return from_field<uint64_t>(proto.uint64_data(), "uint64_data", dtype, shape, count);
    case DType::kU32:
      return from_field<uint32_t>(proto.uint64_data(), "uint64_data", dtype, shape, count);
    case DType::kI32:
      return int32(int32_t{}, count);
    case DType::kBool:
      return int32(bool{}, count);
    case DType::kString: {
      if (static_cast<uint64_t>(proto.string_data_size()) != count) {
        return invalid_argument(
            mismatch("string_data", static_cast<uint64_t>(proto.string_data_size()), "strings", shape, dtype, count));
      }
      return Tensor::strings(shape, {proto.string_data().begin(), proto.string_data().end()});
    }
    default:
      break;
  }
  // 16-bit and 8-bit types have one entry an element; below 8 bits an entry is a packed byte.
  return info(dtype).bits == 16 ? int32(uint16_t{}, count) : int32(uint8_t{}, bytes);
}

// Reading another byte than 0 or 1 as a C++ bool would be undefined.
bool has_odd_bools(DType dtype, const std::byte* data, uint64_t bytes) {
  return dtype == DType::kBool && std::any_of(data, data + bytes, [](std::byte b) { return b > std::byte{1}; });
}

void normalize_bools(std::byte* data, uint64_t bytes) {
  std::transform(data, data + bytes, data, [](std::byte b) { return b == std::byte{0} ? b : std::byte{1}; });
}

// A view of a part of a file where it may be one, otherwise a copy; file: null if the bytes are the caller's.
Result<Tensor> from_bytes(std::span<const std::byte> content, const MappedFile* file, DType dtype, const Shape& shape) {
  if (file == nullptr || has_odd_bools(dtype, content.data(), content.size())) {
    MORTISE_ASSIGN(Tensor copy, Tensor::allocate(dtype, shape));
    std::copy(content.begin(), content.end(), copy.data<std::byte>());
    if (dtype == DType::kBool) normalize_bools(copy.data<std::byte>(), content.size());
    return copy;
  }
  const uint64_t alignment = std::clamp<uint64_t>(info(dtype).bits / 8, 1, 8);
  MORTISE_ASSIGN(const auto data, file->aligned(content, alignment));
  // Constants are never written to.
  return Tensor::view(dtype, shape, const_cast<void*>(data.get()), std::const_pointer_cast<void>(data));
}

Result<uint64_t> to_number(std::string_view key, std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return invalid_argument("external data has ", key, " '", text, "', which is no number of bytes");
}

Result<Dims> to_dims(const onnx::TensorShapeProto& proto, StringTable& strings) {
  MORTISE_TRY(check_rank(proto.dim_size()));
  Dims dims;
  dims.reserve(static_cast<size_t>(proto.dim_size()));
  for (const auto& dim : proto.dim()) {
    if (dim.has_dim_value()) {
      // Some exporters write -1 for an extent that they do not know.
      dims.push_back(dim.dim_value() >= 0 ? known_dim(dim.dim_value()) : kUnknownDim);
    } else {
      dims.push_back(symbolic_dim(strings.intern(c_text(dim.dim_param()))));
    }
  }
  return dims;
}

// Where the values of a sparse tensor stand in the dense one, counted row by row; they ascend.
Result<std::vector<int64_t>> positions_of(const SparseTensor& sparse) {
  const auto indices = sparse.indices.elements<int64_t>();
  const bool linear = sparse.indices.rank() == 1;
  const uint32_t rank = linear ? 1 : sparse.shape.rank();
  const Shape extents = linear ? Shape{sparse.shape.num_elements()} : sparse.shape;
  const int64_t count = sparse.values.dim(0);
  if (count > sparse.shape.num_elements()) {
    return invalid_argument("sparse tensor ", to_string(sparse.shape), " has ", count, " values for ",
                            sparse.shape.num_elements(), " places");
  }
  std::vector<int64_t> positions(static_cast<size_t>(count), 0);
  for (size_t i = 0; i < positions.size(); ++i) {
    for (uint32_t axis = 0; axis < rank; ++axis) {
      const int64_t index = indices[i * rank + axis];
      if (index < 0 || index >= extents[axis]) {
        return invalid_argument("sparse index #", i, " is ", index, ", which is outside of ", to_string(sparse.shape));
      }
      positions[i] = positions[i] * extents[axis] + index;
    }
    if (i == 0 || positions[i] > positions[i - 1]) continue;
    return invalid_argument("sparse index #", i, " is place ", positions[i], " of ", to_string(sparse.shape),
                            ", after place ", positions[i - 1], "; places must ascend, each once");
  }
  return positions;
}

// `to` is all zeros where elements share a byte; the first of them has the lowest bits.
void copy_element(const Tensor& from, uint64_t source, Tensor& to, uint64_t target) {
  const uint64_t bits = info(to.dtype()).bits;
  const auto* bytes = from.data<uint8_t>() + source * bits / 8;
  auto* place = to.data<uint8_t>() + target * bits / 8;
  if (bits >= 8) {
    std::memcpy(place, bytes, bits / 8);
    return;
  }
  const uint32_t element = *bytes >> source * bits % 8 & ((1U << bits) - 1);
  *place = static_cast<uint8_t>(*place | element << target * bits % 8);
}

template <class TensorType>
Result<Type> to_tensor_type(const TensorType& proto, ValueKind kind, StringTable& strings) {
  Type type;
  type.kind = kind;
  if (proto.elem_type() != 0) {
    MORTISE_ASSIGN(type.dtype, to_dtype(proto.elem_type()));
  }
  if (proto.has_shape()) {
    MORTISE_ASSIGN(type.dims, to_dims(proto.shape(), strings));
  }
  return type;
}

}  // namespace

Result<Tensor> TensorConverter::tensor(onnx::TensorProto& proto) {
  MORTISE_TRY(check_rank(proto.dims_size()));
  MORTISE_ASSIGN(const DType dtype, to_dtype(proto.data_type()));
  MORTISE_ASSIGN(const Shape shape, to_shape(proto.dims()));
  MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(dtype, shape));
  if (bytes > options_.max_tensor_bytes) {
    return make_error(StatusCode::kResourceExhausted, to_string(dtype), to_string(shape), " has ", bytes,
                      " bytes, above the limit of ", options_.max_tensor_bytes, "; raise max_tensor_bytes to load it");
  }
  if (proto.has_segment()) return unimplemented("tensors stored in segments are not supported; export them whole");
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) return external(proto, dtype, shape, bytes);
  return raw(proto, dtype, shape, bytes);
}

Result<Tensor> TensorConverter::raw(onnx::TensorProto& proto, DType dtype, const Shape& shape, uint64_t bytes) {
  std::optional<std::span<const std::byte>> content;
  if (contents_ != nullptr) {
    if (const auto found = contents_->find(&proto); found != contents_->end()) content = found->second;
  }
  if (!content && !proto.has_raw_data()) return from_typed_fields(proto, dtype, shape, bytes);
  if (proto.float_data_size() + proto.double_data_size() + proto.int32_data_size() + proto.int64_data_size() +
          proto.uint64_data_size() + proto.string_data_size() !=
      0) {
    return invalid_argument("it has raw_data and numbers in a typed field; a tensor has its elements in one of them");
  }
  if (dtype == DType::kString) return invalid_argument("strings are in raw_data; ONNX wants them in string_data");
  const uint64_t size = content ? content->size() : proto.raw_data().size();
  if (size != bytes) return invalid_argument(mismatch("raw_data", size, "bytes", shape, dtype, bytes));
  if (content) return from_bytes(*content, file_.get(), dtype, shape);
  const std::shared_ptr<std::string> owner(proto.release_raw_data());
  auto* data = reinterpret_cast<std::byte*>(owner->data());
  if (has_odd_bools(dtype, data, bytes)) normalize_bools(data, bytes);
  return Tensor::view(dtype, shape, data, owner);
}

Result<Tensor> TensorConverter::external(onnx::TensorProto& proto, DType dtype, const Shape& shape, uint64_t bytes) {
  if (dtype == DType::kString) return invalid_argument("strings cannot be external data; store them in the model");
  std::string_view location;
  uint64_t offset = 0;
  uint64_t length = bytes;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") {
      MORTISE_ASSIGN(offset, to_number("offset", entry.value()));
    }
    if (entry.key() == "length") {
      MORTISE_ASSIGN(length, to_number("length", entry.value()));
    }
  }
  if (length != bytes) return invalid_argument(mismatch("external data", length, "bytes", shape, dtype, bytes));
  MORTISE_ASSIGN(const auto file, external_.file(location));
  const uint64_t size = file->bytes().size();
  if (offset > size || bytes > size - offset) {
    return make_error(StatusCode::kDataLoss, "external data '", location, "' has ", size, " bytes, but the tensor is ",
                      bytes, " bytes at offset ", offset, "; the file is cut short or belongs to another model");
  }
  return from_bytes(file->bytes().subspan(offset, bytes), file.get(), dtype, shape);
}

Result<SparseTensor> TensorConverter::sparse(onnx::SparseTensorProto& proto) {
  MORTISE_TRY(check_rank(proto.dims_size()));
  SparseTensor sparse;
  MORTISE_ASSIGN(sparse.shape, to_shape(proto.dims()));
  if (!checked_num_elements(sparse.shape)) {
    return invalid_argument("sparse shape ", to_string(sparse.shape), " has too many elements");
  }
  MORTISE_ASSIGN(sparse.values, tensor(*proto.mutable_values()));
  MORTISE_ASSIGN(sparse.indices, tensor(*proto.mutable_indices()));
  const Shape& indices = sparse.indices.shape();
  const bool matches = sparse.values.rank() == 1 && sparse.indices.dtype() == DType::kI64 &&
                       (indices.rank() == 1 || (indices.rank() == 2 && indices[1] == sparse.shape.rank())) &&
                       indices[0] == sparse.values.dim(0);
  if (matches) {
    MORTISE_TRY(positions_of(sparse).status());
    return sparse;
  }
  return invalid_argument("sparse tensor ", to_string(sparse.shape), " has values ", to_string(sparse.values.shape()),
                          " and indices ", to_string(sparse.indices.dtype()), to_string(indices),
                          "; they must be [n], and int64 [n] or [n, rank]");
}

Result<Tensor> TensorConverter::dense(const SparseTensor& sparse) {
  const DType dtype = sparse.values.dtype();
  MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(dtype, sparse.shape));
  if (bytes > options_.max_densified_bytes - std::min(densified_bytes_, options_.max_densified_bytes)) {
    return make_error(StatusCode::kResourceExhausted, "a sparse tensor ", to_string(sparse.shape), " would have ",
                      bytes, " bytes as a dense one; raise max_densified_bytes to load it");
  }
  densified_bytes_ += bytes;
  MORTISE_ASSIGN(Tensor dense, Tensor::allocate(dtype, sparse.shape));
  std::memset(dense.raw(), 0, bytes);

  MORTISE_ASSIGN(const std::vector<int64_t> positions, positions_of(sparse));
  for (size_t i = 0; i < positions.size(); ++i) {
    copy_element(sparse.values, i, dense, static_cast<uint64_t>(positions[i]));
  }
  if (dtype != DType::kString) return dense;
  // The others are empty; the characters of these stay with the values.
  void* const strings = dense.raw();
  return Tensor::view(dtype, sparse.shape, strings,
                      std::make_shared<std::pair<Tensor, Tensor>>(std::move(dense), sparse.values));
}

Result<Type> to_type(const onnx::TypeProto& proto, StringTable& strings) {
  switch (proto.value_case()) {
    case onnx::TypeProto::kTensorType:
      return to_tensor_type(proto.tensor_type(), ValueKind::kTensor, strings);
    case onnx::TypeProto::kSparseTensorType:
      return to_tensor_type(proto.sparse_tensor_type(), ValueKind::kSparseTensor, strings);
    case onnx::TypeProto::kSequenceType: {
      MORTISE_ASSIGN(Type element, to_type(proto.sequence_type().elem_type(), strings));
      return Type::sequence(std::move(element));
    }
    case onnx::TypeProto::kOptionalType: {
      MORTISE_ASSIGN(Type element, to_type(proto.optional_type().elem_type(), strings));
      return Type::optional(std::move(element));
    }
    case onnx::TypeProto::kMapType: {
      Type type = {ValueKind::kMap, DType::kUndefined, std::nullopt, nullptr};
      MORTISE_ASSIGN(type.dtype, to_dtype(proto.map_type().key_type()));
      MORTISE_ASSIGN(Type value, to_type(proto.map_type().value_type(), strings));
      type.element = std::make_shared<const Type>(std::move(value));
      return type;
    }
    default:
      return Type{};  // not said, or opaque
  }
}

}  // namespace mortise
