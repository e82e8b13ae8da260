// mortise run and explain: their options, on the digit classifier.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"
#include "tests/tools/neg_case.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRunModel = MORTISE_SOURCE_DIR "/examples/digits/digits.onnx";
const std::string kRunImage = MORTISE_SOURCE_DIR "/examples/digits/sample00-is-2.png";

TEST(RunCommand, PrintsThePlacementAndTheOutputs) {
  const CommandResult result =
      run_command("run " + kRunModel + " --provider org.mortise.mock-npu --input image=" + kRunImage);
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.error, HasSubstr("org.mortise.mock-npu "));
  EXPECT_THAT(result.out, StartsWith("probabilities: float32[1, 10]"));
  EXPECT_THAT(result.out, HasSubstr("at [0, 2])"));
}

TEST(RunCommand, PrintsJson) {
  const CommandResult result = run_command("run " + kRunModel + " --json --input " + kRunImage);
  EXPECT_EQ(result.code, 0) << result.error;
  const json report = json::parse(result.out);
  EXPECT_EQ(report["placement"]["providers"][0]["id"], "org.mortise.reference");
  const json& output = report["outputs"][0];
  EXPECT_EQ(output["name"], "probabilities");
  EXPECT_EQ(output["dtype"], "float32");
  EXPECT_EQ(output["shape"], json({1, 10}));
  ASSERT_EQ(output["data"].size(), 10u);
  EXPECT_GT(output["data"][2], 0.9);
}

// Elements that C++ has no type for: codes of 8 bits and fewer, as ONNX numbers and packs them.
TEST(RunCommand, PrintsJsonOfEveryKindOfNumber) {
  struct Kind {
    std::string name;
    int32_t type;
    int64_t extent;
    std::string bytes;
    const char* data;
    const char* text;
  };
  const float parts[] = {1.5f, -2, 0, 3};
  const std::string complex(reinterpret_cast<const char*>(parts), sizeof parts);
  const Kind kinds[] = {{"complex64", 14, 2, complex, "[[1.5, -2], [0, 3]]", " 1.5-2i 0+3i"},
                        {"float8e4m3fn", 17, 2, "\x38\x7f", R"([1, "nan"])", " 1 nan"},
                        {"float8e8m0", 24, 1, "\x80", "[2]", " 2"},
                        {"float4e2m1", 23, 2, "\xf1", "[0.5, -6]", " 0.5 -6"},
                        {"int4", 22, 3, "\x78\x0f", "[-8, 7, -1]", " -8 7 -1"},
                        {"uint2", 25, 5, "\x63\x03", "[3, 0, 2, 1, 3]", " 3 0 2 1 3"}};
  onnx::ModelProto model;
  model.set_ir_version(10);
  model.add_opset_import()->set_version(25);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("constants");
  for (const Kind& kind : kinds) {
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type("Constant");
    node.add_output(kind.name);
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    onnx::TensorProto& tensor = *attribute.mutable_t();
    tensor.set_data_type(kind.type);
    tensor.add_dims(kind.extent);
    tensor.set_raw_data(kind.bytes);
    onnx::ValueInfoProto& output = *graph.add_output();
    output.set_name(kind.name);
    output.mutable_type()->mutable_tensor_type()->set_elem_type(kind.type);
  }
  write_file(test_folder() / "constants.onnx", model.SerializeAsString());
  CommandResult result = run_command("run constants.onnx --json");
  ASSERT_EQ(result.code, 0) << result.error;
  const json report = json::parse(result.out);
  for (size_t i = 0; i < std::size(kinds); ++i) {
    const json& output = report["outputs"][i];
    EXPECT_EQ(output["dtype"], kinds[i].name);
    EXPECT_EQ(output["data"], json::parse(kinds[i].data)) << kinds[i].name;
  }
  result = run_command("run constants.onnx");
  for (const Kind& kind : kinds) EXPECT_THAT(result.out, HasSubstr("]" + std::string(kind.text) + "\n")) << kind.name;
}

TEST(RunCommand, ReadsPbAndNpyAndWritesNpy) {
  write_case("neg", -1, -2);
  const std::string model = "run cases/neg/model.onnx ";
  CommandResult result =
      run_command(model + "--input x=cases/neg/test_data_set_0/input_0.pb --output-dir out --runs 2");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, StartsWith("y: float32[2] -1 -2"));
  result = run_command(model + "--input out/y.npy --threads 1");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, StartsWith("y: float32[2] 1 2"));
  result = run_command("run " + kRunModel + " --input image=out/y.npy");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("input 'image' is float32["));
  result = run_command(model + "--random 1 --output-dir /dev/null/out");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("mortise: /dev/null/out: "));
}

