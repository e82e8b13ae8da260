// Einsum: sums of products over indices named by letters.
//
// Every letter, and every axis of an ellipsis, is one axis of a walk: output axes outside, summed axes inside. Each
// input steps through it by its own strides (repeated letters add up, absent ones are 0), so all forms of the equation
// are alike.
#include <array>
#include <string>

#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Term {
  std::string letters;             // without the ellipsis
  std::optional<size_t> ellipsis;  // letters in front of it
};

struct Equation {
  std::vector<Term> inputs;
  Term output;
};

Result<Term> parse_term(std::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_letter(text[i])) {
      term.letters += text[i];
    } else if (text.substr(i, 3) == "..." && !term.ellipsis) {
      term.ellipsis = term.letters.size();
      i += 2;
    } else {
      return invalid_argument("equation has an unexpected '", text[i], "'");
    }
  }
  return term;
}

Result<Equation> parse(std::string_view given) {
  std::string text;
  for (const char c : given) {
    if (c != ' ') text += c;
  }
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  Equation equation;
  for (size_t begin = 0; begin <= left.size();) {
    const size_t comma = std::min(left.find(',', begin), left.size());
    MORTISE_ASSIGN(Term term, parse_term(std::string_view(left).substr(begin, comma - begin)));
    equation.inputs.push_back(std::move(term));
    begin = comma + 1;
  }
  if (arrow != std::string::npos) {
    MORTISE_ASSIGN(equation.output, parse_term(std::string_view(text).substr(arrow + 2)));
    return equation;
  }
  // Without an arrow: letters that appear once, in alphabetical order, behind the ellipsis.
  std::array<int, 128> seen{};
  for (const Term& term : equation.inputs) {
    for (const char c : term.letters) ++seen[static_cast<unsigned char>(c)];
    if (term.ellipsis) equation.output.ellipsis = 0;
  }
  for (size_t c = 0; c < seen.size(); ++c) {
    if (seen[c] == 1) equation.output.letters += static_cast<char>(c);
  }
  return equation;
}

// The axes of the walk that a term of `rank` axes names; axes of the ellipsis are numbered 128 and up, counted from its
// end.
Result<std::vector<int>> labels_of(const Term& term, uint32_t rank) {
  std::vector<int> labels(term.letters.begin(), term.letters.end());
  if (labels.size() > rank || (!term.ellipsis && labels.size() != rank)) {
    return invalid_argument("equation names ", labels.size(), " axes of an input of rank ", rank);
  }
  if (term.ellipsis) {
    for (int i = 0, more = static_cast<int>(rank - labels.size()); i < more; ++i) {
      labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(*term.ellipsis), 128 + i);
    }
  }
  return labels;
}

struct LabelWalk {
  std::vector<int> labels;
  Shape dims;
  std::vector<Shape> steps;  // one per input
};

Status add_input(LabelWalk& walk, uint64_t input, const Shape& shape, const std::vector<int>& labels) {
  const Shape strides = strides_of(shape);
  for (uint32_t i = 0; i < labels.size(); ++i) {
    const auto at =
        static_cast<uint32_t>(std::find(walk.labels.begin(), walk.labels.end(), labels[i]) - walk.labels.begin());
    if (at == walk.labels.size()) {
      walk.labels.push_back(labels[i]);
      walk.dims.push_back(shape[i]);
      for (Shape& steps : walk.steps) steps.push_back(0);
    }
    if (walk.dims[at] == 1) walk.dims[at] = shape[i];
    if (shape[i] != walk.dims[at] && shape[i] != 1) {
      return invalid_argument("input ", input, " has extent ", shape[i], " where another has ", walk.dims[at]);
    }
    if (shape[i] != 1) walk.steps[input][at] += strides[i];
  }
  return {};
}

