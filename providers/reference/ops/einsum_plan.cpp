// The order is greedy, as that of opt_einsum (D. G. A. Smith, J. Gray, "opt_einsum", Journal of Open Source Software
// 3(26), 2018), with outer products last. But the pair to multiply is the one with the fewest products, not the one that
// saves the most room: by room, a vector times two matrices begins with the matrices as soon as one extent is a little
// larger than another.
#include "providers/reference/ops/einsum_plan.h"

#include <algorithm>
#include <tuple>

#include "providers/reference/gemm.h"

namespace mortise::reference {
namespace {

// Of many factors only the first ones are looked at, so that planning takes no longer than the products.
constexpr size_t kCandidates = 16;

class EinsumPlanner {
 public:
  explicit EinsumPlanner(const EinsumIndices& indices)
      : indices_(indices), factors_(indices.inputs), holders_(indices.extents.rank(), 0) {
    factors_.emplace_back(indices.extents.rank(), 0);  // the number 1
    for (const Shape& input : indices.inputs) hold(input, 1);
    hold(indices.output, 1);
  }

  Result<std::vector<EinsumStep>> plan() {
    const size_t one = indices_.inputs.size();
    std::vector<size_t> left;
    for (size_t n = 0; n < one; ++n) {
      left.push_back(n);
      if (one == 1 || !has_lone_index(n)) continue;
      MORTISE_TRY(multiply(n, one, nullptr));
      left.back() = factors_.size() - 1;
    }
    if (one == 1) left.push_back(one);
    while (left.size() > 1) {
      const auto [x, y] = cheapest_pair(left);
      MORTISE_TRY(multiply(left[x], left[y], left.size() == 2 ? &indices_.output : nullptr));
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(y));
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(x));
      left.push_back(factors_.size() - 1);
    }
    return std::move(steps_);
  }

 private:
  enum Group { kAbsent, kBatch, kRows, kColumns, kDepth };

  bool has(size_t factor, uint32_t index) const { return factors_[factor][index] != 0; }
  // Whether somebody needs the index once a and b are multiplied.
  bool is_kept(size_t a, size_t b, uint32_t index) const {
    return holders_[index] > (has(a, index) ? 1 : 0) + (has(b, index) ? 1 : 0);
  }
  void hold(const Shape& steps, int by) {
    for (uint32_t i = 0; i < steps.rank(); ++i) holders_[i] += steps[i] != 0 ? by : 0;
  }

  // To be summed before anything is multiplied.
  bool has_lone_index(size_t factor) const {
    for (uint32_t i = 0; i < holders_.size(); ++i) {
      if (has(factor, i) && holders_[i] == 1) return true;
    }
    return false;
  }

  // Positions in `left`, the smaller one first.
  std::pair<size_t, size_t> cheapest_pair(const std::vector<size_t>& left) const {
    const size_t candidates = std::min(left.size(), kCandidates);
    std::pair<size_t, size_t> best(0, 1);
    auto least = cost_of(left[0], left[1]);
    for (size_t x = 0; x < candidates; ++x) {
      for (size_t y = x + 1; y < candidates; ++y) {
        const auto cost = cost_of(left[x], left[y]);
        if (cost >= least) continue;
        least = cost;
        best = {x, y};
      }
    }
    return best;
  }

  // Whether it is an outer product, products, elements of the result.
  std::tuple<bool, double, double> cost_of(size_t a, size_t b) const {
    bool outer = true;
    double products = 1, elements = 1;
    for (uint32_t i = 0; i < holders_.size(); ++i) {
      if (!has(a, i) && !has(b, i)) continue;
      if (has(a, i) && has(b, i)) outer = false;
      const auto extent = static_cast<double>(indices_.extents[i]);
      products *= extent;
      if (is_kept(a, b, i)) elements *= extent;
    }
    return {outer, products, elements};
  }

