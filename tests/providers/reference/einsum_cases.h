// EinsumCases: random equations of Einsum, with what each of them means.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "mortise/sdk/shape.h"
#include "providers/reference/types.h"

namespace mortise::test {

// An equation, and what it means: every axis of every tensor has a label, a letter or kDots and up.
struct EinsumCase {
  static constexpr int kDots = 128;

  std::string equation;
  std::vector<std::vector<int>> inputs;
  std::vector<int> output;
  std::vector<Shape> shapes;

  // Those of the output first.
  std::vector<int> labels() const {
    std::vector<int> all = output;
    for (const auto& input : inputs) {
      for (const int label : input) {
        if (std::find(all.begin(), all.end(), label) == all.end()) all.push_back(label);
      }
    }
    return all;
  }
  int64_t extent(int label) const {
    int64_t extent = 1;
    for (size_t n = 0; n < inputs.size(); ++n) {
      for (uint32_t i = 0; i < inputs[n].size(); ++i) {
        if (inputs[n][i] == label && shapes[n][i] != 1) extent = shapes[n][i];
      }
    }
    return extent;
  }
};

class EinsumCases {
 public:
  explicit EinsumCases(uint32_t seed) : random_(seed + 1) {}

  // 1 to 4 operands of 0 to 5 axes, of which up to 2 belong to an ellipsis.
  EinsumCase next() {
    EinsumCase result;
    std::map<int, int64_t> extents;
    for (const int label :
         std::initializer_list<int>{'a', 'b', 'C', 'd', 'E', EinsumCase::kDots, EinsumCase::kDots + 1}) {
      extents[label] = below(12) == 0 ? 0 : 1 + below(3);
    }
    size_t most_dots = 0;
    bool dots = false;
    std::map<int, int> seen;
    for (uint32_t n = 0, operands = 1 + below(4); n < operands; ++n) {
      if (n != 0) result.equation += ',';
      std::vector<int> labels(below(4));
      for (int& label : labels) ++seen[label = "abCdE"[below(5)]];
      const size_t unnamed = below(3);
      const bool has_dots = below(2) == 0;
      if (has_dots) most_dots = std::max(most_dots, unnamed), dots = true;
      add_term(result.equation, labels, has_dots ? std::optional(unnamed) : std::nullopt);
      Shape shape;
      std::map<int, int64_t> own;  // one extent for a letter, or 1 for all its axes
      for (const int label : labels) {
        shape.push_back(own.try_emplace(label, below(5) == 0 ? 1 : extents[label]).first->second);
      }
      result.inputs.push_back(labels);
      result.shapes.push_back(shape);
    }
    if (below(4) == 0) {
      for (size_t i = most_dots; dots && i-- > 0;) result.output.push_back(EinsumCase::kDots + static_cast<int>(i));
      for (const auto& [letter, times] : seen) {
        if (times == 1) result.output.push_back(letter);
      }
      return result;
    }
    for (const auto& [letter, times] : seen) result.output.push_back(letter);
    std::shuffle(result.output.begin(), result.output.end(), random_);
    result.output.resize(below(static_cast<uint32_t>(result.output.size()) + 1));
    result.equation += "->";
    add_term(result.equation, result.output, dots && below(4) != 0 ? std::optional(most_dots) : std::nullopt);
    return result;
  }

  template <class T>
  std::vector<T> values(int64_t count) {
    std::vector<T> values(static_cast<size_t>(count));
    for (T& value : values) {
      if constexpr (reference::is_float<T>) {
        value = static_cast<T>(static_cast<float>(below(17)) / 8 - 1);
      } else {
        value = static_cast<T>(uint64_t{random_()} << 40 ^ uint64_t{random_()} << 20 ^ random_());
      }
    }
    return values;
  }

 private:
  uint32_t below(uint32_t count) { return static_cast<uint32_t>(random_() >> 8) % count; }

  // Writes the term, with spaces here and there, and puts the axes of the ellipsis among the labels.
  void add_term(std::string& text, std::vector<int>& labels, std::optional<size_t> dots) {
    const size_t at = below(static_cast<uint32_t>(labels.size()) + 1);
    for (size_t i = 0; i <= labels.size(); ++i) {
      if (below(8) == 0) text += ' ';
      if (dots && i == at) text += "...";
      if (i < labels.size()) text += static_cast<char>(labels[i]);
    }
    for (size_t i = 0; dots && i < *dots; ++i) {
      labels.insert(labels.begin() + static_cast<std::ptrdiff_t>(at), EinsumCase::kDots + static_cast<int>(i));
    }
  }

  std::minstd_rand random_;
};

}  // namespace mortise::test
