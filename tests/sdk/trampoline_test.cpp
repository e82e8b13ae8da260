// The checks of the C++ wrapper that only builds with assertions make.
#undef NDEBUG
#include <gmock/gmock.h>

#include <cstring>

#include "mortise/sdk/plugin.h"

namespace mortise {
namespace {

using ::testing::HasSubstr;

class Provider : public sdk::Provider {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  Provider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return "nothing"; }
  Status claim(const sdk::GraphView&, sdk::ClaimSink&) override { return {}; }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest&) override {
    class Session : public sdk::Session {
      Status run(const sdk::RunArgs&) override { return {}; }
    };
    return std::unique_ptr<sdk::Session>(std::make_unique<Session>());
  }
};

const mortise_provider_descriptor_t Provider::kDescriptor = {.id = "org.mortise.test"};

// What the host says that this thread is doing.
bool in_setup = false;
bool in_worker = false;

const mortise_host_thread_check_t kThreadCheck = {
    .is_setup = [](const mortise_host_t*) noexcept { return in_setup; },
    .is_worker = [](const mortise_host_t*) noexcept { return in_worker; },
};

class TrampolineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    in_setup = in_worker = false;
    const auto* factory =
        static_cast<const mortise_provider_factory_t*>(mortise_entry.get_factory(MORTISE_FACTORY_PROVIDER));
    ASSERT_EQ(factory->create(factory, &host_, "org.mortise.test", "{}", &provider_, &error_), MORTISE_OK);
  }
  void TearDown() override { provider_->destroy(provider_); }

  mortise_host_t host_ = {.abi_version = MORTISE_VERSION_INIT,
                          .name = "test",
                          .version = "1",
                          .get_extension = [](const mortise_host_t*, const char* id) noexcept -> const void* {
                            return std::strcmp(id, MORTISE_EXT_THREAD_CHECK) == 0 ? &kThreadCheck : nullptr;
                          }};
  const mortise_provider_t* provider_ = nullptr;
  mortise_error_t error_ = {};
};

TEST_F(TrampolineTest, RefusesSetupCallsFromAThreadThatIsInNone) {
  EXPECT_EQ(provider_->open(provider_, &error_), MORTISE_FAILED_PRECONDITION);
  EXPECT_THAT(error_.message, HasSubstr("[setup]"));
  in_setup = true;
  EXPECT_EQ(provider_->open(provider_, &error_), MORTISE_OK);
  in_setup = false;
  EXPECT_EQ(provider_->claim(provider_, nullptr, nullptr, &error_), MORTISE_FAILED_PRECONDITION);
}

TEST_F(TrampolineTest, RefusesRunsFromAThreadThatIsNoWorker) {
  in_setup = true;
  ASSERT_EQ(provider_->open(provider_, &error_), MORTISE_OK);
  const mortise_session_t* session = nullptr;
  const mortise_graph_t empty = {
      .get_info = [](const mortise_graph_t*, mortise_graph_info_t* info) noexcept { *info = {}; }};
  const mortise_compile_request_t request = {.graph = &empty};
  ASSERT_EQ(provider_->compile(provider_, &request, &session, &error_), MORTISE_OK) << error_.message;
  const mortise_run_args_t args = {};
  EXPECT_EQ(session->run(session, &args, &error_), MORTISE_FAILED_PRECONDITION);
  EXPECT_THAT(error_.message, HasSubstr("[worker]"));
  in_worker = true;
  EXPECT_EQ(session->run(session, &args, &error_), MORTISE_OK);
  session->destroy(session);
}

}  // namespace
}  // namespace mortise

MORTISE_PLUGIN(mortise::Provider);
