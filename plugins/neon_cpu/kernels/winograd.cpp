// SPDX-License-Identifier: Apache-2.0
//
// 3x3 convolutions of stride 1 after Winograd, F(4x4, 3x3): a tile of 4x4 output pixels takes 36 multiplications per pair
// of channels instead of 144.
//
//   prepare:  U[e][k][c] = (G w G^T)[e]            36 matrices [out_channels, in_channels], e = 0 … 35
//   columns:  V[p][e][c][t] = (B^T x B)[e]         6x6 input pixels of tile t, in panels p of tiles as gemm_core.h has them
//   conv:     M[e][k][t] = U[e] * V[p][e]          36 products per panel and block of output channels, then
//             y = epilogue(A^T M A)
//
// The transforms run on vectors of tiles: the phases of the input at stride 4 (phases-inl.h) hold pixel (i, j) of all
// tiles beside each other. Sums differ from the direct ones by about 1e-5 of the largest element.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/winograd.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/phases-inl.h"
#include "plugins/neon_cpu/kernels/unroll.h"

#ifndef MORTISE_NEON_WINOGRAD_TILES
#define MORTISE_NEON_WINOGRAD_TILES
namespace mortise::neon {

inline constexpr uint64_t kProducts = 36;

// The tiles of an image.
struct WinogradTiles {
  explicit WinogradTiles(const ConvShape& s)
      : h(ceil_div(s.out.h, 4)), w(ceil_div(s.out.w, 4)), panels(h * w, tile_size()), input(s) {
    input.out = {1, h, w};
    input.kernel = {1, 6, 6};
    input.stride = {1, 4, 4};
  }
  static TileSize tile_size() {
    TileSize tile = core_tile_size();
    tile.thin = false;  // transforms take vectors of tiles
    return tile;
  }
  uint64_t padded() const { return panels.column(panels.count()); }

  uint64_t h, w;
  Panels panels;
  ConvShape input;  // as a convolution of the input that makes one element per tile
};

// Tile rows that are transformed at once.
constexpr uint64_t kWinogradRows = 8;

}  // namespace mortise::neon
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

HWY_INLINE Vec Times(Vec x, float factor) { return hn::Mul(x, Constant(factor)); }
HWY_INLINE Vec TimesAdd(Vec x, float factor, Vec y) { return hn::MulAdd(x, Constant(factor), y); }

// B^T times six.
HWY_INLINE void TransformInput(const Vec (&d)[6], Vec (&v)[6]) {
  const Vec a = TimesAdd(d[2], -4.0f, d[4]), b = TimesAdd(d[1], -4.0f, d[3]);
  const Vec c = hn::Sub(d[4], d[2]), e = hn::Mul(Constant(2.0f), hn::Sub(d[3], d[1]));
  v[0] = TimesAdd(d[0], 4.0f, TimesAdd(d[2], -5.0f, d[4]));
  v[1] = hn::Add(a, b);
  v[2] = hn::Sub(a, b);
  v[3] = hn::Add(c, e);
  v[4] = hn::Sub(c, e);
  v[5] = TimesAdd(d[1], 4.0f, TimesAdd(d[3], -5.0f, d[5]));
}

// A^T times six.
HWY_INLINE void TransformOutput(const Vec (&m)[6], Vec (&y)[4]) {
  const Vec a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]), c = hn::Add(m[3], m[4]), d = hn::Sub(m[3], m[4]);
  y[0] = hn::Add(hn::Add(m[0], a), c);
  y[1] = TimesAdd(d, 2.0f, b);
  y[2] = TimesAdd(c, 4.0f, a);
  y[3] = hn::Add(TimesAdd(d, 8.0f, b), m[5]);
}

