#include "tests/providers/reference/functions/function_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mortise/core/session.h"
#include "providers/reference/types.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

onnx::TypeProto type_of(const Value& value) {
  onnx::TypeProto type;
  if (value.kind == ValueKind::kSequence) {
    type.mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(
        static_cast<int32_t>(value.element_dtype));
  } else if (value.is_tensor()) {
    type.mutable_tensor_type()->set_elem_type(static_cast<int32_t>(value.tensor.dtype()));
    for (uint32_t i = 0; i < value.tensor.rank(); ++i) type.mutable_tensor_type()->mutable_shape()->add_dim();
    if (value.tensor.rank() == 0) type.mutable_tensor_type()->mutable_shape();
  }
  return type;
}

// Inputs x0, x1, ...; outputs kernel0, kernel1, ... of the operator and body0, body1, ... of its function.
std::string model_of(const std::string& op_type, int opset, const FunctionCase& c, const onnx::FunctionProto& body) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  onnx::OperatorSetIdProto& own = *model.add_opset_import();
  own.set_domain("test");
  own.set_version(1);
  *model.add_functions() = body;
  model.mutable_functions(0)->set_domain("test");
  model.mutable_functions(0)->set_name("Body");
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("g");
  onnx::NodeProto node = c.node;
  const std::vector<onnx::TypeProto> types = types_of(c);
  for (size_t i = 0; i < types.size(); ++i) {
    const bool given = types[i].value_case() != onnx::TypeProto::VALUE_NOT_SET;
    node.add_input(given ? "x" + std::to_string(i) : "");
    if (!given) continue;
    onnx::ValueInfoProto& input = *graph.add_input();
    input.set_name(node.input(node.input_size() - 1));
    *input.mutable_type() = types[i];
  }
  for (const std::string way : {"kernel", "body"}) {
    onnx::NodeProto& call = *graph.add_node() = node;
    call.set_op_type(way == "kernel" ? op_type : "Body");
    call.set_domain(way == "kernel" ? "" : "test");
    for (int i = 0; i < c.num_outputs; ++i) {
      call.add_output(way + std::to_string(i));
      graph.add_output()->set_name(way + std::to_string(i));
    }
  }
  return model.SerializeAsString();
}

template <class T>
void expect_close(const FunctionCase& c, const Tensor& kernel, const Tensor& body) {
  for (int64_t i = 0; i < kernel.num_elements(); ++i) {
    const T a = kernel.data<T>()[i], b = body.data<T>()[i];
    const auto x = static_cast<double>(a), y = static_cast<double>(b);
    if (a == b || (std::isnan(x) && std::isnan(y))) continue;
    const double room = reference::is_float<T> ? c.absolute + c.relative * std::fabs(y) : 0;
    ASSERT_LE(std::fabs(x - y), room) << "element " << i << " is " << x << ", by the body " << y;
  }
}

// Whether about half of the 256 drawn numbers are ones, by five standard deviations, and the others zeros.
void expect_half_ones(const Tensor& tensor) {
  const Status status = reference::dispatch(reference::NumbersAndBool{}, tensor.dtype(), [&]<class T>() -> Status {
    int64_t ones = 0;
    for (const T element : tensor.elements<T>()) {
      EXPECT_TRUE(element == static_cast<T>(0.0f) || element == static_cast<T>(1.0f));
      ones += element == static_cast<T>(1.0f) ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(ones), 128, 5 * 8);
    return {};
  });
  EXPECT_TRUE(status.ok()) << status.message();
}

void expect_equal(const FunctionCase& c, const Value& kernel, const Value& body) {
  ASSERT_EQ(kernel.kind, body.kind);
  ASSERT_EQ(kernel.elements.size(), body.elements.size());
  for (size_t i = 0; i < kernel.elements.size(); ++i) expect_equal(c, kernel.elements[i], body.elements[i]);
  if (!kernel.is_tensor()) return;
  ASSERT_EQ(kernel.tensor.dtype(), body.tensor.dtype());
  ASSERT_EQ(kernel.tensor.shape(), body.tensor.shape());
  if (c.is_random) {
    expect_half_ones(kernel.tensor);
    expect_half_ones(body.tensor);
  } else if (kernel.tensor.dtype() == DType::kString) {
    ASSERT_EQ(strings(kernel), strings(body));
  } else {
    const Status status =
        reference::dispatch(reference::NumbersAndBool{}, kernel.tensor.dtype(), [&]<class T>() -> Status {
          expect_close<T>(c, kernel.tensor, body.tensor);
          return {};
        });
    ASSERT_TRUE(status.ok()) << status.message();
  }
}

}  // namespace

std::vector<onnx::TypeProto> types_of(const FunctionCase& c) {
  std::vector<onnx::TypeProto> types;
  for (const Value& value : c.inputs) types.push_back(type_of(value));
  return types;
}

void expect_agree(const std::string& op_type, int opset, const FunctionCase& c, const onnx::FunctionProto& body) {
  const std::string bytes = model_of(op_type, opset, c, body);
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  std::map<std::string, Value> inputs;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    if (c.inputs[i].kind != ValueKind::kNone) inputs.emplace("x" + std::to_string(i), c.inputs[i]);
  }
  const auto outputs = session->run(inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  for (int i = 0; i < c.num_outputs; ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    const std::string n = std::to_string(i);
    expect_equal(c, outputs->at("kernel" + n), outputs->at("body" + n));
  }
}

}  // namespace mortise::test
