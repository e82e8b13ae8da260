// Inference of operators that read or change a shape without touching the elements, and of spreading by a shape.
#include <algorithm>
#include <span>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

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
  return divide(product(left), product(output));
}

// "[2, batch, -1]"; of a long one the first extents.
std::string text_of(const Elements& shape) {
  constexpr size_t kMostShown = 16;
  std::string text = "[";
  for (const Element& element : std::span(shape).first(std::min(shape.size(), kMostShown))) {
    text.append(text.size() > 1 ? ", " : "");
    text.append(element.is_integer()        ? std::to_string(element.integer)
                : element.symbol != nullptr ? element.symbol
                                            : "?");
  }
  return shape.size() > kMostShown ? concat(text, ", ... ", shape.size(), " extents]") : text + "]";
}

}  // namespace

Status infer_shape(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) {
    context.set_shape(0, Dims{kUnknownDim});
    return {};
  }
  const auto rank = static_cast<int64_t>(dims->size());
  const auto position = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? saturating_add(i, rank) : i, 0, rank); };
  const int64_t start = position(context.node().get_int("start", 0));
  const int64_t end = std::max(start, position(context.node().get_int("end", rank)));
  Elements elements;
  for (int64_t i = start; i < end; ++i) elements.push_back(to_element((*dims)[static_cast<size_t>(i)]));
  context.set_shape(0, Dims{known_dim(end - start)});
  context.set_elements(std::move(elements));
  return {};
}

Status infer_size(InferContext& context) {
  context.set_shape(0, Dims{});
  if (const Dims* dims = context.dims(0)) context.set_elements({to_element(product(*dims))});
  return {};
}

Status infer_reshape(InferContext& context) {
  std::optional<Elements> target = context.elements(1);
  if (const auto* list = context.node().get<std::vector<int64_t>>("shape")) {
    target.emplace();
    for (const int64_t extent : *list) target->push_back(integer_element(extent));
  }
  if (!target) {
    context.set_shape(0, context.shape(1));
    return {};
  }
  const Dims* input = context.dims(0);
  const bool zero_copies = context.node().get_int("allowzero", 0) == 0;
  Dims output;
  std::optional<size_t> hole;
  for (const Element& element : *target) {
    const size_t i = output.size();
    output.push_back(to_dim(element));
    if (!element.is_integer()) continue;
    if (element.integer < -1) return context.error("shape ", text_of(*target), " has the extent ", element.integer);
    if (element.integer == -1) {
      if (hole) return context.error("shape ", text_of(*target), " has more than one -1");
      hole = i;
    } else if (element.integer == 0 && zero_copies) {
      if (input != nullptr && i >= input->size()) {
        return context.error("extent ", i, " of the shape is 0, but the input is ", to_string(context.input(0)));
      }
      output[i] = input != nullptr ? (*input)[i] : kUnknownDim;
    }
  }
  if (input != nullptr) {
    if (hole) output[*hole] = remaining_extent(*input, output, *hole);
    const Dim before = product(*input);
    const Dim after = product(output);
    if (differ(before, after)) {
      return context.error("cannot reshape ", to_string(context.input(0)), " to ", text_of(*target),
                           ": the numbers of elements differ");
    }
  }
  context.set_shape(0, std::move(output));
  if (target->size() <= 1) context.pass_elements(0);
  return {};
}

Status infer_flatten(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) {
    context.set_shape(0, Dims{kUnknownDim, kUnknownDim});
    return {};
  }
  const int64_t axis = context.node().get_int("axis", 1);
  const auto rank = static_cast<int64_t>(dims->size());
  if (axis < -rank || axis > rank) {
    return context.error("axis ", axis, " is out of range for a tensor of rank ", rank);
  }
  const auto split = static_cast<size_t>(axis < 0 ? axis + rank : axis);
  const std::span<const Dim> all(*dims);
  context.set_shape(0, Dims{product(all.first(split)), product(all.subspan(split))});
  return {};
}

Status infer_squeeze(InferContext& context) {
  const Dims* dims = context.dims(0);
  const bool has_axes = context.node().find("axes") != nullptr || context.has_input(1);
  const auto axes = context.ints("axes", 1);
  if (dims == nullptr || (has_axes && !axes)) return {};
  MORTISE_ASSIGN(const std::vector<bool> mask, context.axis_mask(axes.value_or(std::vector<int64_t>()), dims->size()));
  Dims output;
  for (size_t i = 0; i < dims->size(); ++i) {
    const Dim& dim = (*dims)[i];
    if (has_axes && mask[i] && differ(dim, known_dim(1))) {
      return context.error("axis ", i, " of ", to_string(context.input(0)), " is not 1, so it cannot be squeezed");
    }
    if (!has_axes && !is_known(dim)) return {};
    if (has_axes ? !mask[i] : dim.value != 1) output.push_back(dim);
  }
  context.set_shape(0, std::move(output));
  context.pass_elements(0);
  return {};
}

