// What a provider compiled is loaded by the next session, and a cache that is no good costs time only.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>

#include "mortise/core/session.h"
#include "tests/support/log_lines.h"
#include "tests/support/model_text.h"

namespace mortise::test {
namespace {

namespace fs = std::filesystem;

class CompiledSegments : public testing::Test {
 protected:
  CompiledSegments() : folder_(fs::path(testing::TempDir()) / ("mortise-cache-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
  }
  ~CompiledSegments() override { fs::remove_all(folder_); }

  // How often the plugin compiled and loaded for a session that then ran.
  std::string load_and_run() {
    const std::string bytes = model_bytes("g (float[2] x) => (float[2] y) { y = Neg(x) }");
    Config config;
    config.providers.push_back({.id = "org.mortise.test.cached", .library = MORTISE_CACHED_PLUGIN});
    config.session.cache = folder_.string();
    auto session =
        Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config, .log_sink = log_.sink()});
    if (!session.ok()) return session.status().message();
    auto outputs = session->run({{"x", Tensor::of<float>({2}, {1, -2})}});
    if (!outputs.ok()) return outputs.status().message();
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), testing::ElementsAre(-1, 2));
    return session->providers()[0].device;
  }
  fs::path file() const {
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
    return *fs::directory_iterator(folder_);
  }

  fs::path folder_;
  LogLines log_;
};

TEST_F(CompiledSegments, AreLoadedByTheNextSession) {
  EXPECT_EQ(load_and_run(), "compiled 1, loaded 0");
  EXPECT_EQ(load_and_run(), "compiled 0, loaded 1");
  EXPECT_THAT(log_.lines(), testing::IsEmpty());
}

TEST_F(CompiledSegments, AreCompiledAgainWhenTheFileIsDamaged) {
  EXPECT_EQ(load_and_run(), "compiled 1, loaded 0");
  std::ifstream stream(file(), std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(stream), {}};
  for (size_t size = 0; size < good.size(); ++size) {
    std::string bad = good.substr(0, size);
    if (size % 2 == 0) (bad = good)[size] ^= 1;  // as long as it was, with one bit changed
    std::ofstream(file(), std::ios::binary) << bad;
    EXPECT_EQ(load_and_run(), "compiled 1, loaded 0") << size;
    EXPECT_EQ(load_and_run(), "compiled 0, loaded 1") << size;
  }
}

TEST_F(CompiledSegments, AreCompiledWhenTheFolderCannotBe) {
  std::ofstream(folder_) << "a file where the folder should be";
  EXPECT_EQ(load_and_run(), "compiled 1, loaded 0");
  EXPECT_THAT(log_.lines(), testing::ElementsAre(testing::HasSubstr(folder_.string())));
}

}  // namespace
}  // namespace mortise::test
