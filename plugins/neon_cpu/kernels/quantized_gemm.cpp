// SPDX-License-Identifier: Apache-2.0
//
// See quantized.h and quantized_core.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/quantized_gemm.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/quantized_core.h"
#include "plugins/neon_cpu/kernels/quantized_pack-inl.h"
#include "plugins/neon_cpu/kernels/quantized_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

TileSize QuantizedTileSize() { return {.lanes = kLanes, .vectors = kVectors, .thin = false}; }

uint64_t GroupPanels(const QuantizedGemmShape& shape) {
  return std::max<uint64_t>(1, 262144 / (ColumnBytes(shape.k) * kVectors * kLanes));
}

class QuantizedRunner {
 public:
  QuantizedRunner(const QuantizedGemm& call, const GroupedImage* image, std::byte* scratch)
      : call_(call),
        image_(image),
        panels_(call.shape.n, QuantizedTileSize()),
        group_(std::min(panels_.count(), GroupPanels(call.shape))),
        a_has_zeros_(HasZeros(call)),
        panel_scratch_(scratch),
        row_scratch_(scratch + group_ * kVectors * kLanes * ColumnBytes(call.shape.k)) {}

  void Run(uint64_t begin, uint64_t end) const {
    const uint64_t blocks = ceil_div(call_.shape.m, kRowBlock);
    while (begin < end) {
      const uint64_t block = begin % blocks, block_end = std::min(blocks, block + (end - begin));
      const uint64_t first = begin / blocks * group_, last = std::min(panels_.count(), first + group_);
      if (call_.packed_b == nullptr) {
        std::byte* panel = panel_scratch_;
        for (uint64_t p = first; p < last; ++p) {
          Pack(p, panel);
          panel += panels_.width(p) * ColumnBytes(call_.shape.k);
        }
      }
      for (uint64_t row = block * kRowBlock; row < std::min(call_.shape.m, block_end * kRowBlock); row += kRowBlock) {
        RunBlock(first, last, row, std::min(call_.shape.m, row + kRowBlock));
      }
      begin += block_end - block;
    }
  }

 private:
  void Pack(uint64_t p, std::byte* panel) const {
    const uint64_t column = panels_.column(p), n = panels_.columns(p), width = panels_.width(p);
    if (image_ != nullptr) {
      PackImage(call_.shape, *image_, column, n, width, a_has_zeros_, panel);
    } else {
      const ByteMatrix b{call_.b, call_.b_row_stride, call_.b_column_stride};
      PackMatrix(call_.shape, b, column, n, width, a_has_zeros_, panel);
    }
  }

  // Whether the sums of B's columns matter.
  static bool HasZeros(const QuantizedGemm& call) {
    const int32_t* const values = call.a_zero.values;
    if (values == nullptr) return call.a_zero.value != 0;
    return std::any_of(values, values + call.shape.m, [](int32_t zero) { return zero != 0; });
  }
  int32_t AZero(uint64_t row) const {
    return call_.a_zero.values != nullptr ? call_.a_zero.values[row] : call_.a_zero.value;
  }
  int32_t BZero(uint64_t column) const {
    return (call_.b_zero.values != nullptr ? call_.b_zero.values[column] : call_.b_zero.value) + Shift(call_.shape);
  }
  const uint8_t* ARow(uint64_t row) const {
    return static_cast<const uint8_t*>(call_.a) + static_cast<int64_t>(row) * call_.a_stride;
  }

  int32_t RowSum(uint64_t row) const {
    const uint8_t* const a = ARow(row);
    int32_t sum = 0;
    if (call_.shape.a_signed) {
      for (uint64_t k = 0; k < call_.shape.k; ++k) sum += static_cast<int8_t>(a[k]);
    } else {
      for (uint64_t k = 0; k < call_.shape.k; ++k) sum += a[k];
    }
    return sum;
  }

