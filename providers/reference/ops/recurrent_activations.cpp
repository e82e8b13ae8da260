// Activation: names and default parameters as ONNX lists them.
#include "providers/reference/ops/recurrent_activations.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

namespace mortise::reference {
namespace {

struct Entry {
  std::string_view name;
  Activation::Kind kind;
  std::optional<float> alpha, beta;  // defaults of those it takes
};

constexpr Entry kEntries[] = {
    {"relu", Activation::Kind::kRelu, {}, {}},
    {"tanh", Activation::Kind::kTanh, {}, {}},
    {"sigmoid", Activation::Kind::kSigmoid, {}, {}},
    {"affine", Activation::Kind::kAffine, 1.0f, 0.0f},
    {"leakyrelu", Activation::Kind::kLeakyRelu, 0.01f, {}},
    {"thresholdedrelu", Activation::Kind::kThresholdedRelu, 1.0f, {}},
    {"scaledtanh", Activation::Kind::kScaledTanh, 1.0f, 1.0f},
    {"hardsigmoid", Activation::Kind::kHardSigmoid, 0.2f, 0.5f},
    {"elu", Activation::Kind::kElu, 1.0f, {}},
    {"softsign", Activation::Kind::kSoftsign, {}, {}},
    {"softplus", Activation::Kind::kSoftplus, {}, {}},
};

}  // namespace

Result<std::vector<Activation>> read_activations(const NodeSpec& node, std::span<const Activation::Kind> defaults,
                                                 uint64_t directions) {
  const uint64_t count = defaults.size() * directions;
  const std::vector<std::string_view> names = node.get_strings("activations");
  if (!names.empty() && names.size() != count) {
    return invalid_argument("attribute activations names ", names.size(), " functions where ", count, " are needed");
  }
  std::span<const float> alphas = node.get_floats("activation_alpha"), betas = node.get_floats("activation_beta");
  std::vector<Activation> activations;
  for (uint64_t i = 0; i < count; ++i) {
    if (names.empty()) {
      activations.push_back({.kind = defaults[i % defaults.size()]});
      continue;
    }
    std::string name(names[i]);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const Entry* entry =
        std::find_if(std::begin(kEntries), std::end(kEntries), [&](const Entry& e) { return e.name == name; });
    if (entry == std::end(kEntries)) return unimplemented("activation '", names[i], "' is not known");
    const auto take = [](const std::optional<float>& otherwise, std::span<const float>& given) {
      if (!otherwise || given.empty()) return otherwise.value_or(0.0f);
      const float value = given.front();
      given = given.subspan(1);
      return value;
    };
    activations.push_back({.kind = entry->kind, .alpha = take(entry->alpha, alphas), .beta = take(entry->beta, betas)});
  }
  return activations;
}

}  // namespace mortise::reference
