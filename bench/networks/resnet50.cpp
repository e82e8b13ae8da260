// ResNet-50: four stages of bottleneck blocks, each 1x1, 3x3, 1x1 with a sum around it.
#include <string>

#include "bench/networks/image_layers.h"
#include "bench/networks/networks.h"

namespace mortise::bench {
namespace {

constexpr int64_t kExpansion = 4;

std::string bottleneck(ModelBuilder& model, const std::string& block, const std::string& x, int64_t in, int64_t width,
                       int64_t stride) {
  const std::string at = "/" + block;
  const int64_t out = width * kExpansion;
  std::string y = conv_norm(model, block + ".conv1", block + ".bn1", x, {.in = in, .out = width});
  y = model.node(at + ".relu/Relu", "Relu", {y});
  y = conv_norm(model, block + ".conv2", block + ".bn2", y, {.in = width, .out = width, .kernel = 3, .stride = stride});
  y = model.node(at + ".relu/Relu_1", "Relu", {y});
  y = conv_norm(model, block + ".conv3", block + ".bn3", y, {.in = width, .out = out}, 0.25f);
  const std::string around = in == out && stride == 1
                                 ? x
                                 : conv_norm(model, block + ".downsample.0", block + ".downsample.1", x,
                                             {.in = in, .out = out, .stride = stride});
  y = model.node(at + "/Add", "Add", {y, around});
  return model.node(at + ".relu/Relu_2", "Relu", {y});
}

}  // namespace

onnx::ModelProto resnet50(int64_t image) {
  ModelBuilder model("resnet50");
  std::string x = model.input("input", {1, 3, image, image});
  x = conv_norm(model, "conv1", "bn1", x, {.in = 3, .out = 64, .kernel = 7, .stride = 2});
  x = model.node("/relu/Relu", "Relu", {x});
  x = model.node(
      "/maxpool/MaxPool", "MaxPool", {x},
      {{"ceil_mode", int64_t{0}}, {"kernel_shape", Dims{3, 3}}, {"pads", Dims{1, 1, 1, 1}}, {"strides", Dims{2, 2}}});
  int64_t in = 64;
  const int blocks[] = {3, 4, 6, 3};
  for (int stage = 0; stage < 4; ++stage) {
    const int64_t width = int64_t{64} << stage;
    for (int i = 0; i < blocks[stage]; ++i) {
      const std::string block = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
      x = bottleneck(model, block, x, in, width, i == 0 && stage > 0 ? 2 : 1);
      in = width * kExpansion;
    }
  }
  classify(model, x, "fc", in);
  return model.model();
}

}  // namespace mortise::bench
