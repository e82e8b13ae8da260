// SPDX-License-Identifier: Apache-2.0
//
// Reductions: the axes that are kept and those that are reduced, each joined to at most four.
#include <algorithm>
#include <map>

#include "../strided.h"
#include "chained.h"
#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan::ops {
namespace {

// Constant 2 of shaders/reduce.comp.
const std::map<std::string_view, uint32_t> kKinds = {
    {"ReduceL1", 6},   {"ReduceL2", 7},  {"ReduceLogSum", 8}, {"ReduceLogSumExp", 9}, {"ReduceMax", 2},
    {"ReduceMean", 1}, {"ReduceMin", 3}, {"ReduceProd", 4},   {"ReduceSum", 0},       {"ReduceSumSquare", 5}};

}  // namespace

void reduce(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  const Shape dims = l.dims(x), strides = sdk::strides_of(dims);
  std::vector<int64_t> given;
  if (l.node().has_input(1)) {
    given = l.ints(1);
  } else if (const auto attribute = l.node().get_ints("axes"); !attribute.empty()) {
    given.assign(attribute.begin(), attribute.end());
  }
  const Shape axes = l.take(sdk::normalise_axes(given, dims.rank()));
  const bool all = axes.rank() == 0 && l.node().get_int("noop_with_empty_axes", 0) == 0;
  if (axes.rank() == 0 && !all) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "noop_with_empty_axes is not supported");
  Shape sides[2], side_strides[2];  // kept, reduced
  for (uint32_t axis = 0; axis < dims.rank(); ++axis) {
    const bool reduced = all || std::find(axes.begin(), axes.end(), axis) != axes.end();
    sides[reduced].push_back(dims[axis]);
    side_strides[reduced].push_back(strides[axis]);
  }
  const int64_t rows = sides[0].num_elements(), extent = sides[1].num_elements();
  if (l.dims(y).num_elements() != rows) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
  Step& step = add_rows(l, Shader::reduce, kKinds.at(l.node().op_type()), y, x, static_cast<uint64_t>(rows),
                        static_cast<uint64_t>(extent));
  for (uint32_t side = 0; side < 2; ++side) {
    merge_axes(sides[side], std::span(&side_strides[side], 1));
    if (sides[side].rank() > 4) l.refuse(MORTISE_REFUSAL_RANK, "too many axes lie apart");
    for (const auto& [values, otherwise] : {std::pair(&sides[side], 1u), std::pair(&side_strides[side], 0u)}) {
      for (uint32_t i = 0; i < 4; ++i) {
        step.push.push_back(i < values->rank() ? static_cast<uint32_t>((*values)[i]) : otherwise);
      }
    }
  }
}

}  // namespace mortise::vulkan::ops
