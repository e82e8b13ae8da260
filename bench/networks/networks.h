// Well-known networks with random weights, node for node as PyTorch exports them (opset 17, batch 1, nothing folded): the
// arithmetic, the shapes and the names of the real ones, without a download. Weights are scaled so that activations stay
// near 1 all the way down.
//
// Adding one: a file here, a function below, a line in networks.inc.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>

namespace mortise::bench {

// He et al. 2015, "v1.5": strides in the 3x3 convolutions. float32[1, 3, image, image] to 1000 classes.
onnx::ModelProto resnet50(int64_t image = 224);

// Sandler et al. 2018, width 1.0; Relu6 is a Clip. float32[1, 3, image, image] to 1000 classes.
onnx::ModelProto mobilenet_v2(int64_t image = 224);

// Layers of BERT-base's encoder (Devlin et al. 2018): 768 wide, 12 heads, Gelu by Erf. Takes the embedded sequence,
// float32[1, sequence, 768], and what is added to the scores of attention, float32[1, 1, 1, sequence].
onnx::ModelProto bert(int64_t sequence = 128, int layers = 2);

}  // namespace mortise::bench
