// Support vector machines: pairs of classes decided one by one, probabilities as the solution of the equations that
// their coupling approaches.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Vector = std::vector<double>;

constexpr double kGamma = 0.5, kCoef0 = 0.25, kDegree = 3;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double distance(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}
const std::map<std::string, std::function<double(const Vector&, const Vector&)>> kKernels = {
    {"LINEAR", dot},
    {"POLY", [](const Vector& a, const Vector& b) { return std::pow(kGamma * dot(a, b) + kCoef0, kDegree); }},
    {"RBF", [](const Vector& a, const Vector& b) { return std::exp(-kGamma * distance(a, b)); }},
    {"SIGMOID", [](const Vector& a, const Vector& b) { return std::tanh(kGamma * dot(a, b) + kCoef0); }}};

struct Machine {
  std::mt19937 generator;
  size_t features = 3;
  Ints per_class;
  std::vector<Vector> vectors;
  std::map<std::pair<size_t, size_t>, Vector> weights;  // of a pair: of each vector of its two classes
  std::map<std::pair<size_t, size_t>, double> rho, a, b;

  Machine(uint32_t seed, Ints counts) : generator(seed), per_class(std::move(counts)) {
    for (const int64_t count : per_class) {
      for (int64_t i = 0; i < count; ++i) vectors.push_back(random(features));
    }
    for (size_t i = 0; i < per_class.size(); ++i) {
      for (size_t j = i + 1; j < per_class.size(); ++j) {
        weights[{i, j}] = random(vectors.size());
        rho[{i, j}] = random(1)[0];
        a[{i, j}] = -1 + 0.25 * random(1)[0];
        b[{i, j}] = 0.25 * random(1)[0];
      }
    }
  }

  // Short in binary, so that floats hold them.
  Vector random(size_t count) {
    Vector all(count);
    for (double& v : all) v = static_cast<double>(generator() % 33) / 16 - 1;
    return all;
  }
  size_t class_of(size_t vector) const {
    size_t c = 0;
    for (auto left = static_cast<int64_t>(vector); left >= per_class[c]; ++c) left -= per_class[c];
    return c;
  }
  double decide(std::pair<size_t, size_t> pair, const Vector& x, const std::string& kernel) const {
    double sum = rho.at(pair);
    for (size_t v = 0; v < vectors.size(); ++v) {
      if (class_of(v) == pair.first || class_of(v) == pair.second) {
        sum += weights.at(pair)[v] * kKernels.at(kernel)(x, vectors[v]);
      }
    }
    return sum;
  }

  Attributes attributes(const std::string& kernel, bool probabilities) const {
    const size_t classes = per_class.size(), count = vectors.size();
    Floats coefficients((classes - 1) * count), support, offsets, prob_a, prob_b;
    for (const Vector& v : vectors) support.insert(support.end(), v.begin(), v.end());
    for (const auto& [pair, w] : weights) {
      for (size_t v = 0; v < count; ++v) {
        if (class_of(v) == pair.first) coefficients[(pair.second - 1) * count + v] = static_cast<float>(w[v]);
        if (class_of(v) == pair.second) coefficients[pair.first * count + v] = static_cast<float>(w[v]);
      }
      offsets.push_back(static_cast<float>(rho.at(pair)));
      prob_a.push_back(static_cast<float>(a.at(pair)));
      prob_b.push_back(static_cast<float>(b.at(pair)));
    }
    Ints labels;
    for (size_t c = 0; c < classes; ++c) labels.push_back(static_cast<int64_t>(10 * c));
    Attributes all = {{"kernel_type", kernel},        {"kernel_params", Floats{kGamma, kCoef0, kDegree}},
                      {"support_vectors", support},   {"vectors_per_class", per_class},
                      {"coefficients", coefficients}, {"rho", offsets},
                      {"classlabels_ints", labels}};
    if (probabilities) {
      all.emplace_back("prob_a", prob_a);
      all.emplace_back("prob_b", prob_b);
    }
    return all;
  }
};

