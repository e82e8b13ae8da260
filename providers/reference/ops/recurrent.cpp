// RNN, GRU, LSTM: one frame that walks the sequence in each direction, and a cell for each operator.
//
// The inputs of all steps are multiplied by W at once, the state by R in each step; cells work on the sums.
#include <cmath>
#include <limits>

#include "providers/reference/accumulator.h"
#include "providers/reference/gemm.h"
#include "providers/reference/ops/recurrent_activations.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {
namespace {

enum class CellKind { kRnn, kGru, kLstm };

struct Recurrent {
  CellKind kind;
  uint64_t gates, directions = 1;
  bool reverse = false, batch_first = false, linear_before_reset = false, input_forget = false;
  float clip = std::numeric_limits<float>::infinity();
  std::vector<Activation> activations;  // per direction

  const Activation* functions(uint64_t direction) const {
    return activations.data() + direction * (activations.size() / directions);
  }
};

struct Extents {
  uint64_t steps, batch, input, hidden;
};

// Everything one direction works on. Matrices are row-major.
template <class Acc>
struct Direction {
  std::span<Acc> w, r, bias,
      peephole;               // gates * hidden rows; bias: 2 * gates * hidden or none; peephole: 3 * hidden or none
  std::span<Acc> x_products;  // steps * batch rows of gates * hidden
  std::span<Acc> h_products;  // batch rows of gates * hidden
  std::span<Acc> h, c, reset, product;  // batch rows of hidden
};

// y[rows, n] = x[rows, k] * w[n, k] transposed.
template <class Acc>
void multiply_transposed(KernelContext& context, const Acc* x, const Acc* w, uint64_t rows, uint64_t n, uint64_t k,
                         Acc* y) {
  gemm<Acc>(
      context, 1, rows, n, k,
      [&](uint64_t, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        pack_panel<kPanelRows>(x + i * k + p, k, 1, count, depth, panel);
      },
      [&](uint64_t, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        pack_panel<kPanelColumns>(w + j * k + p, k, 1, count, depth, panel);
      },
      [&](uint64_t, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
        std::copy_n(sums, count, y + i * n + j);
      });
}

// Advances one row of the batch by one step: x and hr are its products with W and R, biases not yet added.
template <class Acc>
void advance(const Recurrent& op, const Activation* f, const Direction<Acc>& d, uint64_t row, uint64_t hidden,
             const Acc* x) {
  const Acc* hr = d.h_products.data() + row * op.gates * hidden;
  Acc* h = d.h.data() + row * hidden;
  const auto limit = static_cast<Acc>(op.clip);
  const auto clipped = [limit](Acc value) { return std::min(std::max(value, -limit), limit); };
  for (uint64_t i = 0; i < hidden; ++i) {
    const auto wb = [&](uint64_t gate) { return d.bias.empty() ? Acc{0} : d.bias[gate * hidden + i]; };
    const auto rb = [&](uint64_t gate) { return d.bias.empty() ? Acc{0} : d.bias[(op.gates + gate) * hidden + i]; };
    const auto sum = [&](uint64_t gate) { return x[gate * hidden + i] + hr[gate * hidden + i] + wb(gate) + rb(gate); };
    if (op.kind == CellKind::kRnn) {
      h[i] = f[0](clipped(sum(0)));
    } else if (op.kind == CellKind::kGru) {
      const Acc z = f[0](clipped(sum(0)));
      // Otherwise the third product is already that of the reset state.
      const Acc recurrent = hr[2 * hidden + i] + rb(2);
      const Acc scaled = op.linear_before_reset ? f[0](clipped(sum(1))) * recurrent : recurrent;
      const Acc candidate = f[1](clipped(x[2 * hidden + i] + scaled + wb(2)));
      h[i] = (Acc{1} - z) * candidate + z * h[i];
    } else {
      Acc& c = d.c[row * hidden + i];
      const auto peep = [&](uint64_t gate, Acc state) {
        return d.peephole.empty() ? Acc{0} : d.peephole[gate * hidden + i] * state;
      };
      const Acc in = f[0](clipped(sum(0) + peep(0, c)));
      const Acc forget = op.input_forget ? Acc{1} - in : f[0](clipped(sum(2) + peep(2, c)));
      c = forget * c + in * f[1](clipped(sum(3)));
      h[i] = f[0](clipped(sum(1) + peep(1, c))) * f[2](c);
    }
  }
}

// The GRU that resets before it multiplies: the third gate's product is that of reset * h.
template <class Acc>
void multiply_reset_state(KernelContext& context, const Recurrent& op, const Activation* f, const Direction<Acc>& d,
                          const Extents& e, const std::vector<const Acc*>& rows) {
  const uint64_t hidden = e.hidden;
  const auto limit = static_cast<Acc>(op.clip);
  for (uint64_t row = 0; row < e.batch; ++row) {
    const Acc* x = rows[row];
    if (x == nullptr) continue;
    for (uint64_t i = 0; i < hidden; ++i) {
      Acc sum = x[hidden + i] + d.h_products[row * 3 * hidden + hidden + i];
      if (!d.bias.empty()) sum += d.bias[hidden + i] + d.bias[4 * hidden + i];
      d.reset[row * hidden + i] = f[0](std::min(std::max(sum, -limit), limit)) * d.h[row * hidden + i];
    }
  }
  multiply_transposed(context, d.reset.data(), d.r.data() + 2 * hidden * hidden, e.batch, hidden, hidden,
                      d.product.data());
  for (uint64_t row = 0; row < e.batch; ++row) {
    std::copy_n(d.product.data() + row * hidden, hidden, d.h_products.data() + (row * 3 + 2) * hidden);
  }
}

Status check_input(KernelContext& context, uint64_t input, const Shape& expected) {
  if (!context.has_input(input) || context.input(input).shape() == expected) return {};
  return invalid_argument("input ", input, " is ", to_string(context.input(input).shape()), " and should be ",
                          to_string(expected));
}

template <class T, class Acc>
Status run(KernelContext& context, const Recurrent& op) {
  const Tensor& x = context.input(0);
  const Tensor& r = context.input(2);
  if (x.rank() != 3 || r.rank() != 3) {
    return invalid_argument("X ", to_string(x.shape()), " and R ", to_string(r.shape()), " must have rank 3");
  }
  const uint32_t step_axis = op.batch_first ? 1 : 0;
  const Extents e{static_cast<uint64_t>(x.dim(step_axis)), static_cast<uint64_t>(x.dim(1 - step_axis)),
                  static_cast<uint64_t>(x.dim(2)), static_cast<uint64_t>(r.dim(2))};
  const uint64_t rows = op.gates * e.hidden;
  const auto directions = static_cast<int64_t>(op.directions), hidden = r.dim(2), batch = x.dim(1 - step_axis);
  const auto wide = static_cast<int64_t>(rows);
  const Shape state = op.batch_first ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  MORTISE_TRY(check_input(context, 1, {directions, wide, x.dim(2)}));
  MORTISE_TRY(check_input(context, 2, {directions, wide, hidden}));
  MORTISE_TRY(check_input(context, 3, {directions, 2 * wide}));
  MORTISE_TRY(check_input(context, 4, {batch}));
  MORTISE_TRY(check_input(context, 5, state));
  const bool lstm = op.kind == CellKind::kLstm;
  if (lstm) {
    MORTISE_TRY(check_input(context, 6, state));
    MORTISE_TRY(check_input(context, 7, {directions, 3 * hidden}));
  }
  std::vector<uint64_t> lengths(e.batch, e.steps);
  if (context.has_input(4)) {
    if (context.input(4).dtype() != DType::kI32) {
      return invalid_argument("sequence_lens is ", form_of(context.input(4)), "; it must be int32");
    }
    for (uint64_t b = 0; b < e.batch; ++b) {
      const int32_t length = context.input(4).data<int32_t>()[b];
      if (length < 0 || static_cast<uint64_t>(length) > e.steps) {
        return invalid_argument("sequence_lens has ", length, " for a sequence of ", e.steps, " steps");
      }
      lengths[b] = static_cast<uint64_t>(length);
    }
  }
  // An input as Acc; empty if it is left out.
  Status failure;
  const auto read = [&](uint64_t input) -> std::span<Acc> {
    if (!context.has_input(input)) return {};
    const auto values = context.scratch<Acc>(static_cast<uint64_t>(context.input(input).num_elements()));
    if (Status status = read_floats(context.input(input), values); !status.ok()) failure = std::move(status);
    return values;
  };
  const std::span<Acc> xs = read(0), w = read(1), rs = read(2), bias = read(3), h0 = read(5);
  const std::span<Acc> c0 = lstm ? read(6) : std::span<Acc>(), peephole = lstm ? read(7) : std::span<Acc>();
  MORTISE_TRY(std::move(failure));
  const auto steps = x.dim(step_axis);
  Tensor& y = context.output(
      0, x.dtype(), op.batch_first ? Shape{batch, steps, directions, hidden} : Shape{steps, directions, batch, hidden});
  std::fill_n(y.data<T>(), y.num_elements(), static_cast<T>(0.0f));
  Tensor& last_h = context.output(1, x.dtype(), state);
  T* last_c = lstm ? context.output(2, x.dtype(), state).template data<T>() : nullptr;
  const uint64_t size = e.batch * e.hidden;
  Direction<Acc> d{.x_products = context.scratch<Acc>(e.steps * e.batch * rows),
                   .h_products = context.scratch<Acc>(e.batch * rows),
                   .h = context.scratch<Acc>(size),
                   .c = context.scratch<Acc>(size),
                   .reset = context.scratch<Acc>(size),
                   .product = context.scratch<Acc>(size)};
  std::vector<const Acc*> active(e.batch);
  for (uint64_t dir = 0; dir < op.directions; ++dir) {
    const Activation* functions = op.functions(dir);
    const bool backwards = op.reverse || dir == 1;
    d.w = w.subspan(dir * rows * e.input, rows * e.input);
    d.r = rs.subspan(dir * rows * e.hidden, rows * e.hidden);
    if (!bias.empty()) d.bias = bias.subspan(dir * 2 * rows, 2 * rows);
    if (!peephole.empty()) d.peephole = peephole.subspan(dir * 3 * e.hidden, 3 * e.hidden);
    const auto state_offset = [&](uint64_t b) {
      return (op.batch_first ? b * op.directions + dir : dir * e.batch + b) * e.hidden;
    };
    std::fill(d.h.begin(), d.h.end(), Acc{0});
    std::fill(d.c.begin(), d.c.end(), Acc{0});
    std::fill(d.reset.begin(), d.reset.end(), Acc{0});
    for (uint64_t b = 0; b < e.batch; ++b) {
      if (!h0.empty()) std::copy_n(h0.data() + state_offset(b), e.hidden, d.h.data() + b * e.hidden);
      if (!c0.empty()) std::copy_n(c0.data() + state_offset(b), e.hidden, d.c.data() + b * e.hidden);
    }
    multiply_transposed(context, xs.data(), d.w.data(), e.steps * e.batch, rows, e.input, d.x_products.data());
    for (uint64_t s = 0; s < e.steps; ++s) {
      const auto step_of = [&](uint64_t b) { return backwards ? lengths[b] - 1 - s : s; };
      for (uint64_t b = 0; b < e.batch; ++b) {
        const uint64_t row = op.batch_first ? b * e.steps + step_of(b) : step_of(b) * e.batch + b;
        active[b] = s < lengths[b] ? d.x_products.data() + row * rows : nullptr;
      }
      multiply_transposed(context, d.h.data(), d.r.data(), e.batch, rows, e.hidden, d.h_products.data());
      if (op.kind == CellKind::kGru && !op.linear_before_reset) {
        multiply_reset_state(context, op, functions, d, e, active);
      }
      for (uint64_t b = 0; b < e.batch; ++b) {
        if (active[b] == nullptr) continue;
        advance(op, functions, d, b, e.hidden, active[b]);
        const uint64_t at = step_of(b);
        const uint64_t row =
            op.batch_first ? (b * e.steps + at) * op.directions + dir : (at * op.directions + dir) * e.batch + b;
        std::transform(d.h.data() + b * e.hidden, d.h.data() + (b + 1) * e.hidden, y.data<T>() + row * e.hidden,
                       [](Acc value) { return static_cast<T>(value); });
      }
    }
    for (uint64_t b = 0; b < e.batch; ++b) {
      for (uint64_t i = 0; i < e.hidden; ++i) {
        last_h.data<T>()[state_offset(b) + i] = static_cast<T>(d.h[b * e.hidden + i]);
        if (last_c != nullptr) last_c[state_offset(b) + i] = static_cast<T>(d.c[b * e.hidden + i]);
      }
    }
  }
  return {};
}

Result<Kernel> make_recurrent(const NodeSpec& node, CellKind kind, uint64_t gates,
                              std::span<const Activation::Kind> defaults) {
  Recurrent op{.kind = kind, .gates = gates};
  const std::string_view direction = node.get_string("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return invalid_argument("attribute direction has the unknown value '", direction, "'");
  }
  op.directions = direction == "bidirectional" ? 2 : 1;
  op.reverse = direction == "reverse";
  op.batch_first = node.get_int("layout", 0) != 0;
  op.linear_before_reset = node.get_int("linear_before_reset", 0) != 0;
  op.input_forget = node.get_int("input_forget", 0) != 0;
  op.clip = node.get_float("clip", std::numeric_limits<float>::infinity());
  if (!(op.clip >= 0)) return invalid_argument("attribute clip is ", op.clip, "; it must not be negative");
  MORTISE_ASSIGN(op.activations, read_activations(node, defaults, op.directions));
  return Kernel([op = std::move(op), f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status { return run<T, Acc>(context, op); });
    });
  });
}

using Kind = Activation::Kind;

}  // namespace

Result<Kernel> make_rnn(const NodeSpec& node) {
  static constexpr Kind kDefaults[] = {Kind::kTanh};
  return make_recurrent(node, CellKind::kRnn, 1, kDefaults);
}
Result<Kernel> make_gru(const NodeSpec& node) {
  static constexpr Kind kDefaults[] = {Kind::kSigmoid, Kind::kTanh};
  return make_recurrent(node, CellKind::kGru, 3, kDefaults);
}
Result<Kernel> make_lstm(const NodeSpec& node) {
  static constexpr Kind kDefaults[] = {Kind::kSigmoid, Kind::kTanh, Kind::kTanh};
  return make_recurrent(node, CellKind::kLstm, 4, kDefaults);
}

}  // namespace mortise::reference
