// SPDX-License-Identifier: Apache-2.0
//
// See quantized.h and quantized_core.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/quantized.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <array>
#include <utility>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/columns-inl.h"
#include "plugins/neon_cpu/kernels/quantized_core.h"
#include "plugins/neon_cpu/kernels/unroll.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

using Ints = hn::RebindToSigned<Floats>;
using IntVec = hn::Vec<Ints>;

constexpr size_t kLanes = hn::MaxLanes(Floats());
constexpr int kRows = 6;
#if HWY_TARGET <= HWY_AVX3
constexpr int kVectors = 4;
#else
constexpr int kVectors = 2;
#endif

#if HWY_TARGET == HWY_AVX3_DL
constexpr uint64_t kGroup = 4;
using Packed = uint8_t;

// sum += the products of four bytes with four bytes. As an instruction, since GCC 12 keeps the sums of the intrinsic in
// memory, which halves the speed.
template <bool kASigned>
HWY_INLINE IntVec MultiplyGroup(IntVec a, IntVec b, IntVec sum) {
  const IntVec& without_sign = kASigned ? b : a;
  const IntVec& with_sign = kASigned ? a : b;
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(without_sign.raw), "v"(with_sign.raw));
  return sum;
}
#else
constexpr uint64_t kGroup = 2;
using Packed = int16_t;

// sum += the products of two 16-bit numbers with two.
template <bool kASigned>
HWY_INLINE IntVec MultiplyGroup(IntVec a, IntVec b, IntVec sum) {
#if HWY_TARGET == HWY_NEON
  // The pairs of four columns lie apart: first the first numbers, then the second ones.
  const int16x8_t pairs = vreinterpretq_s16_s32(b.raw);
  const int16x8_t factors = vreinterpretq_s16_s32(a.raw);
  sum.raw = vmlal_laneq_s16(sum.raw, vget_low_s16(pairs), factors, 0);
  sum.raw = vmlal_high_laneq_s16(sum.raw, pairs, factors, 1);
  return sum;
#else
  const hn::Repartition<int16_t, Ints> d16;
  IntVec unused = hn::Zero(Ints());
  return hn::ReorderWidenMulAccumulate(Ints(), hn::BitCast(d16, a), hn::BitCast(d16, b), sum, unused);
#endif
}
#endif

TileSize QuantizedTileSize() { return {.lanes = kLanes, .vectors = kVectors, .thin = false}; }

uint64_t Groups(uint64_t k) { return ceil_div(k, kGroup); }

// Of one column of packed B, its sum included.
uint64_t ColumnBytes(uint64_t k) { return Groups(k) * kGroup * sizeof(Packed) + sizeof(int32_t); }

// What is added to B's bytes, and hence to its zero points, when packed.
int32_t Shift(const QuantizedGemmShape& shape) {
  if (kGroup == 2 || shape.a_signed != shape.b_signed) return 0;
  return shape.b_signed ? 128 : -128;
}

uint64_t GroupPanels(const QuantizedGemmShape& shape) {
  return std::max<uint64_t>(1, 262144 / (ColumnBytes(shape.k) * kVectors * kLanes));
}

void FetchRow(const ByteRows& rows, uint64_t k, uint64_t n0, uint64_t n, uint8_t* to) {
  const auto* const row = static_cast<const uint8_t*>(rows.b) + static_cast<int64_t>(k) * rows.row_stride +
                          static_cast<int64_t>(n0) * rows.column_stride;
  if (rows.column_stride == 1) {
    std::memcpy(to, row, n);
  } else {
    for (uint64_t j = 0; j < n; ++j) to[j] = row[static_cast<int64_t>(j) * rows.column_stride];
  }
}

