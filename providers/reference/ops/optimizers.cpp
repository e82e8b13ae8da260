// Adagrad, Adam and Momentum of ai.onnx.preview.training: one step of any number of tensors along their gradients.
//
// Inputs: the rate R, the count T of updates so far, then the values of all tensors, their gradients, and what is
// remembered of the gradients before: one or two tensors for each. Outputs: the values, and what to remember.
// Everything is computed in double.
#include <array>
#include <cmath>

#include "providers/reference/ops/broadcast.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

using TrainedTypes = TypeList<float, double>;

struct Progress {
  double rate = 0;
  int64_t count = 0;
};

Result<Progress> read_progress(const KernelContext& context) {
  const Tensor& rate = context.input(0);
  const Tensor& count = context.input(1);
  if (rate.num_elements() != 1 || count.num_elements() != 1 || count.dtype() != DType::kI64) {
    return invalid_argument("R ", to_string(rate.shape()), " and T ", to_string(count.dtype()),
                            to_string(count.shape()), " must be one number and one int64");
  }
  Progress progress{.count = *count.data<int64_t>()};
  MORTISE_TRY(dispatch(TrainedTypes{}, rate.dtype(), [&]<class T>() -> Status {
    progress.rate = *rate.data<T>();
    return {};
  }));
  return progress;
}

// One element: its value and what is remembered of it.
template <size_t kMemories>
struct Element {
  double x;
  std::array<double, kMemories> memory;
};

// start(progress) gives the function that moves an element along a gradient.
template <size_t kMemories, class Start>
Kernel optimizer(Start start) {
  return [start](KernelContext& context) -> Status {
    if (context.num_inputs() < 2) return invalid_argument("R and T are missing");
    const uint64_t given = context.num_inputs() - 2, each = given / (kMemories + 2);
    if (given % (kMemories + 2) != 0 || context.num_outputs() != (kMemories + 1) * each) {
      return invalid_argument(given, " tensors and ", context.num_outputs(), " outputs do not fit; each value has ",
                              kMemories + 2, " tensors and ", kMemories + 1, " outputs");
    }
    MORTISE_ASSIGN(const Progress progress, read_progress(context));
    const auto move = start(progress);
    for (uint64_t i = 0; i < each; ++i) {
      const Tensor& x = context.input(2 + i);
      for (uint64_t group = 1; group < kMemories + 2; ++group) {
        const Tensor& other = context.input(2 + group * each + i);
        if (other.dtype() == x.dtype() && other.shape() == x.shape()) continue;
        return invalid_argument("input ", 2 + group * each + i, " is ", to_string(other.dtype()),
                                to_string(other.shape()), ", but the value that it belongs to, input ", 2 + i, ", is ",
                                to_string(x.dtype()), to_string(x.shape()));
      }
      MORTISE_TRY(dispatch(TrainedTypes{}, x.dtype(), [&]<class T>() -> Status {
        const T* const gradients = context.input(2 + each + i).data<T>();
        std::array<const T*, kMemories> before;
        std::array<T*, kMemories> after;
        T* const y = context.output(i, x.dtype(), x.shape()).template data<T>();
        for (uint64_t m = 0; m < kMemories; ++m) {
          before[m] = context.input(2 + (m + 2) * each + i).data<T>();
          after[m] = context.output((m + 1) * each + i, x.dtype(), x.shape()).template data<T>();
        }
        const auto count = static_cast<uint64_t>(x.num_elements());
        context.parallel_for(count, kElementGrain, [&](uint64_t begin, uint64_t end) {
          for (uint64_t e = begin; e < end; ++e) {
            Element<kMemories> element{.x = x.data<T>()[e], .memory = {}};
            for (uint64_t m = 0; m < kMemories; ++m) element.memory[m] = before[m][e];
            move(element, static_cast<double>(gradients[e]));
            y[e] = static_cast<T>(element.x);
            for (uint64_t m = 0; m < kMemories; ++m) after[m][e] = static_cast<T>(element.memory[m]);
          }
        });
        return {};
      }));
    }
    return {};
  };
}

}  // namespace

// Remembers the sum of squared gradients.
Result<Kernel> make_adagrad(const NodeSpec& node) {
  const double norm = node.get_float("norm_coefficient", 0), decay = node.get_float("decay_factor", 0);
  const double epsilon = node.get_float("epsilon", 1e-6f);
  return optimizer<1>([=](const Progress& progress) {
    const double rate = progress.rate / (1 + static_cast<double>(progress.count) * decay);
    return [=](Element<1>& element, double gradient) {
      gradient += norm * element.x;
      element.memory[0] += gradient * gradient;
      element.x -= rate * gradient / (std::sqrt(element.memory[0]) + epsilon);
    };
  });
}

// Remembers the means of gradients and of squared gradients, the older the less.
Result<Kernel> make_adam(const NodeSpec& node) {
  const double norm = node.get_float("norm_coefficient", 0), post = node.get_float("norm_coefficient_post", 0);
  const double alpha = node.get_float("alpha", 0.9f), beta = node.get_float("beta", 0.999f);
  const double epsilon = node.get_float("epsilon", 1e-6f);
  return optimizer<2>([=](const Progress& progress) {
    const auto count = static_cast<double>(progress.count);
    const double rate = progress.count > 0
                            ? progress.rate * std::sqrt(1 - std::pow(beta, count)) / (1 - std::pow(alpha, count))
                            : progress.rate;
    return [=](Element<2>& element, double gradient) {
      gradient += norm * element.x;
      element.memory[0] = alpha * element.memory[0] + (1 - alpha) * gradient;
      element.memory[1] = beta * element.memory[1] + (1 - beta) * gradient * gradient;
      element.x -= rate * element.memory[0] / (std::sqrt(element.memory[1]) + epsilon);
      element.x *= 1 - post;
    };
  });
}

// Remembers the momentum. Nesterov's form looks one step ahead.
Result<Kernel> make_momentum(const NodeSpec& node) {
  const std::string_view mode = node.get_string("mode", "");
  if (mode != "standard" && mode != "nesterov") {
    return invalid_argument("attribute mode is '", mode, "', not standard or nesterov");
  }
  const double norm = node.get_float("norm_coefficient", 0);
  const double alpha = node.get_float("alpha", 0), beta = node.get_float("beta", 0);
  return optimizer<1>([=, nesterov = mode == "nesterov"](const Progress& progress) {
    const double share = progress.count > 0 ? beta : 1;
    return [=, rate = progress.rate](Element<1>& element, double gradient) {
      gradient += norm * element.x;
      element.memory[0] = alpha * element.memory[0] + share * gradient;
      element.x -= rate * (nesterov ? gradient + alpha * element.memory[0] : element.memory[0]);
    };
  });
}

}  // namespace mortise::reference
