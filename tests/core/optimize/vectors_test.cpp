// Every pass, alone and with all others, over the standard's models: the results are those of the model as it was
// loaded.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/model/value_file.h"
#include "core/optimize/optimize.h"
#include "mortise/core/session.h"
#include "tools/mortise/compare.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;

// The results of a case under these passes; the reason if it does not run.
Result<std::vector<Value>> results_of(const fs::path& folder, std::optional<std::vector<std::string>> enable) {
  Config config;
  config.session.enable = std::move(enable);
  auto session = Session::load(folder / "model.onnx", config);
  if (!session.ok()) return std::move(session).status();
  std::vector<Value> inputs(session->inputs().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const fs::path file = folder / "test_data_set_0" / concat("input_", i, ".pb");
    if (!fs::exists(file)) continue;
    MORTISE_ASSIGN(inputs[i], read_pb(file, session->inputs()[i].kind));
  }
  std::vector<Value> outputs(session->outputs().size());
  MORTISE_TRY(session->run(inputs, outputs));
  return outputs;
}

class OptimizeVectors : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* set = std::getenv("MORTISE_ONNX_VECTORS");
    root_ = fs::path(set != nullptr ? set : "/usr/share/libonnx-testdata/data") / GetParam();
    if (!fs::exists(root_)) GTEST_SKIP() << root_ << " does not exist; set MORTISE_ONNX_VECTORS";
  }
  fs::path root_;
};

TEST_P(OptimizeVectors, KeepTheirResults) {
  std::vector<std::optional<std::vector<std::string>>> choices = {std::nullopt};
  for (const optimize::Pass& pass : optimize::passes()) choices.push_back({{std::string(pass.name)}});
  size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(root_)) {
    const auto before = results_of(entry.path(), std::vector<std::string>{});
    if (!before.ok()) continue;  // not supported; other tests say which
    for (const auto& choice : choices) {
      const std::string what = entry.path().filename().string() + ", " + (choice ? choice->front() : "all passes");
      const auto after = results_of(entry.path(), choice);
      ASSERT_TRUE(after.ok()) << what << ": " << after.status().message();
      ASSERT_EQ(before.value().size(), after.value().size()) << what;
      for (size_t i = 0; i < before.value().size(); ++i) {
        const std::string difference =
            tool::first_difference(after.value()[i], before.value()[i], {.rtol = 1e-5, .atol = 1e-6});
        EXPECT_EQ(difference, "") << what << ": output #" << i;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 0u);
}

INSTANTIATE_TEST_SUITE_P(Sets, OptimizeVectors, testing::Values("pytorch-converted", "pytorch-operator", "simple"),
                         [](const auto& set) {
                           std::string name = set.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace mortise