// One vector of tiles: their pixels at pixels[i][j], B^T d B to to[e * stride].
HWY_INLINE void TransformTiles(const float* const (&pixels)[6][6], uint64_t at, float* to, uint64_t stride) {
  const Floats d;
  Vec half[6][6];
  MORTISE_UNROLL for (int j = 0; j < 6; ++j) {
    Vec column[6], transformed[6];
    MORTISE_UNROLL for (int i = 0; i < 6; ++i) column[i] = hn::LoadU(d, pixels[i][j] + at);
    TransformInput(column, transformed);
    MORTISE_UNROLL for (int i = 0; i < 6; ++i) half[i][j] = transformed[i];
  }
  MORTISE_UNROLL for (int i = 0; i < 6; ++i) {
    Vec transformed[6];
    TransformInput(half[i], transformed);
    MORTISE_UNROLL for (int j = 0; j < 6; ++j) {
      hn::StoreU(transformed[j], d, to + static_cast<uint64_t>(6 * i + j) * stride);
    }
  }
}

// Moves n tiles' products, first tile `first`, from rows of `stride` to their panels; c of channels.
HWY_INLINE void ToPanels(const Panels& panels, const float* from, uint64_t stride, uint64_t first, uint64_t n,
                         uint64_t c, uint64_t channels, float* v) {
  uint64_t p = 0;
  while (panels.column(p + 1) <= first) ++p;
  for (uint64_t done = 0; done < n; ++p) {
    const uint64_t at = first + done - panels.column(p), width = panels.width(p);
    const uint64_t count = std::min(n - done, width - at);
    float* const panel = v + panels.column(p) * channels * kProducts + c * width + at;
    for (uint64_t e = 0; e < kProducts; ++e) {
      const float* const row = from + e * stride + done;
      float* const to = panel + e * channels * width;
      for (uint64_t i = 0; i < count; i += kLanes) StoreFirst(LoadFirst(row + i, count - i), to + i, count - i);
    }
    done += count;
  }
}

// Item: a channel of an image. Scratch: phases, then the products of kWinogradRows rows of tiles.
void WinogradInput(const ConvShape& s, const float* x, float* columns, uint64_t begin, uint64_t end,
                   std::byte* scratch) {
  const WinogradTiles tiles(s);
  const Phases p(tiles.input, std::min(kWinogradRows, tiles.h));
  float* const phases = reinterpret_cast<float*>(scratch);
  float* const products = phases + p.count * p.size;
  const uint64_t stride = kWinogradRows * tiles.w + Phases::kSlack;
  const float* pixels[6][6];
  for (uint64_t i = 0; i < 6; ++i) {
    for (uint64_t j = 0; j < 6; ++j) pixels[i][j] = phases + p.offset(tiles.input, i, j);
  }
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t image = item / s.in_channels, c = item % s.in_channels;
    float* const v = columns + image * tiles.padded() * s.in_channels * kProducts;
    for (uint64_t h0 = 0; h0 < tiles.h; h0 += kWinogradRows) {
      const uint64_t rows = std::min(kWinogradRows, tiles.h - h0);
      FillPhases(tiles.input, p, x + item * s.in.h * s.in.w, h0, rows, phases);
      for (uint64_t r = 0; r < rows; ++r) {
        // A vector reaches behind its row of tiles; the next row is written over that.
        for (uint64_t t = 0; t < tiles.w; t += kLanes) {
          TransformTiles(pixels, r * p.pitch + t, products + r * tiles.w + t, stride);
        }
      }
      ToPanels(tiles.panels, products, stride, h0 * tiles.w, rows * tiles.w, c, s.in_channels, v);
    }
    // Vectors of the last panels that hold no tile.
    const uint64_t last = tiles.panels.count() - 1, width = tiles.panels.width(last), used = tiles.panels.columns(last);
    for (uint64_t e = 0; e < kProducts; ++e) {
      float* const row = v + tiles.panels.column(last) * s.in_channels * kProducts + (e * s.in_channels + c) * width;
      std::fill(row + used, row + width, 0.0f);
    }
  }
}

