// parse_model: the bytes of an ONNX file as a ModelProto, but without its large weights: these stay where they are.
//
// The raw data of an initializer of the main graph that has kLargeContent bytes or more is not copied into the message;
// `contents` says where in the given bytes it lies. Everything else is as protobuf parses it.
#pragma once

#include <google/protobuf/arena.h>
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>

#include "core/model/load.h"

namespace mortise {

inline constexpr size_t kLargeContent = 1024;

// Where the raw data of a tensor lies if it is not in the message.
using RawContents = std::unordered_map<const onnx::TensorProto*, std::span<const std::byte>>;

struct ParsedModel {
  google::protobuf::Arena arena;  // a million messages go away at once
  onnx::ModelProto* proto = google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  RawContents contents;
};

// Refers to `bytes`, which must outlive it.
Result<std::unique_ptr<ParsedModel>> parse_model(std::span<const std::byte> bytes, const LoadOptions& options);

}  // namespace mortise
