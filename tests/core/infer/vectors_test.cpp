// Inference over the standard's own vectors: what is inferred must not contradict the types that the models declare for
// their outputs, which are taken away first.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "core/infer/infer.h"
#include "core/model/load.h"

namespace mortise {
namespace {

bool contradicts(const Type& declared, const Type& inferred) {
  if (declared.kind == ValueKind::kNone || inferred.kind == ValueKind::kNone) return false;
  if (declared.kind != inferred.kind) return true;
  if (inferred.dtype != DType::kUndefined && declared.dtype != inferred.dtype) return true;
  if (!declared.dims || !inferred.dims) return false;
  if (declared.dims->size() != inferred.dims->size()) return true;
  for (size_t i = 0; i < declared.dims->size(); ++i) {
    const Dim& a = (*declared.dims)[i];
    const Dim& b = (*inferred.dims)[i];
    if (is_known(a) && is_known(b) && a.value != b.value) return true;
  }
  return false;
}

TEST(InferVectors, NeverContradictTheDeclaredOutputs) {
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const std::filesystem::path root =
      std::filesystem::path(set != nullptr ? set : "/usr/share/libonnx-testdata/data") / "node";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << root << " does not exist; set MORTISE_ONNX_VECTORS";
  size_t total = 0;
  size_t typed = 0;
  size_t known = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    auto model = load_model(folder.path() / "model.onnx");
    if (!model.ok()) continue;  // the loader's own tests say which
    Graph& graph = model->graph;
    std::vector<Type> declared;
    for (const ValueId id : graph.outputs) {
      declared.push_back(graph.value(id).type);
      if (graph.value(id).producer != kNoId) const_cast<ValueInfo&>(std::as_const(graph).value(id)).type = {};
    }
    const Status status = infer_types(graph);
    EXPECT_TRUE(status.ok()) << folder.path().filename() << ": " << status.message();
    for (size_t i = 0; status.ok() && i < declared.size(); ++i) {
      const Type& inferred = graph.value(graph.outputs[i]).type;
      EXPECT_FALSE(contradicts(declared[i], inferred))
          << folder.path().filename() << ": output #" << i << " is declared " << to_string(declared[i])
          << ", but inferred as " << to_string(inferred);
      ++total;
      typed += inferred.dtype != DType::kUndefined || inferred.element != nullptr ? 1 : 0;
      known += inferred.static_shape().has_value() ? 1 : 0;
    }
  }
  std::cout << total << " outputs: element type inferred for " << typed << ", whole shape for " << known << "\n";
  EXPECT_GT(total, 0u);
}

}  // namespace
}  // namespace mortise
