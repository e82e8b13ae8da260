// Inference of matrix products and what is like them: Gemm, MatMul, Einsum, Det.
#include <algorithm>
#include <map>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

Status check_inner(const InferContext& context, const Dim& a, const Dim& b) {
  if (!differ(a, b)) return {};
  return context.error("the inner extents ", a.value, " and ", b.value, " of the product differ");
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
  MORTISE_TRY(check_inner(context, a.back(), b[b.size() - 2]));
  const Dim rows = a[a.size() - 2];
  const Dim columns = b.back();
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  MORTISE_ASSIGN(Dims output, broadcast(context, a, b));
  if (left->size() != 1) output.push_back(rows);
  if (right->size() != 1) output.push_back(columns);
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
      return context.error("attribute 'equation' has an unexpected '", c, "' in the term '", text, "'");
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
    const Dim& dim = dims[k < split ? k : k + spared];
    const auto [found, added] = letters.extents.emplace(term.letters[k], dim);
    if (added) continue;
    MORTISE_ASSIGN(const Dims both, broadcast(context, {found->second}, {dim}));
    found->second = both.front();
  }
  const auto begin = dims.begin() + static_cast<std::ptrdiff_t>(split);
  MORTISE_ASSIGN(letters.ellipsis,
                 broadcast(context, letters.ellipsis, Dims(begin, begin + static_cast<std::ptrdiff_t>(spared))));
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
  MORTISE_TRY(check_inner(context, context.extent(0, inner_a), context.extent(1, inner_b)));
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
    const auto found = letters.extents.find(output.letters[k]);
    if (found == letters.extents.end()) {
      return context.error("attribute 'equation' gives the axis '", output.letters[k], "', which no input has");
    }
    dims.push_back(found->second);
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
