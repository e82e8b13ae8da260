// Random models, fused as the passes like, give what the reference gives. A failure prints its seed.
#include <gtest/gtest.h>

#include "tests/plugins/neon_cpu/neon_model.h"
#include "tests/support/random_model.h"

namespace mortise::test {
namespace {

Session load(const std::string& bytes, const std::vector<ProviderConfig>& providers) {
  Config config;
  config.session.threads = 1;
  config.providers = providers;
  return Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config}).value();
}

TEST(NeonRandomModel, GivesTheResultsOfTheReference) {
  for (uint32_t seed = 0; seed < 150 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const std::string bytes = random_model(seed, 40).SerializeAsString();
    Session reference = load(bytes, {});
    Session neon =
        load(bytes, {{.id = "org.mortise.neon", .library = MORTISE_NEON_LIBRARY, .on_failure = OnFailure::kError}});
    const auto inputs = random_inputs(seed);
    const auto actual = neon.run(inputs), expected = reference.run(inputs);
    ASSERT_TRUE(actual.ok() && expected.ok()) << actual.status().message() << expected.status().message();
    for (const auto& [name, value] : *expected) expect_close({actual->at(name).tensor}, {value.tensor}, 1e-4f);
  }
}

}  // namespace
}  // namespace mortise::test
