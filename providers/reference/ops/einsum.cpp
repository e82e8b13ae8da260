// Einsum: sums of products over indices named by letters, two factors at a time.
//
// The equation becomes indices (einsum_equation.h), these become products of two factors (einsum_plan.h), and each of
// those is a batch of matrix products (gemm.h) whose panels are gathered from wherever the factors' elements lie. So
// nothing is transposed before or after. Results on the way lie in scratch memory, in the type that carries the sums. All
// of that is worked out once for the shapes of the inputs.
#include <algorithm>
#include <variant>

#include "mortise/sdk/memory_plan.h"
#include "providers/reference/gemm.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/einsum_plan.h"
#include "providers/reference/ops/last_plan.h"

namespace mortise::reference {
namespace {

// What is done for inputs of these shapes.
struct EinsumProgram {
  std::vector<Shape> inputs;
  Shape output;
  std::vector<EinsumStep> steps;               // none: the output is empty, or 0
  std::vector<sdk::PlannedBuffer> on_the_way;  // the result of every step but the last, in elements of scratch memory
  uint64_t scratch = 0;

  bool fits(const KernelContext& context) const {
    for (size_t n = 0; n < inputs.size(); ++n) {
      if (context.input(n).shape() != inputs[n]) return false;
    }
    return true;
  }
};

// Results on the way share memory, as each is read once.
void place_einsum_results(EinsumProgram& program) {
  const auto& steps = program.steps;
  const size_t first = program.inputs.size() + 1;  // behind the inputs and the number 1
  program.on_the_way.resize(steps.size() - 1);
  for (uint32_t s = 0; s < steps.size(); ++s) {
    if (s < program.on_the_way.size()) program.on_the_way[s] = {.size = steps[s].result_size(), .first = s};
    for (const size_t factor : {steps[s].a, steps[s].b}) {
      if (factor >= first) program.on_the_way[factor - first].last = s;
    }
  }
  program.scratch = sdk::plan_memory(program.on_the_way);
}

Result<EinsumProgram> make_einsum_program(const EinsumEquation& equation, const KernelContext& context) {
  EinsumProgram program;
  for (uint64_t n = 0; n < context.num_inputs(); ++n) program.inputs.push_back(context.input(n).shape());
  MORTISE_ASSIGN(EinsumIndices indices, resolve_einsum(equation, program.inputs));
  program.output = indices.output_shape;
  // A sum over nothing is 0, whatever it is multiplied with, and an output of nothing needs no products.
  if (std::find(indices.extents.begin(), indices.extents.end(), 0) != indices.extents.end()) return program;
  MORTISE_ASSIGN(program.steps, plan_einsum(indices));
  place_einsum_results(program);
  return program;
}

// An input or the output, of type T, or a result on the way.
template <class T, class Acc>
using EinsumSource = std::variant<const T*, const Acc*>;
template <class T, class Acc>
using EinsumTarget = std::variant<T*, Acc*>;

// Fills a panel of one of a step's factors, whose rows (or columns) lie along `across`.
template <uint64_t kWidth, class Source, class Acc>
void pack_einsum(const Source& factor, const EinsumStep& step, EinsumPlace place, const EinsumAxes& across,
                 uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
  if (count < kWidth) std::fill_n(panel, depth * kWidth, Acc{});
  const int64_t matrix = step.batch.offsets_at(batch)[place];
  const auto stride = static_cast<uint64_t>(across.inner_step(place));
  const auto depth_stride = static_cast<uint64_t>(step.depth.inner_step(place));
  across.for_each_run(i, count, [&](uint64_t column, uint64_t columns, const EinsumOffsets& from) {
    step.depth.for_each_run(p, depth, [&](uint64_t row, uint64_t rows, const EinsumOffsets& further) {
      const int64_t offset = matrix + from[place] + further[place];
      std::visit(
          [&](const auto* data) {
            pack_block<kWidth>(data + offset, stride, depth_stride, columns, rows, panel + row * kWidth + column);
          },
          factor);
    });
  });
}

template <class T, class Acc>
void multiply_matrices(KernelContext& context, const EinsumStep& step, EinsumSource<T, Acc> a, EinsumSource<T, Acc> b,
                       EinsumTarget<T, Acc> c) {
  gemm<Acc>(
      context, step.batch.size(), step.rows.size(), step.columns.size(), step.depth.size(),
      [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        pack_einsum<kPanelRows>(a, step, kFactorA, step.rows, batch, i, count, p, depth, panel);
      },
      [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        pack_einsum<kPanelColumns>(b, step, kFactorB, step.columns, batch, j, count, p, depth, panel);
      },
      [&](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
        const int64_t row = step.batch.offsets_at(batch)[kResult] + step.rows.offsets_at(i)[kResult];
        const int64_t next = step.columns.inner_step(kResult);
        step.columns.for_each_run(j, count, [&](uint64_t done, uint64_t length, const EinsumOffsets& to) {
          std::visit(
              [&]<class R>(R* data) {
                R* out = data + row + to[kResult];
                for (uint64_t e = 0; e < length; ++e) {
                  out[static_cast<int64_t>(e) * next] = static_cast<R>(sums[done + e]);
                }
              },
              c);
        });
      });
}

// A step that sums nothing: with one product per element there is nothing for a matrix product to use twice.
template <class T, class Acc>
void multiply_elements(KernelContext& context, const EinsumStep& step, EinsumSource<T, Acc> a, EinsumSource<T, Acc> b,
                       EinsumTarget<T, Acc> c) {
  const EinsumAxes& all = step.batch;
  const int64_t a_step = all.inner_step(kFactorA), b_step = all.inner_step(kFactorB), c_step = all.inner_step(kResult);
  context.parallel_for(all.size(), grain_for(4), [&](uint64_t begin, uint64_t end) {
    all.for_each_run(begin, end - begin, [&](uint64_t, uint64_t length, const EinsumOffsets& at) {
      std::visit(
          [&]<class R>(const auto* x, const auto* y, R* z) {
            for (int64_t i = 0; i < static_cast<int64_t>(length); ++i) {
              z[at[kResult] + i * c_step] = static_cast<R>(static_cast<Acc>(x[at[kFactorA] + i * a_step]) *
                                                           static_cast<Acc>(y[at[kFactorB] + i * b_step]));
            }
          },
          a, b, c);
    });
  });
}

template <class T, class Acc>
void run_einsum(KernelContext& context, const EinsumProgram& program, T* y) {
  const Acc one{1};
  const size_t num_inputs = program.inputs.size();
  const std::span<EinsumSource<T, Acc>> factors =
      context.scratch<EinsumSource<T, Acc>>(num_inputs + 1 + program.on_the_way.size());
  for (size_t n = 0; n < num_inputs; ++n) {
    std::construct_at(&factors[n], std::in_place_index<0>, context.input(n).data<T>());
  }
  std::construct_at(&factors[num_inputs], std::in_place_index<1>, &one);
  Acc* const scratch = context.scratch<Acc>(program.scratch).data();
  for (size_t s = 0; s < program.steps.size(); ++s) {
    const EinsumStep& step = program.steps[s];
    EinsumTarget<T, Acc> result(std::in_place_index<0>, y);
    if (s < program.on_the_way.size()) {
      Acc* const place = scratch + program.on_the_way[s].offset;
      result.template emplace<1>(place);
      std::construct_at(&factors[num_inputs + 1 + s], std::in_place_index<1>, place);
    }
    (step.sums() ? multiply_matrices<T, Acc> : multiply_elements<T, Acc>)(context, step, factors[step.a],
                                                                          factors[step.b], result);
  }
}

}  // namespace

Result<Kernel> make_einsum(const NodeSpec& node) {
  MORTISE_ASSIGN(EinsumEquation parsed, parse_einsum(node.get_string("equation", "")));
  return Kernel([equation = std::move(parsed), f64 = node.accumulate_f64(),
                 last = std::make_shared<LastPlan<EinsumProgram>>()](KernelContext& context) -> Status {
    const DType dtype = context.input(0).dtype();
    for (uint64_t n = 1; n < context.num_inputs(); ++n) {
      if (context.input(n).dtype() == dtype) continue;
      return invalid_argument("input ", n, " is ", to_string(context.input(n).dtype()), " where input 0 is ",
                              to_string(dtype), "; all have to be of one type");
    }
    MORTISE_ASSIGN(const auto program, last->get(context, [&] { return make_einsum_program(equation, context); }));
    MORTISE_TRY(check_shape(dtype, program->output));
    return dispatch(Numbers{}, dtype, [&]<class T>() -> Status {
      Tensor& y = context.output(0, dtype, program->output);
      if (program->steps.empty()) {
        std::fill_n(y.data<T>(), y.num_elements(), T{});
        return {};
      }
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        run_einsum<T, Acc>(context, *program, y.data<T>());
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
