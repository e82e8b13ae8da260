// The standard's vectors of one node, by operator, as tests of whatever version of it they fit.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "conformance/generate/standard_types.h"
#include "tests/providers/reference/vector_files.h"

namespace mortise::test {

using conformance::allowed_types;
using conformance::OperatorVersion;
using conformance::runs_in_core;
using conformance::standard_operators;
using conformance::variable_of;
using reference::TypeSet;

class NodeCases {
 public:
  // Folders of cases; those that do not exist hold none. Of cases with the same name each counts.
  explicit NodeCases(const std::vector<fs::path>& folders);

  // In the order of folders and names.
  std::span<const NodeCase> of(std::string_view domain, std::string_view op) const;
  size_t size() const;

 private:
  std::map<std::pair<std::string, std::string>, std::vector<NodeCase>, std::less<>> cases_;
};

// The folders of operators where MORTISE_ONNX_VECTORS says, or else Debian's.
std::vector<fs::path> installed_vectors();

// Whether that version of the operator can have the inputs, outputs and attributes of the case.
bool fits(const NodeCase& known, const OperatorVersion& row);

// Empty if the version gives what the case expects, otherwise what is wrong. Random cases are judged by distribution.
std::string fault_of(const NodeCase& known, int32_t version);

}  // namespace mortise::test
