// Matrix products against sums in double.
#include "plugins/neon_cpu/kernels/gemm.h"

#include "activations.h"
#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Gemms : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Gemms);

enum class BForm { kPacked, kRows, kTransposed };

struct Case {
  GemmShape shape;
  BForm b_form = BForm::kPacked;
  bool a_transposed = false;
  bool row_bias = false;
  bool column_bias = false;
  bool residual = false;
  bool in_place = false;  // the residual is the output
  int64_t c_gap = 0;
  float scale = 1;
  Activation activation = Activation::kNone;
  float alpha = 0.1f;
  float beta = 0.4f;
};

void check(const Case& test) {
  const auto [m, n, k, batch] = test.shape;
  SCOPED_TRACE("m " + std::to_string(m) + " n " + std::to_string(n) + " k " + std::to_string(k) + " form " +
               std::to_string(static_cast<int>(test.b_form)) + " activation " +
               std::to_string(static_cast<int>(test.activation)));
  const Buffer<float> a = random_floats(m * k * batch), b = random_floats(k * n * batch);
  const Buffer<float> row_bias = random_floats(m), column_bias = random_floats(n);
  const int64_t c_stride = static_cast<int64_t>(n) + test.c_gap;
  const uint64_t c_size = m == 0 || n == 0 ? 0 : (m * batch - 1) * static_cast<uint64_t>(c_stride) + n;
  const Buffer<float> residual = random_floats(c_size);
  Buffer<float> c(c_size, -7);
  if (test.in_place) std::copy(residual.begin(), residual.end(), c.begin());

  const Matrix a_matrix =
      test.a_transposed ? Matrix{a.data(), 1, static_cast<int64_t>(m)} : Matrix{a.data(), static_cast<int64_t>(k), 1};
  const Matrix b_matrix = test.b_form == BForm::kTransposed ? Matrix{b.data(), 1, static_cast<int64_t>(k)}
                                                            : Matrix{b.data(), static_cast<int64_t>(n), 1};
  std::vector<int64_t> a_offsets, b_offsets, c_offsets;
  Buffer<float> packed(test.b_form == BForm::kPacked ? packed_b_size(k, n) * batch : 0);
  for (uint64_t i = 0; i < batch; ++i) {
    a_offsets.push_back(static_cast<int64_t>(i * m * k));
    c_offsets.push_back(static_cast<int64_t>(i * m) * c_stride);
    if (test.b_form == BForm::kPacked) {
      b_offsets.push_back(static_cast<int64_t>(i * packed_b_size(k, n)));
      Matrix member = b_matrix;
      member.data += i * k * n;
      pack_b(k, n, member, packed.data() + b_offsets.back());
    } else {
      b_offsets.push_back(static_cast<int64_t>(i * k * n));
    }
  }
  ASSERT_TRUE(packed.intact());
  Gemm call{.shape = test.shape,
            .a = a_matrix,
            .c = c.data(),
            .c_stride = c_stride,
            .a_offsets = a_offsets.data(),
            .b_offsets = b_offsets.data(),
            .c_offsets = c_offsets.data()};
  if (test.b_form == BForm::kPacked) {
    call.packed_b = packed.data();
  } else {
    call.b = b_matrix;
  }
  call.epilogue = {.scale = test.scale,
                   .row_bias = test.row_bias ? row_bias.data() : nullptr,
                   .column_bias = test.column_bias ? column_bias.data() : nullptr,
                   .residual = test.in_place   ? c.data()
                               : test.residual ? residual.data()
                                               : nullptr,
                   .activation = test.activation,
                   .alpha = test.alpha,
                   .beta = test.beta};
  run_in_all_cuts(gemm_work(test.shape), c,
                  [&](uint64_t begin, uint64_t end, std::byte* scratch) { gemm(call, begin, end, scratch); });

  for (uint64_t member = 0; member < batch; ++member) {
    for (uint64_t i = 0; i < m; ++i) {
      for (uint64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (uint64_t l = 0; l < k; ++l) {
          sum += static_cast<double>(a[member * m * k + (test.a_transposed ? l * m + i : i * k + l)]) *
                 b[member * k * n + (test.b_form == BForm::kTransposed ? j * k + l : l * n + j)];
        }
        sum *= test.scale;
        if (test.row_bias) sum += row_bias[i];
        if (test.column_bias) sum += column_bias[j];
        const uint64_t at = static_cast<uint64_t>(c_offsets[member]) + i * static_cast<uint64_t>(c_stride) + j;
        if (test.residual || test.in_place) sum += residual[at];
        expect_close(c[at], activate(test.activation, test.alpha, test.beta, sum),
                     3e-7 * (4 + std::sqrt(static_cast<double>(k))),
                     "(" + std::to_string(i) + ", " + std::to_string(j) + ")");
      }
      const uint64_t behind = static_cast<uint64_t>(c_offsets[member]) + i * static_cast<uint64_t>(c_stride) + n;
      for (uint64_t gap = behind; gap < std::min(c_size, behind + static_cast<uint64_t>(test.c_gap)); ++gap) {
        ASSERT_EQ(c[gap], test.in_place ? residual[gap] : -7) << "written between the rows";
      }
    }
  }
}

