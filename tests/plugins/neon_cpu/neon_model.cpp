#include "tests/plugins/neon_cpu/neon_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>

#include "mortise/core/trace.h"

namespace mortise::test {

Tensor random_tensor(const Shape& shape, uint32_t seed, float low, float high) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  for (float& each : tensor.elements<float>()) each = uniform(random);
  return tensor;
}

Tensor random_tensor_of(DType dtype, const Shape& shape, uint32_t seed) {
  if (dtype == DType::kF32) return random_tensor(shape, seed);
  std::mt19937 random(seed);
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  const auto fill = [&]<class T>(T) {
    for (T& each : tensor.elements<T>()) each = static_cast<T>(random() % 100);
  };
  switch (dtype) {
    case DType::kBool:
      for (bool& each : tensor.elements<bool>()) each = random() % 2 == 0;
      break;
    case DType::kU8:
      fill(uint8_t{});
      break;
    case DType::kI8:
      fill(int8_t{});
      break;
    case DType::kU16:
    case DType::kF16:
      fill(uint16_t{});
      break;
    case DType::kI32:
      fill(int32_t{});
      break;
    case DType::kI64:
      fill(int64_t{});
      break;
    case DType::kF64:
      fill(double{});
      break;
    default:
      throw std::invalid_argument("no random elements of this type");
  }
  return tensor;
}

NeonModel::NeonModel(int opset) {
  model_.set_ir_version(8);
  model_.add_opset_import()->set_version(opset);
  model_.mutable_graph()->set_name("test");
}

std::string NeonModel::input(const std::string& name, const Dims& dims, const std::string& symbols, DType dtype) {
  auto* value = model_.mutable_graph()->add_input();
  value->set_name(name);
  auto* type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(static_cast<int32_t>(dtype));
  type->mutable_shape();
  size_t next = 0;
  for (const int64_t dim : dims) {
    auto* extent = type->mutable_shape()->add_dim();
    if (dim >= 0) {
      extent->set_dim_value(dim);
    } else {
      extent->set_dim_param(next < symbols.size() ? std::string(1, symbols[next++]) : name + std::to_string(next++));
    }
  }
  return name;
}

std::string NeonModel::constant(const Tensor& tensor) {
  auto* made = model_.mutable_graph()->add_initializer();
  made->set_name("c" + std::to_string(model_.graph().initializer_size()));
  made->set_data_type(static_cast<int32_t>(tensor.dtype()));
  for (const int64_t extent : tensor.shape()) made->add_dims(extent);
  made->set_raw_data(tensor.raw(), tensor.size_bytes());
  return made->name();
}

std::string NeonModel::node(const std::string& op, const std::vector<std::string>& inputs,
                            const std::vector<std::string>& outputs, const NodeAttributes& attributes) {
  auto* made = model_.mutable_graph()->add_node();
  made->set_op_type(op);
  made->set_name(outputs[0]);
  for (const std::string& each : inputs) made->add_input(each);
  for (const std::string& each : outputs) made->add_output(each);
  for (const auto& [name, value] : attributes) {
    auto* attribute = made->add_attribute();
    attribute->set_name(name);
    if (const auto* i = std::get_if<int64_t>(&value)) {
      attribute->set_type(onnx::AttributeProto::INT);
      attribute->set_i(*i);
    } else if (const auto* f = std::get_if<float>(&value)) {
      attribute->set_type(onnx::AttributeProto::FLOAT);
      attribute->set_f(*f);
    } else if (const auto* s = std::get_if<std::string>(&value)) {
      attribute->set_type(onnx::AttributeProto::STRING);
      attribute->set_s(*s);
    } else {
      attribute->set_type(onnx::AttributeProto::INTS);
      for (const int64_t each : std::get<std::vector<int64_t>>(value)) attribute->add_ints(each);
    }
  }
  return outputs[0];
}

void NeonModel::output(const std::string& name, DType dtype) {
  auto* value = model_.mutable_graph()->add_output();
  value->set_name(name);
  value->mutable_type()->mutable_tensor_type()->set_elem_type(static_cast<int32_t>(dtype));
}

Session NeonModel::load(Config config) const {
  const std::string bytes = model_.SerializeAsString();
  // The core's own passes would fold what the provider is to be tested with.
  config.session.enable.emplace();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config)});
  if (!session.ok()) throw std::runtime_error(session.status().message());
  return std::move(*session);
}

Session NeonModel::load_reference() const {
  Config config;
  config.session.threads = 1;
  return load(std::move(config));
}

Session NeonModel::load_neon(const NeonOptions& options) const {
  Config config;
  config.session.threads = options.threads;
  config.providers.push_back({.id = "org.mortise.neon",
                              .library = MORTISE_NEON_LIBRARY,
                              .on_failure = OnFailure::kError,
                              .options = std::string(R"({"fuse": )") + (options.fuse ? "true" : "false") +
                                         R"(, "exact_conv": )" + (options.exact_conv ? "true}" : "false}")});
  return load(std::move(config));
}

void NeonModel::expect_like_reference(const std::vector<Tensor>& inputs, float tolerance) {
  if (neon_ == nullptr) {
    neon_ = std::make_unique<Session>(load_neon());
    reference_ = std::make_unique<Session>(load_reference());
    EXPECT_EQ(nodes_on_neon(*neon_), static_cast<uint32_t>(model_.graph().node_size())) << full(neon_->placement());
  }
  expect_close(run(*neon_, inputs), run(*reference_, inputs), tolerance);
}

std::vector<Tensor> run(Session& session, const std::vector<Tensor>& inputs) {
  std::vector<Value> in(inputs.begin(), inputs.end()), out(session.outputs().size());
  if (const Status status = session.run(in, out); !status.ok()) throw std::runtime_error(status.message());
  std::vector<Tensor> tensors;
  for (const Value& value : out) tensors.push_back(value.tensor);
  return tensors;
}

void expect_close(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected, float tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape(), expected[i].shape()) << "output " << i;
    ASSERT_EQ(actual[i].dtype(), expected[i].dtype()) << "output " << i;
    if (actual[i].dtype() != DType::kF32) {
      EXPECT_EQ(std::memcmp(actual[i].raw(), expected[i].raw(), actual[i].size_bytes()), 0) << "output " << i;
      continue;
    }
    const auto a = actual[i].elements<float>(), b = expected[i].elements<float>();
    size_t wrong = 0;
    for (size_t k = 0; k < a.size(); ++k) {
      const bool same = a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k])) ||
                        std::fabs(a[k] - b[k]) <= tolerance * std::max(1.0f, std::fabs(b[k]));
      if (!same && ++wrong <= 3) ADD_FAILURE() << "output " << i << "[" << k << "]: " << a[k] << ", not " << b[k];
    }
    EXPECT_EQ(wrong, 0u) << "of " << a.size();
  }
}

void expect_same_bits(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape(), expected[i].shape());
    EXPECT_EQ(std::memcmp(actual[i].raw(), expected[i].raw(), actual[i].size_bytes()), 0) << "output " << i;
  }
}

std::vector<std::string> steps_of(Session& session, const std::vector<Tensor>& inputs) {
  Trace trace;
  std::vector<Value> in(inputs.begin(), inputs.end()), out(session.outputs().size());
  RunOptions options;
  options.trace = &trace;
  if (const Status status = session.run(in, out, options); !status.ok()) throw std::runtime_error(status.message());
  std::vector<std::string> names;
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceKind::kInside) names.push_back(event.name);
  }
  return names;
}

uint32_t nodes_on_neon(const Session& session) { return session.placement().providers[0].nodes; }

}  // namespace mortise::test
