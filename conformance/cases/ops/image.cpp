// Operators on images and regions of them.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

Range pixels() { return {-9, 9}; }

}  // namespace

Family resize() {
  Family family;
  using Floats = std::vector<float>;
  struct Setting {
    const char* name;
    std::vector<std::pair<const char*, const char*>> words = {};
    Floats scales = {1, 1, 1.5f, 2};
    std::vector<int64_t> sizes = {};
    int32_t first = 10;
    bool numbers_only = false;
    Shape input = {1, 2, 4, 4};
  };
  const std::vector<Setting> settings = {
      {"nearest"},
      {"nearest-smaller", {}, {1, 1, 0.5f, 0.75f}},
      {"linear", {{"mode", "linear"}}, {1, 1, 1.5f, 2}, {}, 10, true},
      {"linear-smaller", {{"mode", "linear"}}, {1, 1, 0.5f, 0.75f}, {}, 10, true},
      {"linear-align-corners",
       {{"mode", "linear"}, {"coordinate_transformation_mode", "align_corners"}},
       {1, 1, 2, 2},
       {},
       11,
       true},
      {"linear-asymmetric",
       {{"mode", "linear"}, {"coordinate_transformation_mode", "asymmetric"}},
       {1, 1, 2, 2},
       {},
       11,
       true},
      {"linear-pytorch",
       {{"mode", "linear"}, {"coordinate_transformation_mode", "pytorch_half_pixel"}},
       {1, 1, 2, 2},
       {},
       11,
       true},
      {"cubic", {{"mode", "cubic"}}, {1, 1, 2, 1.5f}, {}, 11, true},
      {"nearest-floor", {{"nearest_mode", "floor"}}, {1, 1, 1.5f, 2}, {}, 11},
      {"nearest-ceil", {{"nearest_mode", "ceil"}}, {1, 1, 1.5f, 2}, {}, 11},
      {"nearest-asymmetric",
       {{"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}},
       {1, 1, 2, 3},
       {},
       11},
      {"sizes", {}, {}, {1, 2, 7, 5}, 11},
      // Element 9 of 18 is element 7 of 14, which the quotient of the extents, rounded, makes a little less.
      {"sizes-floor",
       {{"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}},
       {},
       {1, 2, 18, 36},
       11,
       false,
       {1, 2, 14, 14}},
      {"sizes-linear", {{"mode", "linear"}}, {}, {1, 2, 7, 5}, 11, true},
      {"same", {}, {1, 1, 1, 1}}};
  for (const Setting& s : settings) {
    family.add(
        s.name,
        [=](const Form& form, Data& data) {
          Draft draft = Draft(form).in(data.tensor(form.dtype, s.input, pixels()));
          if (form.version >= 11)
            draft = form.version < 13 ? std::move(draft).constant(Tensor::of<float>({0}, {})) : std::move(draft).none();
          const Tensor scales =
              Tensor::of<float>({static_cast<int64_t>(s.scales.size())}, std::span<const float>(s.scales));
          if (!s.scales.empty() || form.version < 13) {
            draft = std::move(draft).constant(scales);
          } else {
            draft = std::move(draft).none();
          }
          if (!s.sizes.empty()) draft = std::move(draft).constant(int64s(s.sizes));
          for (const auto& [name, word] : s.words) draft = std::move(draft).attribute(name, word);
          return draft;
        },
        s.first);
    if (s.numbers_only) family.variants.back().types = kFloats;
  }
  return family;
}

Family upsample() {
  Family family;
  const auto add = [&](const char* name, const char* mode, float height, float width) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, {1, 2, 3, 4}, pixels())).attribute("mode", mode);
      if (form.version < 7) {
        return std::move(draft)
            .attribute("height_scale", AttributeValue(height))
            .attribute("width_scale", AttributeValue(width));
      }
      if (form.version < 9) return std::move(draft).floats("scales", {1, 1, height, width});
      return std::move(draft).constant(Tensor::of<float>({4}, {1, 1, height, width}));
    });
  };
  add("nearest", "nearest", 2, 3);
  add("nearest-fraction", "nearest", 1.5f, 2);
  return family;
}