  // Rows as the tiles read them: bytes where they are, or 16-bit numbers in scratch.
  void SetRows(QuantizedTile& t, uint64_t row, [[maybe_unused]] uint64_t row_end) const {
#if HWY_TARGET == HWY_AVX3_DL
    t.a = reinterpret_cast<const std::byte*>(ARow(row));
    t.a_stride = call_.a_stride;
#else
    auto* const wide = reinterpret_cast<int16_t*>(row_scratch_);
    const uint64_t k = call_.shape.k;
    for (uint64_t i = row; i < row_end; ++i) {
      const uint8_t* const a = ARow(i);
      int16_t* const to = wide + (i - row) * k;
      if (call_.shape.a_signed) {
        for (uint64_t j = 0; j < k; ++j) to[j] = static_cast<int8_t>(a[j]);
      } else {
        for (uint64_t j = 0; j < k; ++j) to[j] = a[j];
      }
    }
    t.a = row_scratch_;
    t.a_stride = static_cast<int64_t>(k * sizeof(int16_t));
#endif
  }

  void RunBlock(uint64_t first, uint64_t last, uint64_t row, uint64_t row_end) const {
    int32_t a_zeros[kRowBlock], a_sums[kRowBlock], b_zeros[kVectors * kLanes] = {};
    const bool b_has_zeros = call_.b_zero.values != nullptr || BZero(0) != 0;
    for (uint64_t i = row; i < row_end; ++i) {
      a_zeros[i - row] = AZero(i);
      if (b_has_zeros) a_sums[i - row] = RowSum(i) - static_cast<int32_t>(call_.shape.k) * AZero(i);
    }
    QuantizedTile t{.k = call_.shape.k, .b_zeros = b_zeros};
    SetRows(t, row, row_end);
    const std::byte* const rows = t.a;
    for (uint64_t p = first; p < last; ++p) {
      const uint64_t width = panels_.width(p);
      const std::byte* const panel =
          call_.packed_b != nullptr
              ? static_cast<const std::byte*>(call_.packed_b) + panels_.column(p) * ColumnBytes(t.k)
              : panel_scratch_ + (panels_.column(p) - panels_.column(first)) * ColumnBytes(t.k);
      t.b = reinterpret_cast<const Packed*>(panel);
      t.b_sums = reinterpret_cast<const int32_t*>(panel + Groups(t.k) * kGroup * width * sizeof(Packed));
      t.column = panels_.column(p);
      t.columns = panels_.columns(p);
      for (uint64_t j = 0; b_has_zeros && j < t.columns; ++j) b_zeros[j] = BZero(t.column + j);
      for (uint64_t i = row; i < row_end; i += kRows) {
        const uint64_t count = std::min<uint64_t>(kRows, row_end - i);
        t.a = rows + static_cast<int64_t>(i - row) * t.a_stride;
        t.a_zeros = a_has_zeros_ ? a_zeros + (i - row) : nullptr;
        t.a_sums = b_has_zeros ? a_sums + (i - row) : nullptr;
        t.row = i;
        kQuantizedTiles[call_.shape.a_signed][(count - 1) * kVectors + width / kLanes - 1](t, call_.output);
      }
    }
  }

  const QuantizedGemm& call_;
  const GroupedImage* const image_;
  const Panels panels_;
  const uint64_t group_;
  const bool a_has_zeros_;
  std::byte* const panel_scratch_;
  std::byte* const row_scratch_;
};

void CoreQuantized(const QuantizedGemm& call, const GroupedImage* image, uint64_t begin, uint64_t end,
                   std::byte* scratch) {
  QuantizedRunner(call, image, scratch).Run(begin, end);
}

Work CoreQuantizedWork(const QuantizedGemmShape& shape) {
  Work work;
  if (shape.m == 0 || shape.n == 0) return work;
  const uint64_t panels = Panels(shape.n, QuantizedTileSize()).count();
  const uint64_t group = std::min(panels, GroupPanels(shape));
  work.items = ceil_div(panels, group) * ceil_div(shape.m, kRowBlock);
  const double m = static_cast<double>(shape.m), n = static_cast<double>(shape.n), k = static_cast<double>(shape.k);
  const double ns = std::max(2 * m * n * k / (kGroup == 4 ? 350 : 150), n * k / 25) + m * n / 4;
  work.ns_per_item = ns / static_cast<double>(work.items);
  work.scratch_bytes = group * kVectors * kLanes * ColumnBytes(shape.k) + 64;
  if (kGroup == 2) work.scratch_bytes += std::min(shape.m, kRowBlock) * shape.k * sizeof(int16_t);
  return work;
}

