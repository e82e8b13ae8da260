// Bad input to the mortise command: a sentence that names file, node, value and remedy, and exit code 1 or 2. Never a
// crash, never silence.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <onnx/onnx_pb.h>

#include <random>

#include "tests/support/mutate.h"
#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class BadInput : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content);
    return (folder_ / name).string();
  }
  // A model whose graph is `text`, a GraphProto in protobuf's text form; `rest`: of the ModelProto.
  std::string write_model(const std::string& name, const std::string& text, const std::string& rest = "") const {
    onnx::ModelProto model;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "ir_version: 8 " + (rest.find("opset_import") == rest.npos ? "opset_import { version: 17 } " : std::string()) +
            rest + " graph { " + text + " }",
        &model))
        << text;
    return write(name, model.SerializeAsString());
  }
  // Loading or running the model fails with exit code 1 and a sentence that begins with the command and names the file.
  void expect_refused(const std::string& path, const testing::Matcher<const std::string&>& sentence) const {
    for (const char* command : {"run '", "explain '"}) {
      const CommandResult ended = run_command(command + path + "'" + (*command == 'r' ? " --random 1" : ""));
      EXPECT_EQ(ended.code, 1) << ended.error;
      EXPECT_THAT(ended.error, AllOf(HasSubstr("mortise: "), HasSubstr(fs::path(path).filename().string()), sentence));
    }
  }
  // As expect_refused(), for what only a run finds.
  void expect_failed(const std::string& path, const testing::Matcher<const std::string&>& sentence) const {
    const CommandResult ended = run_command("run '" + path + "' --random 1");
    EXPECT_EQ(ended.code, 1) << ended.error;
    EXPECT_THAT(ended.error, AllOf(HasSubstr("mortise: "), sentence));
  }

  const fs::path folder_ = test_folder();
};

const std::string kX = "input { name: 'x' type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } } } } } ";
const std::string kY = "output { name: 'y' } ";
const std::string kNeg = "node { op_type: 'Neg' name: 'flip' input: 'x' output: 'y' } ";

const std::string kDigits = std::string(MORTISE_SOURCE_DIR) + "/examples/digits/digits.onnx";

TEST_F(BadInput, IsNoModel) {
  expect_refused((folder_ / "absent.onnx").string(), HasSubstr("no such file; check the path"));
  expect_refused(folder_.string(), HasSubstr("not a regular file"));
  expect_refused(write("empty.onnx", ""), HasSubstr("the file is empty; export the model again"));
  expect_refused(write("text.onnx", "hello, world\n"), HasSubstr("this is no ONNX model"));
}

TEST_F(BadInput, IsATruncatedModel) {
  const std::string whole = read_file(kDigits);
  for (const size_t percent : {1, 10, 50, 90, 99}) {
    expect_refused(write("cut.onnx", whole.substr(0, whole.size() * percent / 100)), HasSubstr("export"));
  }
}

TEST_F(BadInput, IsADamagedModel) {
  const std::string whole = read_file(kDigits);
  const std::string limits = write("limits.json", R"({"session": {"memory_limit_mib": 64, "deadline_ms": 2000}})");
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const std::string path =
        write("damaged.onnx", seed % 2 ? test::mutate_bytes(whole, random) : test::mutate_fields(whole, random));
    const CommandResult ended = run_command("run '" + path + "' --random 1 --config '" + limits + "'");
    EXPECT_TRUE(ended.code == 0 || ended.code == 1 || ended.code == 2) << seed << ": " << ended.error;
    if (ended.code != 0) {
      EXPECT_THAT(ended.error, HasSubstr("mortise: ")) << seed;
    }
  }
}

TEST_F(BadInput, IsACyclicGraph) {
  expect_refused(
      write_model("cycle.onnx", kX + "node { op_type: 'Add' name: 'chase' input: 'x' input: 'b' output: 'y' } " +
                                    "node { op_type: 'Neg' input: 'y' output: 'b' } " + kY),
      AllOf(HasSubstr("'chase'"), HasSubstr("cycle")));
}

TEST_F(BadInput, IsIllTyped) {
  const std::string n = "input { name: 'n' type { tensor_type { elem_type: 7 shape { dim { dim_value: 2 } } } } } ";
  expect_failed(
      write_model("types.onnx", kX + n + "node { op_type: 'Add' name: 'mix' input: 'x' input: 'n' output: 'y' } " + kY),
      AllOf(HasSubstr("types.onnx"), HasSubstr("'mix' (Add)"), HasSubstr("type")));
  const std::string three = "input { name: 'z' type { tensor_type { elem_type: 1 shape { dim { dim_value: 3 } } } } } ";
  expect_refused(
      write_model("shapes.onnx",
                  kX + three + "node { op_type: 'Add' name: 'mix' input: 'x' input: 'z' output: 'y' } " + kY),
      AllOf(HasSubstr("'mix' (Add)"), HasSubstr("2"), HasSubstr("3")));
  expect_refused(
      write_model("undefined.onnx", kX + "node { op_type: 'Neg' name: 'flip' input: 'nowhere' output: 'y' } " + kY),
      AllOf(HasSubstr("'flip' (Neg)"), HasSubstr("'nowhere'")));
  expect_refused(write_model("arity.onnx", kX + "node { op_type: 'Add' name: 'sum' input: 'x' output: 'y' } " + kY),
                 HasSubstr("'sum' (Add)"));
  // Version 11 takes K as an input.
  expect_failed(write_model("absent.onnx", kX + "node { op_type: 'TopK' name: 'top' input: 'x' output: 'y' } " + kY),
                HasSubstr("'top' (TopK)"));
}

