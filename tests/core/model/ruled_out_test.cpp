// What ADR 9 refuses although it could be computed: each kind of model, and the sentence.
#include <gmock/gmock.h>

#include "core/infer/infer.h"
#include "core/model/load.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

struct RuledOut {
  int opset;
  const char* graph;
  const char* sentence;
};

TEST(Load, RefusesWhatTheStandardRulesOut) {
  for (const RuledOut& c : {
           RuledOut{18, "g (float[4] x) => (float[2] y, float[2] z) { y, z = Split (x) }",
                    "neither of input 'split' and attribute 'num_outputs' are given"},
           RuledOut{18,
                    "g (float[4] x, int64[2] s) => (float[2] y, float[2] z) { y, z = Split <num_outputs = 2> (x, s) }",
                    "both of input 'split' and attribute 'num_outputs' are given"},
           RuledOut{13, "g (float[4, 3] x) => (float[3, 4] y) { y = Transpose <perm = [-1, 0]> (x) }",
                    "'perm' has the entry -1"},
           RuledOut{18, "g (float[4] x, int64[2] p) => (float[] y) { y = Pad <mode = \"wrap\"> (x, p) }",
                    "attribute 'mode' is 'wrap'"},
           RuledOut{13, "g (float[1, 2, 4] x, float[3, 2, 1] w, float[3, 1] b) => (float[] y) { y = Conv (x, w, b) }",
                    "input #2 is float32[3, 1]; its rank must be 1"},
           RuledOut{16, "g (float[3] x, float[2, 3] s) => (float[] y) { y = PRelu (x, s) }",
                    "float32[2, 3], does not broadcast to input #0, float32[3]"},
           RuledOut{6, "g (float[3] x, float[2, 3] s) => (float[] y) { y = Add <broadcast = 1> (x, s) }",
                    "float32[2, 3], does not broadcast to input #0, float32[3]"},
           RuledOut{6, "g (float[2, 3] x, float[3] s) => (float[] y) { y = Add <broadcast = 1, axis = 0> (x, s) }",
                    "does not broadcast to input #0, float32[2, 3], at axis 0"},
           RuledOut{6,
                    "g (float[2, 3] x, float[3] s) => (float[] y) { y = Add <broadcast = 1, axis = "
                    "9223372036854775807> (x, s) }",
                    "at axis 9223372036854775807"},
           RuledOut{24,
                    "g (float[1, 1, 1, 2] q, float[1, 1, 4, 2] k, float[1, 1, 4, 2] c, int64[1] n) => (float[] y) {"
                    " y = Attention (q, k, k, , c, c, n) }",
                    "nonpad_kv_seqlen and past keys"},
           RuledOut{24,
                    "g (float[1, 1, 1, 2] q, float[1, 1, 4, 2] k) => (float[] y) {"
                    " y = Attention <softmax_precision = 7> (q, k, k) }",
                    "softmax_precision is int64"},
       }) {
    const std::string bytes = test::model_bytes(c.graph, c.opset);
    auto model = load_model(std::as_bytes(std::span(bytes)), {});
    const Status status = model.ok() ? infer_types(model->graph) : model.status();
    EXPECT_THAT(status.message(), testing::HasSubstr(c.sentence)) << c.graph;
  }
}

// The same operators as they may be.
TEST(Load, TakesWhatIsNextToThat) {
  for (const auto& [opset, graph] : std::vector<std::pair<int, const char*>>{
           {19, "g (float[4] x, int64[2] p) => (float[] y) { y = Pad <mode = \"wrap\"> (x, p) }"},
           {6, "g (float[2, 3] x, float[2, 3] s) => (float[] y) { y = Add <broadcast = 1, axis = 1> (x, s) }"},
           {6, "g (float[5] x, float[1] s) => (float[] y) { y = Add <broadcast = 1, axis = 1> (x, s) }"},
           {6, "g (float[2, 3] x, float[2] s) => (float[] y) { y = Add <broadcast = 1, axis = 0> (x, s) }"}}) {
    const std::string bytes = test::model_bytes(graph, opset);
    auto model = load_model(std::as_bytes(std::span(bytes)), {});
    ASSERT_TRUE(model.ok()) << model.status().message();
    const Status status = infer_types(model->graph);
    EXPECT_TRUE(status.ok()) << status.message();
  }
}

}  // namespace
}  // namespace mortise
