// Provider: the reference provider, which runs every operator that ops.inc lists on the calling thread and those that
// the host lends. Control flow (nodes with bodies) is not its business. See mortise/provider.h for threads.
#pragma once

#include "mortise/sdk/plugin.h"

namespace mortise::reference {

class Provider : public sdk::Provider, public sdk::ValuesExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  Provider(const sdk::Host& host, std::string_view options_json);

  std::string describe() const override;
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override;
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override;
  uint32_t kinds() const override;

 private:
  bool accumulate_f64_ = false;
};

}  // namespace mortise::reference
