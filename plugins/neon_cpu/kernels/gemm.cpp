// SPDX-License-Identifier: Apache-2.0
//
// See gemm.h and gemm_core.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/gemm.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <cstring>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/gemm_core.h"
#include "plugins/neon_cpu/kernels/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

uint64_t GroupPanels(const GemmShape& shape) {
  return std::max<uint64_t>(1, 65536 / (k_block(shape.k) * kVectors * kLanes));
}

TileSize TileSizeHere() { return {.lanes = kLanes, .vectors = kVectors, .thin = true}; }

// As many items as a few threads can share evenly, first by narrower groups, as packing a panel again for another span of
// rows costs 16 / rows of the multiplications with it.
Cut CoreCut(const GemmShape& shape) {
  constexpr uint64_t kItems = 12;
  constexpr uint64_t kManyRows = 3 * kRowBlock;
  const uint64_t panels = Panels(shape.n, TileSizeHere()).count();
  const uint64_t wanted = ceil_div(kItems, std::max<uint64_t>(1, shape.batch));
  const uint64_t all_rows = std::max<uint64_t>(1, shape.m);
  Cut cut{.panels = std::min(panels, GroupPanels(shape))};
  for (;; cut.panels = ceil_div(cut.panels, 2)) {
    const uint64_t spans = ceil_div(wanted, ceil_div(panels, cut.panels));
    cut.rows = std::min(all_rows, ceil_div(ceil_div(all_rows, spans), kRowBlock / 2) * (kRowBlock / 2));
    if (cut.panels == 1 || cut.rows >= std::min(all_rows, kManyRows)) return cut;
  }
}

Work CoreWork(const GemmShape& shape) {
  const uint64_t panels = Panels(shape.n, TileSizeHere()).count();
  const auto [group, rows] = CoreCut(shape);
  Work work;
  if (shape.n == 0 || shape.m == 0 || shape.batch == 0) return work;
  work.items = shape.batch * ceil_div(panels, group) * ceil_div(shape.m, rows);
  const double m = static_cast<double>(shape.m), n = static_cast<double>(shape.n), k = static_cast<double>(shape.k);
  const double ns = std::max(2 * m * n * k / 90, 4 * n * k / 25) + m * n / 8;
  work.ns_per_item = ns * static_cast<double>(shape.batch) / static_cast<double>(work.items);
  work.scratch_bytes =
      (group * kVectors * kLanes + std::min(shape.m, kRowBlock)) * k_block(shape.k) * sizeof(float) + 64;
  return work;
}

// A block of A whose rows are not contiguous.
void PackRows(const Matrix& a, uint64_t rows, uint64_t k, float* packed) {
  for (uint64_t i = 0; i < rows; ++i) {
    for (uint64_t j = 0; j < k; ++j) {
      packed[i * k + j] = a.data[static_cast<int64_t>(i) * a.row_stride + static_cast<int64_t>(j) * a.column_stride];
    }
  }
}

void PackMatrix(const Matrix& b, uint64_t kc, uint64_t n, uint64_t width, float* panel) {
  for (uint64_t k = 0; k < kc; ++k, panel += width) {
    const float* const row = b.data + static_cast<int64_t>(k) * b.row_stride;
    if (b.column_stride == 1) {
      std::memcpy(panel, row, n * sizeof(float));
    } else {
      for (uint64_t j = 0; j < n; ++j) panel[j] = row[static_cast<int64_t>(j) * b.column_stride];
    }
    std::fill(panel + n, panel + width, 0.0f);
  }
}

int64_t Offset(const int64_t* offsets, uint64_t member) { return offsets != nullptr ? offsets[member] : 0; }

// The part of a range that lies in one group of panels of one member.
struct Span {
  uint64_t member;
  uint64_t panel_begin, panel_end;
  uint64_t row_begin, row_end;
};

class Runner {
 public:
  Runner(const Gemm& call, const PanelSource& source, std::byte* scratch)
      : call_(call),
        source_(source),
        panels_(call.shape.n, TileSizeHere()),
        cut_(CoreCut(call.shape)),
        kc_(k_block(call.shape.k)),
        b_scratch_(reinterpret_cast<float*>(scratch)),
        a_scratch_(b_scratch_ + cut_.panels * kVectors * kLanes * kc_) {}

