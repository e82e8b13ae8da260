// SPDX-License-Identifier: Apache-2.0
//
// NeonProvider: the plugin's face towards the host. The work is done by lower.h (claim), compiler.h (compile) and
// session.h (run).
#pragma once

#include "mortise/sdk/provider.h"
#include "options.h"

namespace mortise::neon {

class NeonProvider final : public sdk::Provider {
 public:
  static const mortise_provider_descriptor_t kDescriptor;

  NeonProvider(const sdk::Host& host, std::string_view options_json)
      : Provider(host), options_(parse_options(options_json)) {}

  Status open() override;
  std::string describe() const override;
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override;
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override;

 private:
  const Options options_;
};

}  // namespace mortise::neon
