// A test case in ONNX's backend-test layout, small enough to know by heart.
#pragma once

#include <string>

namespace mortise {

// Writes cases/NAME to the folder of the test: a model that negates its input x into y, or does to it what `op` does,
// the input [1, 2], and [first, second] as what it is said to give.
void write_case(const std::string& name, float first, float second, const std::string& op = "Neg");

}  // namespace mortise
