// SPDX-License-Identifier: Apache-2.0
//
// Copies of string tensors, whose characters lie elsewhere than their elements.
#pragma once

#include <algorithm>

#include "tensor.h"

namespace mortise {

// A copy of a string tensor that owns its characters. allocate(DType, const Shape&) gives the memory, as Result<Tensor>.
template <class Allocate>
Result<Tensor> copy_strings(const Tensor& tensor, Allocate&& allocate) {
  struct Storage {
    Tensor views;
    Tensor characters;
  };
  const auto elements = tensor.elements<mortise_string_t>();
  uint64_t size = 0;
  for (const mortise_string_t& s : elements) size += s.size;
  MORTISE_ASSIGN(Tensor views, allocate(DType::kString, tensor.shape()));
  MORTISE_ASSIGN(Tensor characters, allocate(DType::kU8, Shape{static_cast<int64_t>(size)}));
  char* next = characters.template data<char>();
  mortise_string_t* view = views.template data<mortise_string_t>();
  for (const mortise_string_t& s : elements) {
    *view++ = {next, s.size};
    next = std::copy_n(s.data, s.size, next);
  }
  void* data = views.raw();
  auto storage = std::make_shared<Storage>(Storage{std::move(views), std::move(characters)});
  return Tensor::view(DType::kString, tensor.shape(), data, std::move(storage));
}

}  // namespace mortise