// The p of sum 1 that makes sum (r_ji p_i - r_ij p_j)^2 least: the equations of its Lagrangian, by elimination.
Vector couple(const std::map<std::pair<size_t, size_t>, double>& r, size_t k) {
  const auto share = [&](size_t i, size_t j) { return i < j ? r.at({i, j}) : 1 - r.at({j, i}); };
  std::vector<Vector> m(k + 1, Vector(k + 2, 0.0));
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = 0; j < k; ++j) {
      if (i == j) continue;
      m[i][i] += share(j, i) * share(j, i);
      m[i][j] = -share(j, i) * share(i, j);
    }
    m[i][k] = m[k][i] = 1;
  }
  m[k][k + 1] = 1;
  for (size_t c = 0; c <= k; ++c) {
    size_t pivot = c;
    for (size_t i = c; i <= k; ++i) pivot = std::abs(m[i][c]) > std::abs(m[pivot][c]) ? i : pivot;
    std::swap(m[c], m[pivot]);
    for (size_t i = 0; i <= k; ++i) {
      if (i == c) continue;
      const double factor = m[i][c] / m[c][c];
      for (size_t j = c; j <= k + 1; ++j) m[i][j] -= factor * m[c][j];
    }
  }
  Vector p;
  for (size_t i = 0; i < k; ++i) p.push_back(m[i][k + 1] / m[i][i]);
  return p;
}

Result<std::vector<Value>> classify_by_svm(Attributes attributes, Tensor x) {
  return run_op({.op = "SVMClassifier",
                 .domain = "ai.onnx.ml",
                 .attributes = std::move(attributes),
                 .inputs = {std::move(x)},
                 .num_outputs = 2});
}
Tensor row_of(const Vector& x) {
  return Tensor::of<double>({1, static_cast<int64_t>(x.size())}, std::span<const double>(x));
}

TEST(SvmClassifier, LetsPairsVote) {
  for (const auto& [kernel, function] : kKernels) {
    for (uint32_t seed = 0; seed < 10; ++seed) {
      SCOPED_TRACE(concat(kernel, ' ', seed));
      Machine machine(seed, {2, 3, 1, 2});
      const Vector x = machine.random(machine.features);
      Floats scores;
      Ints votes(4, 0);
      for (const auto& [pair, weights] : machine.weights) {
        const double score = machine.decide(pair, x, kernel);
        ++votes[score > 0 ? pair.first : pair.second];
        scores.push_back(static_cast<float>(score));
      }
      const auto y = classify_by_svm(machine.attributes(kernel, false), row_of(x));
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_THAT(elements<int64_t>((*y)[0]),
                  ElementsAre(10 * (std::max_element(votes.begin(), votes.end()) - votes.begin())));
      EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-5f), scores));
    }
  }
}

TEST(SvmClassifier, GivesProbabilities) {
  for (const size_t classes : {2u, 3u, 5u}) {
    for (uint32_t seed = 0; seed < 10; ++seed) {
      SCOPED_TRACE(concat(classes, " classes, seed ", seed));
      Machine machine(seed, Ints(classes, 2));
      const Vector x = machine.random(machine.features);
      std::map<std::pair<size_t, size_t>, double> r;
      for (const auto& [pair, weights] : machine.weights) {
        r[pair] = 1 / (1 + std::exp(machine.a[pair] * machine.decide(pair, x, "RBF") + machine.b[pair]));
      }
      const auto y = classify_by_svm(machine.attributes("RBF", true), row_of(x));
      ASSERT_TRUE(y.ok()) << y.status().message();
      const Vector wanted = couple(r, classes);
      // The iteration ends when the equations hold to 0.005 / classes.
      EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(0.01f), Floats(wanted.begin(), wanted.end())));
    }
  }
}

TEST(SvmClassifier, GivesBothSignsForTwoClasses) {
  Machine machine(3, {1, 2});
  const Vector x = machine.random(machine.features);
  const auto score = static_cast<float>(machine.decide({0, 1}, x, "LINEAR"));
  auto y = classify_by_svm(machine.attributes("LINEAR", false), row_of(x));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-6f), {-score, score}));
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(score > 0 ? 0 : 10));
  Attributes logistic = machine.attributes("LINEAR", false);
  logistic.emplace_back("post_transform", std::string("LOGISTIC"));
  y = classify_by_svm(logistic, row_of(x));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-6f), {1 / (1 + std::exp(score)), 1 / (1 + std::exp(-score))}));
}

