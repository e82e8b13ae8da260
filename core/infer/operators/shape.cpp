// Inference of operators that read, compute or change shapes, and of joining and cutting.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

Dims to_dims(const Elements& elements) {
  Dims dims;
  for (const Element& element : elements) dims.push_back(to_dim(element));
  return dims;
}

// A shape given as the content of input i; where only the length of the list is known, that many unknown extents.
std::optional<Dims> shape_input(const InferContext& context, uint32_t i) {
  if (const auto elements = context.elements(i)) return to_dims(*elements);
  const Dims* dims = context.dims(i);
  if (dims == nullptr || dims->size() != 1 || (*dims)[0].value < 0 || (*dims)[0].value > 64) return std::nullopt;
  return Dims(static_cast<size_t>((*dims)[0].value), kUnknownDim);
}

Status set_unknown_shape(InferContext& context) {
  context.set_output(0, context.dtype(0));
  return {};
}

// The extent of data that -1 stands for: the product of the input over that of the other extents. Factors that both
// have cancel, so that names survive.
Dim remaining_extent(const Dims& input, Dims output, size_t hole) {
  output.erase(output.begin() + static_cast<std::ptrdiff_t>(hole));
  Dims left = input;
  std::erase_if(output, [&](const Dim& dim) {
    if (is_known(dim)) return false;
    const auto found = std::find_if(left.begin(), left.end(), [&](const Dim& d) { return same_extent(d, dim); });
    if (found == left.end()) return false;
    left.erase(found);
    return true;
  });
  const Dim rest = product(left);
  const Dim divisor = product(output);
  if (divisor.value == 1) return rest;
  if (!is_known(rest) || divisor.value <= 0) return kUnknownDim;
  return known_dim(rest.value / divisor.value);
}

}  // namespace

Status infer_shape(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) {
    context.set_output(0, DType::kI64, Dims{kUnknownDim});
    return {};
  }
  const auto rank = static_cast<int64_t>(dims->size());
  const auto position = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? saturating_add(i, rank) : i, 0, rank); };
  const int64_t start = position(context.node().get_int("start", 0));
  const int64_t end = std::max(start, position(context.node().get_int("end", rank)));
  Elements elements;
  for (int64_t i = start; i < end; ++i) elements.push_back(to_element((*dims)[static_cast<size_t>(i)]));
  context.set_output(0, DType::kI64, Dims{known_dim(end - start)});
  context.set_elements(std::move(elements));
  return {};
}

Status infer_size(InferContext& context) {
  context.set_output(0, DType::kI64, Dims{});
  if (const Dims* dims = context.dims(0)) context.set_elements({to_element(product(*dims))});
  return {};
}

