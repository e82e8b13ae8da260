// CustomOperators: operators beyond the standard's, which the providers of a session bring.
//
// Filled while a session is set up; then any number of readers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/infer/operator_table.h"
#include "mortise/ext/operators.h"

namespace mortise::infer {

class CustomOperators {
 public:
  // What a provider says of the outputs of a node; called from any thread.
  using Infer = std::function<Status(const mortise_graph_t&, const mortise_infer_sink_t&)>;

  // Takes a copy of the form; of two with the same version the first stays. Fails for a domain of ONNX's, for a version
  // below 1, and for parameters or attributes that are not in the notation, saying which.
  Status add(const mortise_operator_t& form, Infer infer);
  // Takes what another has; of two forms with the same version the own one stays.
  void merge(CustomOperators&& other);
  bool empty() const { return operators_.empty(); }
  // Null if nobody brings it.
  const Operator* find(std::string_view domain, std::string_view op_type) const;
  // Gives the nodes of these operators, in the graph and in its bodies, the versions that the model's opsets select.
  // Fails if an operator has no form as old as the model asks for.
  Status set_versions(Graph& graph) const;

 private:
  struct Entry {
    std::string domain, name;
    Operator op;
    std::map<int32_t, Infer> infer;                   // by version
    std::vector<std::unique_ptr<std::string>> texts;  // what the signatures point to
  };

  std::map<std::pair<std::string, std::string>, std::unique_ptr<Entry>, std::less<>> operators_;
};

}  // namespace mortise::infer