TEST(RunCommand, GivesTheSameForTheSameSeed) {
  const std::string first = run_command("run " + kRunModel + " --random 7").out;
  EXPECT_EQ(run_command("run " + kRunModel + " --random 7").out, first);
  EXPECT_NE(run_command("run " + kRunModel + " --random 8").out, first);
}

TEST(RunCommand, TakesOneProviderPerOption) {
  // The model that comes after is not taken for a second provider.
  const CommandResult result =
      run_command("run --provider org.mortise.mock-npu --input " + kRunImage + " " + kRunModel);
  EXPECT_EQ(result.code, 0) << result.error;
}

TEST(RunCommand, WritesThePageOfThePlacement) {
  EXPECT_EQ(run_command("run " + kRunModel + " --random 1 --report page.html").code, 0);
  EXPECT_THAT(read_file(test_folder() / "page.html"), StartsWith("<!DOCTYPE html>"));
  const CommandResult result = run_command("run " + kRunModel + " --random 1 --report no/such/page.html");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("no/such/page.html: the report cannot be written"));
}

TEST(RunCommand, SaysWhichInputIsMissingOrUnknown) {
  CommandResult result = run_command("run " + kRunModel);
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("give --input image=FILE, or --random SEED"));
  result = run_command("run " + kRunModel + " --input picture=" + kRunImage);
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("has no input 'picture'; its inputs are:\n  image"));
  result = run_command("run " + kRunModel + " --input image=absent.npy");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("absent.npy"));
  write_file(test_folder() / "words.txt", "words");
  result = run_command("run " + kRunModel + " --input image=words.txt");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error,
              AllOf(HasSubstr("words.txt: "), HasSubstr("an input is .npy, .pb (TensorProto) or an image")));
}

TEST(RunCommand, TakesImagesByWhatIsInThem) {
  write_file(test_folder() / "bits", "P4 8 8 12345678");
  EXPECT_EQ(run_command("run " + kRunModel + " --input bits").code, 0);
}

TEST(RunCommand, FailsForABadModelOrProvider) {
  write_file(test_folder() / "bad.onnx", "no model");
  CommandResult result = run_command("run bad.onnx --random 1");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, StartsWith("mortise: bad.onnx: "));
  result = run_command("run " + kRunModel + " --random 1 --provider com.vendor.absent");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("no provider 'com.vendor.absent' is installed"));
}

TEST(ExplainCommand, ShowsNodesWorkAndBytesOfEveryProvider) {
  const CommandResult result = run_command("explain " + kRunModel + " --provider org.mortise.mock-npu");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, testing::ContainsRegex("provider +nodes +share +segments +work +bytes in +bytes out\n"));
  EXPECT_THAT(result.out, testing::ContainsRegex("org.mortise.mock-npu +[0-9]+ +[0-9.]+ % +[0-9]+ +[0-9.]+ %"));
  EXPECT_THAT(result.out, HasSubstr("  org.mortise.mock-npu: op: "));
  const CommandResult all = run_command("explain --all " + kRunModel + " --provider org.mortise.mock-npu");
  EXPECT_GT(all.out.size(), result.out.size());
  EXPECT_THAT(all.out, HasSubstr("org.mortise.mock-npu: claimed"));
}

TEST(ExplainCommand, PrintsJsonAndWritesThePage) {
  const CommandResult result = run_command("explain " + kRunModel + " --json --html page.html");
  EXPECT_EQ(result.code, 0) << result.error;
  const json report = json::parse(result.out);
  EXPECT_EQ(report["graph"]["nodes"].size(), report["nodes"]);
  EXPECT_EQ(report["providers"][0]["bytes_in"], 0);
  EXPECT_THAT(read_file(test_folder() / "page.html"), HasSubstr("<title>Placement of "));
}

TEST(ProvidersCommand, ListsWhatIsInstalled) {
  const CommandResult result = run_command("providers --json");
  EXPECT_EQ(result.code, 0) << result.error;
  const json report = json::parse(result.out);
  ASSERT_GE(report.size(), 2u);  // others are there as the build has them
  EXPECT_EQ(report[0]["id"], "org.mortise.mock-npu");
  EXPECT_EQ(report[0]["usable"], true);
  EXPECT_EQ(report.back()["id"], "org.mortise.reference");
}

TEST(InspectCommand, TellsAPluginFromWhatIsNone) {
  CommandResult result = run_command("inspect " MORTISE_PLUGINS "/libmortise_mock_npu.so");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, HasSubstr(": usable, ABI 1."));
  result = run_command("inspect " + kRunModel);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr(kRunModel));
  result = run_command("inspect --json " + kRunModel);
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(json::parse(result.out)["usable"], false);
}

}  // namespace
}  // namespace mortise
