// Windows and ranges, against definitions that count one by one.
#include "mortise/sdk/onnx/window.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mortise/sdk/onnx/axes.h"

namespace mortise::sdk {
namespace {

// Positions at which a window of `reach` elements fits an axis of `padded` elements.
int64_t count_positions(int64_t padded, int64_t reach, int64_t stride) {
  int64_t count = 0;
  for (int64_t start = 0; start + reach <= padded; start += stride) ++count;
  return count;
}

TEST(Window, FitsAsOftenAsCounted) {
  for (int64_t extent = 1; extent < 12; ++extent) {
    for (int64_t kernel = 1; kernel < 5; ++kernel) {
      for (int64_t stride = 1; stride < 4; ++stride) {
        for (int64_t dilation = 1; dilation < 3; ++dilation) {
          for (int64_t pad = 0; pad < 3; ++pad) {
            const WindowAttributes attributes{.strides = {stride}, .dilations = {dilation}, .pads = {pad, 1}};
            const auto window = resolve_window(attributes, Shape{1, 1, extent}, Shape{kernel});
            const int64_t expected = count_positions(extent + pad + 1, (kernel - 1) * dilation + 1, stride);
            ASSERT_EQ(window.ok(), expected > 0);
            if (window.ok()) {
              EXPECT_EQ(window->output[0], expected);
            }
          }
        }
      }
    }
  }
}

// ONNX's text of MaxPool 22: ceil((input + pads - dilation * (kernel - 1) - 1) / stride + 1) places, and "sliding windows
// that would start in the right padded region are ignored".
TEST(Window, InCeilModeCountsPlacesThatStartBeforeThePaddingBehind) {
  for (int64_t extent = 1; extent < 9; ++extent) {
    for (int64_t kernel = 1; kernel < 6; ++kernel) {
      for (int64_t stride = 1; stride < 5; ++stride) {
        for (int64_t pad = 0; pad < 4; ++pad) {
          const WindowAttributes attributes{.strides = {stride}, .pads = {1, pad}, .ceil_mode = true};
          const auto window = resolve_window(attributes, Shape{1, 1, extent}, Shape{kernel});
          const double free = static_cast<double>(extent + 1 + pad - kernel);
          int64_t expected = 0;
          for (int64_t place = 0; place < static_cast<int64_t>(std::ceil(free / static_cast<double>(stride) + 1));
               ++place) {
            if (place * stride < extent + 1) ++expected;
          }
          ASSERT_EQ(window.ok(), expected > 0);
          if (window.ok()) {
            EXPECT_EQ(window->output[0], expected);
          }
        }
      }
    }
  }
}

// As ONNX's shape inference has it; its text would give VALID no place more than without ceil_mode.
TEST(Window, InCeilModeRoundsUpWithoutPaddingToo) {
  WindowAttributes attributes{.strides = {3}, .auto_pad = AutoPad::kValid};
  EXPECT_EQ(resolve_window(attributes, Shape{1, 1, 10}, Shape{2})->output[0], 3);
  attributes.ceil_mode = true;
  EXPECT_EQ(resolve_window(attributes, Shape{1, 1, 10}, Shape{2})->output[0], 4);
}

TEST(Window, KeepsTheExtentOverTheStrideWithAutoPad) {
  for (const AutoPad mode : {AutoPad::kSameUpper, AutoPad::kSameLower}) {
    const WindowAttributes attributes{.strides = {2}, .auto_pad = mode};
    const auto window = resolve_window(attributes, Shape{1, 1, 8}, Shape{3});
    ASSERT_TRUE(window.ok());
    EXPECT_EQ(window->output[0], 4);
    EXPECT_EQ(window->pad_begin[0], mode == AutoPad::kSameUpper ? 0 : 1);
    EXPECT_EQ(window->pad_begin[0] + window->pad_end[0], 1);
  }
}

// Every (input pixel, tap) lands inside the output and its padding, and the largest one at its end.
TEST(Window, OfATransposedConvolutionEndsWithItsLastTap) {
  const WindowAttributes attributes{.strides = {3}, .dilations = {2}, .pads = {1, 2}, .output_padding = {1}};
  const auto window = resolve_transposed_window(attributes, Shape{1, 1, 5}, Shape{3});
  ASSERT_TRUE(window.ok());
  const int64_t last = 4 * 3 + 2 * 2;  // input 4, tap 2
  EXPECT_EQ(window->output[0], last + 1 + 1 - 1 - 2);
}

TEST(Window, RefusesWhatCannotBe) {
  const Shape image{1, 1, 4, 4}, kernel{3, 3};
  EXPECT_FALSE(resolve_window({.strides = {0, 1}}, image, kernel).ok());
  EXPECT_FALSE(resolve_window({.strides = {1}}, image, kernel).ok());
  EXPECT_FALSE(resolve_window({.pads = {-1, 0, 0, 0}}, image, kernel).ok());
  EXPECT_FALSE(resolve_window({.dilations = {int64_t{1} << 40, 1}}, image, kernel).ok());
  EXPECT_FALSE(resolve_window({}, Shape{1, 4}, Shape{}).ok());
  EXPECT_FALSE(resolve_window({}, image, Shape{3}).ok());
  EXPECT_FALSE(resolve_transposed_window({.output_padding = {1}}, image, kernel).ok());
  EXPECT_FALSE(resolve_transposed_window({.pads = {9, 9, 9, 9}}, image, kernel).ok());
}

TEST(SliceAxis, TakesWhatCountingTakes) {
  const int64_t extent = 5;
  for (int64_t start = -7; start <= 7; ++start) {
    for (int64_t end = -7; end <= 7; ++end) {
      for (const int64_t step : {-3, -2, -1, 1, 2, 3}) {
        // The bounds that ONNX's text of Slice gives.
        const int64_t most = step > 0 ? extent : extent - 1;
        const int64_t from = std::clamp<int64_t>(start < 0 ? start + extent : start, 0, most);
        const int64_t to = std::clamp<int64_t>(end < 0 ? end + extent : end, step > 0 ? 0 : -1, most);
        int64_t count = 0;
        for (int64_t i = from; step > 0 ? i < to : i > to; i += step) ++count;
        const SliceRange range = slice_axis(extent, start, end, step);
        ASSERT_EQ(range.count, count) << start << ":" << end << ":" << step;
        if (count > 0) {
          EXPECT_EQ(range.start, from);
        }
        if (count > 1) {
          EXPECT_EQ(range.step, step);
        }
      }
    }
  }
}

TEST(NormaliseAxes, CountsFromTheEndAndRefusesRepeats) {
  EXPECT_EQ(normalise_axes(Shape{-1, 0}, 3).value(), (Shape{2, 0}));
  EXPECT_FALSE(normalise_axes(Shape{0, -3}, 3).ok());
  EXPECT_FALSE(normalise_axes(Shape{3}, 3).ok());
}

}  // namespace
}  // namespace mortise::sdk
