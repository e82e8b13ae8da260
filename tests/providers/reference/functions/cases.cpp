// Inputs for the operators that have a function body, one function each, and how far apart both ways may be at them.
#include <onnx/defs/parser.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "tests/providers/reference/functions/function_case.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

const Value kLeftOut(ValueKind::kNone, {});

FunctionCase compare(Draw& draw) {
  const Shape shape = draw.shape(0, 3);
  const Shape other = draw.coin() ? shape : Shape{};
  return {.inputs = {draw.tensor(draw.dtype, shape, -2, 2), draw.tensor(draw.dtype, other, -2, 2)}};
}

FunctionCase cast_like(Draw& draw) {
  const DType target = draw.type_of_input(1);
  return {.inputs = {draw.tensor(draw.dtype, draw.shape(0, 3), -9, 9), draw.tensor(target, {2}, 0, 1)}};
}

FunctionCase bernoulli(Draw& draw) {
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, {16, 16}, 0.5, 0.5)}, .is_random = true};
  if (draw.coin()) set(c.node, "dtype", static_cast<int64_t>(DType::kI32));
  if (draw.coin()) set(c.node, "seed", 3.0f);
  return c;
}

// Elu(x / alpha) alpha against a formula of exp(x / alpha): a quotient, exp within a unit, a difference and a product
// on each side. What the quotient's rounding does to exp is below 1/e of a unit, as t exp(-t) is.
FunctionCase celu(Draw& draw) {
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, draw.shape(1, 3), -3, 3)}};
  const auto alpha = static_cast<float>(draw.real(0.3, 2.3));
  set(c.node, "alpha", alpha);
  c.absolute = 2 * 5 * unit(draw.dtype) * std::max(3.0, static_cast<double>(alpha));
  return c;
}

// x HardSigmoid(x): product, sum and result of the inner function, then the outer product. 1 / 6 is a float there.
FunctionCase hard_swish(Draw& draw) {
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, draw.shape(0, 3), -4, 4)}};
  c.absolute = 2 * 4 * unit(draw.dtype) * 4 + unit(DType::kF32) * 4 * 4 / 6;
  return c;
}

// Numbers in [-4, 4], so that differences are below 8: one of them rounded moves its exp by 8 units.
FunctionCase softmax(Draw& draw) {
  const Shape shape = draw.shape(1, 4);
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, shape, -4, 4)}};
  const int64_t axis = draw.integer(-static_cast<int64_t>(shape.rank()), static_cast<int64_t>(shape.rank()) - 1);
  set(c.node, "axis", axis);
  // Difference, exp, the sum's rounding, quotient; 4 summands at most.
  c.relative = 2 * ((8 + 1 + 1 + 1) * unit(draw.dtype) + (2 + 4) * compute_unit(draw.dtype));
  // The least numbers of float16 have fewer bits.
  c.absolute = draw.dtype == DType::kF16 ? 2 * 3 * 0x1p-25 : 0;
  return c;
}

FunctionCase log_softmax(Draw& draw) {
  FunctionCase c = softmax(draw);
  // Two differences below 8 + log 4, and a logarithm below log(4 exp 0), of a sum that is relatively as good as that of
  // softmax.
  c.absolute += 2 * 2 * 9.4 * unit(draw.dtype) + 2 * 1.4 * unit(draw.dtype) + c.relative;
  c.relative = 0;
  return c;
}

// What normalizing the rows of a matrix does to roundings of its numbers.
struct Condition {
  double variance = 0;   // greatest E[x^2] / (Var + epsilon): of a variance that is a difference of these
  double deviation = 0;  // greatest |x| / sqrt(Var + epsilon)
};

Condition condition_of(const std::vector<double>& x, size_t row, double epsilon) {
  Condition condition;
  for (size_t begin = 0; begin < x.size(); begin += row) {
    double sum = 0, squares = 0, most = 0;
    for (size_t i = begin; i < begin + row; ++i) {
      sum += x[i];
      squares += x[i] * x[i];
      most = std::max(most, std::fabs(x[i]));
    }
    const double n = static_cast<double>(row);
    const double variance = squares / n - sum / n * (sum / n) + epsilon;
    condition.variance = std::max(condition.variance, squares / n / variance);
    condition.deviation = std::max(condition.deviation, most / std::sqrt(variance));
  }
  return condition;
}

