// What hangs on a node: attributes, with the tensors and bodies in them.
#include "core/model/importer.h"

namespace mortise {

std::optional<Call::Argument> Importer::resolve(onnx::AttributeProto& proto, Scope& scope) {
  if (proto.ref_attr_name().empty() || scope.call == nullptr) return Call::Argument{&proto, &scope};
  const auto found = scope.call->arguments.find(proto.ref_attr_name());
  if (found == scope.call->arguments.end()) return std::nullopt;
  return found->second;
}

Result<Tensor> Importer::tensor(onnx::TensorProto& proto) {
  if (inlining_ == 0) return tensors_.tensor(proto);
  if (const auto found = shared_tensors_.find(&proto); found != shared_tensors_.end()) return found->second;
  MORTISE_ASSIGN(Tensor tensor, tensors_.tensor(proto));
  return shared_tensors_[&proto] = std::move(tensor);
}

Result<Tensor> Importer::dense(onnx::SparseTensorProto& proto) {
  if (inlining_ == 0) return tensors_.dense(proto);
  if (const auto found = shared_dense_.find(&proto); found != shared_dense_.end()) return found->second;
  MORTISE_ASSIGN(Tensor tensor, tensors_.dense(proto));
  return shared_dense_[&proto] = std::move(tensor);
}

Result<std::unique_ptr<Graph>> Importer::body(onnx::GraphProto& proto, Scope& lexical, Scope& user) {
  if (user.depth + 1 > options_.max_nesting_depth) {
    return make_error(StatusCode::kResourceExhausted, "bodies are nested deeper than ", options_.max_nesting_depth,
                      " levels; raise max_nesting_depth to load the model");
  }
  auto graph = std::make_unique<Graph>(strings_);
  Level level{graph.get(), user.level, {}};
  Scope scope{&level, &lexical, lexical.call, lexical.opsets, user.prefix, user.depth + 1, {}};
  MORTISE_TRY(import_graph(proto, scope));
  return graph;
}

Result<AttributeValue> Importer::attribute_value(onnx::AttributeProto& proto, Scope& lexical, Scope& user) {
  using Proto = onnx::AttributeProto;
  // Files of IR version 1 do not say which field they use.
  auto type = proto.type();
  if (type == Proto::UNDEFINED) {
    type = proto.has_f()               ? Proto::FLOAT
           : proto.has_i()             ? Proto::INT
           : proto.has_s()             ? Proto::STRING
           : proto.has_t()             ? Proto::TENSOR
           : proto.has_g()             ? Proto::GRAPH
           : proto.floats_size() != 0  ? Proto::FLOATS
           : proto.ints_size() != 0    ? Proto::INTS
           : proto.strings_size() != 0 ? Proto::STRINGS
                                       : Proto::UNDEFINED;
  }
  // Converts each message of a repeated field.
  const auto each = [](auto& messages, auto convert) -> Result<AttributeValue> {
    std::vector<std::decay_t<decltype(convert(messages[0]).value())>> values;
    values.reserve(static_cast<size_t>(messages.size()));
    for (auto& message : messages) {
      MORTISE_ASSIGN(auto value, convert(message));
      values.push_back(std::move(value));
    }
    return AttributeValue(std::move(values));
  };
  const auto one = [](auto result) -> Result<AttributeValue> {
    if (!result.ok()) return std::move(result).status();
    return AttributeValue(*std::move(result));
  };
  const auto to_sparse = [&](onnx::SparseTensorProto& sparse) -> Result<SparseTensor> {
    if (inlining_ != 0) {
      onnx::SparseTensorProto copy = sparse;
      return tensors_.sparse(copy);
    }
    return tensors_.sparse(sparse);
  };
  switch (type) {
    case Proto::FLOAT:
      return AttributeValue(proto.f());
    case Proto::INT:
      return AttributeValue(static_cast<int64_t>(proto.i()));
    case Proto::STRING:
      return AttributeValue(proto.s());
    case Proto::TENSOR:
      return one(tensor(*proto.mutable_t()));
    case Proto::GRAPH:
      return one(body(*proto.mutable_g(), lexical, user));
    case Proto::FLOATS:
      return AttributeValue(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case Proto::INTS:
      return AttributeValue(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case Proto::STRINGS:
      return AttributeValue(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case Proto::TENSORS:
      return each(*proto.mutable_tensors(), [&](onnx::TensorProto& t) { return tensor(t); });
    case Proto::GRAPHS:
      return each(*proto.mutable_graphs(), [&](onnx::GraphProto& g) { return body(g, lexical, user); });
    case Proto::SPARSE_TENSOR:
      return one(to_sparse(*proto.mutable_sparse_tensor()));
    case Proto::SPARSE_TENSORS:
      return each(*proto.mutable_sparse_tensors(), to_sparse);
    case Proto::TYPE_PROTO:
      return one(to_type(proto.tp(), *strings_));
    case Proto::TYPE_PROTOS:
      return each(proto.type_protos(), [&](const onnx::TypeProto& t) { return to_type(t, *strings_); });
    default:
      return invalid_argument("it has no type and no value; the model is damaged");
  }
}

Result<Tensor> Importer::constant_value(const std::string& name, onnx::AttributeProto& proto) {
  if (name == "value") return tensor(*proto.mutable_t());
  if (name == "sparse_value") return dense(*proto.mutable_sparse_tensor());
  if (name == "value_float") return Tensor::of<float>({}, {proto.f()});
  if (name == "value_int") return Tensor::of<int64_t>({}, {proto.i()});
  if (name == "value_string") return Tensor::strings({}, {proto.s()});
  if (name == "value_floats") {
    return Tensor::of<float>({proto.floats_size()},
                             std::span(proto.floats().data(), static_cast<size_t>(proto.floats_size())));
  }
  if (name == "value_ints") {
    const std::vector<int64_t> ints(proto.ints().begin(), proto.ints().end());
    return Tensor::of<int64_t>({proto.ints_size()}, ints);
  }
  if (name == "value_strings") {
    return Tensor::strings({proto.strings_size()}, {proto.strings().begin(), proto.strings().end()});
  }
  return invalid_argument("attribute '", name, "' is none that Constant has");
}

}  // namespace mortise
