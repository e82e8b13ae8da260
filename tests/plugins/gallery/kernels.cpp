#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gallery {

namespace {

// The index of the element of `tensor` that broadcasting puts at this place of a larger shape.
int64_t broadcast_index(const Tensor& tensor, std::span<const int64_t> place) {
  const size_t skipped = place.size() - tensor.rank();
  int64_t index = 0;
  for (uint32_t axis = 0; axis < tensor.rank(); ++axis) {
    index = index * tensor.dim(axis) + (tensor.dim(axis) == 1 ? 0 : place[skipped + axis]);
  }
  return index;
}

// The next place in row-major order.
void advance(std::vector<int64_t>& place, const Shape& shape) {
  for (size_t axis = place.size(); axis-- > 0;) {
    if (++place[axis] < shape[axis]) return;
    place[axis] = 0;
  }
}

float negate(float x) { return -x; }
int32_t negate(int32_t x) { return static_cast<int32_t>(0u - static_cast<uint32_t>(x)); }
float sum(float a, float b) { return a + b; }
int32_t sum(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b)); }

template <class T>
void add(const Tensor& a, const Tensor& b, Tensor& output) {
  std::vector<int64_t> place(output.rank());
  for (T& element : output.elements<T>()) {
    element = sum(a.data<T>()[broadcast_index(a, place)], b.data<T>()[broadcast_index(b, place)]);
    advance(place, output.shape());
  }
}

void softmax(const Tensor& input, int64_t axis, Tensor& output) {
  const auto at = static_cast<uint32_t>(axis);
  const int64_t extent = input.rank() == 0 ? 1 : input.dim(at);
  const int64_t stride = input.rank() == 0 ? 1 : input.shape().product(at + 1, input.rank());
  for (int64_t i = 0; i < input.num_elements(); ++i) {
    if (i / stride % extent != 0) continue;  // not the first of its row
    const float* x = input.data<float>() + i;
    float* y = output.data<float>() + i;
    double largest = -std::numeric_limits<double>::infinity(), total = 0;
    for (int64_t k = 0; k < extent; ++k) largest = std::max<double>(largest, x[k * stride]);
    for (int64_t k = 0; k < extent; ++k) total += std::exp(x[k * stride] - largest);
    for (int64_t k = 0; k < extent; ++k) y[k * stride] = static_cast<float>(std::exp(x[k * stride] - largest) / total);
  }
}

template <class T>
void pad(std::span<const Tensor> inputs, Tensor& output) {
  const Tensor& input = inputs[0];
  const std::vector<int64_t> front = pads_in_front(inputs);
  const bool has_value = inputs.size() > 2 && inputs[2].dtype() != DType::kUndefined;
  const T value = has_value ? inputs[2].data<T>()[0] : T{};
  std::vector<int64_t> place(output.rank());
  for (T& element : output.elements<T>()) {
    bool inside = true;
    int64_t index = 0;
    for (uint32_t axis = 0; axis < input.rank(); ++axis) {
      const int64_t at = place[axis] - front[axis];
      inside = inside && at >= 0 && at < input.dim(axis);
      index = index * input.dim(axis) + at;
    }
    element = inside ? input.data<T>()[index] : value;
    advance(place, output.shape());
  }
}

template <class T>
void compute_as(const Step& step, std::span<const Tensor> inputs, Tensor& output) {
  if (step.op == "Add") return add<T>(inputs[0], inputs[1], output);
  if (step.op == "Pad") return pad<T>(inputs, output);
  const std::span<const T> x = inputs[0].elements<T>();
  const std::span<T> y = output.elements<T>();
  for (size_t i = 0; i < y.size(); ++i) y[i] = step.op == "Neg" ? negate(x[i]) : x[i] < T{} ? T{} : x[i];
}

// The axes that the pads are for.
std::vector<int64_t> padded_axes(std::span<const Tensor> inputs) {
  std::vector<int64_t> axes;
  if (inputs.size() <= 3 || inputs[3].dtype() == DType::kUndefined) {
    for (int64_t axis = 0; axis < inputs[0].rank(); ++axis) axes.push_back(axis);
  } else {
    for (int64_t i = 0; i < inputs[3].num_elements(); ++i) {
      axes.push_back(inputs[3].dtype() == DType::kI32 ? inputs[3].data<int32_t>()[i] : inputs[3].data<int64_t>()[i]);
    }
  }
  return axes;
}

Result<Shape> padded_shape(std::span<const Tensor> inputs) {
  Shape shape = inputs[0].shape();
  const std::vector<int64_t> axes = padded_axes(inputs);
  const std::span<const int64_t> pads = inputs[1].elements<int64_t>();
  if (pads.size() != 2 * axes.size()) {
    return invalid_argument("there are ", pads.size(), " pads for ", axes.size(), " axes");
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t rank = shape.rank(), axis = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (axis < 0 || axis >= rank) return invalid_argument("axis ", axes[i], " is not one of rank ", rank);
    int64_t& extent = shape[static_cast<uint64_t>(axis)];
    if (__builtin_add_overflow(extent, pads[i], &extent) ||
        __builtin_add_overflow(extent, pads[i + axes.size()], &extent) || extent < 0) {
      return invalid_argument("the pads of axis ", axis, " leave no extent");
    }
  }
  return shape;
}

Result<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.rank(), b.rank()), 1);
  for (const Shape* one : {&a, &b}) {
    for (uint32_t i = 0; i < one->rank(); ++i) {
      int64_t& extent = shape[shape.rank() - 1 - i];
      const int64_t other = (*one)[one->rank() - 1 - i];
      if (extent != 1 && other != 1 && extent != other) {
        return invalid_argument("shapes ", to_string(a), " and ", to_string(b), " do not go together");
      }
      if (other != 1) extent = other;
    }
  }
  return shape;
}

}  // namespace

Step read_step(const sdk::GraphView& graph, uint32_t node) {
  const sdk::NodeView view = graph.node(node);
  return {.op = std::string(view.op_type()),
          .axis = view.get_int("axis", -1),
          .inputs = {view.inputs().begin(), view.inputs().end()},
          .output = view.outputs()[0],
          .node = node,
          .dtype = graph.value(view.outputs()[0]).dtype()};
}

int64_t axis_from_front(int64_t axis, uint32_t rank) { return rank == 0 ? 0 : axis < 0 ? axis + rank : axis; }

std::vector<int64_t> pads_in_front(std::span<const Tensor> inputs) {
  std::vector<int64_t> front(inputs[0].rank());
  const std::vector<int64_t> axes = padded_axes(inputs);
  for (size_t i = 0; i < axes.size(); ++i) {
    front[static_cast<size_t>(axis_from_front(axes[i], inputs[0].rank()))] = inputs[1].data<int64_t>()[i];
  }
  return front;
}

Result<Shape> shape_of(const Step& step, std::span<const Tensor> inputs) {
  if (step.op == "Add") return broadcast_shape(inputs[0].shape(), inputs[1].shape());
  if (step.op == "Pad") return padded_shape(inputs);
  return inputs[0].shape();
}

void compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) {
  if (step.op == "Softmax") return softmax(inputs[0], axis_from_front(step.axis, inputs[0].rank()), output);
  return step.dtype == DType::kI32 ? compute_as<int32_t>(step, inputs, output)
                                   : compute_as<float>(step, inputs, output);
}

}  // namespace gallery
