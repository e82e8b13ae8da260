// Importer: the state of one import_model() call, and the parts that it is made of.
//
// import.cpp has graphs and nodes, import_attributes.cpp what hangs on a node, inline_call.cpp the calls of functions,
// bind_gradient.cpp what the attributes of a Gradient name.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "core/model/convert.h"
#include "core/model/functions.h"
#include "core/model/import.h"
#include "core/model/parse.h"
#include "core/model/scope.h"
#include "core/model/since_version.h"

namespace mortise {

class Importer {
 public:
  Importer(ParsedModel& model, const ModelOrigin& origin, const LoadOptions& options)
      : proto_(*model.proto),
        options_(options),
        tensors_(origin.folder, options, &model.contents, origin.file),
        strings_(std::make_shared<StringTable>()) {}

  Result<Graph> run();

 private:
  Status import_graph(onnx::GraphProto& proto, Scope& scope);
  Status import_inputs(onnx::GraphProto& proto, Scope& scope);
  Status import_initializers(onnx::GraphProto& proto, Scope& scope);
  Status import_types(const onnx::GraphProto& proto, Scope& scope);
  Status import_nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Scope& scope);
  Status import_node(onnx::NodeProto& proto, Scope& scope);
  Status import_constant(onnx::NodeProto& proto, Scope& scope);
  Status check_constant(std::string_view attribute, DType dtype, const Scope& scope);
  Status bind_gradient(Node& node, Scope& scope);
  Status inline_call(onnx::NodeProto& proto, Function& function, Scope& scope);

  // lexical: the scope that the attribute was written in; user: that of the node that has it.
  Result<AttributeValue> attribute_value(onnx::AttributeProto& proto, Scope& lexical, Scope& user);
  Result<std::unique_ptr<Graph>> body(onnx::GraphProto& proto, Scope& lexical, Scope& user);
  Result<Tensor> tensor(onnx::TensorProto& proto);
  Result<Tensor> dense(onnx::SparseTensorProto& proto);
  Result<SparseTensor> sparse(onnx::SparseTensorProto& proto);
  template <class T, class Convert>
  Result<T> once(std::unordered_map<const void*, T>& shared, const void* content, Convert convert);
  Result<Tensor> constant_value(const std::string& name, onnx::AttributeProto& proto);

  // Follows ref_attr_name. Nothing: the call leaves the attribute out.
  static std::optional<Call::Argument> resolve(onnx::AttributeProto& proto, Scope& scope);
  // The version of the node's domain.
  static Result<int64_t> imported(const onnx::NodeProto& node, const Scope& scope);
  Result<ValueId> define(Scope& scope, const std::string& name);
  Result<ValueId> read(Scope& scope, const std::string& name);
  Status set_default(Scope& scope, const std::string& name, Tensor tensor);
  Symbol intern(std::string_view text) { return strings_->intern(c_text(text)); }
  std::string unique_prefix(const onnx::NodeProto& node, const Scope& scope);

  onnx::ModelProto& proto_;
  const LoadOptions& options_;
  TensorConverter tensors_;
  std::shared_ptr<StringTable> strings_;
  SinceVersions since_versions_;
  FunctionTable functions_;
  std::vector<Opset> opsets_;
  uint32_t inlining_ = 0;  // calls that are open: what they read may be read again
  // By the message, or the field of one, that is their content.
  std::unordered_map<const void*, Tensor> shared_tensors_;
  std::unordered_map<const void*, SparseTensor> shared_sparse_;
  std::unordered_map<std::string, uint64_t> prefixes_;  // how often each was wanted
};

}  // namespace mortise
