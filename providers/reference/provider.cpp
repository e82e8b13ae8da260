#include "providers/reference/provider.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "providers/reference/entry.h"
#include "providers/reference/program.h"
#include "providers/reference/session.h"

namespace mortise::reference {

const mortise_provider_descriptor_t Provider::kDescriptor = {
    .id = "org.mortise.reference",
    .name = "Reference",
    .vendor = "Mortise",
    .version = "0.1.0",
    .description = "Runs operators on the CPU, plainly and portably.",
    .options_schema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "accumulate": {
      "enum": ["native", "f64"],
      "default": "native",
      "description": "Type in which sums and products are carried: that of the tensor (float for 16-bit ones) or double."
    }
  }
})",
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
    .numerics = 0,
    .reserved = 0};

Provider::Provider(const sdk::Host& host, std::string_view options_json) : sdk::Provider(host) {
  const auto options = nlohmann::json::parse(options_json.empty() ? "{}" : options_json, nullptr, false);
  if (!options.is_object()) throw std::invalid_argument("the options are not a JSON object");
  for (const auto& [key, value] : options.items()) {
    if (key != "accumulate")
      throw std::invalid_argument("there is no option '" + key + "'; the only one is 'accumulate'");
    if (value != "native" && value != "f64") {
      throw std::invalid_argument("option 'accumulate' is " + value.dump() + "; it may be \"native\" or \"f64\"");
    }
    accumulate_f64_ = value == "f64";
  }
}

std::string Provider::describe() const { return "the CPU, on the host's threads"; }

Status Provider::claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) {
  return sdk::claim_each(graph, sink, [&](const sdk::NodeView& node, mortise_estimate_t&) {
    const auto made = make_kernel(NodeSpec(graph, node.id(), accumulate_f64_));
    const auto* refusal = std::get_if<sdk::Refusal>(&made);
    return refusal != nullptr ? std::optional(*refusal) : std::nullopt;
  });
}

Result<std::unique_ptr<sdk::Session>> Provider::compile(const sdk::CompileRequest& request) {
  MORTISE_ASSIGN(Program program, make_program(request, accumulate_f64_));
  return std::unique_ptr<sdk::Session>(std::make_unique<Session>(std::move(program), host()));
}

uint32_t Provider::kinds() const {
  return 1u << MORTISE_TYPE_TENSOR | 1u << MORTISE_TYPE_SPARSE_TENSOR | 1u << MORTISE_TYPE_SEQUENCE |
         1u << MORTISE_TYPE_OPTIONAL | 1u << MORTISE_TYPE_MAP;
}

const mortise_plugin_entry_t& entry() { return sdk::Plugin<Provider>::kEntry; }

}  // namespace mortise::reference
