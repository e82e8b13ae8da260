// MobileNetV2: inverted residual blocks, each 1x1 to six times the width, depthwise 3x3, 1x1 back without activation.
#include <string>

#include "bench/networks/image_layers.h"
#include "bench/networks/networks.h"

namespace mortise::bench {
namespace {

// Clip with its bounds from Constant nodes of its own.
std::string relu6(ModelBuilder& model, const std::string& at, const std::string& x) {
  const auto constant = [&](const std::string& name, float value) {
    return model.node(at + name, "Constant", {}, {{"value_float", value}});
  };
  return model.node(at + "/Clip", "Clip", {x, constant("/Constant", 0.0f), constant("/Constant_1", 6.0f)});
}

std::string conv_norm_relu6(ModelBuilder& model, const std::string& module, const std::string& x,
                            const ConvShape& shape) {
  const std::string y = conv_norm(model, module + ".0", module + ".1", x, shape);
  return relu6(model, "/" + module + ".2", y);
}

std::string inverted_residual(ModelBuilder& model, const std::string& block, const std::string& x, int64_t in,
                              int64_t out, int64_t stride, int64_t expansion) {
  const int64_t wide = in * expansion;
  int layer = 0;
  const auto next = [&] { return block + ".conv." + std::to_string(layer++); };
  std::string y = x;
  if (expansion != 1) y = conv_norm_relu6(model, next(), y, {.in = in, .out = wide});
  y = conv_norm_relu6(model, next(), y, {.in = wide, .out = wide, .kernel = 3, .stride = stride, .group = wide});
  const bool around = stride == 1 && in == out;
  const std::string conv = next();
  y = conv_norm(model, conv, next(), y, {.in = wide, .out = out}, around ? 0.5f : 1.0f);
  return around ? model.node("/" + block + "/Add", "Add", {x, y}) : y;
}

struct Stage {
  int64_t expansion, out;
  int blocks;
  int64_t stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

}  // namespace

onnx::ModelProto mobilenet_v2(int64_t image) {
  ModelBuilder model("mobilenet_v2");
  std::string x = model.input("input", {1, 3, image, image});
  int layer = 0;
  const auto next = [&] { return "features." + std::to_string(layer++); };
  int64_t in = 32;
  x = conv_norm_relu6(model, next(), x, {.in = 3, .out = in, .kernel = 3, .stride = 2});
  for (const Stage& stage : kStages) {
    for (int i = 0; i < stage.blocks; ++i) {
      x = inverted_residual(model, next(), x, in, stage.out, i == 0 ? stage.stride : 1, stage.expansion);
      in = stage.out;
    }
  }
  x = conv_norm_relu6(model, next(), x, {.in = in, .out = 1280});
  classify(model, x, "classifier.1", 1280);
  return model.model();
}

}  // namespace mortise::bench
