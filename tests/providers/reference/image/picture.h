// Pictures for tests of the image decoders, and what every decoder must do with them.
#pragma once

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <vector>

#include "providers/reference/ops/image/image.h"

namespace mortise::test {

using Encoded = std::vector<uint8_t>;

struct Picture {
  uint32_t width = 0, height = 0;
  std::vector<uint8_t> rgb;

  const uint8_t* pixel(uint32_t x, uint32_t y) const { return &rgb[3 * (size_t{y} * width + x)]; }
};

// pixel(x, y) for every pixel.
template <class Function>
Picture make_picture(uint32_t width, uint32_t height, Function&& pixel) {
  Picture picture{width, height, {}};
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      for (const uint8_t level : pixel(x, y)) picture.rgb.push_back(level);
    }
  }
  return picture;
}

// No two neighbours alike, no symmetry.
inline Picture colorful(uint32_t width, uint32_t height) {
  return make_picture(width, height, [](uint32_t x, uint32_t y) {
    return std::array{static_cast<uint8_t>(37 * x + 11 * y), static_cast<uint8_t>(255 - 29 * x - 5 * y),
                      static_cast<uint8_t>(x * y + 3 * x)};
  });
}

inline Picture gray(uint32_t width, uint32_t height) {
  return make_picture(width, height, [](uint32_t x, uint32_t y) {
    const auto level = static_cast<uint8_t>(41 * x + 13 * y);
    return std::array{level, level, level};
  });
}

// Sizes that are no multiples of anything.
inline constexpr std::array<uint32_t, 2> kSizes[] = {{1, 1}, {1, 7}, {9, 1}, {8, 8}, {17, 5}, {33, 19}};

// Decodes a copy that ends where its memory ends; `limit` in bytes for each tensor.
inline Result<Tensor> decode(std::span<const uint8_t> encoded, uint64_t limit = uint64_t{64} << 20) {
  const auto copy = std::make_unique<uint8_t[]>(encoded.size());
  std::copy(encoded.begin(), encoded.end(), copy.get());
  return reference::image::decode({copy.get(), encoded.size()}, [&](const Shape& shape) -> Result<Tensor> {
    MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(DType::kU8, shape));
    if (bytes > limit) return make_error(StatusCode::kResourceExhausted, "the limit is ", limit, " bytes");
    return Tensor::allocate(DType::kU8, shape);
  });
}

inline void expect_picture(const Result<Tensor>& image, const Picture& picture, int room = 0) {
  ASSERT_TRUE(image.ok()) << image.status().message();
  ASSERT_EQ(image->shape(), (Shape{picture.height, picture.width, 3}));
  for (size_t i = 0; i < picture.rgb.size(); ++i) {
    ASSERT_NEAR(image->data<uint8_t>()[i], picture.rgb[i], room)
        << "channel " << i % 3 << " at " << i / 3 % picture.width << ", " << i / 3 / picture.width;
  }
}

inline void expect_damaged(const Result<Tensor>& image) {
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.status().code(), StatusCode::kDataLoss) << image.status().message();
}

// The picture needs all of the stream.
inline void expect_no_prefix_decodes(const Encoded& encoded) {
  for (size_t length = 0; length < encoded.size(); ++length) {
    SCOPED_TRACE(length);
    expect_damaged(decode(std::span(encoded).first(length)));
  }
}

// With every bit of the stream turned in its turn: a picture or a sentence, which the sanitizers watch.
inline void expect_survives_damage(Encoded encoded) {
  for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
    const auto mask = static_cast<uint8_t>(1 << bit % 8);
    encoded[bit / 8] ^= mask;
    const auto image = decode(encoded);
    EXPECT_TRUE(image.ok() || !image.status().message().empty());
    encoded[bit / 8] ^= mask;
  }
}

}  // namespace mortise::test