// kGroup rows of `width` bytes to groups; T is the type that the bytes are.
template <class T>
HWY_INLINE void Interleave(const uint8_t (*bytes)[Columns<uint8_t>::kMaxPixels], [[maybe_unused]] int32_t shift,
                           uint64_t width, Packed* to) {
#if HWY_TARGET == HWY_AVX3_DL
  const hn::Full128<uint8_t> d;
  const auto flip = hn::Set(d, shift != 0 ? 0x80 : 0);
  for (uint64_t j = 0; j < width; j += 16) {
    hn::StoreInterleaved4(hn::Xor(hn::Load(d, bytes[0] + j), flip), hn::Xor(hn::Load(d, bytes[1] + j), flip),
                          hn::Xor(hn::Load(d, bytes[2] + j), flip), hn::Xor(hn::Load(d, bytes[3] + j), flip), d,
                          to + 4 * j);
  }
#else
  const hn::Full64<T> d8;
  const hn::Full128<int16_t> d16;
  HWY_ALIGN uint8_t eight[8];
  for (uint64_t j = 0; j < width; j += 4) {
    std::memcpy(eight, bytes[0] + j, 4);
    std::memcpy(eight + 4, bytes[1] + j, 4);
#if HWY_TARGET == HWY_NEON
    const auto ordered = hn::Load(d8, reinterpret_cast<const T*>(eight));
#else
    const auto both = hn::Load(d8, reinterpret_cast<const T*>(eight));
    const hn::Full64<int32_t> d32;
    const auto second = hn::BitCast(d8, hn::Shuffle2301(hn::BitCast(d32, both)));
    const auto ordered = hn::InterleaveLower(d8, both, second);
#endif
    hn::StoreU(hn::PromoteTo(d16, ordered), d16, to + 2 * j);
  }
#endif
}

HWY_INLINE void AddRow(const uint8_t* bytes, bool is_signed, int32_t shift, uint64_t width, int32_t* sums) {
  if (is_signed) {
    for (uint64_t j = 0; j < width; ++j) sums[j] += static_cast<int8_t>(bytes[j]) + shift;
  } else {
    for (uint64_t j = 0; j < width; ++j) sums[j] += bytes[j] + shift;
  }
}

// One panel and, if wanted, the sums of its columns. Rows behind the last are 0, whatever A is taken to have there.
void PackPanel(const QuantizedGemmShape& shape, const ByteRows& rows, uint64_t n0, uint64_t n, uint64_t width,
               bool with_sums, std::byte* panel) {
  HWY_ALIGN uint8_t bytes[kGroup][Columns<uint8_t>::kMaxPixels] = {};
  auto* to = reinterpret_cast<Packed*>(panel);
  auto* const sums = reinterpret_cast<int32_t*>(panel + Groups(shape.k) * kGroup * width * sizeof(Packed));
  const int32_t shift = Shift(shape);
  std::fill(sums, sums + width, 0);
  const auto fetch_all = [&](auto&& fetch) HWY_ATTR {
    for (uint64_t k = 0; k < shape.k; k += kGroup, to += kGroup * width) {
      const uint64_t count = std::min(kGroup, shape.k - k);
      for (uint64_t g = 0; g < count; ++g) fetch(k + g, bytes[g]);
      // Rows that are not there count as what is packed as 0.
      for (uint64_t g = count; g < kGroup; ++g) std::fill_n(bytes[g], width, shift != 0 ? uint8_t{0x80} : uint8_t{0});
      for (uint64_t g = 0; with_sums && g < count; ++g) AddRow(bytes[g], shape.b_signed, shift, width, sums);
      shape.b_signed ? Interleave<int8_t>(bytes, shift, width, to) : Interleave<uint8_t>(bytes, shift, width, to);
    }
  };
  if (rows.columns_of != nullptr) {
    Columns<uint8_t> columns(*rows.columns_of, static_cast<const uint8_t*>(rows.b), rows.padding, n0, n);
    columns.Seek(0);
    fetch_all([&](uint64_t, uint8_t* row) HWY_ATTR { columns.Next(row); });
  } else {
    fetch_all([&](uint64_t k, uint8_t* row) HWY_ATTR { FetchRow(rows, k, n0, n, row); });
  }
}

// One tile: up to kRows rows of A and one panel.
struct QuantizedTile {
  uint64_t k = 0;
  const std::byte* a = nullptr;
  int64_t a_stride = 0;  // bytes
  const Packed* b = nullptr;
  const int32_t* b_sums = nullptr;
  size_t columns = 0;
  const int32_t* a_sums = nullptr;   // of the rows, less k times their zero points; null: B's zero points are all 0
  const int32_t* a_zeros = nullptr;  // null: all 0
  const int32_t* b_zeros = nullptr;  // shifted, one per column of the panel
  uint64_t row = 0, column = 0;      // in C
};

// Four bytes, or two 16-bit numbers; beyond the end zeros.
HWY_INLINE int32_t GroupAt(const std::byte* a, uint64_t bytes) {
  int32_t group = 0;
  std::memcpy(&group, a, bytes);
  return group;
}

