// Activations: Relu and its relatives, Sigmoid, Softplus, Gelu, Swish …, each its formula. PRelu broadcasts its slope.
#include <cmath>
#include <numbers>

#include "providers/reference/ops/saturate.h"
#include "providers/reference/ops/unary.h"

namespace mortise::reference {
namespace {

// Neither branch overflows.
template <class T>
T sigmoid(T x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const T e = std::exp(x);
  return e / (1 + e);
}

template <class T>
T softplus(T x) {
  return std::max(x, T{0}) + std::log1p(std::exp(-std::fabs(x)));
}

// Cuts x to [0, 1]. x comes first, since std::min and std::max keep a NaN only there.
template <class T>
T unit(T x) {
  return std::max(std::min(x, T{1}), T{0});
}

}  // namespace

Result<Kernel> make_relu(const NodeSpec&) {
  return unary<SignedNumbers>([]<class T>(T x) -> T { return x < 0 ? T{0} : x; });
}
Result<Kernel> make_leaky_relu(const NodeSpec& node) {
  return unary<Floats>(
      [alpha = node.get_float("alpha", 0.01f)]<class T>(T x) -> T { return x < 0 ? static_cast<T>(alpha) * x : x; });
}
Result<Kernel> make_thresholded_relu(const NodeSpec& node) {
  return unary<Floats>(
      [alpha = node.get_float("alpha", 1.0f)]<class T>(T x) -> T { return x > static_cast<T>(alpha) ? x : T{0}; });
}
Result<Kernel> make_elu(const NodeSpec& node) {
  return unary<Floats>([alpha = node.get_float("alpha", 1.0f)]<class T>(T x) -> T {
    return x < 0 ? static_cast<T>(alpha) * std::expm1(x) : x;
  });
}
Result<Kernel> make_celu(const NodeSpec& node) {
  const float alpha = node.get_float("alpha", 1.0f);
  if (alpha == 0) return invalid_argument("attribute alpha is 0; the operator divides by it");
  return unary<Floats>([alpha]<class T>(T x) -> T {
    const T a = static_cast<T>(alpha);
    return std::max(x, T{0}) + std::min(a * std::expm1(x / a), T{0});
  });
}
Result<Kernel> make_selu(const NodeSpec& node) {
  // The defaults as ONNX writes them, version 1 less exactly.
  const bool old = node.since_version() < 6;
  const float alpha = node.get_float("alpha", old ? 1.6732f : 1.67326319217681884765625f);
  const float gamma = node.get_float("gamma", old ? 1.0507f : 1.05070102214813232421875f);
  return unary<Floats>(
      [=]<class T>(T x) -> T { return static_cast<T>(gamma) * (x > 0 ? x : static_cast<T>(alpha) * std::expm1(x)); });
}
Result<Kernel> make_sigmoid(const NodeSpec&) {
  return unary<Floats>([](auto x) { return sigmoid(x); });
}
Result<Kernel> make_softplus(const NodeSpec&) {
  return unary<Floats>([](auto x) { return softplus(x); });
}
Result<Kernel> make_softsign(const NodeSpec&) {
  return unary<Floats>([](auto x) { return x / (1 + std::fabs(x)); });
}
Result<Kernel> make_mish(const NodeSpec&) {
  return unary<Floats>([](auto x) { return x * std::tanh(softplus(x)); });
}
Result<Kernel> make_hard_sigmoid(const NodeSpec& node) {
  const float alpha = node.get_float("alpha", 0.2f);
  const float beta = node.get_float("beta", 0.5f);
  return unary<Floats>([=]<class T>(T x) -> T { return unit(static_cast<T>(alpha) * x + static_cast<T>(beta)); });
}
Result<Kernel> make_hard_swish(const NodeSpec&) {
  return unary<Floats>([]<class T>(T x) -> T { return x * unit(x / 6 + T{0.5}); });
}
Result<Kernel> make_swish(const NodeSpec& node) {
  return unary<Floats>(
      [alpha = node.get_float("alpha", 1.0f)]<class T>(T x) -> T { return x * sigmoid(static_cast<T>(alpha) * x); });
}
// Swish of the gate times the value, which has the gate's shape.
Result<Kernel> make_swi_glu(const NodeSpec& node) {
  Kernel gate = same_type_binary<Floats>(node, [alpha = node.get_float("alpha", 1.0f)]<class T>(T a, T b) -> T {
    return a * sigmoid(static_cast<T>(alpha) * a) * b;
  });
  return Kernel([gate = std::move(gate)](KernelContext& context) -> Status {
    const Shape& a = context.input(0).shape();
    const Shape& b = context.input(1).shape();
    if (!(a == b)) {
      return invalid_argument("A ", to_string(a), " and B ", to_string(b),
                              " must have the same shape; Expand the other");
    }
    return gate(context);
  });
}
Result<Kernel> make_gelu(const NodeSpec& node) {
  const auto approximate = node.get_string("approximate", "none");
  if (approximate == "tanh") {
    return unary<Floats>([]<class T>(T x) -> T {
      const T root = std::sqrt(2 / std::numbers::pi_v<T>);
      return T{0.5} * x * (1 + std::tanh(root * (x + static_cast<T>(0.044715) * x * x * x)));
    });
  }
  if (approximate != "none") {
    return invalid_argument("attribute approximate is '", approximate, "', not none or tanh");
  }
  return unary<Floats>([]<class T>(T x) -> T { return T{0.5} * x * (1 + std::erf(x / std::numbers::sqrt2_v<T>)); });
}
Result<Kernel> make_shrink(const NodeSpec& node) {
  const float lambda = node.get_float("lambd", 0.5f);
  const float bias = node.get_float("bias", 0.0f);
  return unary<Numbers>([=]<class T>(T x) -> T {
    using F = std::conditional_t<std::is_floating_point_v<T>, T, double>;
    const F value = static_cast<F>(x);
    if (value < static_cast<F>(-lambda)) return saturate<T>(value + static_cast<F>(bias));
    if (value > static_cast<F>(lambda)) return saturate<T>(value - static_cast<F>(bias));
    return T{0};
  });
}
// The slope is broadcast to the input; before version 7 a vector of slopes belongs to axis 1.
Result<Kernel> make_p_relu(const NodeSpec& node) {
  return Kernel([before_7 = node.since_version() < 7](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& slope = context.input(1);
    MORTISE_TRY(check_same_type("X", x, "slope", slope));
    Broadcasting broadcast{.one_way = true, .a = "X", .b = "slope"};
    if (before_7 && x.rank() > 1 && slope.rank() == 1 && slope.dim(0) != 1) broadcast.axis = 1;
    return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
      return binary_elements<T, T, T>(context, broadcast, x, slope, []<class C>(C a, C b) -> C {
        if (!(a < 0)) return a;
        if constexpr (std::is_integral_v<C>)
          return static_cast<C>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
        else
          return a * b;
      });
    });
  });
}

}  // namespace mortise::reference
