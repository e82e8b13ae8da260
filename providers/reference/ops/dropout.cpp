// Dropout: a copy, except in training, which drops elements at random and scales what is left so that the mean stays.
//
// Before version 7 an attribute says that it is not training, before 12 it never is, and then an input says that it is.
// A node without a seed has one of its own and so repeats itself from run to run, but no other node.
#include <cstring>

#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/random.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

constexpr uint64_t kRatio = 1, kTraining = 2;
constexpr double kUsualRatio = 0.5;

struct DropoutAttributes {
  bool trains = false;  // before version 7
  double ratio = kUsualRatio;
  bool has_parameters = false;  // since version 12: as inputs
  bool masks_are_bool = false;
  uint64_t seed = 0;
};

Result<bool> is_training(const KernelContext& context, const DropoutAttributes& attributes) {
  if (!attributes.has_parameters || !context.has_input(kTraining)) return attributes.trains;
  const Tensor& mode = context.input(kTraining);
  if (mode.dtype() == DType::kBool && mode.num_elements() == 1) return *mode.data<bool>();
  return invalid_argument("training_mode ", to_string(mode.dtype()), to_string(mode.shape()), " must be one bool");
}

Result<double> ratio_of(KernelContext& context, const DropoutAttributes& attributes) {
  double ratio = attributes.ratio;
  if (attributes.has_parameters && context.has_input(kRatio)) {
    const Tensor& given = context.input(kRatio);
    if (!contains(kFloats | kFloat8, given.dtype()) || given.num_elements() != 1) {
      return invalid_argument("ratio ", to_string(given.dtype()), to_string(given.shape()),
                              " must be one floating-point number");
    }
    ratio = read_doubles(context, given)[0];
  }
  if (ratio >= 0 && ratio < 1) return ratio;
  return invalid_argument("ratio is ", ratio, "; it must be at least 0 and below 1");
}

Status drop(KernelContext& context, const DropoutAttributes& attributes) {
  const Tensor& x = context.input(0);
  MORTISE_ASSIGN(const bool trains, is_training(context, attributes));
  double ratio = 0;
  if (trains) {
    MORTISE_ASSIGN(ratio, ratio_of(context, attributes));
  }
  const auto count = static_cast<uint64_t>(x.num_elements());
  const auto stays = [&](uint64_t i) { return uniform(attributes.seed, i) >= ratio; };
  Tensor& y = context.output(0, x.dtype(), x.shape());
  if (ratio > 0) {
    const std::span<double> values = read_doubles(context, x);
    for (uint64_t i = 0; i < count; ++i) values[i] = stays(i) ? values[i] / (1 - ratio) : 0;
    write_doubles(context, values, y);
  } else if (count != 0) {
    std::memcpy(y.raw(), x.raw(), x.size_bytes());
  }
  if (!context.has_output(1)) return {};
  const auto mask = [&]<class T>() -> Status {
    const std::span<T> kept = context.output(1, dtype_of<T>, x.shape()).template elements<T>();
    for (uint64_t i = 0; i < count; ++i) kept[i] = static_cast<T>(stays(i) ? 1.0f : 0.0f);
    return {};
  };
  return attributes.masks_are_bool ? mask.template operator()<bool>() : dispatch(Floats{}, x.dtype(), mask);
}

}  // namespace

Result<Kernel> make_dropout(const NodeSpec& node) {
  const int32_t version = node.since_version();
  const DropoutAttributes attributes{
      .trains = version < 7 && node.get_int("is_test", 0) == 0,
      .ratio = node.get_float("ratio", static_cast<float>(kUsualRatio)),
      .has_parameters = version >= 12,
      .masks_are_bool = version >= 10,
      .seed = node.has("seed") ? static_cast<uint64_t>(node.get_int("seed", 0)) : own_seed(node)};
  return Kernel([attributes](KernelContext& context) { return drop(context, attributes); });
}

}  // namespace mortise::reference
