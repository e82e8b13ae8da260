// FunctionTable: a model's local functions, found by domain, name and overload, with what the importer needs to inline
// them.
//
// Inlining itself happens while importing: a call's nodes are imported into the caller's graph, its formal inputs bound
// to the caller's values. Refers to the ModelProto; reading is thread-safe.
#pragma once

#include <onnx/onnx_pb.h>

#include <deque>
#include <string>
#include <unordered_map>

#include "mortise/sdk/result.h"

namespace mortise {

struct Function {
  onnx::FunctionProto* proto = nullptr;
  std::unordered_map<std::string_view, int64_t> opsets;  // by domain, "" for ai.onnx
  std::deque<onnx::AttributeProto> defaults;             // of attributes that a call may leave out
};

class FunctionTable {
 public:
  // Fails for a function that is there twice, or has an invalid opset import.
  static Result<FunctionTable> of(onnx::ModelProto& model);

  bool empty() const { return functions_.empty(); }
  // Null if the node calls no function of the model.
  Function* find(const onnx::NodeProto& node);

 private:
  std::unordered_map<std::string, Function> functions_;
};

// Opset imports by domain. Fails for one that is there twice with different versions, or has no sane version.
Result<std::unordered_map<std::string_view, int64_t>> opset_versions(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& imports);

}  // namespace mortise
