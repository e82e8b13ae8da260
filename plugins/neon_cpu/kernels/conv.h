// SPDX-License-Identifier: Apache-2.0
//
// Conv: convolutions of one to three spatial axes in float32, images in NCHW order, weights as ONNX has them.
//
// A convolution is planned once per shape; the plan chooses between implicit matrix products (weights times columns
// that are gathered panel by panel, the whole matrix of columns only where it is small beside the weights), direct
// kernels for depthwise filters, and 3x3 kernels after Winograd where that is faster and kFast allows it.
#pragma once

#include <cstdint>

#include "epilogue.h"
#include "work.h"

namespace mortise::neon {

// Spatial axes are depth, height, width; where there are fewer, the first ones have extent, kernel and stride 1.
struct Extents {
  uint64_t d = 1;
  uint64_t h = 1;
  uint64_t w = 1;
};

struct ConvShape {
  uint64_t batch = 1;
  uint64_t in_channels = 0;
  uint64_t out_channels = 0;
  uint64_t groups = 1;
  Extents in;
  Extents out;
  Extents kernel;
  Extents stride;
  Extents dilation;
  // Rows of zeros before the image. Those behind it follow from `out`.
  Extents pad{0, 0, 0};
};

enum class ConvMethod : uint8_t { kGemm, kDepthwise, kWinograd };

// kFast may transform 3x3 kernels after Winograd, which changes results by about 1e-5 of the largest element, spreads an
// infinity or NaN of the input over the tiles of 4x4 output pixels that see it, and wants weights that are prepared once.
// With kExact an output element is made of the input elements that its window holds and of no others.
enum class ConvMath : uint8_t { kFast, kExact };

struct ConvPlan {
  ConvShape shape;
  ConvMethod method = ConvMethod::kGemm;
  // Floats that prepare_conv() makes of the weights; 0 where conv() reads the weights as they are.
  uint64_t prepared_size = 0;
  // Floats of memory that all ranges share, at a multiple of 64 bytes, for columns that conv_columns() gathers before
  // conv() begins; 0 where conv() gathers them by itself.
  uint64_t columns_size = 0;
  Work columns_work;
  Work work;
};

ConvPlan plan_conv(const ConvShape& shape, ConvMath math = ConvMath::kFast);

// Once per weights, of [out_channels, in_channels / groups, kernel…]; `prepared` at a multiple of 64 bytes. Not needed
// where prepared_size is 0.
void prepare_conv(const ConvPlan& plan, const float* weights, float* prepared);

// All items of columns_work, before the first of conv(). Not needed where columns_size is 0.
void conv_columns(const ConvPlan& plan, const float* x, float* columns, uint64_t begin, uint64_t end,
                  std::byte* scratch);

// `weights` are the prepared ones where prepared_size is not 0. Of the epilogue, rows are output channels: row_bias is
// the bias, column_bias stays null.
void conv(const ConvPlan& plan, const float* x, const float* weights, const float* columns, const Epilogue& epilogue,
          float* y, uint64_t begin, uint64_t end, std::byte* scratch);

// ConvTranspose: weights [in_channels, out_channels / groups, kernel…]; `in` and `out` are those of the transposed
// convolution, pad is what is cut off the output's beginning. `columns` is memory that all ranges share, of
// conv_transpose_columns() floats. Two phases: first all items of conv_transpose_gemm, then all of
// conv_transpose_gather. Here the residual is not the output.
uint64_t conv_transpose_columns(const ConvShape& shape);
Work conv_transpose_gemm_work(const ConvShape& shape);
void conv_transpose_gemm(const ConvShape& shape, const float* x, const float* weights, float* columns, uint64_t begin,
                         uint64_t end, std::byte* scratch);
Work conv_transpose_gather_work(const ConvShape& shape);
void conv_transpose_gather(const ConvShape& shape, const float* columns, const Epilogue& epilogue, float* y,
                           uint64_t begin, uint64_t end, std::byte* scratch);

}  // namespace mortise::neon
