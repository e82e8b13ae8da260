// collect_claims() with providers that keep the contract and providers that break it.
#include "core/plan/collect_claims.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace mortise::plan {
namespace {

using Script = std::function<mortise_status(const mortise_claim_sink_t*, mortise_error_t*)>;

ProviderClaims collect(Script script) {
  const mortise_provider_descriptor_t descriptor = {.id = "test"};
  mortise_provider_t provider = {};
  provider.descriptor = &descriptor;
  provider.provider_data = &script;
  provider.claim = [](const mortise_provider_t* self, const mortise_graph_t*, const mortise_claim_sink_t* sink,
                      mortise_error_t* error) { return (*static_cast<Script*>(self->provider_data))(sink, error); };
  mortise_graph_t graph = {};
  graph.get_info = [](const mortise_graph_t*, mortise_graph_info_t* info) { info->num_nodes = 3; };
  return collect_claims(&provider, &graph);
}

TEST(CollectClaims, KeepsGroupsAndReasons) {
  const ProviderClaims claims = collect([](auto* sink, auto*) {
    const uint32_t ids[] = {0, 2};
    sink->claim(sink, ids, 2, nullptr);
    return sink->decline(sink, 1, MORTISE_REFUSAL_OP, "no Foo");
  });
  EXPECT_EQ(claims.error, "");
  ASSERT_EQ(claims.groups.size(), 1u);
  EXPECT_EQ(claims.groups[0].nodes, (std::vector<NodeId>{0, 2}));
  EXPECT_EQ(claims.verdicts[1].text, "no Foo");
  EXPECT_EQ(claims.verdicts[1].code, uint32_t{MORTISE_REFUSAL_OP});
}

TEST(CollectClaims, FaultsTakeEverythingFromTheProvider) {
  const std::vector<std::pair<Script, std::string>> cases = {
      {[](auto* sink, auto*) {
         const uint32_t ids[] = {1, 1};
         sink->claim(sink, ids, 2, nullptr);
         return MORTISE_OK;
       },
       "twice"},
      {[](auto* sink, auto*) {
         const uint32_t id = 3;
         sink->claim(sink, &id, 1, nullptr);
         return MORTISE_OK;
       },
       "not exist"},
      {[](auto* sink, auto*) {
         sink->decline(sink, 9, 0, nullptr);
         return MORTISE_OK;
       },
       "not exist"},
      {[](auto* sink, auto*) {
         sink->claim(sink, nullptr, 1, nullptr);
         return MORTISE_OK;
       },
       "more nodes"},
      {[](auto*, auto*) -> mortise_status { throw std::runtime_error("boom"); }, "boom"},
      {[](auto*, auto*) { return MORTISE_INTERNAL; }, "no reason"},
  };
  for (const auto& [script, expected] : cases) {
    const ProviderClaims claims = collect(script);
    EXPECT_NE(claims.error.find(expected), std::string::npos) << claims.error;
    EXPECT_TRUE(claims.groups.empty());
  }
}

}  // namespace
}  // namespace mortise::plan