TEST_F(BadInput, HasHugeOrNegativeExtents) {
  const auto weight = [](const std::string& dims) {
    return "initializer { name: 'w' data_type: 1 " + dims + " raw_data: '12345678' } " +
           "node { op_type: 'Add' name: 'sum' input: 'x' input: 'w' output: 'y' } ";
  };
  for (const char* dims : {"dims: 3", "dims: 1", "dims: 9223372036854775807", "dims: 4611686018427387904 dims: 8",
                           "dims: -2", "dims: 4611686018427387904 dims: 4611686018427387904 dims: 0"}) {
    expect_refused(write_model("weight.onnx", kX + weight(dims) + kY), HasSubstr("'w'"));
  }
  const auto grow = [](const std::string& sizes, int count) {
    return "initializer { name: 's' data_type: 7 dims: " + std::to_string(count) + " int64_data: [" + sizes + "] } " +
           "node { op_type: 'ConstantOfShape' name: 'grow' input: 's' output: 'y' } ";
  };
  expect_failed(write_model("grow.onnx", grow("35184372088832", 1) + kY),
                AllOf(HasSubstr("'y'"), HasSubstr("140737488355328 bytes"), HasSubstr("memory")));
  for (const auto& [sizes, count] : {std::pair("9223372036854775807, 9223372036854775807", 2), std::pair("-1", 1)}) {
    expect_failed(write_model("grow.onnx", grow(sizes, count) + kY),
                  AllOf(HasSubstr("'grow'"), AnyOf(HasSubstr("too many elements"), HasSubstr("extent"))));
  }
}

TEST_F(BadInput, IsNestedTooDeeply) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  onnx::GraphProto* graph = model.mutable_graph();
  for (int depth = 0; depth < 2000; ++depth) {
    onnx::NodeProto& node = *graph->add_node();
    node.set_op_type("If");
    node.add_output("y" + std::to_string(depth));
    onnx::AttributeProto& body = *node.add_attribute();
    body.set_name("then_branch");
    body.set_type(onnx::AttributeProto::GRAPH);
    graph = body.mutable_g();
  }
  expect_refused(write("nested.onnx", model.SerializeAsString()), HasSubstr("nested deeper than 256"));
}

TEST_F(BadInput, HasRecursiveFunctions) {
  const auto function = [](const std::string& name, const std::string& calls) {
    return "functions { name: '" + name + "' domain: 'local' input: 'a' output: 'b' opset_import { version: 17 } " +
           "node { op_type: '" + calls + "' domain: 'local' input: 'a' output: 'b' } } ";
  };
  expect_refused(write_model("recursive.onnx",
                             kX + "node { op_type: 'F' name: 'call' domain: 'local' input: 'x' output: 'y' } " + kY,
                             "opset_import { version: 17 } opset_import { domain: 'local' version: 1 } " +
                                 function("F", "G") + function("G", "F")),
                 HasSubstr("F -> G -> F"));
}

TEST_F(BadInput, HasDataOutsideItsFolder) {
  fs::create_directories(folder_ / "model");
  write("secret.bin", "12345678");
  fs::create_symlink(folder_ / "secret.bin", folder_ / "model/link.bin");
  const auto external = [](const std::string& location) {
    return "initializer { name: 'w' data_type: 1 dims: 2 data_location: EXTERNAL external_data { key: 'location' "
           "value: '" +
           location + "' } } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' } ";
  };
  for (const auto& [location, fault] :
       {std::pair(std::string("../secret.bin"), "'..'"), std::pair((folder_ / "secret.bin").string(), "absolute"),
        std::pair(std::string("link.bin"), "symbolic link"), std::pair(std::string("absent.bin"), "keep it beside")}) {
    expect_refused(write_model("model/m.onnx", kX + external(location) + kY),
                   AllOf(HasSubstr("'w'"), HasSubstr(fault)));
  }
}

TEST_F(BadInput, UsesUnknownOperatorsAndOpsets) {
  expect_refused(write_model("op.onnx", kX + "node { op_type: 'Frobnicate' name: 'odd' input: 'x' output: 'y' } " + kY),
                 AllOf(HasSubstr("'odd' (Frobnicate)"), HasSubstr("provider")));
  expect_refused(
      write_model("domain.onnx",
                  kX + "node { op_type: 'Neg' domain: 'com.example' name: 'odd' input: 'x' output: 'y' } " + kY),
      AllOf(HasSubstr("com.example"), HasSubstr("opset import")));
  expect_refused(write_model("opset.onnx", kX + kNeg + kY, "opset_import { version: 9999 }"),
                 AllOf(HasSubstr("9999"), HasSubstr("opset")));
}

