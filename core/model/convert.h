// ONNX's protobuf messages for tensors and types as ours.
//
// Tensor content is adopted, not copied, wherever its form allows it: converting takes raw_data out of the message. Not
// thread-safe.
#pragma once

#include <onnx/onnx_pb.h>

#include "core/graph/graph.h"
#include "core/model/external_data.h"
#include "core/model/load.h"
#include "core/model/parse.h"

namespace mortise {

class TensorConverter {
 public:
  // contents, file: of a model that parse_model() has left weights out of, and where it lies; file may be null.
  TensorConverter(std::filesystem::path folder, const LoadOptions& options, const RawContents* contents = nullptr,
                  std::shared_ptr<const MappedFile> file = nullptr)
      : external_(std::move(folder)), options_(options), contents_(contents), file_(std::move(file)) {}

  Result<Tensor> tensor(onnx::TensorProto& proto);
  Result<SparseTensor> sparse(onnx::SparseTensorProto& proto);
  // Zeros where the sparse tensor has nothing.
  Result<Tensor> dense(const SparseTensor& sparse);

 private:
  Result<Tensor> raw(onnx::TensorProto& proto, DType dtype, const Shape& shape, uint64_t bytes);
  Result<Tensor> external(onnx::TensorProto& proto, DType dtype, const Shape& shape, uint64_t bytes);

  ExternalData external_;
  LoadOptions options_;
  const RawContents* contents_;
  std::shared_ptr<const MappedFile> file_;
  uint64_t densified_bytes_ = 0;
};

Result<Type> to_type(const onnx::TypeProto& proto, StringTable& strings);

// The name's text before its first NUL, if it has one: names cross the ABI as C strings.
inline std::string_view c_text(std::string_view text) { return text.substr(0, text.find('\0')); }

// "ai.onnx" is the default domain's other name.
inline std::string_view domain_of(std::string_view domain) { return domain == "ai.onnx" ? "" : c_text(domain); }

}  // namespace mortise
