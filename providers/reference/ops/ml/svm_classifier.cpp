// SVMClassifier: one machine for each pair of classes; the class that wins most pairs is the row's.
//
// Scores are those of the pairs (0,1), (0,2), ... (1,2), ...; with prob_a and prob_b a probability for each class. Two
// classes have one pair, whose score s is given as -s and s. Without support vectors it is one linear score for each
// class. All as ONNX's own implementation; the text says nothing of it.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "providers/reference/ops/ml/class_labels.h"
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/rows.h"
#include "providers/reference/ops/ml/svm.h"

namespace mortise::reference {
namespace {

// Probabilities of k classes from those of their pairs, r[i * k + j] = P(i | i or j): the second method of Wu, Lin and
// Weng, "Probability Estimates for Multi-class Classification by Pairwise Coupling" (2004).
// q [k, k] and qp [k] are memory.
void couple_pairs(uint64_t k, std::span<const double> r, std::span<double> q, std::span<double> qp,
                  std::span<double> p) {
  const double tolerance = 0.005 / static_cast<double>(k);
  std::fill(q.begin(), q.end(), 0.0);
  for (uint64_t i = 0; i < k; ++i) {
    for (uint64_t j = 0; j < k; ++j) {
      if (j == i) continue;
      q[i * k + i] += r[j * k + i] * r[j * k + i];
      q[i * k + j] = -r[j * k + i] * r[i * k + j];
    }
  }
  std::fill(p.begin(), p.end(), 1 / static_cast<double>(k));
  for (int round = 0; round < 100; ++round) {
    for (uint64_t i = 0; i < k; ++i) qp[i] = std::inner_product(p.begin(), p.end(), q.begin() + i * k, 0.0);
    double pqp = std::inner_product(p.begin(), p.end(), qp.begin(), 0.0);
    const bool done = std::all_of(qp.begin(), qp.end(), [&](double v) { return std::abs(v - pqp) < tolerance; });
    if (done) return;
    for (uint64_t i = 0; i < k; ++i) {
      const double step = (pqp - qp[i]) / q[i * k + i], scale = 1 + step;
      p[i] += step;
      pqp = (pqp + step * (step * q[i * k + i] + 2 * qp[i])) / (scale * scale);
      for (uint64_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + step * q[i * k + j]) / scale;
        p[j] /= scale;
      }
    }
  }
}

class SvmClassifier {
 public:
  static Result<SvmClassifier> read(const NodeSpec& node) {
    SvmClassifier c;
    MORTISE_ASSIGN(c.labels_, ClassLabels::read(node, "classlabels_ints"));
    c.classes_ = c.labels_.size();
    if (c.classes_ == 0) {
      return invalid_argument("one of the attributes 'classlabels_ints' and 'classlabels_strings' must be given");
    }
    MORTISE_ASSIGN(c.transform_, post_transform_of(node));
    MORTISE_ASSIGN(c.kernel_, SvmKernel::read(node));
    const auto rho = node.get_floats("rho");
    c.rho_.assign(rho.begin(), rho.end());
    uint64_t vectors = 0;
    c.first_vectors_ = {0};
    for (const int64_t count : node.get_ints("vectors_per_class")) {
      if (count < 0 || count > INT32_MAX) {
        return invalid_argument("attribute 'vectors_per_class' has the entry ", count);
      }
      c.first_vectors_.push_back(vectors += static_cast<uint64_t>(count));
    }
    MORTISE_TRY(vectors > 0 ? c.read_pairs(node, vectors) : c.read_linear(node));
    return c;
  }