Status infer_unsqueeze(InferContext& context) {
  const Dims* dims = context.dims(0);
  const auto axes = context.ints("axes", 1);
  if (dims == nullptr || !axes) return {};
  const size_t rank = dims->size() + axes->size();
  MORTISE_ASSIGN(const std::vector<bool> mask, context.distinct_axes("axes", *axes, rank));
  Dims output;
  size_t next = 0;
  for (size_t i = 0; i < rank; ++i) output.push_back(mask[i] ? known_dim(1) : (*dims)[next++]);
  context.set_shape(0, std::move(output));
  if (rank <= 1) context.pass_elements(0);
  return {};
}

Status infer_transpose(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  Dims output(dims->rbegin(), dims->rend());
  if (const auto* perm = context.node().get<std::vector<int64_t>>("perm")) {
    if (perm->size() != dims->size()) {
      return context.error("'perm' has ", perm->size(), " entries for ", to_string(context.input(0)));
    }
    const auto negative = std::find_if(perm->begin(), perm->end(), [](int64_t axis) { return axis < 0; });
    if (negative != perm->end()) return context.error("'perm' has the entry ", *negative, "; axes count from 0 here");
    MORTISE_TRY(context.distinct_axes("perm", *perm, dims->size()).status());
    for (size_t i = 0; i < perm->size(); ++i) {
      MORTISE_ASSIGN(const size_t from, context.axis((*perm)[i], dims->size()));
      output[i] = (*dims)[from];
    }
  }
  const bool is_list = dims->size() <= 1;
  context.set_shape(0, std::move(output));
  if (is_list) context.pass_elements(0);
  return {};
}

Status infer_expand(InferContext& context) {
  const Dims* dims = context.dims(0);
  const auto target = context.shape(1);
  if (dims == nullptr || !target) return {};
  auto output = broadcast(*dims, *target);
  if (!output) {
    return context.error(context.of_input(0), ", which cannot be broadcast to the shape ", to_string(*target),
                         " that input #1 gives");
  }
  const auto elements = context.elements(0);
  const bool repeats = elements && elements->size() == 1 && output->size() == 1 && is_known(output->front());
  const int64_t count = repeats ? output->front().value : 0;
  context.set_shape(0, std::move(output));
  if (repeats && count <= kMaxFollowedElements)
    context.set_elements(Elements(static_cast<size_t>(count), elements->front()));
  return {};
}

// Version 1: input, how often, along which axis.
Status infer_tile(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  Dims output(dims->size(), kUnknownDim);
  if (context.version() < 6) {
    const auto tiles = context.scalar(1);
    const auto along = context.scalar(2);
    if (tiles && along) {
      MORTISE_ASSIGN(const size_t axis, context.axis(*along, dims->size()));
      output = *dims;
      output[axis] = multiply(output[axis], to_extent(*tiles));
    }
  } else if (const auto repeats = context.shape(1)) {
    if (repeats->size() != dims->size()) {
      return context.error("it has ", repeats->size(), " repeats for ", to_string(context.input(0)));
    }
    for (size_t i = 0; i < output.size(); ++i) output[i] = multiply((*dims)[i], (*repeats)[i]);
  }
  context.set_shape(0, std::move(output));
  return {};
}

Status infer_constant_of_shape(InferContext& context) {
  const auto* value = context.node().get<Tensor>("value");
  std::optional<Dims> output = context.shape(0);
  const bool is_list = output && output->size() <= 1;
  const Dim count = is_list ? product(*output) : kUnknownDim;
  context.set_tensor(0, value != nullptr ? value->dtype() : DType::kF32, std::move(output));
  const auto fill = value != nullptr ? read_elements(*value) : std::optional(Elements{real_element(0)});
  if (is_list && fill && fill->size() == 1 && is_known(count) && count.value <= kMaxFollowedElements) {
    context.set_elements(Elements(static_cast<size_t>(count.value), fill->front()));
  }
  return {};
}

// Blocks of channels become blocks of pixels.
Status infer_depth_to_space(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 4));
  const Dim block = known_dim(context.node().get_int("blocksize", 1));
  const Dim channels = context.extent(0, 1);
  const Dim square = multiply(block, block);
  if (is_known(channels) && channels.value % square.value != 0) {
    return context.error("its ", channels.value, " channels are no multiple of the square of the block size ",
                         block.value);
  }
  context.set_shape(0, Dims{context.extent(0, 0), divide(channels, square), multiply(context.extent(0, 2), block),
                            multiply(context.extent(0, 3), block)});
  return {};
}

Status infer_space_to_depth(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 4));
  const Dim block = known_dim(context.node().get_int("blocksize", 1));
  for (const size_t axis : {2, 3}) {
    const Dim extent = context.extent(0, axis);
    if (is_known(extent) && extent.value % block.value != 0) {
      return context.error("axis ", axis, " of ", to_string(context.input(0)), " is no multiple of the block size ",
                           block.value);
    }
  }
  context.set_shape(0, Dims{context.extent(0, 0), multiply(context.extent(0, 1), multiply(block, block)),
                            divide(context.extent(0, 2), block), divide(context.extent(0, 3), block)});
  return {};
}

}  // namespace mortise::infer
