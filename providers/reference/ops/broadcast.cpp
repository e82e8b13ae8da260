#include "providers/reference/ops/broadcast.h"

namespace mortise::reference {

Result<Walk> make_walk(std::initializer_list<WalkInput> inputs) {
  Walk walk;
  walk.num_inputs = static_cast<uint32_t>(inputs.size());
  uint32_t rank = 0;
  for (const WalkInput& input : inputs) rank = std::max(rank, input.shape.rank());
  walk.shape = Shape(rank, 1);
  for (const auto& [name, shape] : inputs) {
    const uint32_t pad = rank - shape.rank();
    for (uint32_t axis = 0; axis < shape.rank(); ++axis) {
      int64_t& extent = walk.shape[pad + axis];
      const int64_t own = shape[axis];
      if (own == 1 || own == extent) continue;
      if (extent != 1) {
        std::string text;
        for (const auto& [n, s] : inputs) text.append(concat(text.empty() ? "" : " and ", n, " ", to_string(s)));
        return invalid_argument(text, " cannot be broadcast together");
      }
      extent = own;
    }
  }
  if (!checked_num_elements(walk.shape)) return invalid_argument("the output ", to_string(walk.shape), " is too large");

  // Join axes from the last to the first: the innermost group is written last.
  Shape extents;
  Shape strides[Walk::kMaxInputs];
  int64_t size[Walk::kMaxInputs] = {1, 1, 1};
  for (uint32_t axis = rank; axis-- > 0;) {
    const int64_t extent = walk.shape[axis];
    if (extent == 1) continue;
    int64_t stride[Walk::kMaxInputs] = {};
    uint32_t k = 0;
    bool joins = !extents.empty();
    for (const WalkInput& input : inputs) {
      const uint32_t pad = rank - input.shape.rank();
      const int64_t own = axis < pad ? 1 : input.shape[axis - pad];
      stride[k] = own == 1 ? 0 : size[k];
      size[k] *= own;
      if (joins) joins = stride[k] == strides[k].back() * extents.back();
      ++k;
    }
    if (joins) {
      extents[extents.rank() - 1] *= extent;
      continue;
    }
    extents.push_back(extent);
    for (k = 0; k < walk.num_inputs; ++k) strides[k].push_back(stride[k]);
  }
  if (extents.empty()) {
    for (bool& repeats : walk.repeats) repeats = false;
    return walk;
  }
  walk.inner = extents[0];
  for (uint32_t k = 0; k < walk.num_inputs; ++k) walk.repeats[k] = strides[k][0] == 0;
  for (uint32_t axis = extents.rank(); axis-- > 1;) {
    walk.outer.push_back(extents[axis]);
    for (uint32_t k = 0; k < walk.num_inputs; ++k) walk.strides[k].push_back(strides[k][axis]);
  }
  return walk;
}

Result<Shape> align_at_axis(const Shape& shape, uint32_t rank, int64_t axis) {
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > int64_t{rank} - int64_t{shape.rank()}) {
    return invalid_argument("axis ", axis, " does not place ", to_string(shape), " within rank ", rank);
  }
  Shape aligned(rank, 1);
  std::copy(shape.begin(), shape.end(), aligned.begin() + axis);
  return aligned;
}

Result<Walk> Broadcasting::walk(const Tensor& left, const Tensor& right) const {
  Shape placed = right.shape();
  if (axis) {
    MORTISE_ASSIGN(placed, align_at_axis(right.shape(), left.rank(), *axis));
  }
  MORTISE_ASSIGN(Walk walk, make_walk({{a, left.shape()}, {b, placed}}));
  if (!one_way || walk.shape == left.shape()) return walk;
  return invalid_argument(b, " ", to_string(right.shape()), " does not broadcast to ", a, " ", to_string(left.shape()),
                          "; it may have extents of 1, but not be the larger one");
}

WalkCursor::WalkCursor(const Walk& walk, uint64_t first) : walk_(walk), index_(walk.outer) {
  const auto inner = static_cast<uint64_t>(walk.inner);
  if (inner == 0) return;
  uint64_t row = first / inner;
  position_ = static_cast<int64_t>(first % inner);
  for (uint32_t axis = walk.outer.rank(); axis-- > 0;) {
    const auto extent = static_cast<uint64_t>(walk.outer[axis]);
    index_[axis] = static_cast<int64_t>(row % extent);
    row /= extent;
    for (uint32_t k = 0; k < walk.num_inputs; ++k) offsets_[k] += index_[axis] * walk.strides[k][axis];
  }
}

void WalkCursor::next_row() {
  position_ = 0;
  for (uint32_t axis = walk_.outer.rank(); axis-- > 0;) {
    ++index_[axis];
    for (uint32_t k = 0; k < walk_.num_inputs; ++k) offsets_[k] += walk_.strides[k][axis];
    if (index_[axis] < walk_.outer[axis]) return;
    for (uint32_t k = 0; k < walk_.num_inputs; ++k) offsets_[k] -= index_[axis] * walk_.strides[k][axis];
    index_[axis] = 0;
  }
}

}  // namespace mortise::reference