uint64_t QuantizedPackedSize(const QuantizedGemmShape& shape) {
  const Panels panels(shape.n, QuantizedTileSize());
  return panels.column(panels.count()) * ColumnBytes(shape.k);
}

void QuantizedPack(const QuantizedGemmShape& shape, const ByteMatrix& b, std::byte* packed) {
  const Panels panels(shape.n, QuantizedTileSize());
  if (shape.n == 0) return;
  for (uint64_t p = 0; p < panels.count(); ++p) {
    PackMatrix(shape, b, panels.column(p), panels.columns(p), panels.width(p), true,
               packed + panels.column(p) * ColumnBytes(shape.k));
  }
}

uint64_t GroupSize() { return kGroup; }

float GroupOf(const QuantizedGemmShape& shape, int32_t zero) {
  Packed group[kGroup];
  std::fill_n(group, kGroup, static_cast<Packed>(kGroup == 4 ? zero + Shift(shape) : zero));
  float bits;
  std::memcpy(&bits, group, sizeof(bits));
  return bits;
}

void GroupChannels(const QuantizedGemmShape& shape, const void* x, uint64_t channels, uint64_t n, int32_t zero,
                   float* to) {
  HWY_ALIGN uint8_t zeros[kMaxPanelWidth], tails[kGroup][kMaxPanelWidth] = {};
  std::fill_n(zeros, kMaxPanelWidth, static_cast<uint8_t>(zero));
  HWY_ALIGN Packed groups[kGroup * kMaxPanelWidth];
  for (uint64_t at = 0; at < n; at += kMaxPanelWidth) {
    const uint64_t count = std::min(kMaxPanelWidth, n - at);
    const bool is_tail = count < kMaxPanelWidth;
    const uint8_t* rows[kGroup];
    for (uint64_t c = 0; c < kGroup; ++c) {
      rows[c] = c < channels ? static_cast<const uint8_t*>(x) + c * n + at : zeros;
      if (is_tail) rows[c] = static_cast<const uint8_t*>(std::memcpy(tails[c], rows[c], count));
    }
    InterleaveAs(shape.b_signed, rows, Shift(shape), kMaxPanelWidth,
                 is_tail ? groups : reinterpret_cast<Packed*>(to + at));
    if (is_tail) std::memcpy(to + at, groups, count * sizeof(float));
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(CoreQuantized);
HWY_EXPORT(CoreQuantizedWork);
HWY_EXPORT(QuantizedPackedSize);
HWY_EXPORT(QuantizedPack);
HWY_EXPORT(GroupSize);
HWY_EXPORT(GroupOf);
HWY_EXPORT(GroupChannels);

Work core_quantized_work(const QuantizedGemmShape& shape) { return HWY_DYNAMIC_DISPATCH(CoreQuantizedWork)(shape); }

void core_quantized(const QuantizedGemm& call, const GroupedImage* image, uint64_t begin, uint64_t end,
                    std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(CoreQuantized)(call, image, begin, end, scratch);
}

uint64_t core_group_size() { return HWY_DYNAMIC_DISPATCH(GroupSize)(); }

float core_group_of(const QuantizedGemmShape& shape, int32_t zero) {
  return HWY_DYNAMIC_DISPATCH(GroupOf)(shape, zero);
}

void core_group_channels(const QuantizedGemmShape& shape, const void* x, uint64_t channels, uint64_t n, int32_t zero,
                         float* to) {
  HWY_DYNAMIC_DISPATCH(GroupChannels)(shape, x, channels, n, zero, to);
}

uint64_t quantized_packed_b_size(const QuantizedGemmShape& shape) {
  return HWY_DYNAMIC_DISPATCH(QuantizedPackedSize)(shape);
}

void quantized_pack_b(const QuantizedGemmShape& shape, const void* b, int64_t row_stride, int64_t column_stride,
                      void* packed) {
  HWY_DYNAMIC_DISPATCH(QuantizedPack)(shape, {b, row_stride, column_stride}, static_cast<std::byte*>(packed));
}

Work quantized_gemm_work(const QuantizedGemmShape& shape) { return core_quantized_work(shape); }

void quantized_gemm(const QuantizedGemm& call, uint64_t begin, uint64_t end, std::byte* scratch) {
  core_quantized(call, nullptr, begin, end, scratch);
}

}  // namespace mortise::neon
#endif