template <bool kASigned, int MR, int NV>
HWY_INLINE void MultiplyBytes(const QuantizedTile& t, IntVec (&sum)[MR][NV]) {
  const Ints d;
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) { MORTISE_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = hn::Zero(d); }
  const auto* b = reinterpret_cast<const int32_t*>(t.b);
  const uint64_t bytes = t.k * sizeof(Packed);
  uint64_t at = 0;
  for (; at + 4 <= bytes; at += 4, b += NV * kLanes) {
    IntVec column[NV];
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) column[j] = hn::LoadU(d, b + j * kLanes);
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
      const IntVec factor = hn::Set(d, GroupAt(t.a + i * t.a_stride + at, 4));
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) { sum[i][j] = MultiplyGroup<kASigned>(factor, column[j], sum[i][j]); }
    }
  }
  if (at == bytes) return;
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    const IntVec factor = hn::Set(d, GroupAt(t.a + i * t.a_stride + at, bytes - at));
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      sum[i][j] = MultiplyGroup<kASigned>(factor, hn::LoadU(d, b + j * kLanes), sum[i][j]);
    }
  }
}

HWY_INLINE IntVec LoadFirstInts(const int32_t* from, size_t n) {
  return hn::BitCast(Ints(), LoadFirst(reinterpret_cast<const float*>(from), n));
}

// The value of C at (row, column…) from its sums: requantised, or as they are.
HWY_INLINE void StoreResult(const QuantizedOutput& o, IntVec sum, uint64_t row, uint64_t column, size_t n) {
  const Ints d;
  const int64_t at = static_cast<int64_t>(row) * o.c_stride + static_cast<int64_t>(column);
  if (o.sums != nullptr) {
    StoreFirst(hn::BitCast(Floats(), sum), reinterpret_cast<float*>(o.sums + at), n);
    return;
  }
  if (o.row_bias != nullptr) sum = hn::Add(sum, hn::Set(d, o.row_bias[row]));
  if (o.column_bias != nullptr) sum = hn::Add(sum, LoadFirstInts(o.column_bias + column, n));
  Vec factor = Constant(o.row_multipliers != nullptr ? o.row_multipliers[row] : o.multiplier);
  if (o.column_multipliers != nullptr) factor = LoadFirst(o.column_multipliers + column, n);
  // Clipped before it is rounded, which is the same and stays within 32 bits.
  const int32_t low = std::max(o.low, o.is_signed ? -128 : 0) - o.zero_point;
  const int32_t high = std::min(o.high, o.is_signed ? 127 : 255) - o.zero_point;
  const Vec scaled =
      Clamp(hn::Mul(hn::ConvertTo(Floats(), sum), factor), static_cast<float>(low), static_cast<float>(high));
  const IntVec rounded = hn::Add(hn::NearestInt(scaled), hn::Set(d, o.zero_point));
  auto* const y = static_cast<uint8_t*>(o.y) + at;
  const hn::Rebind<uint8_t, Ints> du8;
  const hn::Rebind<int8_t, Ints> di8;
  const auto bytes = o.is_signed ? hn::BitCast(du8, hn::DemoteTo(di8, rounded)) : hn::DemoteTo(du8, rounded);
  if (n >= kLanes) {
    hn::StoreU(bytes, du8, y);
  } else {
    HWY_ALIGN uint8_t buffer[kLanes];
    hn::Store(bytes, du8, buffer);
    std::memcpy(y, buffer, n);
  }
}

template <bool kASigned, int MR, int NV>
HWY_NOINLINE void RunQuantizedTile(const QuantizedTile& t, const QuantizedOutput& output) {
  const Ints d;
  IntVec sum[MR][NV];
  MultiplyBytes<kASigned, MR, NV>(t, sum);
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      const size_t column = j * kLanes;
      IntVec y = sum[i][j];
      if (t.a_zeros != nullptr) {
        y = hn::Sub(y, hn::Mul(hn::Set(d, t.a_zeros[i]), hn::LoadU(d, t.b_sums + column)));
      }
      if (t.a_sums != nullptr) {
        y = hn::Sub(y, hn::Mul(hn::Set(d, t.a_sums[i]), hn::LoadU(d, t.b_zeros + column)));
      }
      StoreResult(output, y, t.row + i, t.column + column, j + 1 < NV ? kLanes : t.columns - column);
    }
  }
}

using QuantizedTileFunction = void (*)(const QuantizedTile&, const QuantizedOutput&);

