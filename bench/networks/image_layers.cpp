#include "bench/networks/image_layers.h"

namespace mortise::bench {
namespace {

constexpr int64_t kClasses = 1000;

}  // namespace

std::string conv_norm(ModelBuilder& model, const std::string& conv, const std::string& norm, const std::string& x,
                      const ConvShape& shape, float scale) {
  const int64_t inner = shape.in / shape.group;
  const int64_t pad = shape.kernel / 2;
  const std::string weight = model.weights(conv + ".weight", {shape.out, inner, shape.kernel, shape.kernel},
                                           inner * shape.kernel * shape.kernel);
  const std::string y = model.node("/" + conv + "/Conv", "Conv", {x, weight},
                                   {{"dilations", Dims{1, 1}},
                                    {"group", shape.group},
                                    {"kernel_shape", Dims{shape.kernel, shape.kernel}},
                                    {"pads", Dims{pad, pad, pad, pad}},
                                    {"strides", Dims{shape.stride, shape.stride}}});
  const Dims channels{shape.out};
  return model.node(
      "/" + norm + "/BatchNormalization", "BatchNormalization",
      {y, model.random(norm + ".weight", channels, scale, 0.25f * scale),
       model.random(norm + ".bias", channels, 0, 0.1f), model.random(norm + ".running_mean", channels, 0, 0.1f),
       model.random(norm + ".running_var", channels, 1, 0.25f)},
      {{"epsilon", 1e-5f}, {"momentum", 0.9f}});
}

void classify(ModelBuilder& model, const std::string& x, const std::string& layer, int64_t features) {
  const std::string pooled = model.node("/GlobalAveragePool", "GlobalAveragePool", {x});
  const std::string flat = model.node("/Flatten", "Flatten", {pooled}, {{"axis", int64_t{1}}});
  const std::string weight = model.weights(layer + ".weight", {kClasses, features}, features);
  const std::string bias = model.random(layer + ".bias", {kClasses}, 0, 0.1f);
  model.node("/" + layer + "/Gemm", "Gemm", {flat, weight, bias},
             {{"alpha", 1.0f}, {"beta", 1.0f}, {"transB", int64_t{1}}}, "logits");
  model.output("logits", {1, kClasses});
}

}  // namespace mortise::bench