// Mean and variance are of float32, the results of the node's type; |normalized| is below sqrt(n), scales and biases
// below 1.
FunctionCase layer_normalization(Draw& draw) {
  const Shape shape{draw.integer(1, 3), draw.integer(2, 3), draw.integer(3, 4)};
  const int64_t axis = draw.integer(1, 2);
  const Shape row = axis == 1 ? Shape{shape[1], shape[2]} : Shape{shape[2]};
  const Tensor x = draw.tensor(draw.dtype, shape, -3, 3);
  FunctionCase c{.inputs = {x, draw.tensor(draw.dtype, row, -1, 1)}};
  if (draw.coin()) c.inputs.emplace_back(draw.tensor(draw.dtype, row, -1, 1));
  set(c.node, "axis", draw.coin() ? axis : axis - 3);
  const double epsilon = draw.coin() ? 1e-5 : 0.1;
  set(c.node, "epsilon", static_cast<float>(epsilon));
  c.num_outputs = static_cast<int>(draw.integer(1, 3));

  const auto n = static_cast<double>(row.num_elements());
  const Condition condition = condition_of(doubles(x), static_cast<size_t>(row.num_elements()), epsilon);
  const double wide = unit(DType::kF32);
  // Of the deviation in units of std; of the variance relative to itself, which moves its root by half of that.
  const double deviation = (n + 2) * condition.deviation * wide;
  const double variance = (n + 4) * condition.variance * wide;
  const double most = std::sqrt(n);
  c.absolute = 2 * (deviation + most * (variance / 2 + 3 * wide) + 3 * (most + 1) * unit(draw.dtype));
  // Mean, of numbers below 3, and 1 / std.
  if (c.num_outputs > 1) c.absolute = std::max(c.absolute, 2 * (n + 1) * 3 * wide);
  if (c.num_outputs > 2) c.relative = 2 * (variance / 2 + 3 * wide);
  return c;
}

// E[x], its square, x^2, E[x^2], their difference, its root and (x - E[x]) / root, each rounded to the type. The axes
// that stay come first, so that what is normalized together is a row.
FunctionCase mean_variance_normalization(Draw& draw) {
  const Shape shape{draw.integer(1, 3), draw.integer(2, 3), 3, 3};
  const Tensor x = draw.tensor(draw.dtype, shape, -3, 3);
  FunctionCase c{.inputs = {x}};
  const int64_t first = draw.integer(1, 2);
  std::vector<int64_t> axes;
  for (int64_t axis = first; axis < 4; ++axis) axes.push_back(axis);
  set(c.node, "axes", axes);
  const auto n = static_cast<double>(x.num_elements() / (first == 1 ? shape[0] : shape[0] * shape[1]));
  const Condition condition = condition_of(doubles(x), static_cast<size_t>(n), 1e-9);
  const double u = unit(draw.dtype), sum = n * compute_unit(draw.dtype);
  c.absolute = 2 * ((2 * u + sum) * condition.deviation +
                    std::sqrt(n) * ((5 * u + 2 * sum) * condition.variance / 2 + 3 * u) + 1e-9);
  return c;
}

FunctionCase dynamic_quantize_linear(Draw& draw) {
  const double low = draw.real(-4, 1);
  return {.inputs = {draw.tensor(draw.dtype, draw.shape(1, 3), low, low + draw.real(0.1, 4))}, .num_outputs = 3};
}

// Inputs: scores [N, C, ...], labels [N, ...], weights [C] or none.
FunctionCase loss(Draw& draw) {
  std::vector<int64_t> dims = {draw.integer(1, 3), draw.integer(2, 4)};
  while (dims.size() < 4 && draw.coin()) dims.push_back(draw.integer(1, 3));
  std::vector<int64_t> without = dims;
  without.erase(without.begin() + 1);
  const DType integers = draw.type_of_input(1);
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, Shape(dims), -3, 3),
                            draw.tensor(integers, Shape(without), 0, static_cast<double>(dims[1] - 1))}};
  if (draw.coin()) c.inputs.emplace_back(draw.tensor(draw.dtype, {dims[1]}, 0.5, 2));
  const char* reductions[] = {"none", "sum", "mean"};
  const int64_t reduction = draw.integer(0, 2);
  set(c.node, "reduction", reductions[reduction]);
  if (draw.coin()) set(c.node, "ignore_index", draw.integer(0, dims[1] - 1));
  // Elements are below 3 times a weight below 2. A mean is one of elements below 3, whatever the weights.
  const auto n = static_cast<double>(Shape(without).num_elements());
  const double magnitude = reduction == 1 ? 6 * n : reduction == 2 ? 3 : 6;
  c.absolute = 2 * magnitude * (4 * unit(draw.dtype) + 2 * n * compute_unit(draw.dtype));
  return c;
}

