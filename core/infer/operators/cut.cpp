// Inference of operators that join, cut and pad along axes.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

void follow_concat(InferContext& context) {
  Elements all;
  for (uint32_t i = 0; i < context.num_inputs(); ++i) {
    const auto elements = context.elements(i);
    if (!elements) {
      // An element is at a certain place only if all lengths before it are known.
      const Dim length = context.extent(i, 0);
      if (!is_known(length) || length.value > kMaxFollowedElements) return;
      all.resize(all.size() + static_cast<size_t>(length.value));
    } else {
      all.insert(all.end(), elements->begin(), elements->end());
    }
    if (all.size() > static_cast<size_t>(kMaxFollowedElements)) return;
  }
  context.set_elements(std::move(all));
}

// How many elements of an axis of a known extent a slice takes, and from where.
struct Cut {
  int64_t start;
  int64_t count;
};

Cut cut(int64_t extent, int64_t start, int64_t end, int64_t step) {
  const auto position = [&](int64_t at, int64_t low, int64_t high) {
    return std::clamp<int64_t>(at < 0 ? saturating_add(at, extent) : at, low, high);
  };
  if (extent == 0) return {0, 0};
  const int64_t first = position(start, 0, step > 0 ? extent : extent - 1);
  const int64_t last = position(end, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
  const int64_t distance = step > 0 ? last - first : first - last;
  const auto stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  const int64_t count = distance <= 0 ? 0 : static_cast<int64_t>((static_cast<uint64_t>(distance) - 1) / stride) + 1;
  return {first, count};
}

}  // namespace

// Version 1 has the default axis 1; later ones require the attribute.
Status infer_concat(InferContext& context) {
  Dim sum = known_dim(0);
  std::optional<Dims> output;
  size_t axis = 0;
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
      return context.error("input #", i, " is ", to_string(context.input(i)), ", but another input has the rank ",
                           output->size());
    }
    for (size_t d = 0; d < dims->size(); ++d) {
      if (d == axis) continue;
      if (differ((*dims)[d], (*output)[d])) {
        return context.error("input #", i, " is ", to_string(context.input(i)), ", which does not fit ",
                             to_string(Type::tensor(context.dtype(0), *output)), " beside axis ", axis);
      }
      if (!is_known((*output)[d])) (*output)[d] = either((*dims)[d], (*output)[d]);
    }
    sum = add(sum, (*dims)[axis]);
  }
  if (output) (*output)[axis] = sum;
  const bool is_list = output && output->size() == 1;
  context.set_shape(0, std::move(output));
  if (is_list) follow_concat(context);
  return {};
}

// The sizes are an attribute before version 13 and an input in version 1 and since 13.
Status infer_split(InferContext& context) {
  const Dims* dims = context.dims(0);
  const uint32_t parts = context.num_outputs();
  const bool by_number = context.node().find("num_outputs") != nullptr;
  if (context.version() >= 18 && by_number == context.has_input(1)) {
    return context.error(by_number ? "both" : "neither",
                         " of input 'split' and attribute 'num_outputs' are given; one of them must be");
  }
  const auto sizes = context.ints("split", 1);
  if (sizes && sizes->size() != parts) {
    return context.error("it splits into ", sizes->size(), " but has ", parts, " outputs");
  }
  if (dims == nullptr) return {};
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), dims->size()));
  const int64_t extent = (*dims)[axis].value;
  const int64_t wanted = context.node().get_int("num_outputs", parts);
  if (wanted != parts) return context.error("'num_outputs' is ", wanted, ", but it has ", parts, " outputs");
  const int64_t chunk = extent < 0 ? -1 : extent / parts + (extent % parts != 0 ? 1 : 0);
  const auto elements = dims->size() == 1 ? context.elements(0) : std::nullopt;
  int64_t total = 0;
  for (uint32_t i = 0; i < parts; ++i) {
    Dim part = kUnknownDim;
    if (sizes) {
      part = known_dim((*sizes)[i]);
      if (part.value < 0) return context.error("part ", i, " has the extent ", part.value);
    } else if (extent >= 0 && !context.has_input(1)) {
      part = known_dim(std::clamp<int64_t>(extent - saturating_multiply(chunk, i), 0, chunk));
    }
    const int64_t end = saturating_add(total, part.value);
    if (elements && is_known(part) && end <= static_cast<int64_t>(elements->size())) {
      context.set_elements(i, Elements(elements->begin() + total, elements->begin() + end));
    }
    total = end;
    Dims output = *dims;
    output[axis] = part;
    context.set_shape(i, std::move(output));
  }
  if (sizes && extent >= 0 && total != extent) {
    return context.error("its parts have ", total, " elements along axis ", axis, " of ", to_string(context.input(0)));
  }
  return {};
}