// A^T m A of one vector of tiles from m[e * stride] to four rows of pixels.
HWY_INLINE void TransformProducts(const float* m, uint64_t stride, float* to, uint64_t row_stride) {
  const Floats d;
  Vec half[4][6];
  MORTISE_UNROLL for (int j = 0; j < 6; ++j) {
    Vec column[6], transformed[4];
    MORTISE_UNROLL for (int i = 0; i < 6; ++i) column[i] = hn::LoadU(d, m + static_cast<uint64_t>(6 * i + j) * stride);
    TransformOutput(column, transformed);
    MORTISE_UNROLL for (int i = 0; i < 4; ++i) half[i][j] = transformed[i];
  }
  MORTISE_UNROLL for (int i = 0; i < 4; ++i) {
    Vec y[4];
    TransformOutput(half[i], y);
    hn::StoreInterleaved4(y[0], y[1], y[2], y[3], d, to + static_cast<uint64_t>(i) * row_stride);
  }
}

// The output of one channel for the tiles of one panel, from its 36 products.
void WriteTiles(const ConvShape& s, const WinogradTiles& tiles, uint64_t panel, const float* m, uint64_t m_stride,
                const Epilogue& e, float bias, const float* residual, float* y) {
  constexpr uint64_t kPitch = 4 * kMaxPanelWidth;
  HWY_ALIGN float rows[4 * kPitch];
  const uint64_t first = tiles.panels.column(panel), n = tiles.panels.columns(panel);
  for (uint64_t t = 0; t < n; t += kLanes) TransformProducts(m + t, m_stride, rows + 4 * t, kPitch);
  for (uint64_t t = 0; t < n;) {
    const uint64_t h = 4 * ((first + t) / tiles.w), in_row = (first + t) % tiles.w;
    const uint64_t count = std::min(n - t, tiles.w - in_row), w = 4 * in_row;
    for (uint64_t i = 0; i < std::min<uint64_t>(4, s.out.h - h); ++i) {
      const uint64_t at = (h + i) * s.out.w + w;
      FinishRow(rows + i * kPitch + 4 * t, e, bias, residual != nullptr ? residual + at : nullptr,
                std::min(4 * count, s.out.w - w), y + at);
    }
    t += count;
  }
}

