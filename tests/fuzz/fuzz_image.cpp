// Any bytes are an image in one of the formats of ImageDecoder, or an error with a sentence.
#include <cstdlib>
#include <memory>

#include "providers/reference/ops/image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kLimit = uint64_t{1} << 20;  // so that an input takes little time
  const auto image = mortise::reference::image::decode(
      {data, size}, [](const mortise::Shape& shape) -> mortise::Result<mortise::Tensor> {
        MORTISE_ASSIGN(const uint64_t bytes, mortise::Tensor::storage_size(mortise::DType::kU8, shape));
        if (bytes > kLimit) return mortise::make_error(mortise::StatusCode::kResourceExhausted, "too large");
        return mortise::Tensor::allocate(mortise::DType::kU8, shape);
      });
  if (!image.ok()) {
    if (image.status().message().empty() || image.status().code() == mortise::StatusCode::kInternal) std::abort();
    return 0;
  }
  // Every pixel is there and has been written: the memory sanitizers see them summed up.
  const mortise::Shape& shape = image->shape();
  if (shape.rank() != 3 || shape[0] <= 0 || shape[1] <= 0 || shape[2] != 3) std::abort();
  uint64_t sum = 0;
  for (const uint8_t level : image->elements<uint8_t>()) sum += level;
  if (sum > 255 * image->size_bytes()) std::abort();
  return 0;
}