  Group group_of(size_t a, size_t b, uint32_t index, bool sums) const {
    if (!has(a, index) && !has(b, index)) return kAbsent;
    if (!is_kept(a, b, index)) return kDepth;
    if (!sums || (has(a, index) && has(b, index))) return kBatch;
    return has(a, index) ? kRows : kColumns;
  }

  // Adds the step. Its result is laid out by `into`, or densely as batch x rows x columns.
  Status multiply(size_t a, size_t b, const Shape* into) {
    const auto rank = static_cast<uint32_t>(holders_.size());
    bool sums = false;
    int64_t only_a = 1, only_b = 1;
    Shape kept;
    for (uint32_t i = 0; i < rank; ++i) {
      const bool keep = is_kept(a, b, i);
      if (!has(a, i) && !has(b, i)) continue;
      sums = sums || !keep;
      if (!keep) continue;
      kept.push_back(indices_.extents[i]);
      if (!has(b, i)) only_a *= indices_.extents[i];
      if (!has(a, i)) only_b *= indices_.extents[i];
    }
    if (!checked_num_elements(kept)) {
      return invalid_argument("the product of two operands on the way to the result has the shape ", to_string(kept),
                              ", which is too many elements; give smaller extents");
    }
    // Columns are computed by the panel, whether there are that many or not.
    if (only_b < static_cast<int64_t>(kPanelColumns) && only_b < only_a) std::swap(a, b);

    Shape result(rank, 0);
    int64_t step = 1;
    for (const Group group : {kColumns, kRows, kBatch}) {
      for (uint32_t i = rank; i-- > 0;) {
        if (group_of(a, b, i, sums) != group) continue;
        result[i] = step;
        step *= indices_.extents[i];
      }
    }
    if (into != nullptr) result = *into;

    EinsumStep& product = steps_.emplace_back();
    product.a = a;
    product.b = b;
    EinsumAxes* const axes[] = {nullptr, &product.batch, &product.rows, &product.columns, &product.depth};
    for (uint32_t i = 0; i < rank; ++i) {
      const Group group = group_of(a, b, i, sums);
      if (group != kAbsent) axes[group]->add(indices_.extents[i], {factors_[a][i], factors_[b][i], result[i]});
    }
    hold(factors_[a], -1);
    hold(factors_[b], -1);
    hold(result, 1);
    factors_.push_back(std::move(result));
    return {};
  }

  const EinsumIndices& indices_;
  std::vector<Shape> factors_;  // their steps
  std::vector<int> holders_;    // per index: how many of the factors that are left, and of the output, have it
  std::vector<EinsumStep> steps_;
};

}  // namespace

void EinsumAxes::add(int64_t extent, const EinsumOffsets& steps) {
  const uint32_t last = extents_.rank() - 1;
  bool as_one = true;
  for (size_t place = 0; place < 3; ++place) as_one = as_one && steps_[place][last] == extent * steps[place];
  if (extents_[last] == 1 || as_one) {
    extents_[last] *= extent;
    for (size_t place = 0; place < 3; ++place) steps_[place][last] = steps[place];
    return;
  }
  extents_.push_back(extent);
  for (size_t place = 0; place < 3; ++place) steps_[place].push_back(steps[place]);
}

EinsumOffsets EinsumAxes::offsets_at(uint64_t position) const {
  EinsumOffsets offsets{};
  for (uint32_t i = extents_.rank(); i-- > 0;) {
    const auto extent = static_cast<uint64_t>(extents_[i]);
    const uint64_t outer = i == 0 ? 0 : position / extent;
    const auto index = static_cast<int64_t>(position - outer * extent);
    for (size_t place = 0; place < 3; ++place) offsets[place] += index * steps_[place][i];
    position = outer;
  }
  return offsets;
}

Result<std::vector<EinsumStep>> plan_einsum(const EinsumIndices& indices) { return EinsumPlanner(indices).plan(); }

}  // namespace mortise::reference