// Item: a block of output channels of a panel of tiles of an image.
void WinogradOutput(const ConvShape& s, const float* columns, const float* weights, const Epilogue& e, float* y,
                    uint64_t begin, uint64_t end, std::byte* scratch) {
  const WinogradTiles tiles(s);
  float* const products = reinterpret_cast<float*>(scratch);
  const uint64_t blocks = ceil_div(s.out_channels, kRowBlock), c = s.in_channels, pixels = s.out.h * s.out.w;
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t k0 = item % blocks * kRowBlock, panel = item / blocks % tiles.panels.count();
    const uint64_t image = item / blocks / tiles.panels.count();
    const uint64_t width = tiles.panels.width(panel), rows = std::min(kRowBlock, s.out_channels - k0);
    const float* const v = columns + (image * tiles.padded() + tiles.panels.column(panel)) * c * kProducts;
    for (uint64_t p = 0; p < kProducts; ++p) {
      core_panel(rows, width, c, weights + (p * s.out_channels + k0) * c, static_cast<int64_t>(c), v + p * c * width,
                 products + p * rows * width, static_cast<int64_t>(width));
    }
    for (uint64_t k = 0; k < rows; ++k) {
      const uint64_t at = (image * s.out_channels + k0 + k) * pixels;
      WriteTiles(s, tiles, panel, products + k * width, rows * width, e, e.row_bias != nullptr ? e.row_bias[k0 + k] : 0,
                 e.residual != nullptr ? e.residual + at : nullptr, y + at);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(WinogradInput);
HWY_EXPORT(WinogradOutput);

bool winograd_pays(const ConvShape& s) {
  if (s.kernel.d != 1 || s.kernel.h != 3 || s.kernel.w != 3 || volume(s.stride) != 1 || volume(s.dilation) != 1 ||
      s.in.d != 1 || s.out.d != 1 || s.groups != 1 || s.in_channels < 16 || s.out_channels < 16 || s.out.h < 4 ||
      s.out.w < 4) {
    return false;
  }
  // Nanoseconds: products at 100 GFLOPS; the prepared weights, four times as large, from memory at 27 GB/s where they
  // are more than a share of the last cache; transforms at a few elements each.
  const WinogradTiles tiles(s);
  const auto pairs = static_cast<double>(s.in_channels * s.out_channels);
  const double direct = pairs * 9 * static_cast<double>(s.out.h * s.out.w) * 2 / 100;
  const double weight_bytes = pairs * kProducts * sizeof(float);
  const double products = pairs * kProducts * static_cast<double>(tiles.padded()) * 2 / 100;
  const double transforms = static_cast<double>((s.in_channels + s.out_channels) * tiles.h * tiles.w) * kProducts / 8;
  return products + weight_bytes / (weight_bytes > 8e6 ? 27 : 100) + transforms < 0.8 * direct;
}

WinogradWork winograd_work(const ConvShape& s) {
  const WinogradTiles tiles(s);
  const Phases phases(tiles.input, std::min(kWinogradRows, tiles.h));
  WinogradWork work;
  work.prepared_size = kProducts * s.out_channels * s.in_channels;
  work.columns_size = s.batch * tiles.padded() * s.in_channels * kProducts;
  work.columns = {
      .items = s.batch * s.in_channels,
      .ns_per_item = static_cast<double>(tiles.h * tiles.w * kProducts) / 6,
      .scratch_bytes =
          (phases.count * phases.size + kProducts * (kWinogradRows * tiles.w + Phases::kSlack)) * sizeof(float)};
  const uint64_t rows = std::min(kRowBlock, s.out_channels);
  const uint64_t width = std::min(tiles.padded(), core_tile_size().vectors * core_tile_size().lanes);
  work.output = {.items = s.batch * tiles.panels.count() * ceil_div(s.out_channels, kRowBlock),
                 .ns_per_item = static_cast<double>(kProducts * rows * width) *
                                (2 * static_cast<double>(s.in_channels) / 90 + 0.1),
                 .scratch_bytes = kProducts * rows * width * sizeof(float)};
  return work;
}

// G w G^T, in double; once per weights.
void winograd_prepare(const ConvShape& s, const float* weights, float* prepared) {
  static constexpr double kG[6][3] = {{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}};
  const uint64_t pairs = s.out_channels * s.in_channels;
  for (uint64_t pair = 0; pair < pairs; ++pair, weights += 9) {
    double half[6][3];
    for (int i = 0; i < 6; ++i) {
      for (int j = 0; j < 3; ++j) {
        half[i][j] = kG[i][0] * weights[j] + kG[i][1] * weights[3 + j] + kG[i][2] * weights[6 + j];
      }
    }
    for (uint64_t i = 0; i < 6; ++i) {
      for (uint64_t j = 0; j < 6; ++j) {
        prepared[(6 * i + j) * pairs + pair] =
            static_cast<float>(half[i][0] * kG[j][0] + half[i][1] * kG[j][1] + half[i][2] * kG[j][2]);
      }
    }
  }
}

void winograd_columns(const ConvShape& s, const float* x, float* columns, uint64_t begin, uint64_t end,
                      std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(WinogradInput)(s, x, columns, begin, end, scratch);
}

void winograd(const ConvShape& s, const float* columns, const float* weights, const Epilogue& epilogue, float* y,
              uint64_t begin, uint64_t end, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(WinogradOutput)(s, columns, weights, epilogue, y, begin, end, scratch);
}

}  // namespace mortise::neon
#endif
