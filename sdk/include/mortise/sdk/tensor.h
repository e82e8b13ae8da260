// SPDX-License-Identifier: Apache-2.0
//
// Tensor: a dense tensor in host memory that owns, shares or borrows its elements.
//
// Copying a Tensor copies the reference, not the elements. Strings are mortise_string_t whose characters live as long
// as the tensor's storage. Distinct tensors may be used from distinct threads; one tensor follows the rules of
// std::vector.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "../tensor.h"
#include "dtype.h"
#include "result.h"
#include "shape.h"

namespace mortise {

class Tensor {
 public:
  static constexpr size_t kAlignment = 64;

  Tensor() = default;

  // Uninitialised elements (strings: empty), aligned to kAlignment. Fails for an unknown dtype, a negative extent, a
  // size that overflows, or when there is no memory.
  static Result<Tensor> allocate(DType dtype, const Shape& shape) {
    MORTISE_ASSIGN(const uint64_t bytes, storage_size(dtype, shape));
    void* data = ::operator new(bytes == 0 ? 1 : bytes, std::align_val_t(kAlignment), std::nothrow);
    if (data == nullptr) {
      return make_error(StatusCode::kResourceExhausted, "no memory for a tensor ", to_string(dtype), to_string(shape),
                        " of ", bytes, " bytes");
    }
    if (dtype == DType::kString) std::memset(data, 0, bytes);
    return Tensor(dtype, shape, data,
                  std::shared_ptr<void>(data, [](void* p) { ::operator delete(p, std::align_val_t(kAlignment)); }));
  }
  // Elements that somebody else owns, or keeps alive through `owner`. shape is valid for dtype and matches the memory.
  static Tensor view(DType dtype, const Shape& shape, void* data, std::shared_ptr<void> owner = nullptr) {
    return Tensor(dtype, shape, data, std::move(owner));
  }
  static Tensor view(const mortise_tensor_t& tensor) {
    return Tensor(static_cast<DType>(tensor.dtype), Shape(std::span(tensor.dims, tensor.rank)), tensor.data, nullptr);
  }
  // A copy of elements given as C++ values; their number matches the shape.
  template <class T>
  static Tensor of(const Shape& shape, std::span<const T> elements) {
    Tensor tensor = allocate(dtype_of<T>, shape).value();
    if (!elements.empty()) std::memcpy(tensor.data_, elements.data(), elements.size_bytes());
    return tensor;
  }
  template <class T>
  static Tensor of(const Shape& shape, std::initializer_list<T> elements) {
    return of<T>(shape, std::span<const T>(elements.begin(), elements.size()));
  }
  static Tensor strings(const Shape& shape, std::vector<std::string> strings) {
    struct Storage {
      std::vector<std::string> strings;
      std::vector<mortise_string_t> views;
    };
    auto storage = std::make_shared<Storage>();
    storage->strings = std::move(strings);
    for (const std::string& s : storage->strings) storage->views.push_back({s.data(), s.size()});
    void* data = storage->views.data();
    return Tensor(DType::kString, shape, data, std::move(storage));
  }

  // Bytes of storage that a tensor needs.
  static Result<uint64_t> storage_size(DType dtype, const Shape& shape) {
    if (!is_known(dtype)) return invalid_argument("unknown element type ", static_cast<int32_t>(dtype));
    const auto count = checked_num_elements(shape);
    const auto bytes = count ? size_in_bytes(dtype, static_cast<uint64_t>(*count)) : std::nullopt;
    if (!bytes) return invalid_argument("shape ", to_string(shape), " has a negative extent or too many elements");
    return *bytes;
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  uint32_t rank() const { return shape_.rank(); }
  int64_t dim(uint32_t axis) const { return shape_[axis]; }
  int64_t num_elements() const { return shape_.num_elements(); }
  uint64_t size_bytes() const { return size_in_bytes(dtype_, static_cast<uint64_t>(num_elements())).value_or(0); }
  bool is_scalar() const { return shape_.rank() == 0; }
  const std::shared_ptr<void>& owner() const { return owner_; }

  void* raw() { return data_; }
  const void* raw() const { return data_; }
  // T is the C++ type of dtype(), or an unsigned type of the same size where only bits are moved.
  template <class T>
  T* data() {
    return static_cast<T*>(data_);
  }
  template <class T>
  const T* data() const {
    return static_cast<const T*>(data_);
  }
  template <class T>
  std::span<T> elements() {
    return {data<T>(), static_cast<size_t>(num_elements())};
  }
  template <class T>
  std::span<const T> elements() const {
    return {data<T>(), static_cast<size_t>(num_elements())};
  }

  // The ABI's record of it; refers to this tensor's shape and memory.
  mortise_tensor_t abi() const {
    return {.data = const_cast<void*>(data_),
            .byte_offset = 0,
            .size_bytes = size_bytes(),
            .dims = shape_.data(),
            .rank = shape_.rank(),
            .dtype = static_cast<mortise_dtype>(dtype_),
            .memory_kind = MORTISE_MEMORY_HOST,
            .flags = 0};
  }

 private:
  Tensor(DType dtype, const Shape& shape, void* data, std::shared_ptr<void> owner)
      : dtype_(dtype), shape_(shape), data_(data), owner_(std::move(owner)) {}

  DType dtype_ = DType::kUndefined;
  Shape shape_;
  void* data_ = nullptr;
  std::shared_ptr<void> owner_;
};

}  // namespace mortise
