// Values in files: ONNX's TensorProto, SequenceProto, OptionalProto and MapProto (.pb), and NumPy's .npy.
#pragma once

#include <filesystem>

#include "mortise/sdk/value.h"

namespace mortise {

// Reads a protobuf message of the kind that `kind` asks for (a tensor where it is not known). Where that is an optional
// of `element`, the message may also be the element itself, which then is the value. Errors begin with the path.
Result<Value> read_pb(const std::filesystem::path& path, ValueKind kind, ValueKind element = ValueKind::kNone);

// Reads a .npy file: version 1 to 3, C order, little-endian numbers and bool.
Result<Value> read_npy(const std::filesystem::path& path);

// Writes a tensor of numbers or bool as .npy. Types that NumPy lacks are refused.
Status write_npy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace mortise
