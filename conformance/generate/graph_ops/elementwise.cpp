// Operators that compute element by element.
#include <algorithm>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

struct Unary {
  const char* op;
  const std::vector<DType>& dtypes;
  Interval (*range)(Interval of_input);
};

const std::vector<DType> kBools = {DType::kBool};

const Unary kUnary[] = {
    {"Identity", kAny, [](Interval r) { return r; }},
    {"Neg", kSigned,
     [](Interval r) {
       return Interval{-r.high, -r.low};
     }},
    {"Abs", kNumbers,
     [](Interval r) {
       return Interval{0, r.magnitude()};
     }},
    {"Relu", kSigned,
     [](Interval r) {
       return Interval{std::max<int64_t>(r.low, 0), std::max<int64_t>(r.high, 0)};
     }},
    {"Sign", kNumbers,
     [](Interval) {
       return Interval{-1, 1};
     }},
    {"Floor", kFloats, [](Interval r) { return r; }},
    {"Ceil", kFloats, [](Interval r) { return r; }},
    {"Round", kFloats, [](Interval r) { return r; }},
    {"Not", kBools,
     [](Interval) {
       return Interval{0, 1};
     }},
};

Made broadcast_output(const Known& x, const Known& y, DType dtype, Interval range) {
  return {dtype, *broadcast(x, y), x.batched || y.batched, range};
}

// x and a second operand that broadcasts with it, in an order of chance.
std::pair<Known, Known> operands(GraphBuilder& b, const std::vector<DType>& dtypes) {
  Known x = b.pick(dtypes);
  Known y = b.partner(x, x.dtype);
  if (chance(b.random(), 50)) std::swap(x, y);
  return {x, y};
}

Interval product(Interval a, Interval b) {
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return {low, high};
}

// The widest range whose square, or whose double, is within the type's limits.
Interval square_root(DType dtype) {
  const int64_t most = dtype == DType::kI8 ? 11 : dtype == DType::kU8 ? 15 : 45;
  return {limits_of(dtype).low < 0 ? -most : 0, most};
}
Interval half(DType dtype) { return {limits_of(dtype).low / 2, limits_of(dtype).high / 2}; }

}  // namespace

void add_unary(GraphBuilder& b) {
  const Unary& unary = kUnary[below(b.random(), std::size(kUnary))];
  const Known x = b.pick(unary.dtypes);
  b.node1(unary.op, {x}, {x.dtype, x.shape, x.batched, unary.range(x.range)});
}

void add_arithmetic(GraphBuilder& b) {
  auto [x, y] = operands(b, kNumbers);
  // The difference of unsigned numbers wraps.
  const uint64_t kind = below(b.random(), x.dtype == DType::kU8 ? 2 : 3);
  const Interval allowed = kind == 1 ? square_root(x.dtype) : half(x.dtype);
  x = b.within(x, allowed);
  y = b.within(y, allowed);
  const Interval range = kind == 0   ? Interval{x.range.low + y.range.low, x.range.high + y.range.high}
                         : kind == 1 ? product(x.range, y.range)
                                     : Interval{x.range.low - y.range.high, x.range.high - y.range.low};
  static constexpr const char* kOps[] = {"Add", "Mul", "Sub"};
  b.node1(kOps[kind], {x, y}, broadcast_output(x, y, x.dtype, range));
}

void add_extremes(GraphBuilder& b) {
  const auto [x, y] = operands(b, kNumbers);
  std::vector<Known> inputs = {x, y};
  Made output = broadcast_output(x, y, x.dtype, {});
  const bool is_max = chance(b.random(), 50);
  const auto join = [&](Interval p, Interval q) {
    return is_max ? Interval{std::max(p.low, q.low), std::max(p.high, q.high)}
                  : Interval{std::min(p.low, q.low), std::min(p.high, q.high)};
  };
  output.range = join(x.range, y.range);
  if (chance(b.random(), 20)) {
    inputs.push_back(b.scalar(x.dtype, 2));
    output.range = join(output.range, {2, 2});
  }
  b.node1(is_max ? "Max" : "Min", inputs, output);
}

void add_modulo(GraphBuilder& b) {
  const Known x = b.pick({DType::kI32, DType::kI64, DType::kI8, DType::kU8});
  const int64_t divisor = between(b.random(), 2, 9);
  b.node1("Mod", {x, b.scalar(x.dtype, divisor)}, {x.dtype, x.shape, x.batched, {0, divisor - 1}});
}

void add_comparison(GraphBuilder& b) {
  const auto [x, y] = operands(b, kWide);
  static constexpr const char* kOps[] = {"Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"};
  b.node1(kOps[below(b.random(), std::size(kOps))], {x, y}, broadcast_output(x, y, DType::kBool, {0, 1}));
}

void add_logic(GraphBuilder& b) {
  const auto [x, y] = operands(b, kBools);
  static constexpr const char* kOps[] = {"And", "Or", "Xor"};
  b.node1(kOps[below(b.random(), std::size(kOps))], {x, y}, broadcast_output(x, y, DType::kBool, {0, 1}));
}

void add_where(GraphBuilder& b) {
  const auto [x, y] = operands(b, kAny);
  const Made chosen =
      broadcast_output(x, y, x.dtype, {std::min(x.range.low, y.range.low), std::max(x.range.high, y.range.high)});
  const Known both = {kNoId, chosen.dtype, chosen.shape, chosen.batched, chosen.range};
  const Known condition = b.partner(both, DType::kBool);
  b.node1("Where", {condition, x, y}, broadcast_output(both, condition, x.dtype, chosen.range));
}

void add_cast(GraphBuilder& b) {
  Known x = b.pick(kAny);
  const DType to = choose(b.random(), kAny);
  if (to != DType::kBool) x = b.within(x, limits_of(to));
  Attributes attributes;
  attributes.emplace_back("to", static_cast<int64_t>(to));
  const Interval range = to == DType::kBool ? Interval{0, 1} : x.range;
  b.node1("Cast", {x}, {to, x.shape, x.batched, range}, std::move(attributes));
}

void add_clip(GraphBuilder& b) {
  const Known x = b.pick(kNumbers);
  b.within(x, {between(b.random(), limits_of(x.dtype).low < 0 ? -6 : 0, 1), between(b.random(), 1, 6)});
}

// As it is in inference: a copy, and a mask that is true everywhere.
void add_dropout(GraphBuilder& b) {
  const Known x = b.pick(kFloats);
  b.node("Dropout", {x},
         {{x.dtype, x.shape, x.batched, x.range},
          {DType::kBool, x.shape, x.batched, {1, 1}, /*left_out=*/chance(b.random(), 50)}});
}

}  // namespace mortise::conformance::graph_op