TEST_F(BadInput, IsNoInputOfTheModel) {
  const std::string model = write_model("neg.onnx", kX + kNeg + kY);
  const auto expect_unusable = [&](const std::string& arguments, const testing::Matcher<const std::string&>& sentence) {
    const CommandResult ended = run_command("run '" + model + "' " + arguments);
    EXPECT_TRUE(ended.code == 1 || ended.code == 2) << arguments << ": " << ended.error;
    EXPECT_THAT(ended.error, AllOf(HasSubstr("mortise: "), sentence));
  };
  expect_unusable("", AllOf(HasSubstr("'x' (float32[2])"), HasSubstr("--input x=FILE")));
  expect_unusable("--input x=" + (folder_ / "absent.npy").string(), HasSubstr("absent.npy"));
  expect_unusable("--input z=" + write("a.npy", "x"), AllOf(HasSubstr("'z'"), HasSubstr("float32[2]")));
  for (const auto& [name, content] :
       {std::pair("cut.npy", std::string("\x93NUMPY\x01")), std::pair("text.npy", std::string("hello")),
        std::pair("empty.pb", std::string()), std::pair("odd.pb", std::string("\xff\xff\xff\xff")),
        std::pair("odd.png", std::string("\x89PNG\r\n\x1a\n and no more")), std::pair("odd.xyz", std::string("x"))}) {
    expect_unusable("--input x=" + write(name, content), HasSubstr(name));
  }
}

TEST_F(BadInput, IsABrokenConfiguration) {
  const std::string model = write_model("neg.onnx", kX + kNeg + kY);
  const auto expect_bad = [&](const std::string& json, const testing::Matcher<const std::string&>& sentence) {
    const CommandResult ended = run_command("run '" + model + "' --random 1 --config '" + write("c.json", json) + "'");
    EXPECT_EQ(ended.code, 2) << json << ": " << ended.error;
    EXPECT_THAT(ended.error, AllOf(HasSubstr("c.json"), sentence));
  };
  expect_bad("", HasSubstr("line 1"));
  expect_bad("{\"providers\": [", HasSubstr("line 1"));
  expect_bad("{} {}", HasSubstr("line 1"));
  expect_bad("[]", HasSubstr("wrong type"));
  expect_bad(R"({"providers": [{"id": "a.b", "min_node": 2}]})",
             AllOf(HasSubstr("/providers/0/min_node"), HasSubstr("did you mean 'min_nodes'?")));
  expect_bad(R"({"session": {"threads": 1, "threads": 2}})", HasSubstr("threads"));
  expect_bad(R"({"session": {"threads": -1}})", HasSubstr("/session/threads"));
  expect_bad(R"({"session": {"memory_limit_mib": "much"}})", HasSubstr("/session/memory_limit_mib"));
  expect_bad(std::string(100'000, '['), HasSubstr("levels deep"));
  const CommandResult absent =
      run_command("run '" + model + "' --random 1 --config '" + (folder_ / "absent.json").string() + "'");
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.error, HasSubstr("absent.json"));
}

TEST_F(BadInput, IsABrokenManifestBesideAGoodOne) {
  fs::create_directories(folder_ / "manifests");
  write("manifests/a_broken.json", "{\"id\": ");
  write("manifests/b_incomplete.json", "{}");
  write("manifests/c_huge.json", std::string(2'000'000, '['));
  write("manifests/d_good.json", R"({"id": "org.mortise.test.plugin", "abi_version": "1.0", "library": ")" +
                                     std::string(MORTISE_BROKEN_PLUGINS) + R"(/good.so"})");
  const CommandResult ended =
      run_command("providers", "MORTISE_PROVIDER_PATH='" + (folder_ / "manifests").string() + "'");
  EXPECT_EQ(ended.code, 0) << ended.error;
  for (const char* name : {"a_broken.json", "b_incomplete.json", "c_huge.json"})
    EXPECT_THAT(ended.error, HasSubstr(name));
  EXPECT_THAT(ended.error, Not(HasSubstr("d_good.json")));
}

TEST_F(BadInput, IsABrokenPlugin) {
  const std::string model = write_model("neg.onnx", kX + kNeg + kY);
  const std::string folder = MORTISE_BROKEN_PLUGINS;
  for (const std::string& path :
       {write("text.so", "hello"), write("cut.so", read_file(folder + "/good.so").substr(0, 3000)),
        (folder_ / "absent.so").string(), folder + "/too_new.so", folder + "/no_symbol.so",
        folder + "/init_throws.so"}) {
    const CommandResult inspected = run_command("inspect '" + path + "'");
    EXPECT_EQ(inspected.code, 1) << inspected.error;
    const CommandResult ran = run_command("run '" + model + "' --random 1 --provider '" + path + "'");
    EXPECT_LE(ran.code, 2) << ran.error;
    EXPECT_NE(ran.code, -1) << ran.error;
    EXPECT_THAT(ran.error, HasSubstr(fs::path(path).filename().string()));
  }
}

}  // namespace
}  // namespace mortise
