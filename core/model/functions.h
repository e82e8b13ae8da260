// FunctionTable: a model's local functions, found by domain, name and overload, with what the importer needs to inline
// them.
//
// Inlining itself happens while importing: a call's nodes are imported into the caller's graph, its formal inputs bound
// to the caller's values. Refers to the ModelProto; reading is thread-safe.
#pragma once

#include <onnx/onnx_pb.h>

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>

#include "mortise/sdk/result.h"

namespace mortise {

struct Function {
  onnx::FunctionProto* proto = nullptr;
  std::unordered_map<std::string_view, int64_t> opsets;  // by domain, "" for ai.onnx
  std::deque<onnx::AttributeProto> defaults;             // of attributes that a call may leave out
  std::set<std::string, std::less<>> attributes;         // that a call may give: those it names and those it uses
};

class FunctionTable {
 public:
  // opset: the version of ai.onnx that the model imports. A model without functions has those of experimental.h. Fails
  // for a function that is there twice, or has an invalid opset import.
  static Result<FunctionTable> of(onnx::ModelProto& model, int64_t opset);

  const std::deque<Function>& all() const { return functions_; }  // in the file's order
  // Null if the node calls no function of the model.
  Function* find(const onnx::NodeProto& node);

 private:
  Status add(onnx::FunctionProto& proto);

  std::deque<onnx::FunctionProto> experimental_;
  std::deque<Function> functions_;
  std::unordered_map<std::string, Function*> by_key_;
};

// Opset imports by domain. Fails for one that is there twice with different versions, or has no sane version.
Result<std::unordered_map<std::string_view, int64_t>> opset_versions(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& imports);

}  // namespace mortise