  Status run(KernelContext& context) const {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x));
    MORTISE_TRY(vectors_.check(x, rows.features));
    const std::span<const double> in = read_doubles(context, x);
    const bool both = is_binary();
    const uint64_t width = both ? 2 : num_scores();
    Tensor& y = labels_.output(context, rows.count);
    const Shape shape{static_cast<int64_t>(rows.count), static_cast<int64_t>(width)};
    Tensor& z = context.output(1, DType::kF32, shape);
    const auto grain = grain_for(static_cast<int64_t>(4 * vectors_.values.size() + 64 * classes_ * classes_));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      Work work;
      std::vector<double>& scores = work.scores;
      for (uint64_t r = begin; r < end; ++r) {
        labels_.write(y, r, classify(in.subspan(r * rows.features, rows.features), work));
        if (both) {
          const auto pair = both_scores(binary_score(transform_, BinaryScore::kMargin), scores[0]);
          scores.assign(pair.begin(), pair.end());
        }
        finish_scores(transform_, scores);
        store(scores, z, r);
      }
    });
    return {};
  }

 private:
  // Memory that rows hand on.
  struct Work {
    std::vector<double> values, votes, scores, pairs, q, qp;
  };

  uint64_t num_pairs() const { return classes_ * (classes_ - 1) / 2; }
  bool has_probabilities() const { return !prob_a_.empty(); }
  uint64_t num_scores() const { return pairwise_ && !has_probabilities() ? num_pairs() : classes_; }
  bool is_binary() const { return pairwise_ && !has_probabilities() && classes_ == 2; }

  Status read_pairs(const NodeSpec& node, uint64_t vectors) {
    pairwise_ = true;
    if (classes_ < 2 || first_vectors_.size() != classes_ + 1) {
      return invalid_argument("attribute 'vectors_per_class' has ", first_vectors_.size() - 1, " entries for ",
                              classes_, " classes; it needs one for each of at least two");
    }
    MORTISE_ASSIGN(vectors_, SvmVectors::read(node, "support_vectors", vectors));
    const auto given = node.get_floats("coefficients");
    MORTISE_TRY(check_length("coefficients", given.size(), (classes_ - 1) * vectors));
    coefficients_.assign(given.begin(), given.end());
    MORTISE_TRY(check_length("rho", rho_.size(), num_pairs()));
    const auto a = node.get_floats("prob_a"), b = node.get_floats("prob_b");
    if (a.empty() && b.empty()) return {};
    MORTISE_TRY(check_length("prob_a", a.size(), num_pairs()));
    MORTISE_TRY(check_length("prob_b", b.size(), num_pairs()));
    prob_a_.assign(a.begin(), a.end());
    prob_b_.assign(b.begin(), b.end());
    return {};
  }
  // The first rho belongs to every class.
  Status read_linear(const NodeSpec& node) {
    if (rho_.size() != 1 && rho_.size() != classes_) return check_length("rho", rho_.size(), 1);
    kernel_ = SvmKernel::linear();
    MORTISE_ASSIGN(vectors_, SvmVectors::read(node, "coefficients", classes_));
    return {};
  }
  Status check_length(std::string_view attribute, uint64_t length, uint64_t wanted) const {
    if (length == wanted) return {};
    return invalid_argument("attribute '", attribute, "' has ", length, " entries; ", classes_, " classes",
                            pairwise_ ? concat(" and ", vectors_.count, " support vectors") : "", " need ", wanted);
  }

  // The class of a row; its scores are num_scores() or the one of two classes.
  int64_t classify(std::span<const double> row, Work& work) const {
    auto& [values, votes, scores, pairs, q, qp] = work;
    values.resize(vectors_.count);
    for (uint64_t i = 0; i < values.size(); ++i) values[i] = kernel_(row, vectors_[i]);
    if (!pairwise_) {
      for (double& value : values) value += rho_[0];
      scores.assign(values.begin(), values.end());
      return classes_ == 1 ? labels_.from_one_score(scores[0] > 0) : top_class(scores);
    }
    scores.clear();
    votes.assign(classes_, 0.0);
    for (uint64_t i = 0; i < classes_; ++i) {
      for (uint64_t j = i + 1; j < classes_; ++j) {
        const double score = rho_[scores.size()] + weigh(values, i, j - 1) + weigh(values, j, i);
        votes[score > 0 ? i : j] += 1;
        scores.push_back(score);
      }
    }
    if (has_probabilities()) to_probabilities(work);
    return top_class(votes);
  }
  // The part of a class's vectors in its pair with another; coefficients are a line for each of the others.
  double weigh(std::span<const double> values, uint64_t class_number, uint64_t line) const {
    double sum = 0;
    for (uint64_t i = first_vectors_[class_number]; i < first_vectors_[class_number + 1]; ++i) {
      sum += values[i] * coefficients_[line * vectors_.count + i];
    }
    return sum;
  }
  // Platt's scaling of each pair, then all pairs together.
  void to_probabilities(Work& work) const {
    constexpr double kLeast = 1e-7;
    auto& [values, votes, scores, pairs, q, qp] = work;
    pairs.assign(classes_ * classes_, 0.0);
    uint64_t pair = 0;
    for (uint64_t i = 0; i < classes_; ++i) {
      for (uint64_t j = i + 1; j < classes_; ++j, ++pair) {
        const double p = 1 / (1 + std::exp(scores[pair] * prob_a_[pair] + prob_b_[pair]));
        pairs[i * classes_ + j] = std::clamp(p, kLeast, 1 - kLeast);
        pairs[j * classes_ + i] = 1 - pairs[i * classes_ + j];
      }
    }
    q.resize(classes_ * classes_);
    qp.resize(classes_);
    scores.resize(classes_);
    couple_pairs(classes_, pairs, q, qp, scores);
  }

  ClassLabels labels_;
  uint64_t classes_ = 0;
  PostTransform transform_ = PostTransform::kNone;
  SvmKernel kernel_;
  SvmVectors vectors_;
  bool pairwise_ = false;
  std::vector<uint64_t> first_vectors_;  // of each class, and the end
  std::vector<float> coefficients_;      // [classes - 1, vectors]
  std::vector<float> rho_, prob_a_, prob_b_;
};

}  // namespace

Result<Kernel> make_svm_classifier(const NodeSpec& node) {
  MORTISE_ASSIGN(SvmClassifier classifier, SvmClassifier::read(node));
  return Kernel([classifier = std::move(classifier)](KernelContext& context) { return classifier.run(context); });
}

}  // namespace mortise::reference