Family grid_sample() {
  Family family;
  const auto add = [&](const char* name, const char* mode, const char* padding, int align) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 16;
      // The names of the modes changed in version 20.
      const bool linear = std::string_view(mode) == "linear", cubic = std::string_view(mode) == "cubic";
      const char* called = form.version >= 20 ? mode : linear ? "bilinear" : cubic ? "bicubic" : mode;
      return Draft(form)
          .in(data.tensor(form.dtype, {2, 3, 5, 4}, pixels()))
          .in(data.tensor(DType::kF32, {2, 3, 6, 2}, {-1.2, 1.2}))
          .attribute("mode", called)
          .attribute("padding_mode", padding)
          .attribute("align_corners", align);
    });
    family.variants.back().types = kFloats;
  };
  add("linear", "linear", "zeros", 0);
  add("linear-align", "linear", "zeros", 1);
  add("linear-border", "linear", "border", 0);
  add("linear-reflection", "linear", "reflection", 0);
  add("nearest", "nearest", "zeros", 0);
  add("nearest-border", "nearest", "border", 1);
  add("cubic", "cubic", "zeros", 0);
  return family;
}

Family affine_grid() {
  Family family;
  const auto add = [&](const char* name, std::vector<int64_t> size, int align) {
    const auto spatial = static_cast<int64_t>(size.size()) - 2;
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = static_cast<double>(spatial) + 1;
      return Draft(form)
          .in(data.tensor(form.dtype, {size[0], spatial, spatial + 1}))
          .constant(int64s(size))
          .attribute("align_corners", align);
    });
  };
  add("plane", {2, 3, 4, 5}, 0);
  add("plane-align", {2, 3, 4, 5}, 1);
  add("space", {1, 2, 2, 3, 4}, 0);
  return family;
}

Family max_roi_pool() {
  Family family;
  const auto add = [&](const char* name, std::vector<int64_t> pooled, float scale) {
    family.add(name, [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, {2, 3, 8, 8}, {-100, 100}))
          .in(numbers(form.dtype, {3, 5}, {0, 0, 0, 5, 5, 1, 2, 1, 7, 6, 0, 3, 3, 6, 7}))
          .ints("pooled_shape", pooled)
          .attribute("spatial_scale", AttributeValue(scale));
    });
  };
  add("two", {2, 2}, 1);
  add("three", {3, 2}, 1);
  add("scaled", {2, 2}, 0.5f);
  return family;
}

Family roi_align() {
  Family family;
  const auto add = [&](const char* name, const char* mode, int ratio, const char* transformation) {
    family.add(
        name,
        [=](const Form& form, Data& data) {
          data.terms = 64;
          Draft draft = Draft(form)
                            .in(data.tensor(form.dtype, {2, 3, 8, 8}))
                            .in(numbers(form.dtype, {3, 4}, {0, 0, 5, 5, 2, 1, 7, 6.5, 1.5, 3, 6, 6.5}))
                            .in(int64s({0, 1, 0}))
                            .attribute("mode", mode)
                            .attribute("output_height", 2)
                            .attribute("output_width", 3)
                            .attribute("sampling_ratio", ratio);
          return transformation == nullptr
                     ? std::move(draft)
                     : std::move(draft).attribute("coordinate_transformation_mode", transformation);
        },
        transformation == nullptr ? 10 : 16);
  };
  add("average", "avg", 2, nullptr);
  add("average-adaptive", "avg", 0, nullptr);
  add("maximum", "max", 2, nullptr);
  add("half-pixel", "avg", 2, "half_pixel");
  add("output-half-pixel", "avg", 2, "output_half_pixel");
  return family;
}

Family non_max_suppression() {
  Family family;
  const auto add = [&](const char* name, int most, float iou, float score, int center) {
    family.add(name, [=](const Form& form, Data& data) {
      Tensor boxes = Tensor::allocate(DType::kF32, {1, 8, 4}).value();
      for (int64_t box = 0; box < 8; ++box) {
        const double x = data.real({0, 4}), y = data.real({0, 4}), w = data.real({1, 3}), h = data.real({1, 3});
        const double corners[] = {y, x, y + h, x + w}, middle[] = {x, y, w, h};
        for (int64_t i = 0; i < 4; ++i)
          boxes.data<float>()[box * 4 + i] = static_cast<float>(center != 0 ? middle[i] : corners[i]);
      }
      return Draft(form)
          .in(boxes)
          .in(data.tensor(DType::kF32, {1, 2, 8}, {0, 1}))
          .constant(number(DType::kI64, most))
          .constant(number(DType::kF32, iou))
          .constant(number(DType::kF32, score))
          .attribute("center_point_box", center);
    });
  };
  add("corners", 3, 0.4f, 0, 0);
  add("centers", 3, 0.4f, 0, 1);
  add("score", 8, 0.6f, 0.4f, 0);
  return family;
}

