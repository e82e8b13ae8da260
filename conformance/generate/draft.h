// Draft: a specimen taken apart so that it can be changed, and put together again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/generate/specimen.h"
#include "conformance/host/device.h"

namespace mortise::conformance {

// Values of a graph by their names, which tell them apart in every graph that comes from a file.
using NamedValues = std::map<std::string, Value, std::less<>>;

// Everything that the oracle computes of a specimen on the way, inputs and constants included.
Result<NamedValues> values_of(const Specimen& specimen, Device& oracle);

struct Draft {
  Graph graph;
  NamedValues values;  // as values_of() gives them; those of inputs may be changed

  static Result<Draft> of(const Specimen& specimen, const NamedValues& values);

  // Removes the nodes from `first` on. What they read and nobody reads any more becomes an output.
  void cut(NodeId first, uint32_t count);
  // Leaves `extent` where inputs and constants have `from`. Fails for elements that cannot be cut apart.
  Status shrink(int64_t from, int64_t extent);

  // The specimen. Values without a producer become inputs, inputs that nobody reads and outputs that nobody makes are
  // dropped; where no output is left, dead ends are the outputs. Fails if nothing is left, or if it is not valid ONNX.
  Result<Specimen> finish() &&;
};

}  // namespace mortise::conformance