  void Run(uint64_t begin, uint64_t end) const {
    const uint64_t spans = ceil_div(call_.shape.m, cut_.rows);
    const uint64_t groups = ceil_div(panels_.count(), cut_.panels);
    while (begin < end) {
      const uint64_t span = begin % spans;
      const uint64_t span_end = std::min(spans, span + (end - begin));
      const uint64_t group = begin / spans % groups;
      RunSpan({begin / spans / groups, group * cut_.panels, std::min(panels_.count(), (group + 1) * cut_.panels),
               span * cut_.rows, std::min(call_.shape.m, span_end * cut_.rows)});
      begin += span_end - span;
    }
  }

 private:
  void RunSpan(const Span& span) const {
    uint64_t k0 = 0;
    do {
      const uint64_t kc = std::min(kc_, call_.shape.k - k0);
      if (call_.packed_b == nullptr) Pack(span, k0, kc);
      for (uint64_t row = span.row_begin; row < span.row_end; row += kRowBlock) {
        RunBlock(span, row, std::min(row + kRowBlock, span.row_end), k0, kc);
      }
      k0 += kc;
    } while (k0 < call_.shape.k);
  }

  void Pack(const Span& span, uint64_t k0, uint64_t kc) const {
    float* panel = b_scratch_;
    for (uint64_t p = span.panel_begin; p < span.panel_end; ++p, panel += kc * kVectors * kLanes) {
      const uint64_t column = panels_.column(p);
      if (source_.pack != nullptr) {
        source_.pack(source_.self, span.member, k0, kc, column, panels_.columns(p), panels_.width(p), panel);
        continue;
      }
      Matrix b = call_.b;
      b.data += Offset(call_.b_offsets, span.member) + static_cast<int64_t>(k0) * b.row_stride +
                static_cast<int64_t>(column) * b.column_stride;
      PackMatrix(b, kc, panels_.columns(p), panels_.width(p), panel);
    }
  }

  const float* Panel(const Span& span, uint64_t p, uint64_t k0, uint64_t kc) const {
    if (call_.packed_b == nullptr) return b_scratch_ + (p - span.panel_begin) * kc * kVectors * kLanes;
    return call_.packed_b + Offset(call_.b_offsets, span.member) + panels_.column(p) * call_.shape.k +
           k0 * panels_.width(p);
  }

  void RunBlock(const Span& span, uint64_t row, uint64_t row_end, uint64_t k0, uint64_t kc) const {
    const Epilogue& e = call_.epilogue;
    Matrix a = call_.a;
    a.data += Offset(call_.a_offsets, span.member) + static_cast<int64_t>(row) * a.row_stride +
              static_cast<int64_t>(k0) * a.column_stride;
    if (a.column_stride != 1) {
      PackRows(a, row_end - row, kc, a_scratch_);
      a = {a_scratch_, static_cast<int64_t>(kc), 1};
    }
    Tile t{.k = kc, .a_stride = a.row_stride, .c_stride = call_.c_stride, .first = k0 == 0, .scale = e.scale};
    const bool last = k0 + kc >= call_.shape.k;
    const ClampRange clamp = ClampOf(e);
    if (last) t.low = clamp.low, t.high = clamp.high;
    const bool activate = last && !clamp.is_clamp;
    for (uint64_t p = span.panel_begin; p < span.panel_end; ++p) {
      const uint64_t column = panels_.column(p);
      const uint64_t width = panels_.width(p);
      t.b = Panel(span, p, k0, kc);
      t.columns = panels_.columns(p);
      if (t.first && e.column_bias != nullptr) t.column_bias = e.column_bias + column;
      for (uint64_t i = row; i < row_end; i += kRows) {
        const uint64_t rows = std::min<uint64_t>(kRows, row_end - i);
        const int64_t at = Offset(call_.c_offsets, span.member) + static_cast<int64_t>(i) * call_.c_stride +
                           static_cast<int64_t>(column);
        t.a = a.data + static_cast<int64_t>(i - row) * a.row_stride;
        t.c = call_.c + at;
        if (t.first && e.row_bias != nullptr) t.row_bias = e.row_bias + i;
        if (t.first && e.residual != nullptr) t.residual = e.residual + at;
        TileFor(rows, width)(t);
        if (!activate) continue;
        for (uint64_t r = 0; r < rows; ++r) {
          ActivateRow(e.activation, e.alpha, e.beta, t.c + static_cast<int64_t>(r) * t.c_stride, t.columns);
        }
      }
    }
  }

  const Gemm& call_;
  const PanelSource& source_;
  const Panels panels_;
  const Cut cut_;
  const uint64_t kc_;
  float* const b_scratch_;
  float* const a_scratch_;
};