Status infer_reshape(InferContext& context) {
  std::optional<Elements> target;
  if (const auto* list = context.node().get<std::vector<int64_t>>("shape")) {
    target.emplace();
    for (const int64_t extent : *list) target->push_back(known_element(extent));
  } else {
    target = context.elements(1);
  }
  if (!target) {
    context.set_output(0, context.dtype(0), shape_input(context, 1));
    return {};
  }
  const Dims* input = context.dims(0);
  const bool zero_copies = context.node().get_int("allowzero", 0) == 0;
  Dims output = to_dims(*target);
  std::optional<size_t> hole;
  bool exact = input != nullptr;
  for (size_t i = 0; i < output.size(); ++i) {
    const Element& element = (*target)[i];
    if (element.known && element.value < -1) return context.error("the shape has the extent ", element.value);
    if (element.known && element.value == -1) {
      if (hole) return context.error("the shape has more than one -1");
      hole = i;
    } else if (element.known && element.value == 0 && zero_copies) {
      if (input == nullptr) {
        output[i] = kUnknownDim;
      } else if (i >= input->size()) {
        return context.error("extent ", i, " of the shape is 0, but the input is ", to_string(context.input(0)));
      } else {
        output[i] = (*input)[i];
      }
    }
  }
  if (hole && exact) output[*hole] = remaining_extent(*input, output, *hole);
  if (exact) {
    const Dim before = product(*input);
    const Dim after = product(output);
    if (is_known(before) && is_known(after) && before.value != after.value) {
      return context.error("cannot reshape ", to_string(context.input(0)), " to ",
                           to_string(Type::tensor(context.dtype(0), output)), ": the numbers of elements differ");
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  if (auto elements = context.elements(0); elements && target->size() == 1) context.set_elements(std::move(*elements));
  return {};
}

Status infer_flatten(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) {
    context.set_output(0, context.dtype(0), Dims{kUnknownDim, kUnknownDim});
    return {};
  }
  const int64_t axis = context.node().get_int("axis", 1);
  const auto rank = static_cast<int64_t>(dims->size());
  if (axis < -rank || axis > rank) return context.error("axis ", axis, " is out of range for rank ", rank);
  const auto split = static_cast<size_t>(axis < 0 ? axis + rank : axis);
  const std::span<const Dim> all(*dims);
  context.set_output(0, context.dtype(0), Dims{product(all.first(split)), product(all.subspan(split))});
  return {};
}

Status infer_squeeze(InferContext& context) {
  const Dims* dims = context.dims(0);
  const bool has_axes = context.node().find("axes") != nullptr || context.has_input(1);
  const auto axes = context.ints("axes", 1);
  if (dims == nullptr || (has_axes && !axes)) return set_unknown_shape(context);
  MORTISE_ASSIGN(const std::vector<bool> mask, context.axis_mask(axes.value_or(std::vector<int64_t>()), dims->size()));
  Dims output;
  for (size_t i = 0; i < dims->size(); ++i) {
    const Dim& dim = (*dims)[i];
    if (has_axes && mask[i] && is_known(dim) && dim.value != 1) {
      return context.error("axis ", i, " of ", to_string(context.input(0)), " is not 1, so it cannot be squeezed");
    }
    if (!has_axes && !is_known(dim)) return set_unknown_shape(context);
    if (has_axes ? !mask[i] : dim.value != 1) output.push_back(dim);
  }
  context.set_output(0, context.dtype(0), std::move(output));
  if (auto elements = context.elements(0)) context.set_elements(std::move(*elements));
  return {};
}

Status infer_unsqueeze(InferContext& context) {
  const Dims* dims = context.dims(0);
  const auto axes = context.ints("axes", 1);
  if (dims == nullptr || !axes) return set_unknown_shape(context);
  const size_t rank = dims->size() + axes->size();
  MORTISE_ASSIGN(const std::vector<bool> mask, context.axis_mask(*axes, rank));
  if (static_cast<size_t>(std::count(mask.begin(), mask.end(), true)) != axes->size()) {
    return context.error("an axis is given twice");
  }
  Dims output;
  size_t next = 0;
  for (size_t i = 0; i < rank; ++i) output.push_back(mask[i] ? known_dim(1) : (*dims)[next++]);
  context.set_output(0, context.dtype(0), std::move(output));
  if (auto elements = context.elements(0); elements && dims->empty()) context.set_elements(std::move(*elements));
  return {};
}

Status infer_transpose(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return set_unknown_shape(context);
  Dims output(dims->rbegin(), dims->rend());
  if (const auto* perm = context.node().get<std::vector<int64_t>>("perm")) {
    if (perm->size() != dims->size()) {
      return context.error("'perm' has ", perm->size(), " entries for ", to_string(context.input(0)));
    }
    for (size_t i = 0; i < perm->size(); ++i) {
      MORTISE_ASSIGN(const size_t from, context.axis((*perm)[i], dims->size()));
      output[i] = (*dims)[from];
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_expand(InferContext& context) {
  const Dims* dims = context.dims(0);
  const auto target = shape_input(context, 1);
  if (dims == nullptr || !target) return set_unknown_shape(context);
  MORTISE_ASSIGN(Dims output, broadcast(context, *dims, *target));
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_tile(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr || context.version() < 6) return set_unknown_shape(context);
  Dims output(dims->size(), kUnknownDim);
  if (const auto repeats = shape_input(context, 1)) {
    if (repeats->size() != dims->size())
      return context.error("it has ", repeats->size(), " repeats for rank ", dims->size());
    for (size_t i = 0; i < output.size(); ++i) output[i] = multiply((*dims)[i], (*repeats)[i]);
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_constant_of_shape(InferContext& context) {
  const auto* value = context.node().get<Tensor>("value");
  context.set_output(0, value != nullptr ? value->dtype() : DType::kF32, shape_input(context, 0));
  return {};
}

Status infer_concat(InferContext& context) {
  Dim sum = known_dim(0);
  std::optional<Dims> output;
  std::optional<size_t> axis;
  for (uint32_t i = 0; i < context.num_inputs(); ++i) {
    const Dims* dims = context.dims(i);
    if (dims == nullptr) {
      sum = kUnknownDim;
      continue;
    }
    if (!output) {
      output = *dims;
      MORTISE_ASSIGN(axis, context.axis(context.node().get_int("axis", 1), dims->size()));
    }
    if (dims->size() != output->size()) {
      return context.error("inputs ", to_string(context.input(0)), " and ", to_string(context.input(i)),
                           " differ in rank");
    }
    for (size_t d = 0; d < dims->size(); ++d) {
      if (d == *axis) continue;
      if (is_known((*dims)[d]) && is_known((*output)[d]) && (*dims)[d].value != (*output)[d].value) {
        return context.error("input #", i, " is ", to_string(context.input(i)), ", which does not fit ",
                             to_string(Type::tensor(context.dtype(0), *output)), " beside axis ", *axis);
      }
      if (!is_known((*output)[d])) (*output)[d] = (*dims)[d];
    }
    const Dim& extent = (*dims)[*axis];
    sum = sum.value == 0 ? extent : is_known(extent) ? add(sum, extent.value) : kUnknownDim;
  }
  if (output) (*output)[*axis] = context.num_inputs() == 1 ? (*output)[*axis] : sum;
  const bool is_list = output && output->size() == 1;
  context.set_output(0, context.dtype(0), std::move(output));
  Elements all;
  for (uint32_t i = 0; i < context.num_inputs() && is_list; ++i) {
    const auto elements = context.elements(i);
    if (!elements) return {};
    all.insert(all.end(), elements->begin(), elements->end());
  }
  if (is_list) context.set_elements(std::move(all));
  return {};
}

Status infer_split(InferContext& context) {
  const Dims* dims = context.dims(0);
  const uint32_t parts = context.num_outputs();
  if (dims == nullptr || parts == 0) {
    for (uint32_t i = 0; i < parts; ++i) context.set_output(i, context.dtype(0));
    return {};
  }
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), dims->size()));
  const auto sizes = context.ints("split", 1);
  if (sizes && sizes->size() != parts)
    return context.error("it splits into ", sizes->size(), " but has ", parts, " outputs");
  const int64_t extent = (*dims)[axis].value;
  const int64_t chunk = extent < 0 ? -1 : extent / parts + (extent % parts != 0 ? 1 : 0);
  for (uint32_t i = 0; i < parts; ++i) {
    Dims output = *dims;
    output[axis] = kUnknownDim;
    if (sizes) {
      if ((*sizes)[i] < 0) return context.error("part ", i, " has the extent ", (*sizes)[i]);
      output[axis] = known_dim((*sizes)[i]);
    } else if (extent >= 0 && !context.has_input(1)) {
      output[axis] = known_dim(std::clamp<int64_t>(extent - saturating_multiply(chunk, i), 0, chunk));
    }
    context.set_output(i, context.dtype(0), std::move(output));
  }
  return {};
}

Status infer_slice(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return set_unknown_shape(context);
  const auto starts = context.ints("starts", 1);
  const auto ends = context.ints("ends", 2);
  auto axes = context.ints("axes", 3);
  const auto steps = context.ints("steps", 4);
  const bool axes_unknown = context.has_input(3) && !axes;
  Dims output = *dims;
  if (!starts || !ends || axes_unknown || (context.has_input(4) && !steps)) {
    // The axes that are cut have an unknown extent; all, if they are not known.
    if (!axes || axes_unknown) {
      std::fill(output.begin(), output.end(), kUnknownDim);
    } else {
      MORTISE_ASSIGN(const std::vector<bool> mask, context.axis_mask(*axes, dims->size()));
      for (size_t i = 0; i < output.size(); ++i) output[i] = mask[i] ? kUnknownDim : output[i];
    }
    context.set_output(0, context.dtype(0), std::move(output));
    return {};
  }
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(static_cast<int64_t>(i));
  }
  if (starts->size() != ends->size() || axes->size() != starts->size() || (steps && steps->size() != starts->size())) {
    return context.error("starts, ends, axes and steps differ in length");
  }
  auto elements = context.elements(0);
  for (size_t i = 0; i < axes->size(); ++i) {
    MORTISE_ASSIGN(const size_t axis, context.axis((*axes)[i], dims->size()));
    const int64_t step = steps ? (*steps)[i] : 1;
    if (step == 0) return context.error("a step is 0");
    const int64_t extent = (*dims)[axis].value;
    if (extent < 0) {
      if ((*starts)[i] != 0 || step != 1 || (*ends)[i] < std::numeric_limits<int32_t>::max())
        output[axis] = kUnknownDim;
      continue;
    }
    const auto position = [&](int64_t at, int64_t low, int64_t high) {
      return std::clamp<int64_t>(at < 0 ? saturating_add(at, extent) : at, low, high);
    };
    const int64_t start = position((*starts)[i], 0, step > 0 ? extent : extent - 1);
    const int64_t end = position((*ends)[i], step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
    const int64_t distance = step > 0 ? end - start : start - end;
    const auto stride = step > 0 ? static_cast<uint64_t>(step) : ~static_cast<uint64_t>(step) + 1;
    const int64_t count = distance <= 0 ? 0 : static_cast<int64_t>((static_cast<uint64_t>(distance) - 1) / stride) + 1;
    output[axis] = known_dim(count);
    if (elements && dims->size() == 1 && elements->size() == static_cast<size_t>(extent)) {
      Elements cut;
      for (int64_t k = 0; k < count; ++k) cut.push_back((*elements)[static_cast<size_t>(start + k * step)]);
      elements = std::move(cut);
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  if (elements && axes->size() == 1) context.set_elements(std::move(*elements));
  return {};
}

Status infer_pad(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return set_unknown_shape(context);
  auto pads = context.ints(context.version() == 1 ? "paddings" : "pads", 1);
  const auto axes = context.ints(3);
  Dims output(dims->size(), kUnknownDim);
  if (pads && (axes || !context.has_input(3))) {
    const size_t count = axes ? axes->size() : dims->size();
    if (pads->size() != 2 * count) return context.error("it has ", pads->size(), " pads for ", count, " axes");
    output = *dims;
    for (size_t i = 0; i < count; ++i) {
      size_t axis = i;
      if (axes) {
        MORTISE_ASSIGN(axis, context.axis((*axes)[i], dims->size()));
      }
      output[axis] = add(output[axis], saturating_add((*pads)[i], (*pads)[count + i]));
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_depth_to_space(InferContext& context) {
  const Dims* dims = context.dims(0);
  const int64_t block = context.node().get_int("blocksize", 0);
  if (block <= 0) return context.error("attribute 'blocksize' is ", block, "; it must be positive");
  if (dims == nullptr || dims->size() != 4) return set_unknown_shape(context);
  const Dim channels = (*dims)[1];
  const Dim fewer = is_known(channels) ? known_dim(channels.value / block / block) : kUnknownDim;
  context.set_output(
      0, context.dtype(0),
      Dims{(*dims)[0], fewer, multiply((*dims)[2], known_dim(block)), multiply((*dims)[3], known_dim(block))});
  return {};
}

Status infer_space_to_depth(InferContext& context) {
  const Dims* dims = context.dims(0);
  const int64_t block = context.node().get_int("blocksize", 0);
  if (block <= 0) return context.error("attribute 'blocksize' is ", block, "; it must be positive");
  if (dims == nullptr || dims->size() != 4) return set_unknown_shape(context);
  const auto divide = [&](const Dim& dim) { return is_known(dim) ? known_dim(dim.value / block) : kUnknownDim; };
  const Dim more = multiply((*dims)[1], known_dim(saturating_multiply(block, block)));
  context.set_output(0, context.dtype(0), Dims{(*dims)[0], more, divide((*dims)[2]), divide((*dims)[3])});
  return {};
}

}  // namespace mortise::infer
