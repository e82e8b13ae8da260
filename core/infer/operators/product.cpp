// Inference of matrix products and what is like them: Gemm, MatMul, Einsum, Det.
#include <algorithm>
#include <map>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// right: the input with the second factor.
Status check_inner(const InferContext& context, uint32_t right, const Dim& a, const Dim& b) {
  if (!differ(a, b)) return {};
  return context.error(context.of_input(0), " and ", context.of_input(right), "; the inner extents ", a.value, " and ",
                       b.value, " of the product differ");
}

// A factor of rank 1 is a row on the left and a column on the right, whose extent 1 the product does not have.
Status infer_matmul_of(InferContext& context, uint32_t right_input) {
  MORTISE_TRY(context.expect_rank_at_least(0, 1));
  MORTISE_TRY(context.expect_rank_at_least(right_input, 1));
  const Dims* left = context.dims(0);
  const Dims* right = context.dims(right_input);
  if (left == nullptr || right == nullptr) return {};
  Dims a = *left;
  Dims b = *right;
  if (left->size() == 1) a.insert(a.begin(), known_dim(1));
  if (right->size() == 1) b.push_back(known_dim(1));
  MORTISE_TRY(check_inner(context, right_input, a.back(), b[b.size() - 2]));
  const Dim rows = a[a.size() - 2];
  const Dim columns = b.back();
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  auto output = broadcast(a, b);
  if (!output) {
    return context.error(context.of_input(0), " and ", context.of_input(right_input),
                         "; the batches of matrices cannot be broadcast to one another");
  }
  if (left->size() != 1) output->push_back(rows);
  if (right->size() != 1) output->push_back(columns);
  context.set_shape(0, std::move(output));
  return {};
}

// The part of an equation that names the axes of one tensor: letters, and at most one ellipsis for any number of axes.
struct Term {
  std::string letters;
  std::optional<size_t> ellipsis;  // before this letter
};

Result<Term> parse_term(const InferContext& context, std::string_view text) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      term.letters += c;
    } else if (text.substr(i, 3) == "..." && !term.ellipsis) {
      term.ellipsis = term.letters.size();
      i += 2;
    } else {
      return context.error("attribute 'equation' has the term '", text, "'; a term has letters, and at most one '...'");
    }
  }
  return term;
}

// The extents that the letters and the ellipsis of an equation stand for.
struct Letters {
  std::map<char, Dim> extents;
  Dims ellipsis;
};

Status read_operand(const InferContext& context, uint32_t i, const Term& term, Letters& letters) {
  const Dims& dims = *context.dims(i);
  if (term.letters.size() > dims.size() || (!term.ellipsis && term.letters.size() != dims.size())) {
    return context.error("attribute 'equation' names ", term.letters.size(), " axes of input #", i, ", which is ",
                         to_string(context.input(i)));
  }
  const size_t spared = dims.size() - term.letters.size();
  const size_t split = term.ellipsis.value_or(0);
  for (size_t k = 0; k < term.letters.size(); ++k) {
    const auto axis_of = [&](size_t letter) { return letter < split ? letter : letter + spared; };
    const Dim& dim = dims[axis_of(k)];
    if (const Dim& same = dims[axis_of(term.letters.find(term.letters[k]))]; differ(same, dim)) {
      return context.error(context.of_input(i), ", so that axis '", term.letters[k], "' has the extents ", same.value,
                           " and ", dim.value, "; on one diagonal they must be equal");
    }
    const auto [found, added] = letters.extents.emplace(term.letters[k], dim);
    if (added) continue;
    const auto both = broadcast({found->second}, {dim});
    if (!both) {
      return context.error(context.of_input(i), ", so that axis '", term.letters[k], "' has the extent ", dim.value,
                           ", but ", found->second.value, " elsewhere");
    }
    found->second = both->front();
  }
  const auto begin = dims.begin() + static_cast<std::ptrdiff_t>(split);
  const Dims unnamed(begin, begin + static_cast<std::ptrdiff_t>(spared));
  auto both = broadcast(letters.ellipsis, unnamed);
  if (!both) {
    return context.error(context.of_input(i), ", so that '...' has the shape ", to_string(unnamed),
                         ", which cannot be broadcast to ", to_string(letters.ellipsis), " of the inputs before");
  }
  letters.ellipsis = *std::move(both);
  return {};
}