template <bool kASigned, size_t... I>
constexpr std::array<QuantizedTileFunction, sizeof...(I)> MakeQuantizedTiles(std::index_sequence<I...>) {
  return {&RunQuantizedTile<kASigned, static_cast<int>(I / kVectors) + 1, static_cast<int>(I % kVectors) + 1>...};
}
// By the sign of A, rows, vectors.
constexpr size_t kNumTiles = size_t{kRows} * kVectors;
constexpr std::array<QuantizedTileFunction, kNumTiles> kQuantizedTiles[] = {
    MakeQuantizedTiles<false>(std::make_index_sequence<kNumTiles>()),
    MakeQuantizedTiles<true>(std::make_index_sequence<kNumTiles>())};

class QuantizedRunner {
 public:
  QuantizedRunner(const QuantizedGemm& call, const ByteRows& rows, std::byte* scratch)
      : call_(call),
        rows_(rows),
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
          PackPanel(call_.shape, rows_, panels_.column(p), panels_.columns(p), panels_.width(p), a_has_zeros_, panel);
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
  const ByteRows& rows_;
  const Panels panels_;
  const uint64_t group_;
  const bool a_has_zeros_;
  std::byte* const panel_scratch_;
  std::byte* const row_scratch_;
};

void CoreQuantized(const QuantizedGemm& call, const ByteRows& rows, uint64_t begin, uint64_t end, std::byte* scratch) {
  QuantizedRunner(call, rows, scratch).Run(begin, end);
}

// values[i] = x[i] - zero
HWY_INLINE void Widen(const uint8_t* x, bool is_signed, int32_t zero, uint64_t n, float* values) {
  if (is_signed) {
    for (uint64_t i = 0; i < n; ++i) values[i] = static_cast<float>(static_cast<int8_t>(x[i]) - zero);
  } else {
    for (uint64_t i = 0; i < n; ++i) values[i] = static_cast<float>(x[i] - zero);
  }
}

