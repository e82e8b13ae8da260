// Test cases on disk: ONNX's backend-test layout, found recursively.
//
//   FOLDER/model.onnx + FOLDER/test_data_set_N/{input,output}_K.pb     a case with N data sets
//   NAME.onnx + NAME_output_0.pb                                       a network whose input is the ramp of ONNX's own
//   runner
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mortise/core/session.h"

namespace mortise::tool {

struct TestCase {
  std::string name;  // of the folder, or NAME
  std::filesystem::path model;
  std::vector<std::filesystem::path> data_sets;  // folders; empty: the ramp and `expected`
  std::filesystem::path expected;
};

// In order of path. Fails if a path does not exist.
Result<std::vector<TestCase>> find_cases(const std::vector<std::filesystem::path>& paths);

struct DataSet {
  std::vector<Value> inputs;    // in the model's order; kNone where the case gives none
  std::vector<Value> expected;  // in the model's order
};

// Data set `index` of a case, or the ramp (arange(n) / n in the input's shape, unknown extents as 1, float32).
// inputs, outputs: the model's. Of them, kind and element are looked at, of inputs also dims and optional.
Result<DataSet> load_data(const TestCase& test_case, size_t index, std::span<const Port> inputs,
                          std::span<const Port> outputs);

}  // namespace mortise::tool