// A loss of LogSoftmax, whose numbers are below 6 + log 4: its roundings are those of a difference of two such.
FunctionCase softmax_loss(Draw& draw) {
  FunctionCase c = loss(draw);
  c.absolute *= 7.4 / 3 * 2;
  c.num_outputs = static_cast<int>(draw.integer(1, 2));
  return c;
}

// The body adds delta up, so that its roundings add up too.
FunctionCase range(Draw& draw) {
  const auto steps = static_cast<double>(draw.integer(1, 9));
  const double start = static_cast<double>(draw.integer(-5, 5));
  const double delta =
      static_cast<double>(draw.integer(1, 3)) * (unit(draw.dtype) > 0 ? 0.3 : 1) * (draw.coin() ? 1 : -1);
  const double limit = start + delta * (steps - 0.5);
  FunctionCase c;
  for (const double number : {start, limit, delta}) c.inputs.emplace_back(draw.tensor(draw.dtype, {}, number, number));
  c.absolute = 2 * (steps + 1) * unit(draw.dtype) * (5 + 9 * 0.9);
  return c;
}

// Cosines of float32 angles up to 4 pi, which are products and quotients of three numbers. Types that hold integers
// would cut off what is rounded.
FunctionCase window(Draw& draw) {
  FunctionCase c{.inputs = {draw.tensor(draw.dtype, {}, 2, 20)}};
  const DType result = kFloatTypes[draw.integer(0, 3)];
  set(c.node, "output_datatype", static_cast<int64_t>(result));
  set(c.node, "periodic", draw.integer(0, 1));
  c.absolute = 2 * (4 * 4 * M_PI + 6) * unit(DType::kF32) + unit(result);
  return c;
}

// A body with two inputs and one output, of which one input is no sequence.
FunctionCase sequence_map(Draw& draw) {
  FunctionCase c;
  constexpr const char* kText = "z = SequenceMap <body = g (x, y) => (z) { z = Concat <axis = 0> (x, y) }> ()";
  onnx::OnnxParser parser(kText);
  if (const auto status = parser.Parse(c.node); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  c.node.clear_output();
  onnx::ValueInfoProto& result = *c.node.mutable_attribute(0)->mutable_g()->mutable_output(0);
  result.mutable_type()->mutable_tensor_type()->set_elem_type(static_cast<int32_t>(draw.dtype));
  std::vector<Value> elements;
  for (int64_t n = draw.integer(0, 3); n > 0; --n) {
    elements.emplace_back(draw.tensor(draw.dtype, {draw.integer(1, 3), 2}, -3, 3));
  }
  Value sequence(ValueKind::kSequence, std::move(elements));
  sequence.element_dtype = draw.dtype;
  c.inputs = {sequence, draw.tensor(draw.dtype, {1, 2}, -3, 3)};
  return c;
}

constexpr std::pair<std::string_view, MakeCase> kCases[] = {
    {"Bernoulli", bernoulli},
    {"BlackmanWindow", window},
    {"CastLike", cast_like},
    {"Celu", celu},
    {"DynamicQuantizeLinear", dynamic_quantize_linear},
    {"GreaterOrEqual", compare},
    {"HammingWindow", window},
    {"HannWindow", window},
    {"HardSwish", hard_swish},
    {"LayerNormalization", layer_normalization},
    {"LessOrEqual", compare},
    {"LogSoftmax", log_softmax},
    {"MeanVarianceNormalization", mean_variance_normalization},
    {"NegativeLogLikelihoodLoss", loss},
    {"Range", range},
    {"SequenceMap", sequence_map},
    {"Softmax", softmax},
    {"SoftmaxCrossEntropyLoss", softmax_loss},
};

}  // namespace

MakeCase find_case(std::string_view op_type) {
  const auto found =
      std::find_if(std::begin(kCases), std::end(kCases), [&](const auto& c) { return c.first == op_type; });
  return found == std::end(kCases) ? nullptr : found->second;
}

}  // namespace mortise::test