Family image_decoder() {
  Family family;
  const auto add = [&](const char* name, const char* format) {
    family.add(name, [=](const Form& form, Data& data) {
      // An uncompressed bitmap of 4×2 pixels: 14 bytes of header, 40 of description, rows of 12 bytes from the bottom up.
      std::vector<uint8_t> file = {'B', 'M', 78, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,  40,
                                   0,   0,   0,  4, 0, 0, 0, 2, 0, 0, 0,  1, 0, 24, 0};
      file.resize(54);
      for (int i = 0; i < 24; ++i) file.push_back(static_cast<uint8_t>(data.integer(0, 255)));
      return Draft(form)
          .in(Tensor::of<uint8_t>({static_cast<int64_t>(file.size())}, std::span<const uint8_t>(file)))
          .attribute("pixel_format", format);
    });
  };
  add("rgb", "RGB");
  add("bgr", "BGR");
  add("grayscale", "Grayscale");
  return family;
}

Family col2im() {
  Family family;
  const auto add = [&](const char* name, Shape shape, std::vector<int64_t> image, std::vector<int64_t> block,
                       std::vector<std::pair<const char*, std::vector<int64_t>>> ints) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 9;
      Draft draft = Draft(form).in(data.tensor(form.dtype, shape)).constant(int64s(image)).constant(int64s(block));
      for (const auto& [attribute, values] : ints) draft = std::move(draft).ints(attribute, values);
      return draft;
    });
  };
  add("plain", {1, 8, 6}, {3, 4}, {2, 2}, {});
  add("pads", {1, 8, 20}, {3, 4}, {2, 2}, {{"pads", {1, 1, 1, 1}}, {"dilations", {1, 1}}});
  add("strides", {2, 4, 4}, {4, 4}, {2, 2}, {{"strides", {2, 2}}});
  add("dilations", {1, 4, 6}, {4, 5}, {2, 2}, {{"dilations", {2, 2}}});
  return family;
}

Family max_unpool() {
  Family family;
  const auto make = [](const Form& form, Data& data, bool shaped) {
    // One place in each window of 2×2 of a plane of 4×6, also where the output has another shape.
    Tensor at = Tensor::allocate(DType::kI64, {1, 2, 2, 3}).value();
    for (int64_t i = 0; i < 12; ++i) {
      const int64_t plane = i / 6, row = i % 6 / 3, column = i % 3, width = 6, height = 4;
      at.data<int64_t>()[i] =
          plane * width * height + (row * 2 + data.integer(0, 1)) * width + column * 2 + data.integer(0, 1);
    }
    Draft draft = Draft(form)
                      .in(data.tensor(form.dtype, {1, 2, 2, 3}))
                      .in(at)
                      .ints("kernel_shape", {2, 2})
                      .ints("strides", {2, 2});
    return shaped ? std::move(draft).constant(int64s({1, 2, 5, 7})) : std::move(draft);
  };
  family.add("plain", [=](const Form& form, Data& data) { return make(form, data, false); });
  family.add("output-shape", [=](const Form& form, Data& data) { return make(form, data, true); });
  return family;
}

Family deform_conv() {
  Family family;
  const auto add = [&](const char* name, bool bias, bool mask, int offset_group) {
    family.add(name, [=](const Form& form, Data& data) {
      data.terms = 8 * 4;
      Draft draft = Draft(form)
                        .in(data.tensor(form.dtype, {1, 2, 4, 5}))
                        .in(data.tensor(form.dtype, {3, 2, 2, 2}))
                        .in(data.tensor(form.dtype, {1, 8 * offset_group, 3, 4}, {-1, 1}));
      if (bias) draft = std::move(draft).in(data.tensor(form.dtype, {3}));
      if (mask && !bias) draft = std::move(draft).none();
      if (mask) draft = std::move(draft).in(data.tensor(form.dtype, {1, 4 * offset_group, 3, 4}, {0, 1}));
      return offset_group == 1 ? std::move(draft) : std::move(draft).attribute("offset_group", offset_group);
    });
  };
  add("plain", false, false, 1);
  add("bias", true, false, 1);
  add("mask", true, true, 1);
  add("offset-groups", false, true, 2);
  return family;
}

}  // namespace mortise::conformance::ops
