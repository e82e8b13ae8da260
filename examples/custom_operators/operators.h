// Two operators of the domain "com.example", with all that a model needs of them: what they take and give, what is
// known before the run, and how they are computed.
//
//   Clamp    Y = X limited to [-limit, limit]
//   Pairs    Y[…, i] = X[…, 2i] + X[…, 2i+1]: the last axis is halved
#pragma once

#include <mortise/sdk/operators.h>
#include <mortise/sdk/plugin.h>

#include <algorithm>
#include <array>

namespace example {

class Clamp : public mortise::sdk::Kernel {
 public:
  static mortise::Result<std::unique_ptr<Kernel>> make(const mortise::sdk::NodeView& node) {
    const float limit = node.get_float("limit", 1);
    if (!(limit >= 0)) return mortise::invalid_argument("attribute 'limit' is ", limit, "; it must not be negative");
    return std::unique_ptr<Kernel>(std::make_unique<Clamp>(limit));
  }
  static mortise::Status infer(const mortise::sdk::NodeView& node, mortise::sdk::InferSink& sink) {
    return sink.set_type(0, mortise::sdk::ValueView(node.graph(), node.inputs()[0]).type());
  }

  explicit Clamp(float limit) : limit_(limit) {}
  mortise::Status run(const mortise::sdk::KernelArgs& args) const override {
    const auto x = args.input(0);
    const auto y = args.output(0, x.dims());
    if (!y.ok()) return y.status();
    const auto from = x.data<const float>();
    std::transform(from.begin(), from.end(), static_cast<float*>(y->data),
                   [this](float value) { return std::clamp(value, -limit_, limit_); });
    return {};
  }

 private:
  float limit_;
};

class Pairs : public mortise::sdk::Kernel {
 public:
  static mortise::Result<std::unique_ptr<Kernel>> make(const mortise::sdk::NodeView&) {
    return std::unique_ptr<Kernel>(std::make_unique<Pairs>());
  }
  static mortise::Status infer(const mortise::sdk::NodeView& node, mortise::sdk::InferSink& sink) {
    const mortise_type_t& x = mortise::sdk::ValueView(node.graph(), node.inputs()[0]).type();
    if (x.rank < 0) return {};  // the rank is known at the run only
    if (x.rank == 0) return mortise::invalid_argument("input 'X' is a scalar; it needs an axis");
    std::vector<mortise_dim_t> dims(x.dims, x.dims + x.rank);
    mortise_dim_t& last = dims.back();
    if (last.value >= 0 && last.value % 2 != 0) {
      return mortise::invalid_argument("the last extent of input 'X' is ", last.value, "; it must be even");
    }
    last = {last.value >= 0 ? last.value / 2 : MORTISE_UNKNOWN_DIM, nullptr};
    return sink.set_tensor(0, static_cast<mortise::DType>(x.dtype), dims);
  }

  mortise::Status run(const mortise::sdk::KernelArgs& args) const override {
    const auto x = args.input(0);
    std::vector<int64_t> dims(x.dims().begin(), x.dims().end());
    if (dims.empty() || dims.back() % 2 != 0) return mortise::invalid_argument("input 'X' has no even last extent");
    dims.back() /= 2;
    const auto y = args.output(0, dims);
    if (!y.ok()) return y.status();
    const auto from = x.data<const float>();
    auto* to = static_cast<float*>(y->data);
    for (size_t i = 0; i < from.size() / 2; ++i) to[i] = from[2 * i] + from[2 * i + 1];
    return {};
  }
};

constexpr std::array kOperators = {
    mortise::sdk::OperatorDefinition{.schema = {.domain = "com.example",
                                                .op_type = "Clamp",
                                                .inputs = "X:float32",
                                                .outputs = "Y:float32",
                                                .attributes = "limit:float",
                                                .since_version = 1,
                                                .reserved = 0},
                                     .infer = Clamp::infer,
                                     .make_kernel = Clamp::make},
    mortise::sdk::OperatorDefinition{.schema = {.domain = "com.example",
                                                .op_type = "Pairs",
                                                .inputs = "X:float32",
                                                .outputs = "Y:float32",
                                                .attributes = "",
                                                .since_version = 1,
                                                .reserved = 0},
                                     .infer = Pairs::infer,
                                     .make_kernel = Pairs::make},
};

class Operators : public mortise::sdk::OperatorLibrary {
 public:
  static constexpr mortise_provider_descriptor_t kDescriptor = {
      .id = "com.example.operators",
      .name = "Example operators",
      .vendor = "Example",
      .version = "1.0.0",
      .description = "The operators Clamp and Pairs of the domain com.example",
      .options_schema = "{}",
      .concurrency = MORTISE_CONCURRENCY_REENTRANT,
      .determinism = MORTISE_DETERMINISM_ANY_THREADS,
      .numerics = 0,
      .reserved = 0,
  };

  Operators(const mortise::sdk::Host& host, std::string_view options) : OperatorLibrary(host, kOperators, options) {}
};

}  // namespace example