TEST(SvmClassifier, IsLinearWithoutVectors) {
  const Attributes attributes = {{"coefficients", Floats{1, 0, 0, 1, -1, -1}},
                                 {"rho", Floats{0.5f}},
                                 {"classlabels_strings", std::vector<std::string>{"a", "b", "c"}}};
  const auto y = classify_by_svm(attributes, Tensor::of<float>({2, 2}, {1, 2, -3, -4}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("b", "c"));
  EXPECT_THAT(floats((*y)[1]), ElementsAre(1.5f, 2.5f, -2.5f, -2.5f, -3.5f, 7.5f));
}

TEST(SvmClassifier, TakesNoRows) {
  const auto y = classify_by_svm(Machine(1, {1, 1, 1}).attributes("RBF", true), Tensor::of<float>({0, 3}, {}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[1].tensor.shape(), (Shape{0, 3}));
}

TEST(SvmClassifier, RefusesListsOfTheWrongLength) {
  const auto refused = [](const std::string& name, AttributeValue value) {
    const Attributes good = Machine(1, {1, 2, 1}).attributes("RBF", true);
    const Tensor x = Tensor::of<float>({1, 3}, {0, 0, 0});
    return classify_by_svm(with(good, name, std::move(value)), x).status().message();
  };
  EXPECT_THAT(refused("rho", Floats{1}), HasSubstr("'rho' has 1 entries; 3 classes and 4 support vectors need 3"));
  EXPECT_THAT(refused("prob_a", Floats{1}), HasSubstr("'prob_a' has 1 entries"));
  EXPECT_THAT(refused("prob_b", Floats{}), HasSubstr("'prob_b' has 0 entries"));
  EXPECT_THAT(refused("coefficients", Floats{1, 2}), HasSubstr("'coefficients' has 2 entries"));
  EXPECT_THAT(refused("support_vectors", Floats{1, 2, 3}), HasSubstr("'support_vectors' has 3 entries"));
  EXPECT_THAT(refused("vectors_per_class", Ints{4}), HasSubstr("'vectors_per_class' has 1 entries for 3 classes"));
  EXPECT_THAT(refused("vectors_per_class", Ints{5, -1, 0}), HasSubstr("'vectors_per_class' has the entry -1"));
  EXPECT_THAT(refused("kernel_params", Floats{1}), HasSubstr("'kernel_params' has 1 entries"));
  EXPECT_THAT(refused("kernel_type", std::string("COSINE")), HasSubstr("'kernel_type' is 'COSINE'"));
  EXPECT_THAT(refused("classlabels_ints", Ints{}), HasSubstr("must be given"));
  EXPECT_THAT(refused("support_vectors", Floats(8, 1.0f)), HasSubstr("has 3 features; the model's vectors have 2"));
}

Result<std::vector<Value>> regress_by_svm(Attributes attributes, Tensor x) {
  return run_op(
      {.op = "SVMRegressor", .domain = "ai.onnx.ml", .attributes = std::move(attributes), .inputs = {std::move(x)}});
}

TEST(SvmRegressor, WeighsKernels) {
  for (const auto& [kernel, function] : kKernels) {
    SCOPED_TRACE(kernel);
    Machine machine(4, {5});
    const Vector x = machine.random(3), weights = machine.random(5);
    double wanted = 0.5;
    Floats support;
    for (size_t v = 0; v < 5; ++v) {
      wanted += weights[v] * function(x, machine.vectors[v]);
      support.insert(support.end(), machine.vectors[v].begin(), machine.vectors[v].end());
    }
    Attributes attributes = {{"kernel_type", kernel},      {"kernel_params", Floats{kGamma, kCoef0, kDegree}},
                             {"support_vectors", support}, {"coefficients", Floats(weights.begin(), weights.end())},
                             {"n_supports", int64_t{5}},   {"rho", Floats{0.5f}}};
    auto y = regress_by_svm(attributes, row_of(x));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].tensor.shape(), (Shape{1, 1}));
    EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {static_cast<float>(wanted)}));
    attributes.emplace_back("one_class", int64_t{1});
    y = regress_by_svm(attributes, row_of(x));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(wanted > 0 ? 1 : -1));
  }
}

TEST(SvmRegressor, IsLinearWithoutVectors) {
  const auto y = regress_by_svm({{"coefficients", Floats{1, -2}}, {"rho", Floats{0.5f}}},
                                Tensor::of<int64_t>({2, 2}, {1, 2, 3, 4}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(-2.5f, -4.5f));
}

TEST(SvmRegressor, RefusesListsOfTheWrongLength) {
  const auto refused = [](Attributes attributes) {
    return regress_by_svm(std::move(attributes), Tensor::of<float>({1, 2}, {1, 2})).status().message();
  };
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}}), HasSubstr("'rho' has 0 entries"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2, 3}}, {"rho", Floats{1}}}),
              HasSubstr("the model's vectors have 3"));
  EXPECT_THAT(refused({{"coefficients", Floats{1}},
                       {"rho", Floats{1}},
                       {"n_supports", int64_t{2}},
                       {"support_vectors", Floats{1, 2, 3, 4}}}),
              HasSubstr("'coefficients' has 1 entries for 2 support vectors"));
  EXPECT_THAT(refused({{"coefficients", Floats{1}}, {"rho", Floats{1}}, {"n_supports", int64_t{-1}}}),
              HasSubstr("'n_supports' is -1"));
}

}  // namespace
}  // namespace mortise::test
