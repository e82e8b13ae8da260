#include "providers/reference/ops/einsum_equation.h"

#include <algorithm>
#include <array>

#include "mortise/sdk/onnx/axes.h"

namespace mortise::reference {
namespace {

// Letters are labels by their code; axes of the ellipsis are numbered from here, counted from its end.
constexpr int kEllipsis = 128;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Result<EinsumTerm> parse_term(std::string_view text) {
  EinsumTerm term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_letter(text[i])) {
      term.letters += text[i];
    } else if (text.substr(i, 3) == "..." && !term.ellipsis) {
      term.ellipsis = term.letters.size();
      i += 2;
    } else {
      return invalid_argument("equation has the term '", text, "'; a term has letters, and at most one '...'");
    }
  }
  return term;
}

// Each axis of the output is one that the inputs have.
Status check_output_axes(const EinsumEquation& equation) {
  const std::string& letters = equation.output.letters;
  for (const char letter : letters) {
    if (std::count(letters.begin(), letters.end(), letter) != 1) {
      return invalid_argument("equation gives the output the axis '", letter, "' twice");
    }
    const bool known = std::any_of(equation.inputs.begin(), equation.inputs.end(), [&](const EinsumTerm& input) {
      return input.letters.find(letter) != std::string::npos;
    });
    if (!known) return invalid_argument("equation gives the output the axis '", letter, "', which no input has");
  }
  return {};
}

std::string name_of(int label) {
  return label < kEllipsis ? concat("'", static_cast<char>(label), "'") : std::string("an axis of '...'");
}

// What a term of `rank` axes calls each of them.
Result<std::vector<int>> labels_of(const EinsumTerm& term, uint32_t rank) {
  std::vector<int> labels(term.letters.begin(), term.letters.end());
  if (labels.size() > rank || (!term.ellipsis && labels.size() != rank)) {
    return invalid_argument("equation names ", labels.size(), " axes of an input of rank ", rank);
  }
  if (term.ellipsis) {
    std::vector<int> unnamed(rank - labels.size());
    for (size_t i = 0; i < unnamed.size(); ++i) unnamed[i] = kEllipsis + static_cast<int>(unnamed.size() - 1 - i);
    labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(*term.ellipsis), unnamed.begin(), unnamed.end());
  }
  return labels;
}

// All indices, also those of extent 1.
struct LabelledIndices {
  std::vector<int> labels;
  EinsumIndices indices;

  uint32_t find_or_add(int label) {
    const auto at = static_cast<uint32_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
    if (at == labels.size()) {
      labels.push_back(label);
      indices.extents.push_back(1);
      for (Shape& steps : indices.inputs) steps.push_back(0);
    }
    return at;
  }

  Status add_input(size_t input, const Shape& shape, const std::vector<int>& names) {
    const Shape strides = sdk::strides_of(shape);
    for (uint32_t axis = 0; axis < names.size(); ++axis) {
      const uint32_t at = find_or_add(names[axis]);
      const auto same = static_cast<uint32_t>(std::find(names.begin(), names.end(), names[axis]) - names.begin());
      if (shape[same] != shape[axis]) {
        return invalid_argument("input ", input, " has extents ", shape[same], " and ", shape[axis], " for ",
                                name_of(names[axis]), "; on one diagonal they have to be equal");
      }
      if (shape[axis] == 1) continue;
      int64_t& extent = indices.extents[at];
      if (extent == 1) extent = shape[axis];
      if (extent != shape[axis]) {
        return invalid_argument("input ", input, " has extent ", shape[axis], " for ", name_of(names[axis]),
                                ", which is ", extent, " elsewhere; extents have to be equal, or 1");
      }
      indices.inputs[input][at] += strides[axis];
    }
    return {};
  }
};

Shape without_ones(const Shape& values, const Shape& extents) {
  Shape kept;
  for (uint32_t i = 0; i < values.rank(); ++i) {
    if (extents[i] != 1) kept.push_back(values[i]);
  }
  return kept;
}

}  // namespace

Result<EinsumEquation> parse_einsum(std::string_view given) {
  std::string text;
  for (const char c : given) {
    if (c != ' ') text += c;
  }
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  EinsumEquation equation;
  for (size_t begin = 0; begin <= left.size();) {
    const size_t comma = std::min(left.find(',', begin), left.size());
    MORTISE_ASSIGN(EinsumTerm term, parse_term(std::string_view(left).substr(begin, comma - begin)));
    equation.inputs.push_back(std::move(term));
    begin = comma + 1;
  }
  if (arrow != std::string::npos) {
    MORTISE_ASSIGN(equation.output, parse_term(std::string_view(text).substr(arrow + 2)));
    MORTISE_TRY(check_output_axes(equation));
    return equation;
  }
  // Without an arrow: letters that appear once, in alphabetical order, behind the ellipsis.
  std::array<int, kEllipsis> seen{};
  for (const EinsumTerm& term : equation.inputs) {
    for (const char c : term.letters) ++seen[static_cast<unsigned char>(c)];
    if (term.ellipsis) equation.output.ellipsis = 0;
  }
  for (size_t c = 0; c < seen.size(); ++c) {
    if (seen[c] == 1) equation.output.letters += static_cast<char>(c);
  }
  return equation;
}

Result<EinsumIndices> resolve_einsum(const EinsumEquation& equation, const std::vector<Shape>& inputs) {
  if (inputs.size() != equation.inputs.size()) {
    return invalid_argument("equation has ", equation.inputs.size(), " terms for ", inputs.size(), " inputs");
  }
  std::vector<std::vector<int>> names;
  size_t ellipsis = 0;
  for (size_t n = 0; n < inputs.size(); ++n) {
    const EinsumTerm& term = equation.inputs[n];
    MORTISE_ASSIGN(std::vector<int> of_input, labels_of(term, inputs[n].rank()));
    ellipsis = std::max(ellipsis, of_input.size() - term.letters.size());
    names.push_back(std::move(of_input));
  }
  const size_t output_rank = equation.output.letters.size() + (equation.output.ellipsis ? ellipsis : 0);
  MORTISE_ASSIGN(const std::vector<int> output, labels_of(equation.output, static_cast<uint32_t>(output_rank)));

  LabelledIndices all;
  all.indices.inputs.resize(inputs.size());
  for (const int label : output) all.find_or_add(label);
  for (size_t n = 0; n < inputs.size(); ++n) MORTISE_TRY(all.add_input(n, inputs[n], names[n]));

  EinsumIndices& indices = all.indices;
  const Shape extents = indices.extents;
  indices.output_shape = Shape(std::span<const int64_t>(extents).first(output_rank));
  indices.output = sdk::strides_of(indices.output_shape);
  indices.output.resize(extents.rank());
  indices.output = without_ones(indices.output, extents);
  for (Shape& steps : indices.inputs) steps = without_ones(steps, extents);
  indices.extents = without_ones(extents, extents);
  return std::move(all.indices);
}

}  // namespace mortise::reference
