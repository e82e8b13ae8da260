// `mortise run`: runs a model once or several times and prints what comes out.
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <random>

#include "core/model/value_file.h"
#include "tools/mortise/command/command.h"
#include "tools/mortise/command/report.h"
#include "tools/mortise/command/session_options.h"
#include "tools/mortise/image.h"
#include "tools/mortise/print.h"

namespace mortise::tool {
namespace {

struct Options {
  SessionOptions session;
  std::string model;
  std::vector<std::string> inputs;  // NAME=FILE
  std::string output_dir;
  std::string report;
  uint32_t runs = 1;
  std::optional<uint64_t> random;
};

Result<Value> read_input(const std::filesystem::path& file, const Port& port) {
  if (file.extension() == ".npy") return read_npy(file);
  if (file.extension() == ".pb") return read_pb(file, port.kind);
  if (is_image(file)) return read_image(file, port);
  return invalid_argument(file.string(), ": unknown kind of file; an input is .npy, .pb (TensorProto), .png or .jpg");
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

std::vector<Value> make_inputs(const Options& options, const Session& session) {
  std::vector<Value> values(session.inputs().size());
  for (const std::string& given : options.inputs) {
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
      fail(kBadUsage, fmt::format("{} has no input '{}'; its inputs are:{}", options.model, name, known));
    }
    auto value = read_input(file, session.inputs()[index]);
    if (!value.ok()) fail(kBadUsage, value.status().message());
    values[index] = std::move(*value);
  }
  std::mt19937_64 generator(options.random.value_or(0));
  for (size_t i = 0; i < values.size(); ++i) {
    const Port& port = session.inputs()[i];
    if (values[i].kind != ValueKind::kNone || port.optional) continue;
    if (!options.random) {
      fail(kBadUsage, fmt::format("input '{}' ({}) is missing: give --input {}=FILE, or --random SEED", port.name,
                                  port.type, port.name));
    }
    auto value = random_input(port, generator);
    if (!value.ok()) fail(kBadUsage, value.status().message());
    values[i] = std::move(*value);
  }
  return values;
}

void write_outputs(const std::filesystem::path& folder, const Session& session, std::span<const Value> values) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(kFailed, concat(folder.string(), ": ", error.message()));
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_tensor())
      fail(kFailed, concat("output '", session.outputs()[i].name, "' is no tensor and cannot be written as .npy"));
    // A name is the model's to choose; what is no plain character becomes '_'.
    std::string name = session.outputs()[i].name;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ? c : '_';
    const Status status = write_npy(folder / (name + ".npy"), values[i].tensor);
    if (!status.ok()) fail(kFailed, status.message());
  }
}

void run(const Options& options) {
  auto session = Session::load(options.model, options.session.load());
  if (!session.ok()) fail(kFailed, session.status().message());
  fmt::print(stderr, "{}", summary(session->placement()));
  const std::vector<Value> inputs = make_inputs(options, *session);
  std::vector<Value> outputs(session->outputs().size());
  for (uint32_t i = 0; i < options.runs; ++i) {
    const Status status = session->run(inputs, outputs);
    if (!status.ok()) fail(kFailed, status.message());
  }
  // After the runs, which may have moved nodes away from a provider that failed.
  if (!options.report.empty()) write_report(options.report, session->placement());
  for (size_t i = 0; i < outputs.size(); ++i) fmt::print("{}: {}\n", session->outputs()[i].name, printed(outputs[i]));
  if (!options.output_dir.empty()) write_outputs(options.output_dir, *session, outputs);
}

}  // namespace

void add_run(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Run a model and print its outputs");
  command->add_option("MODEL", options->model, "The ONNX model")->required();
  options->session.add_to(*command);
  command->add_option("--input", options->inputs,
                      "NAME=FILE (.npy, .pb, .png, .jpg); the name may be left out where there is one input");
  command->add_option("--output-dir", options->output_dir, "Write every output as .npy to this folder");
  command->add_option("--report", options->report, "Write the placement as a page for the browser to this file");
  command->add_option("--runs", options->runs, "Run this many times")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--random", options->random,
                      "Fill the inputs that are not given with random values of this seed");
  command->footer(
      "Examples:\n  mortise run digits.onnx --input image=sample00-is-4.png\n"
      "  mortise run model.onnx --random 1 --provider ./libvendor_npu.so --runs 100");
  command->callback([options] { run(*options); });
}

}  // namespace mortise::tool
