#include "tools/mortise/command/input_options.h"

#include <fmt/core.h>

#include <random>

#include "core/model/value_file.h"
#include "tools/mortise/image.h"

namespace mortise::tool {
namespace {

Result<Value> read_input(const std::filesystem::path& file, const Port& port) {
  if (file.extension() == ".npy") return read_npy(file);
  if (file.extension() == ".pb") return read_pb(file, port.kind, port.element);
  auto image = read_image(file, port);
  if (image.ok() || image.status().code() != StatusCode::kDataLoss) return image;
  return invalid_argument(image.status().message(), "; an input is .npy, .pb (TensorProto) or an image");
}

// Normal deviates for floating point, small whole numbers otherwise; unknown extents are 1.
Result<Value> random_input(const Port& port, std::mt19937_64& generator) {
  if (port.kind != ValueKind::kTensor || port.dtype == DType::kString) {
    return invalid_argument("input '", port.name, "' is ", port.type,
                            ", for which there are no random values; give it with --input");
  }
  Shape shape;
  for (const int64_t dim : port.dims) shape.push_back(dim < 0 ? 1 : dim);
  MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(port.dtype, shape));
  std::normal_distribution<double> normal;
  const auto fill = [&]<class T>() {
    for (T& element : tensor.elements<T>()) {
      element = static_cast<T>(std::is_integral_v<T> ? static_cast<float>(generator() % 2)
                                                     : static_cast<float>(normal(generator)));
    }
  };
  switch (port.dtype) {
    case DType::kF32:
      fill.operator()<float>();
      break;
    case DType::kF64:
      fill.operator()<double>();
      break;
    case DType::kF16:
      fill.operator()<Half>();
      break;
    case DType::kBF16:
      fill.operator()<BFloat16>();
      break;
    case DType::kI32:
      fill.operator()<int32_t>();
      break;
    case DType::kI64:
      fill.operator()<int64_t>();
      break;
    case DType::kI8:
      fill.operator()<int8_t>();
      break;
    case DType::kU8:
      fill.operator()<uint8_t>();
      break;
    case DType::kBool:
      fill.operator()<bool>();
      break;
    default:
      return invalid_argument("input '", port.name, "' is ", port.type,
                              ", for which there are no random values; give it with --input");
  }
  return Value(std::move(tensor));
}

}  // namespace

void InputOptions::add_to(CLI::App& command) {
  command
      .add_option("--input", inputs,
                  "NAME=FILE (.npy, .pb, an image); the name may be left out where there is one input")
      ->allow_extra_args(false);  // one each time, so that what follows is not swallowed
  command.add_option("--random", random, "Fill the inputs that are not given with random values of this seed");
}

std::vector<Value> InputOptions::load(const std::string& model, const Session& session) const {
  std::vector<Value> values(session.inputs().size());
  for (const std::string& given : inputs) {
    const size_t equals = given.find('=');
    // A model with one input needs no name.
    const std::string name = equals == std::string::npos
                                 ? std::string(session.inputs().size() == 1 ? session.inputs()[0].name : "")
                                 : given.substr(0, equals);
    const std::string file = equals == std::string::npos ? given : given.substr(equals + 1);
    size_t index = 0;
    while (index < values.size() && session.inputs()[index].name != name) ++index;
    if (index == values.size()) {
      std::string known;
      for (const Port& port : session.inputs()) known += fmt::format("\n  {}  {}", port.name, port.type);
      fail(kBadUsage, fmt::format("{} has no input '{}'; its inputs are:{}", model, name, known));
    }
    auto value = read_input(file, session.inputs()[index]);
    if (!value.ok()) fail(kBadUsage, value.status().message());
    values[index] = std::move(*value);
  }
  std::mt19937_64 generator(random.value_or(0));
  for (size_t i = 0; i < values.size(); ++i) {
    const Port& port = session.inputs()[i];
    if (values[i].kind != ValueKind::kNone || port.optional) continue;
    if (!random) {
      fail(kBadUsage, fmt::format("input '{}' ({}) is missing: give --input {}=FILE, or --random SEED", port.name,
                                  port.type, port.name));
    }
    auto value = random_input(port, generator);
    if (!value.ok()) fail(kBadUsage, value.status().message());
    values[i] = std::move(*value);
  }
  return values;
}

}  // namespace mortise::tool
