// Einsum: an operand's derivative is the sum of products of the other operands and the result's derivative, over the
// letters that the operand does not name. Letters that it names alone were summed up: there the derivative is repeated.
#include <algorithm>
#include <string>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

struct Axes {
  std::string letters;
  bool has_ellipsis = false;  // in front of the letters

  std::string text() const { return (has_ellipsis ? "..." : "") + letters; }
};

Result<Axes> parse_axes(std::string_view text) {
  Axes axes{.letters = {}, .has_ellipsis = text.starts_with("...")};
  axes.letters = text.substr(axes.has_ellipsis ? 3 : 0);
  if (axes.letters.find('.') == std::string::npos) return axes;
  return unimplemented("the derivative is known for an ellipsis in front of the letters only, not for '", text, "'");
}

struct Equation {
  std::vector<Axes> inputs;
  Axes output;
};

// Without an arrow the result has the letters that appear once, in alphabetical order.
Result<Equation> parse_equation(std::string_view given) {
  std::string text;
  std::copy_if(given.begin(), given.end(), std::back_inserter(text), [](char c) { return c != ' '; });
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  Equation equation;
  for (size_t begin = 0; begin <= left.size();) {
    const size_t comma = std::min(left.find(',', begin), left.size());
    MORTISE_ASSIGN(Axes axes, parse_axes(std::string_view(left).substr(begin, comma - begin)));
    equation.inputs.push_back(std::move(axes));
    begin = comma + 1;
  }
  if (arrow != std::string::npos) {
    MORTISE_ASSIGN(equation.output, parse_axes(std::string_view(text).substr(arrow + 2)));
    return equation;
  }
  std::string all;
  for (const Axes& axes : equation.inputs) {
    all += axes.letters;
    equation.output.has_ellipsis = equation.output.has_ellipsis || axes.has_ellipsis;
  }
  std::sort(all.begin(), all.end());
  std::copy_if(all.begin(), all.end(), std::back_inserter(equation.output.letters),
               [&](char c) { return std::count(all.begin(), all.end(), c) == 1; });
  return equation;
}

Result<Term> derive(Derivation& d, const Equation& equation, size_t operand) {
  const std::string& letters = equation.inputs[operand].letters;
  std::vector<Term> factors = {d.dy()};
  std::string text = equation.output.text();
  Axes result{.letters = {}, .has_ellipsis = equation.output.has_ellipsis};
  for (size_t i = 0; i < d.num_inputs(); ++i) {
    if (i == operand) continue;
    factors.push_back(d.x(i));
    text += ',' + equation.inputs[i].text();
    result.has_ellipsis = result.has_ellipsis || equation.inputs[i].has_ellipsis;
  }
  std::vector<int64_t> own;  // axes that no factor has, from the end
  for (size_t i = 0; i < letters.size(); ++i) {
    if (std::count(letters.begin(), letters.end(), letters[i]) != 1) {
      return unimplemented("no derivative with respect to an operand that names axis '", letters[i],
                           "' twice is known");
    }
    if (text.find(letters[i]) != std::string::npos) {
      result.letters += letters[i];
    } else {
      own.push_back(static_cast<int64_t>(i) - static_cast<int64_t>(letters.size()));
    }
  }
  d.emitter().charge(text.size() / 32);
  const std::vector<Setting> settings = {{"equation", text + "->" + result.text()}};
  Term t = d.emitter().add("Einsum", factors, settings, 1)[0];
  if (!own.empty()) t = unsqueeze(t, ints(d.emitter(), std::move(own)));
  return sum_to(expand(t, shape_of(d.x(operand))), d.x(operand));
}

}  // namespace

Status differentiate_einsum(Derivation& d) {
  MORTISE_ASSIGN(const Equation equation, parse_equation(d.node().get_string("equation", "")));
  if (equation.inputs.size() != d.num_inputs()) {
    return invalid_argument("its equation names ", equation.inputs.size(), " operands, but it has ", d.num_inputs());
  }
  for (size_t i = 0; i < d.num_inputs(); ++i) {
    if (!d.wants(i)) continue;
    MORTISE_ASSIGN(const Term derivative, derive(d, equation, i));
    d.give(i, derivative);
  }
  return {};
}

}  // namespace mortise::gradient