// Each axis of the output is one that the inputs have.
Status check_output_axes(const InferContext& context, const std::vector<Term>& inputs, const Term& output) {
  for (const char letter : output.letters) {
    if (std::count(output.letters.begin(), output.letters.end(), letter) != 1) {
      return context.error("attribute 'equation' gives the output the axis '", letter, "' twice");
    }
    const bool known = std::any_of(inputs.begin(), inputs.end(),
                                   [&](const Term& input) { return input.letters.find(letter) != std::string::npos; });
    if (!known) {
      return context.error("attribute 'equation' gives the output the axis '", letter, "', which no input has");
    }
  }
  return {};
}

// Without an arrow the output has the ellipsis, then the letters that appear once, in alphabetical order.
Term implied_output(const std::vector<Term>& inputs) {
  std::map<char, int> counts;
  Term output;
  for (const Term& term : inputs) {
    if (term.ellipsis) output.ellipsis = 0;
    for (const char letter : term.letters) ++counts[letter];
  }
  for (const auto& [letter, count] : counts) {
    if (count == 1) output.letters += letter;
  }
  return output;
}

}  // namespace

Status infer_gemm(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 2));
  MORTISE_TRY(context.expect_rank(1, 2));
  const size_t inner_a = context.node().get_int("transA", 0) != 0 ? 0 : 1;
  const size_t inner_b = context.node().get_int("transB", 0) != 0 ? 1 : 0;
  MORTISE_TRY(check_inner(context, 1, context.extent(0, inner_a), context.extent(1, inner_b)));
  context.set_shape(0, Dims{context.extent(0, 1 - inner_a), context.extent(1, 1 - inner_b)});
  return {};
}

Status infer_matmul(InferContext& context) { return infer_matmul_of(context, 1); }

// a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero.
Status infer_qlinear_matmul(InferContext& context) { return infer_matmul_of(context, 3); }

Status infer_einsum(InferContext& context) {
  std::string_view text = context.node().get_string("equation", "");
  const size_t arrow = text.find("->");
  const std::string_view result = arrow == std::string_view::npos ? std::string_view() : text.substr(arrow + 2);
  text = text.substr(0, arrow);
  std::vector<Term> inputs;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    MORTISE_ASSIGN(Term term, parse_term(context, text.substr(begin, end - begin)));
    inputs.push_back(std::move(term));
    begin = end + 1;
  }
  if (inputs.size() != context.num_inputs()) {
    return context.error("attribute 'equation' has ", inputs.size(), " terms for ", context.num_inputs(), " inputs");
  }
  Term output = implied_output(inputs);
  if (arrow != std::string_view::npos) {
    MORTISE_ASSIGN(output, parse_term(context, result));
    MORTISE_TRY(check_output_axes(context, inputs, output));
  }
  Letters letters;
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    if (context.dims(i) == nullptr) return {};
    MORTISE_TRY(read_operand(context, i, inputs[i], letters));
  }
  Dims dims;
  for (size_t k = 0; k <= output.letters.size(); ++k) {
    if (output.ellipsis == k) dims.insert(dims.end(), letters.ellipsis.begin(), letters.ellipsis.end());
    if (k == output.letters.size()) break;
    dims.push_back(letters.extents.at(output.letters[k]));
  }
  context.set_shape(0, std::move(dims));
  return {};
}

Status infer_det(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    if (differ(output->back(), (*output)[output->size() - 2])) {
      return context.error("input ", to_string(context.input(0)), " does not end in square matrices");
    }
    output->resize(output->size() - 2);
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace mortise::infer
