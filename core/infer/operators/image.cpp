// Inference of operators that sample images at other places: resizing, grids, decoding.
#include <algorithm>
#include <cmath>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

Dim scaled(double extent) {
  return extent >= 0 && extent < 0x1p40 ? known_dim(static_cast<int64_t>(extent)) : kUnknownDim;
}

// Scales that are float32 multiply as float32.
Dim scale_extent(const Dim& dim, double scale) {
  if (scale == 1) return dim;
  if (!is_known(dim)) return kUnknownDim;
  return scaled(std::floor(static_cast<double>(static_cast<float>(dim.value) * static_cast<float>(scale))));
}

// The axes that a Resize names, all by default.
Result<std::vector<size_t>> resized_axes(const InferContext& context, size_t rank) {
  std::vector<size_t> axes;
  if (const auto* list = context.node().get<std::vector<int64_t>>("axes")) {
    MORTISE_TRY(context.distinct_axes("axes", *list, rank).status());
    for (const int64_t number : *list) {
      MORTISE_ASSIGN(const size_t axis, context.axis(number, rank));
      axes.push_back(axis);
    }
  } else {
    for (size_t i = 0; i < rank; ++i) axes.push_back(i);
  }
  return axes;
}

Status check_count(const InferContext& context, std::string_view what, size_t count, size_t axes) {
  if (count == axes) return {};
  return context.error("it has ", count, " ", what, " for ", axes, " axes");
}

// With one scale for all axes, the smallest or the largest of those that the sizes ask for.
void keep_aspect_ratio(Dims& output, const Dims& input, const std::vector<size_t>& axes, bool larger) {
  std::optional<double> common;
  for (const size_t axis : axes) {
    if (!is_known(input[axis]) || input[axis].value == 0 || !is_known(output[axis])) {
      for (const size_t other : axes) output[other] = kUnknownDim;
      return;
    }
    const double scale = static_cast<double>(output[axis].value) / static_cast<double>(input[axis].value);
    common = !common ? scale : larger ? std::max(*common, scale) : std::min(*common, scale);
  }
  for (const size_t axis : axes) {
    output[axis] = scaled(std::floor(*common * static_cast<double>(input[axis].value) + 0.5));
  }
}

Status resize_by_scales(InferContext& context, const Dims& input, const std::vector<double>& scales,
                        const std::vector<size_t>& axes) {
  MORTISE_TRY(check_count(context, "scales", scales.size(), axes.size()));
  Dims output = input;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (!(scales[i] > 0)) return context.error("scale ", i, " is ", scales[i], "; it must be positive");
    output[axes[i]] = scale_extent(input[axes[i]], scales[i]);
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace

// Version 1: two attributes for images [N, C, H, W]; 7: an attribute; since 9: an input.
Status infer_upsample(InferContext& context) {
  const Dims* input = context.dims(0);
  if (input == nullptr) return {};
  const Node& node = context.node();
  std::optional<std::vector<double>> scales = context.reals(1);
  if (const auto* list = node.get<std::vector<float>>("scales")) scales.emplace(list->begin(), list->end());
  if (const auto* height = node.get<float>("height_scale")) {
    MORTISE_TRY(context.expect_rank(0, 4));
    const auto* width = node.get<float>("width_scale");
    scales = std::vector<double>{1, 1, *height, width != nullptr ? *width : 1.0};
  }
  MORTISE_ASSIGN(const auto axes, resized_axes(context, input->size()));
  if (scales) return resize_by_scales(context, *input, *scales, axes);
  context.set_shape(0, Dims(input->size(), kUnknownDim));
  return {};
}

// Since version 11: x, regions, scales, sizes, of which either scales or sizes count.
Status infer_resize(InferContext& context) {
  if (context.version() < 11) return infer_upsample(context);
  const Dims* input = context.dims(0);
  if (input == nullptr) return {};
  MORTISE_ASSIGN(const auto axes, resized_axes(context, input->size()));
  const auto scales = context.reals(2);
  const auto sizes = context.shape(3);
  const bool crop = context.node().get_string("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize";
  // An empty list of scales is as good as none.
  if (scales && !scales->empty() && !context.has_input(3)) {
    if (!crop) return resize_by_scales(context, *input, *scales, axes);
  } else if (sizes && !sizes->empty()) {
    MORTISE_TRY(check_count(context, "sizes", sizes->size(), axes.size()));
    const std::string_view policy = context.node().get_string("keep_aspect_ratio_policy", "stretch");
    Dims output = *input;
    for (size_t i = 0; i < axes.size(); ++i) output[axes[i]] = (*sizes)[i];
    if (policy != "stretch") keep_aspect_ratio(output, *input, axes, policy == "not_smaller");
    context.set_shape(0, std::move(output));
    return {};
  }
  Dims output = *input;
  for (const size_t axis : axes) output[axis] = kUnknownDim;
  context.set_shape(0, std::move(output));
  return {};
}

// x [N, C, d1, …], grid [N, o1, …, number of axes].
Status infer_grid_sample(InferContext& context) {
  const Dims* x = context.dims(0);
  const Dims* grid = context.dims(1);
  MORTISE_TRY(context.expect_rank_at_least(0, 3));
  if (x == nullptr || grid == nullptr) return {};
  MORTISE_TRY(context.expect_rank(1, x->size()));
  if (differ(grid->back(), known_dim(static_cast<int64_t>(x->size()) - 2))) {
    return context.error("its grid ", to_string(context.input(1)), " has no coordinate for each of ", x->size() - 2,
                         " axes");
  }
  MORTISE_ASSIGN(const Dim batch, context.same((*x)[0], (*grid)[0], "batches"));
  Dims output{batch, (*x)[1]};
  output.insert(output.end(), grid->begin() + 1, grid->end() - 1);
  context.set_shape(0, std::move(output));
  return {};
}

// theta [N, 2, 3] or [N, 3, 4], size [N, C, H, W] or [N, C, D, H, W].
Status infer_affine_grid(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 3));
  const auto size = context.shape(1);
  if (!size) return {};
  if (size->size() != 4 && size->size() != 5) return context.error("it has ", size->size(), " sizes, not 4 or 5");
  MORTISE_ASSIGN(const Dim batch, context.same((*size)[0], context.extent(0, 0), "batches"));
  Dims output{batch};
  output.insert(output.end(), size->begin() + 2, size->end());
  output.push_back(known_dim(static_cast<int64_t>(size->size()) - 2));
  context.set_shape(0, std::move(output));
  return {};
}

Status infer_image_decoder(InferContext& context) {
  const bool gray = context.node().get_string("pixel_format", "RGB") == "Grayscale";
  context.set_shape(0, Dims{kUnknownDim, kUnknownDim, known_dim(gray ? 1 : 3)});
  return {};
}

}  // namespace mortise::infer