void CoreGemm(const Gemm& call, const PanelSource& source, uint64_t begin, uint64_t end, std::byte* scratch) {
  Runner(call, source, scratch).Run(begin, end);
}

void CorePanel(uint64_t m, uint64_t n, uint64_t k, const float* a, int64_t a_stride, const float* b, float* c,
               int64_t c_stride) {
  Tile t{.k = k, .a_stride = a_stride, .b = b, .c_stride = c_stride, .columns = n, .first = true};
  for (uint64_t i = 0; i < m; i += kRows) {
    t.a = a + static_cast<int64_t>(i) * a_stride;
    t.c = c + static_cast<int64_t>(i) * c_stride;
    TileFor(std::min<uint64_t>(kRows, m - i), n)(t);
  }
}

void PackB(uint64_t k, uint64_t n, const Matrix& b, float* packed) {
  const Panels panels(n, TileSizeHere());
  for (uint64_t p = 0; p < panels.count(); ++p) {
    Matrix columns = b;
    columns.data += static_cast<int64_t>(panels.column(p)) * b.column_stride;
    PackMatrix(columns, k, panels.columns(p), panels.width(p), packed + panels.column(p) * k);
  }
}

Work CorePackWork(const GemmShape& shape) {
  if (shape.n == 0 || shape.k == 0) return {};
  const uint64_t kc = k_block(shape.k), panels = Panels(shape.n, TileSizeHere()).count();
  return {.items = panels * ceil_div(shape.k, kc), .ns_per_item = static_cast<double>(kc * kVectors * kLanes) / 2};
}

void CorePack(const GemmShape& shape, const PanelSource& source, float* packed, uint64_t begin, uint64_t end) {
  const Panels panels(shape.n, TileSizeHere());
  const uint64_t kc = k_block(shape.k), blocks = ceil_div(shape.k, kc);
  for (; begin < end; ++begin) {
    const uint64_t p = begin / blocks, k0 = begin % blocks * kc;
    source.pack(source.self, 0, k0, std::min(kc, shape.k - k0), panels.column(p), panels.columns(p), panels.width(p),
                packed + panels.column(p) * shape.k + k0 * panels.width(p));
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(TileSizeHere);
HWY_EXPORT(CoreCut);
HWY_EXPORT(CoreWork);
HWY_EXPORT(CoreGemm);
HWY_EXPORT(CorePackWork);
HWY_EXPORT(CorePack);
HWY_EXPORT(CorePanel);
HWY_EXPORT(PackB);

Cut core_cut(const GemmShape& shape) { return HWY_DYNAMIC_DISPATCH(CoreCut)(shape); }

Work core_work(const GemmShape& shape) { return HWY_DYNAMIC_DISPATCH(CoreWork)(shape); }

void core_gemm(const Gemm& call, const PanelSource& source, uint64_t begin, uint64_t end, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(CoreGemm)(call, source, begin, end, scratch);
}

Work core_pack_work(const GemmShape& shape) { return HWY_DYNAMIC_DISPATCH(CorePackWork)(shape); }

void core_pack(const GemmShape& shape, const PanelSource& source, float* packed, uint64_t begin, uint64_t end) {
  HWY_DYNAMIC_DISPATCH(CorePack)(shape, source, packed, begin, end);
}

TileSize core_tile_size() { return HWY_DYNAMIC_DISPATCH(TileSizeHere)(); }

void core_panel(uint64_t m, uint64_t n, uint64_t k, const float* a, int64_t a_stride, const float* b, float* c,
                int64_t c_stride) {
  HWY_DYNAMIC_DISPATCH(CorePanel)(m, n, k, a, a_stride, b, c, c_stride);
}

Work gemm_work(const GemmShape& shape) { return core_work(shape); }

void gemm(const Gemm& call, uint64_t begin, uint64_t end, std::byte* scratch) {
  core_gemm(call, {}, begin, end, scratch);
}

uint64_t packed_b_size(uint64_t k, uint64_t n) {
  const Panels panels(n, HWY_DYNAMIC_DISPATCH(TileSizeHere)());
  // A multiple of 64 bytes, so that one packed matrix can lie behind another.
  return (panels.column(panels.count()) * k + 15) / 16 * 16;
}

void pack_b(uint64_t k, uint64_t n, const Matrix& b, float* packed) { HWY_DYNAMIC_DISPATCH(PackB)(k, n, b, packed); }

}  // namespace mortise::neon
#endif
