#include "providers/reference/ops/packed.h"

#include <cstring>
#include <vector>

#include "providers/reference/ops/convert.h"

namespace mortise::reference {
namespace {

bool is_packed(DType dtype) { return is_known(dtype) && info(dtype).bits < 8; }

// The type whose numbers are the codes of a packed type.
DType codes_of(DType dtype) { return info(dtype).bits == 4 ? DType::kU4 : DType::kU2; }

void convert(KernelContext& context, DType from, const void* in, DType to, void* out, uint64_t count) {
  context.parallel_for(count, 8 * kConvertBlock,
                       [=](uint64_t begin, uint64_t end) { convert_elements(from, in, to, out, begin, end); });
}

// The context of a kernel, with bytes in place of packed elements.
class UnpackedContext final : public KernelContext {
 public:
  UnpackedContext(KernelContext& packed, DType dtype) : packed_(packed), dtype_(dtype) {
    bytes_.reserve(packed.num_inputs());
    for (uint64_t i = 0; i < packed.num_inputs(); ++i) {
      const Value& value = packed.input_value(i);
      input_pointers_.push_back(&value);
      if (!value.is_tensor() || value.tensor.dtype() != dtype) continue;
      const auto count = static_cast<uint64_t>(value.tensor.num_elements());
      const std::span<uint8_t> codes = packed.scratch<uint8_t>(count);
      convert(packed, codes_of(dtype), value.tensor.raw(), DType::kU8, codes.data(), count);
      bytes_.emplace_back(Tensor::view(DType::kU8, value.tensor.shape(), codes.data()));
      input_pointers_.back() = &bytes_.back();
    }
    written_.resize(packed.num_outputs());
    output_pointers_.assign(packed.num_outputs(), nullptr);
    inputs_ = input_pointers_;
    outputs_ = output_pointers_;
  }

  // Hands on what the kernel has written.
  void pack() {
    for (uint64_t i = 0; i < written_.size(); ++i) {
      if (!written_[i].is_tensor()) continue;
      const Tensor& codes = written_[i].tensor;
      Tensor& y = packed_.output(i, dtype_, codes.shape());
      convert(packed_, DType::kU8, codes.raw(), codes_of(dtype_), y.raw(), static_cast<uint64_t>(codes.num_elements()));
    }
  }

  Result<Tensor> allocate(DType dtype, const Shape& shape) override { return packed_.allocate(dtype, shape); }
  mortise_string_t keep(std::string text) override { return packed_.keep(std::move(text)); }

 private:
  Tensor& prepare_output(uint64_t i, DType dtype, const Shape& shape) override {
    if (dtype != DType::kU8) return packed_.output(i, dtype, shape);
    const std::span<uint8_t> codes = packed_.scratch<uint8_t>(static_cast<uint64_t>(shape.num_elements()));
    written_[i] = Value(Tensor::view(DType::kU8, shape, codes.data()));
    return written_[i].tensor;
  }
  void* scratch_bytes(uint64_t count, uint64_t element_size) override {
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(count, element_size, &bytes)) bytes = ~uint64_t{0};  // which the session refuses
    return packed_.scratch<uint64_t>(bytes / sizeof(uint64_t) + 1).data();
  }
  void parallel_ranges(uint64_t count, uint64_t grain, void (*body)(void*, uint64_t, uint64_t),
                       void* context) override {
    packed_.parallel_for(count, grain, [=](uint64_t begin, uint64_t end) { body(context, begin, end); });
  }

  KernelContext& packed_;
  DType dtype_;
  std::vector<Value> bytes_;
  std::vector<Value> written_;
  std::vector<const Value*> input_pointers_;
  std::vector<Value*> output_pointers_;
};

}  // namespace

Kernel unpacked(Kernel kernel) {
  return [kernel = std::move(kernel)](KernelContext& context) -> Status {
    const DType dtype = context.has_input(0) ? context.input(0).dtype() : DType::kUndefined;
    if (!is_packed(dtype)) return kernel(context);
    UnpackedContext bytes(context, dtype);
    MORTISE_TRY(kernel(bytes));
    bytes.pack();
    return {};
  };
}

void fill_packed(Tensor& tensor, const Tensor& value) {
  const uint32_t bits = info(tensor.dtype()).bits;
  const auto code = static_cast<uint8_t>(*value.data<uint8_t>() & ((1u << bits) - 1));
  const uint8_t codes[] = {code, code, code, code, code, code, code, code};
  uint8_t byte = 0;
  convert_elements(DType::kU8, codes, codes_of(tensor.dtype()), &byte, 0, 8 / bits);
  if (tensor.size_bytes() == 0) return;
  std::memset(tensor.raw(), byte, tensor.size_bytes());
  // What is left of the last byte holds nothing, and is zero.
  const auto rest = static_cast<uint64_t>(tensor.num_elements()) % (8 / bits);
  if (rest == 0) return;
  convert_elements(DType::kU8, codes, codes_of(tensor.dtype()),
                   static_cast<uint8_t*>(tensor.raw()) + tensor.size_bytes() - 1, 0, rest);
}

}  // namespace mortise::reference
