// MatMulPlugin: the gallery's provider with MatMul of one row and one column, of float32 and float16.
#pragma once

#include "base.h"

namespace gallery {

class MatMulPlugin : public Plugin {
 public:
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override;
  Result<Shape> shape_of(const Step& step, std::span<const Tensor> inputs) override;
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override;

  // --- Pieces
  // A factor as the device takes it.
  virtual float round(DType /*dtype*/, float factor) { return factor; }
  virtual float add(DType /*dtype*/, float sum, float product) { return sum + product; }
};

}  // namespace gallery
