// Models for the benches, made on the spot: nothing is downloaded, nothing large is stored.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace mortise::bench {

// `nodes` nodes one after the other, Neg and Relu in turn, over float32[1, 16].
onnx::ModelProto chain(uint32_t nodes);

// Two nodes that do not need each other, Neg and Abs, over float32[elements].
onnx::ModelProto branches(int64_t elements);

enum class WeightsIn { kModel, kExternalFile };

// Writes a model of MatMuls over float32[1, 1024] whose weights take 4 MiB each, `mib` MiB together (one MatMul of that
// size below 4). Weights in an external file lie beside the model, under its name with ".data" at the end.
void write_weights_model(const std::filesystem::path& path, uint32_t mib, WeightsIn place);

void write(const onnx::ModelProto& model, const std::filesystem::path& path);
std::string bytes(const onnx::ModelProto& model);

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mortise::bench