template <class T, class A>
void contract(KernelContext& context, const LabelWalk& walk, uint32_t output_rank, T* y) {
  const uint32_t rank = walk.dims.rank();
  const int64_t outer = walk.dims.product(0, output_rank), inner = walk.dims.product(output_rank, rank);
  const uint64_t inputs = walk.steps.size();
  context.parallel_for(static_cast<uint64_t>(outer), grain_for(4 * inner), [&](uint64_t begin, uint64_t end) {
    std::vector<int64_t> base(inputs), offset(inputs);
    Shape index(rank, 0);
    for (uint64_t o = begin; o < end; ++o) {
      std::fill(base.begin(), base.end(), 0);
      auto rest = static_cast<int64_t>(o);
      for (uint32_t i = output_rank; i-- > 0; rest /= walk.dims[i]) {
        for (uint64_t n = 0; n < inputs; ++n) base[n] += rest % walk.dims[i] * walk.steps[n][i];
      }
      offset = base;
      A total{0};
      for (int64_t k = 0; k < inner; ++k) {
        A product{1};
        for (uint64_t n = 0; n < inputs; ++n) product *= static_cast<A>(context.input(n).data<T>()[offset[n]]);
        total += product;
        for (uint32_t i = rank; i-- > output_rank;) {
          for (uint64_t n = 0; n < inputs; ++n) offset[n] += walk.steps[n][i];
          if (++index[i] < walk.dims[i]) break;
          for (uint64_t n = 0; n < inputs; ++n) offset[n] -= walk.steps[n][i] * walk.dims[i];
          index[i] = 0;
        }
      }
      y[o] = static_cast<T>(total);
    }
  });
}

}  // namespace

Result<Kernel> make_einsum(const NodeSpec& node) {
  MORTISE_ASSIGN(Equation parsed, parse(node.get_string("equation", "")));
  return Kernel([equation = std::move(parsed), f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    if (context.num_inputs() != equation.inputs.size()) {
      return invalid_argument("equation has ", equation.inputs.size(), " terms for ", context.num_inputs(), " inputs");
    }
    std::vector<std::vector<int>> labels;
    uint32_t ellipsis = 0;
    for (uint64_t n = 0; n < context.num_inputs(); ++n) {
      const Term& term = equation.inputs[n];
      MORTISE_ASSIGN(std::vector<int> of_input, labels_of(term, context.input(n).rank()));
      if (term.ellipsis) ellipsis = std::max(ellipsis, static_cast<uint32_t>(of_input.size() - term.letters.size()));
      labels.push_back(std::move(of_input));
      if (context.input(n).dtype() != context.input(0).dtype()) return invalid_argument("inputs differ in type");
    }
    const auto output_rank =
        static_cast<uint32_t>(equation.output.letters.size()) + (equation.output.ellipsis ? ellipsis : 0);
    MORTISE_ASSIGN(std::vector<int> output, labels_of(equation.output, output_rank));
    LabelWalk walk{output, Shape(output_rank, 1), std::vector<Shape>(context.num_inputs(), Shape(output_rank, 0))};
    for (uint32_t i = 0; i < output_rank; ++i) {
      if (std::count(output.begin(), output.end(), output[i]) != 1)
        return invalid_argument("the output repeats a letter");
      const bool known = std::any_of(labels.begin(), labels.end(), [&](const std::vector<int>& of_input) {
        return std::find(of_input.begin(), of_input.end(), output[i]) != of_input.end();
      });
      if (!known) return invalid_argument("the output has a letter that no input has");
    }
    for (uint64_t n = 0; n < context.num_inputs(); ++n) {
      MORTISE_TRY(add_input(walk, n, context.input(n).shape(), labels[n]));
    }
    if (!checked_num_elements(walk.dims)) return invalid_argument("the sum has too many terms");
    const Shape result(std::span<const int64_t>(walk.dims).first(output_rank));
    MORTISE_TRY(check_shape(context.input(0).dtype(), result));
    return dispatch(Numbers{}, context.input(0).dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, dtype_of<T>, result).template data<T>();
      if (result.num_elements() == 0) return {};
      if constexpr (!is_float<T>) {
        contract<T, uint64_t>(context, walk, output_rank, y);
      } else if (f64) {
        contract<T, double>(context, walk, output_rank, y);
      } else {
        contract<T, Compute<T>>(context, walk, output_rank, y);
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
