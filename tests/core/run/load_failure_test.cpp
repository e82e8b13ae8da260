// When a provider fails while a session is loaded: by default, with on_failure "error" and under require rules.
//
// By default the model's results are those of the reference provider, one line at warning level says what happened, and
// the placement tells why.
#include <gmock/gmock.h>

#include "tests/core/run/failing_digits.h"

namespace mortise::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- Library missing, bad ABI, no device

const std::vector<Fault> kUnusable = {
    {{.id = "org.example.absent", .library = "/nowhere/libabsent.so"}, "/nowhere/libabsent.so"},
    {{.id = "org.example.absent"}, "no provider 'org.example.absent' is installed"},
    {{.id = "org.example.other", .library = MORTISE_MOCK_NPU}, "has no provider 'org.example.other'"},
    {broken("too_new"), "install a newer Mortise"},
    {broken("null_claim"), "has no function 'claim'"},
    {broken("init_throws"), "no licence found"},
    {broken("no_device"), "there is no /dev/npu0"},
};

TEST(ProviderThatCannotBeUsed, IsLeftOutWithItsReason) {
  for (const Fault& unusable : kUnusable) {
    SCOPED_TRACE(unusable.reason);
    Digits digits(with(unusable.provider));
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr(unusable.reason)));
    EXPECT_THAT(digits.problem(unusable.provider.id), HasSubstr(unusable.reason));
  }
}

TEST(ProviderThatCannotBeUsed, FailsTheLoadWhereThatIsAnError) {
  for (const Fault& unusable : kUnusable) {
    EXPECT_THAT(Digits(with(unusable.provider, OnFailure::kError)).status().message(), HasSubstr(unusable.reason));
  }
}

TEST(ProviderThatCannotBeUsed, LeavesTheOthersAlone) {
  Config config = with(broken("too_old"));
  config.providers.push_back(npu(R"({"precision": "fp32"})"));
  Digits digits(config);
  digits.expect_right();
  EXPECT_GT(digits.nodes()["org.mortise.mock-npu"], 0u);
}

// --- claim()

const std::vector<Fault> kClaimFaults = {
    {patch('a', R"({"fault_claim": true})"), "the compiler's licence has run out"},
    {broken("claim_throws"), "out of luck"},
    {broken("claims_unknown_node"), "claims node #1000000, which does not exist"},
    {broken("claims_a_node_twice"), "claims node #0 twice"},
};

TEST(ClaimThatFails, GetsNothing) {
  for (const Fault& fault : kClaimFaults) {
    SCOPED_TRACE(fault.reason);
    Digits digits(with(fault.provider));
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr(fault.reason)));
    EXPECT_EQ(digits.nodes()[fault.provider.id], 0u);
    for (const NodePlacement& node : digits.session().placement().graph.nodes) {
      EXPECT_THAT(node.verdicts[0].text, HasSubstr(fault.reason));
    }
  }
}

TEST(ClaimThatFails, FailsTheLoadWhereThatIsAnError) {
  for (const Fault& fault : kClaimFaults) {
    EXPECT_THAT(Digits(with(fault.provider, OnFailure::kError)).status().message(),
                AllOf(HasSubstr("provider '" + fault.provider.id + "'"), HasSubstr(fault.reason)));
  }
}

// --- compile()

const std::vector<Fault> kCompileFaults = {
    {npu(R"({"fail_compile_on": "Conv", "precision": "fp32"})"), "fail_compile_on"},
    {npu(R"({"fail_compile_on": "conv1", "fail_compile_with": "error", "precision": "fp32"})"), "fail_compile_on"},
    {npu(R"({"oom_at_bytes": 1000, "precision": "fp32"})"), "memory"},
    {patch('a', R"({"refuse_percent": 40})"), "drawn to be refused"},
    {broken("null_session"), "gave no session"},
};

TEST(CompileThatFails, GivesNodesToTheNextClaimant) {
  for (Fault fault : kCompileFaults) {
    if (fault.provider.id == "org.mortise.test.plugin") continue;  // claims nothing
    SCOPED_TRACE(fault.reason);
    Config config = with(fault.provider);
    config.providers.push_back(patch('b', "{}"));
    Digits digits(config);
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), AllOf(Not(IsEmpty()), Each(HasSubstr("go to the next provider"))));
    EXPECT_GT(digits.nodes()["org.mortise.test.patch-b"], 0u);
    size_t refused = 0;
    for (const NodePlacement& node : digits.session().placement().graph.nodes) {
      if (node.verdicts[0].code != "refused at compile") continue;
      ++refused;
      EXPECT_EQ(node.rule, "refused at compile");
      EXPECT_NE(node.provider, 0u);
      EXPECT_FALSE(node.verdicts[0].text.empty());
    }
    EXPECT_GT(refused, 0u);
  }
}

TEST(CompileThatFails, FailsTheLoadNamingNodesWhereThatIsAnError) {
  EXPECT_THAT(Digits(with(npu(R"({"fail_compile_on": "conv1"})"), OnFailure::kError)).status().message(),
              AllOf(HasSubstr("org.mortise.mock-npu"), HasSubstr("'conv1' (Conv)")));
  EXPECT_THAT(Digits(with(npu(R"({"oom_at_bytes": 1000})"), OnFailure::kError)).status().message(),
              AllOf(HasSubstr("org.mortise.mock-npu"), HasSubstr("'conv1' (Conv)")));
}

TEST(CompileThatFails, IsNotFooledByNodesThatWereNotAsked) {
  Digits digits(with(broken("refuses_other_nodes")));
  digits.expect_right();
  EXPECT_EQ(digits.nodes()["org.mortise.test.plugin"], 0u);
}

// --- Promises

TEST(RequireRule, FailsTheLoadAndListsTheOffenders) {
  Config config = with(npu(R"({"fail_compile_on": "conv2"})"));
  config.require.push_back({.provider = "org.mortise.mock-npu", .op = "Conv"});
  const std::string message = Digits(config).status().message();
  EXPECT_THAT(message, AllOf(HasSubstr("'conv2' (Conv): refused at compile"), HasSubstr("of 2 nodes"),
                             HasSubstr("require rule"), Not(HasSubstr("'conv1'"))));
  config.require = {{.provider = "org.mortise.mock-npu", .min_fraction = 0.2}};
  EXPECT_TRUE(Digits(config).status().ok());
  config.require = {{.provider = "org.mortise.mock-npu", .min_fraction = 0.99}};
  EXPECT_THAT(Digits(config).status().message(), HasSubstr("fewer than a require rule asks"));
}

TEST(RequireRule, IsBrokenByAProviderThatIsMissing) {
  Config config = with({.id = "org.example.absent", .library = "/nowhere/libabsent.so"});
  config.require.push_back({.provider = "org.example.absent", .op = "Conv"});
  EXPECT_THAT(Digits(config).status().message(), HasSubstr("'conv1' (Conv)"));
}

}  // namespace
}  // namespace mortise::test
