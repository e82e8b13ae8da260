// What hangs on a node: attributes, with the tensors and bodies in them.
#include "core/graph/nesting.h"
#include "core/model/importer.h"

namespace mortise {

std::optional<Call::Argument> Importer::resolve(onnx::AttributeProto& proto, Scope& scope) {
  if (proto.ref_attr_name().empty() || scope.call == nullptr) return Call::Argument{&proto, &scope};
  const auto found = scope.call->arguments.find(proto.ref_attr_name());
  if (found == scope.call->arguments.end()) return std::nullopt;
  return found->second;
}

// What functions hold is converted at their first call, and shared by all others.
template <class T, class Convert>
Result<T> Importer::once(std::unordered_map<const void*, T>& shared, const void* content, Convert convert) {
  if (inlining_ == 0) return convert();
  if (const auto found = shared.find(content); found != shared.end()) return found->second;
  MORTISE_ASSIGN(T converted, convert());
  return shared.emplace(content, std::move(converted)).first->second;
}

Result<Tensor> Importer::tensor(onnx::TensorProto& proto) {
  return once(shared_tensors_, &proto, [&] { return tensors_.tensor(proto); });
}

Result<SparseTensor> Importer::sparse(onnx::SparseTensorProto& proto) {
  return once(shared_sparse_, &proto, [&] { return tensors_.sparse(proto); });
}

Result<Tensor> Importer::dense(onnx::SparseTensorProto& proto) {
  return once(shared_tensors_, &proto, [&]() -> Result<Tensor> {
    MORTISE_ASSIGN(const SparseTensor content, sparse(proto));
    return tensors_.dense(content);
  });
}

Result<std::unique_ptr<Graph>> Importer::body(onnx::GraphProto& proto, Scope& lexical, Scope& user) {
  MORTISE_TRY(check_nesting(user.depth + 1));
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
      return one(sparse(*proto.mutable_sparse_tensor()));
    case Proto::SPARSE_TENSORS:
      return each(*proto.mutable_sparse_tensors(), [&](onnx::SparseTensorProto& s) { return sparse(s); });
    case Proto::TYPE_PROTO:
      return one(to_type(proto.tp(), *strings_));
    case Proto::TYPE_PROTOS:
      return each(proto.type_protos(), [&](const onnx::TypeProto& t) { return to_type(t, *strings_); });
    default:
      return invalid_argument("it has no type and no value; the model is damaged");
  }
}

Result<Tensor> Importer::constant_value(const std::string& name, onnx::AttributeProto& proto) {
  using Proto = onnx::AttributeProto;
  static const std::unordered_map<std::string_view, Proto::AttributeType> kinds = {
      {"value", Proto::TENSOR},    {"sparse_value", Proto::SPARSE_TENSOR}, {"value_float", Proto::FLOAT},
      {"value_int", Proto::INT},   {"value_string", Proto::STRING},        {"value_floats", Proto::FLOATS},
      {"value_ints", Proto::INTS}, {"value_strings", Proto::STRINGS},
  };
  const auto kind = kinds.find(name);
  if (kind == kinds.end()) return invalid_argument("attribute '", name, "' is none that Constant has");
  // Files of IR version 1 do not say of which kind an attribute is.
  if (proto.type() != Proto::UNDEFINED && proto.type() != kind->second) {
    return invalid_argument("attribute '", proto.name(), "' is of kind ", Proto::AttributeType_Name(proto.type()),
                            ", where ", Proto::AttributeType_Name(kind->second), " is meant");
  }
  if (name == "value") return tensor(*proto.mutable_t());
  if (name == "sparse_value") return dense(*proto.mutable_sparse_tensor());
  if (name == "value_float") return Tensor::of<float>({}, {proto.f()});
  if (name == "value_int") return Tensor::of<int64_t>({}, {proto.i()});
  if (name == "value_string") {
    return once(shared_tensors_, &proto.s(), [&]() -> Result<Tensor> { return Tensor::strings({}, {proto.s()}); });
  }
  if (name == "value_floats") {
    return once(shared_tensors_, &proto.floats(), [&]() -> Result<Tensor> {
      return Tensor::of<float>({proto.floats_size()},
                               std::span(proto.floats().data(), static_cast<size_t>(proto.floats_size())));
    });
  }
  if (name == "value_ints") {
    return once(shared_tensors_, &proto.ints(), [&]() -> Result<Tensor> {
      const std::vector<int64_t> ints(proto.ints().begin(), proto.ints().end());
      return Tensor::of<int64_t>({proto.ints_size()}, ints);
    });
  }
  return once(shared_tensors_, &proto.strings(), [&]() -> Result<Tensor> {
    return Tensor::strings({proto.strings_size()}, {proto.strings().begin(), proto.strings().end()});
  });
}

}  // namespace mortise
