// NonMaxSuppression: the best boxes of every batch and class that do not overlap a better one too much.
#include <limits>
#include <vector>

#include "providers/reference/ops/axes.h"

namespace mortise::reference {
namespace {

struct Box {
  float top, left, bottom, right;
};

Box read_box(const float* b, bool center) {
  if (center) return {b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2};
  return {std::min(b[0], b[2]), std::min(b[1], b[3]), std::max(b[0], b[2]), std::max(b[1], b[3])};
}

float overlap(const Box& a, const Box& b) {
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (!(height > 0 && width > 0)) return 0;
  const float common = height * width;
  return common / ((a.bottom - a.top) * (a.right - a.left) + (b.bottom - b.top) * (b.right - b.left) - common);
}

}  // namespace

Result<Kernel> make_non_max_suppression(const NodeSpec& node) {
  return Kernel([center = node.get_int("center_point_box", 0) != 0](KernelContext& context) -> Status {
    const Tensor& boxes = context.input(0);
    const Tensor& scores = context.input(1);
    if (boxes.rank() != 3 || scores.rank() != 3 || boxes.dim(2) != 4 || boxes.dim(0) != scores.dim(0) ||
        boxes.dim(1) != scores.dim(2) || boxes.dtype() != DType::kF32 || scores.dtype() != DType::kF32) {
      return invalid_argument("boxes ", to_string(boxes.shape()), " and scores ", to_string(scores.shape()),
                              " must be float32 [batches, boxes, 4] and [batches, classes, boxes]");
    }
    int64_t limit = 0;
    if (context.has_input(2)) {
      MORTISE_ASSIGN(limit, int_of(context, 2, "max_output_boxes_per_class"));
    }
    const auto threshold = [&](uint64_t i, float otherwise) -> Result<float> {
      if (!context.has_input(i)) return otherwise;
      const Tensor& t = context.input(i);
      if (t.dtype() != DType::kF32 || t.num_elements() != 1) {
        return invalid_argument("input ", i, " is ", form_of(t), "; a threshold must be one float32");
      }
      return *t.data<float>();
    };
    MORTISE_ASSIGN(const float most_overlap, threshold(3, 0));
    MORTISE_ASSIGN(const float least_score, threshold(4, -std::numeric_limits<float>::infinity()));
    const int64_t count = boxes.dim(1), classes = scores.dim(1);
    std::vector<int64_t> selected;  // batch, class, box
    std::vector<int64_t> order, taken;
    for (int64_t row = 0; row < boxes.dim(0) * classes; ++row) {
      const float* score = scores.data<float>() + row * count;
      const float* box = boxes.data<float>() + row / classes * count * 4;
      order.clear();
      taken.clear();
      for (int64_t i = 0; i < count; ++i) {
        if (score[i] > least_score) order.push_back(i);
      }
      std::stable_sort(order.begin(), order.end(), [&](int64_t p, int64_t q) { return score[p] > score[q]; });
      for (const int64_t i : order) {
        if (static_cast<int64_t>(taken.size()) >= limit) break;
        const Box candidate = read_box(box + i * 4, center);
        const bool free = std::none_of(taken.begin(), taken.end(), [&](int64_t t) {
          return overlap(candidate, read_box(box + t * 4, center)) > most_overlap;
        });
        if (!free) continue;
        taken.push_back(i);
        selected.insert(selected.end(), {row / classes, row % classes, i});
      }
    }
    Tensor& y = context.output(0, DType::kI64, {static_cast<int64_t>(selected.size() / 3), 3});
    std::copy(selected.begin(), selected.end(), y.data<int64_t>());
    return {};
  });
}

}  // namespace mortise::reference