// Item: an output plane. The sums are made in float32, where they are exact, since they stay below 2^24.
void QuantizedDepthwise(const QuantizedConv& call, const ConvShape& one, uint64_t begin, uint64_t end,
                        std::byte* scratch) {
  const ConvShape& s = call.shape;
  const uint64_t in = volume(s.in), out = volume(s.out), taps = volume(s.kernel), items = depthwise_work(one).items;
  float* const x = reinterpret_cast<float*>(scratch);
  float* const sums = x + in;
  float* const weights = sums + out;
  auto* const rest = reinterpret_cast<std::byte*>(weights + (taps + 15) / 16 * 16 + (16 - (in + out) % 16) % 16);
  QuantizedOutput output = call.output;
  output.c_stride = static_cast<int64_t>(out);
  for (uint64_t plane = begin; plane < end; ++plane) {
    const uint64_t image = plane / s.out_channels, channel = plane % s.out_channels;
    const uint64_t in_plane = image * s.in_channels + channel / (s.out_channels / s.groups);
    const int32_t w_zero = call.w_zero.values != nullptr ? call.w_zero.values[channel] : call.w_zero.value;
    Widen(static_cast<const uint8_t*>(call.x) + in_plane * in, call.x_signed, call.x_zero, in, x);
    Widen(static_cast<const uint8_t*>(call.w) + channel * taps, call.w_signed, w_zero, taps, weights);
    depthwise(one, x, weights, {}, sums, 0, items, rest);
    if (call.output.y != nullptr) output.y = static_cast<uint8_t*>(call.output.y) + image * s.out_channels * out;
    if (call.output.sums != nullptr) output.sums = call.output.sums + image * s.out_channels * out;
    for (uint64_t i = 0; i < out; i += kLanes) {
      StoreResult(output, hn::NearestInt(LoadFirst(sums + i, out - i)), channel, i, out - i);
    }
  }
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

void QuantizedPack(const QuantizedGemmShape& shape, const ByteRows& rows, std::byte* packed) {
  const Panels panels(shape.n, QuantizedTileSize());
  if (shape.n == 0) return;
  for (uint64_t p = 0; p < panels.count(); ++p) {
    PackPanel(shape, rows, panels.column(p), panels.columns(p), panels.width(p), true,
              packed + panels.column(p) * ColumnBytes(shape.k));
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
HWY_EXPORT(QuantizedDepthwise);

Work core_quantized_work(const QuantizedGemmShape& shape) { return HWY_DYNAMIC_DISPATCH(CoreQuantizedWork)(shape); }

void core_quantized(const QuantizedGemm& call, const ByteRows& rows, uint64_t begin, uint64_t end, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(CoreQuantized)(call, rows, begin, end, scratch);
}

uint64_t quantized_packed_b_size(const QuantizedGemmShape& shape) {
  return HWY_DYNAMIC_DISPATCH(QuantizedPackedSize)(shape);
}

void quantized_pack_b(const QuantizedGemmShape& shape, const void* b, int64_t row_stride, int64_t column_stride,
                      void* packed) {
  const ByteRows rows{.b = b, .row_stride = row_stride, .column_stride = column_stride};
  HWY_DYNAMIC_DISPATCH(QuantizedPack)(shape, rows, static_cast<std::byte*>(packed));
}

Work quantized_gemm_work(const QuantizedGemmShape& shape) { return core_quantized_work(shape); }

void quantized_gemm(const QuantizedGemm& call, uint64_t begin, uint64_t end, std::byte* scratch) {
  core_quantized(call, {.b = call.b, .row_stride = call.b_row_stride, .column_stride = call.b_column_stride}, begin,
                 end, scratch);
}

namespace {

// Of one image and group; the signs do not matter to the work.
QuantizedGemmShape gemm_shape(const ConvShape& s) {
  return {.m = s.out_channels / s.groups, .n = volume(s.out), .k = s.in_channels / s.groups * volume(s.kernel)};
}

// With up to 256 kernel positions a sum of products of 9 bits with sign is below 2^24.
bool is_depthwise(const ConvShape& s) { return depthwise_fits(s) && volume(s.kernel) <= 256; }

ConvShape one_plane(ConvShape s) {
  s.batch = s.in_channels = s.out_channels = s.groups = 1;
  return s;
}

template <class T>
void advance(T*& pointer, uint64_t by) {
  if (pointer != nullptr) pointer += by;
}

}  // namespace

Work quantized_conv_work(const ConvShape& shape) {
  if (is_depthwise(shape)) {
    const Work plane = depthwise_work(one_plane(shape));
    const uint64_t floats = volume(shape.in) + volume(shape.out) + volume(shape.kernel) + 32;
    return {.items = shape.batch * shape.out_channels,
            .ns_per_item = plane.ns_per_item * static_cast<double>(plane.items) + static_cast<double>(floats) / 8,
            .scratch_bytes = floats * sizeof(float) + plane.scratch_bytes};
  }
  Work work = core_quantized_work(gemm_shape(shape));
  work.items *= shape.batch * shape.groups;
  return work;
}

void quantized_conv(const QuantizedConv& call, uint64_t begin, uint64_t end, std::byte* scratch) {
  const ConvShape& s = call.shape;
  if (is_depthwise(s)) return HWY_DYNAMIC_DISPATCH(QuantizedDepthwise)(call, one_plane(s), begin, end, scratch);
  QuantizedGemmShape shape = gemm_shape(s);
  shape.a_signed = call.w_signed;
  shape.b_signed = call.x_signed;
  const uint64_t items = core_quantized_work(shape).items;
  while (begin < end) {
    const uint64_t member = begin / items, group = member % s.groups, first_row = group * shape.m;
    QuantizedGemm product{.shape = shape,
                          .a = static_cast<const uint8_t*>(call.w) + first_row * shape.k,
                          .a_stride = static_cast<int64_t>(shape.k),
                          .a_zero = call.w_zero,
                          .b_zero = {.value = call.x_zero},
                          .output = call.output};
    advance(product.a_zero.values, first_row);
    QuantizedOutput& output = product.output;
    output.c_stride = static_cast<int64_t>(shape.n);
    advance(output.row_bias, first_row);
    advance(output.row_multipliers, first_row);
    if (output.y != nullptr) output.y = static_cast<uint8_t*>(output.y) + member * shape.m * shape.n;
    advance(output.sums, member * shape.m * shape.n);
    const ByteRows rows{.b = static_cast<const uint8_t*>(call.x) + member * (s.in_channels / s.groups) * volume(s.in),
                        .columns_of = &s,
                        .padding = static_cast<uint8_t>(call.x_zero)};
    const uint64_t last = std::min(end, (member + 1) * items);
    core_quantized(product, rows, begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

}  // namespace mortise::neon
#endif