constexpr BForm kForms[] = {BForm::kPacked, BForm::kRows, BForm::kTransposed};

TEST_P(Gemms, AreRightForOddExtents) {
  const uint64_t ms[] = {1, 2, 3, 5, 6, 7, 47, 49}, ns[] = {1, 3, 15, 16, 17, 31, 33, 65, 127},
                 ks[] = {1, 2, 5, 17, 64};
  int form = 0;
  for (const uint64_t m : ms) {
    for (const uint64_t n : ns) {
      for (const uint64_t k : ks) check({.shape = {m, n, k}, .b_form = kForms[form++ % 3]});
    }
  }
}

TEST_P(Gemms, AreRightOverSeveralBlocks) {
  for (const BForm form : kForms) {
    check({.shape = {100, 300, 70}, .b_form = form});
    check({.shape = {13, 70, 1000}, .b_form = form, .row_bias = true, .column_bias = true, .residual = true});
    check({.shape = {13, 70, 513}, .b_form = form, .in_place = true, .activation = Activation::kRelu});
    check({.shape = {1, 700, 600}, .b_form = form, .column_bias = true});
    check({.shape = {50, 1, 385}, .b_form = form, .activation = Activation::kTanh});
  }
}

TEST_P(Gemms, AreEpilogueOfNothingWhereKIsZero) {
  check(
      {.shape = {5, 19, 0}, .row_bias = true, .column_bias = true, .residual = true, .activation = Activation::kClip});
  check({.shape = {5, 19, 0}, .b_form = BForm::kRows});
}

TEST_P(Gemms, DoNothingWhereThereIsNothing) {
  check({.shape = {0, 19, 3}});
  check({.shape = {5, 0, 3}, .b_form = BForm::kRows});
  check({.shape = {5, 7, 3, 0}});
}

TEST_P(Gemms, TakeATransposedMatrixOnTheLeft) {
  for (const BForm form : kForms) check({.shape = {67, 33, 400}, .b_form = form, .a_transposed = true});
}

TEST_P(Gemms, RunInBatches) {
  for (const BForm form : kForms) {
    check({.shape = {7, 35, 20, 5}, .b_form = form, .row_bias = true, .residual = true, .c_gap = 3, .scale = 0.25f});
    check({.shape = {60, 70, 64, 3}, .b_form = form, .a_transposed = true, .column_bias = true});
  }
}

TEST_P(Gemms, ApplyEveryActivation) {
  for (const Activation activation : kActivations) {
    for (const uint64_t k : {12, 400}) {
      check({.shape = {9, 37, k}, .row_bias = true, .c_gap = 1, .scale = 0.5f, .activation = activation});
      check({.shape = {2, 50, k},
             .b_form = BForm::kRows,
             .column_bias = true,
             .in_place = true,
             .activation = activation});
    }
  }
}

}  // namespace
}  // namespace mortise::neon