Status infer_slice(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  const auto starts = context.ints("starts", 1);
  const auto ends = context.ints("ends", 2);
  auto axes = context.ints("axes", 3);
  const auto steps = context.ints("steps", 4);
  const bool axes_unknown = context.has_input(3) && !axes;
  Dims output = *dims;
  if (axes_unknown) {
    context.set_shape(0, Dims(dims->size(), kUnknownDim));
    return {};
  }
  if (!axes) {
    size_t length = dims->size();
    if (starts) {
      length = starts->size();
    } else if (const auto known = context.shape(1)) {
      length = known->size();
    }
    axes.emplace();
    for (size_t i = 0; i < length; ++i) axes->push_back(static_cast<int64_t>(i));
  }
  MORTISE_ASSIGN(const std::vector<bool> mask, context.distinct_axes("axes", *axes, dims->size()));
  if (!starts || !ends || (context.has_input(4) && !steps)) {
    for (size_t i = 0; i < output.size(); ++i) output[i] = mask[i] ? kUnknownDim : output[i];
    context.set_shape(0, std::move(output));
    return {};
  }
  if (starts->size() != ends->size() || axes->size() != starts->size() || (steps && steps->size() != starts->size())) {
    return context.error("starts, ends, axes and steps have ", starts->size(), ", ", ends->size(), ", ", axes->size(),
                         " and ", steps ? steps->size() : starts->size(), " entries; they must be equally long");
  }
  auto elements = dims->size() == 1 && axes->size() == 1 ? context.elements(0) : std::nullopt;
  for (size_t i = 0; i < axes->size(); ++i) {
    MORTISE_ASSIGN(const size_t axis, context.axis((*axes)[i], dims->size()));
    const int64_t step = steps ? (*steps)[i] : 1;
    if (step == 0) return context.error("'steps' has a 0 at ", i, "; a step must not be 0");
    const int64_t extent = (*dims)[axis].value;
    if (extent < 0) {
      const bool whole = (*starts)[i] == 0 && step == 1 && (*ends)[i] >= std::numeric_limits<int32_t>::max();
      if (!whole) output[axis] = kUnknownDim;
      elements.reset();
      continue;
    }
    const Cut taken = cut(extent, (*starts)[i], (*ends)[i], step);
    output[axis] = known_dim(taken.count);
    if (elements && elements->size() == static_cast<size_t>(extent)) {
      Elements some;
      for (int64_t k = 0; k < taken.count; ++k)
        some.push_back((*elements)[static_cast<size_t>(taken.start + k * step)]);
      elements = std::move(some);
    }
  }
  context.set_shape(0, std::move(output));
  if (elements) context.set_elements(std::move(*elements));
  return {};
}

// The pads are an attribute before version 11.
Status infer_pad(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  const auto pads = context.ints(context.version() == 1 ? "paddings" : "pads", 1);
  const auto axes = context.ints(3);
  Dims output(dims->size(), kUnknownDim);
  if (axes) {
    // Axes that are not padded keep their extents, whatever the pads are.
    MORTISE_ASSIGN(const std::vector<bool> mask, context.axis_mask(*axes, dims->size()));
    for (size_t i = 0; i < output.size(); ++i) output[i] = mask[i] ? kUnknownDim : (*dims)[i];
  }
  if (pads && (axes || !context.has_input(3))) {
    const size_t count = axes ? axes->size() : dims->size();
    if (pads->size() != 2 * count) return context.error("it has ", pads->size(), " pads for ", count, " axes");
    for (size_t i = 0; i < count; ++i) {
      size_t axis = i;
      if (axes) {
        MORTISE_ASSIGN(axis, context.axis((*axes)[i], dims->size()));
      }
      const int64_t more = saturating_add((*pads)[i], (*pads)[count + i]);
      const Dim& extent = (*dims)[axis];
      if (is_known(extent) && saturating_add(extent.value, more) < 0) {
        return context.error("its pads take ", saturating_subtract(0, more), " elements from axis ", axis, " of ",
                             to_string(context.input(0)));
      }
      output[axis] = add(extent, more);
    }
  }
  context.set_shape(0, std::move(output));
  return {};
}

Status infer_center_crop_pad(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  const auto target = context.shape(1);
  Dims output = *dims;
  if (const auto* axes = context.node().get<std::vector<int64_t>>("axes")) {
    if (target && target->size() != axes->size()) {
      return context.error("it has ", target->size(), " extents for ", axes->size(), " axes");
    }
    for (size_t i = 0; i < axes->size(); ++i) {
      MORTISE_ASSIGN(const size_t axis, context.axis((*axes)[i], dims->size()));
      output[axis] = target ? (*target)[i] : kUnknownDim;
    }
  } else {
    if (target && target->size() != dims->size()) {
      return context.error("it has ", target->size(), " extents for ", to_string(context.input(0)));
    }
    output = target.value_or(Dims(dims->size(), kUnknownDim));
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace mortise::infer
