// Any bytes are a value in one of the formats that inputs come in, or an error with a sentence.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "core/model/value_file.h"

namespace {

// A file in memory; readers open it by its path.
class MemoryFile {
 public:
  explicit MemoryFile(std::span<const uint8_t> bytes) : file_(memfd_create("value", 0)) {
    if (file_ < 0 || write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(file_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

// What was read is whole: sizes agree, and every byte and every character is there.
void check(const mortise::Value& value) {
  for (const mortise::Value& element : value.elements) check(element);
  if (!value.is_tensor()) return;
  const mortise::Tensor& tensor = value.tensor;
  const auto bytes = mortise::Tensor::storage_size(tensor.dtype(), tensor.shape());
  if (!bytes.ok() || *bytes != tensor.size_bytes()) std::abort();
  std::string copy(tensor.data<char>(), tensor.size_bytes());
  if (tensor.dtype() == mortise::DType::kString) {
    for (const mortise_string_t& text : tensor.elements<mortise_string_t>()) copy.assign(text.data, text.size);
  }
  if (tensor.dtype() == mortise::DType::kBool) {
    for (const char element : copy) {
      if (element != 0 && element != 1) std::abort();
    }
  }
}

void check(const mortise::Result<mortise::Value>& value) {
  if (value.ok()) {
    check(*value);
  } else if (value.status().message().empty() || value.status().code() == mortise::StatusCode::kInternal) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const MemoryFile file({data, size});
  const auto array = mortise::read_npy(file.path());
  check(array);
  for (const auto kind : {mortise::ValueKind::kTensor, mortise::ValueKind::kSequence, mortise::ValueKind::kOptional,
                          mortise::ValueKind::kMap}) {
    check(mortise::read_pb(file.path(), kind));
    check(mortise::read_pb(file.path(), mortise::ValueKind::kOptional, kind));
  }
  // What NumPy's format gave, it can take, and gives again.
  if (!array.ok()) return 0;
  const MemoryFile copy({});
  if (!mortise::write_npy(copy.path(), array->tensor).ok()) std::abort();
  const auto again = mortise::read_npy(copy.path());
  if (!again.ok() || again->tensor.dtype() != array->tensor.dtype() ||
      again->tensor.size_bytes() != array->tensor.size_bytes() ||
      std::memcmp(again->tensor.raw(), array->tensor.raw(), array->tensor.size_bytes()) != 0) {
    std::abort();
  }
  return 0;
}
