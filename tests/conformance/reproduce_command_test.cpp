// `reproduce` and `reduce` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"
#include "tests/tools/neg_case.h"

namespace mortise {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Reproduce, RunsACaseOrAGraphByItsNumber) {
  const CommandResult one = run_command("reproduce run-basic reference");
  EXPECT_EQ(one.code, 0) << one.error;
  EXPECT_THAT(one.out, StartsWith("PASS run-basic: "));
  const CommandResult graph = run_command("reproduce 17 reference --seed 3");
  EXPECT_EQ(graph.code, 0) << graph.error;
  EXPECT_THAT(graph.out, StartsWith("PASS graph-17: "));
  EXPECT_THAT(graph.out, HasSubstr("nodes ran on the provider"));
}

// As with validate, a run that tried nothing has not passed.
TEST(Reproduce, FailsWhereNothingWasTried) {
  const CommandResult result = run_command("reproduce sin-7-float32-scalar " MORTISE_GALLERY_PLUGIN);
  EXPECT_EQ(result.code, 1) << result.out << result.error;
  EXPECT_THAT(result.out, HasSubstr("UNCLAIMED sin-7-float32-scalar"));
}

TEST(Reproduce, SaysWhyItLeavesNoModel) {
  const std::string asked = " --budget 100 --artifacts models", nothing = "note: nothing is left in ";
  EXPECT_THAT(run_command("reproduce graph-1 reference" + asked).out,
              AllOf(HasSubstr(nothing), HasSubstr("/models: there is no failure\n")));
  const CommandResult node = run_command("reproduce pad-13-float32-constant " MORTISE_GALLERY_PLUGIN + asked);
  EXPECT_EQ(node.code, 1);
  EXPECT_THAT(node.out, HasSubstr("models are left only of random graphs with a wrong result"));
  const std::string graph = "reproduce graph-62 " MORTISE_GALLERY_PLUGIN + asked;
  EXPECT_THAT(run_command(graph).out, AllOf(HasSubstr("/models/graph-62\n"), Not(HasSubstr(nothing))));
  EXPECT_THAT(run_command(graph).out, HasSubstr("a model of the case is there already, and stays as it is"));
  EXPECT_THAT(run_command("reproduce models/graph-62 " MORTISE_GALLERY_PLUGIN + asked).out, HasSubstr(nothing));
}

TEST(Reproduce, SuggestsAName) {
  const CommandResult result = run_command("reproduce rnu-basic reference");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("there is no case 'rnu-basic', did you mean 'run-basic'?"));
  EXPECT_THAT(run_command("reproduce 2000 reference").error, HasSubstr("a graph's number is below 2000"));
  write_file(test_folder() / "model.bin", "");
  for (const std::string what : {".", "model.bin"}) {
    EXPECT_THAT(run_command("reproduce " + what + " reference").error, HasSubstr("is no folder with model.onnx"));
  }
}

TEST(Reproduce, FailsForAPluginThatDoesNotLoad) {
  write_file(test_folder() / "text.so", "no library");
  const CommandResult result = run_command("reproduce run-basic text.so");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.error, HasSubstr("text.so: is no shared library"));
}

// As `validate` does, and in one process too.
TEST(Reproduce, EndsBeforeTheCaseWhereTheProviderCannotBeOpened) {
  const auto fault = [](const std::string& command, const std::string& options) {
    const CommandResult result = run_command(command + " reference " + options);
    EXPECT_EQ(result.code, 2) << command << options;
    EXPECT_EQ(result.out, "") << command << options;
    return result.error;
  };
  for (const char* command : {"reproduce run-basic", "reduce graph-1", "reproduce run-basic --in-process"}) {
    EXPECT_THAT(fault(command, "--provider nope"), HasSubstr("the plugin has no provider 'nope'; it has 'org."));
    EXPECT_THAT(fault(command, "--options '[1]'"), HasSubstr("--options: options are a JSON object"));
    EXPECT_THAT(fault(command, "--options '{\"nope\":1}'"), HasSubstr("--options/nope: unknown key"));
  }
}

// A provider that compiled for other types may read anything: it is not asked.
TEST(Reproduce, RefusesDataThatTheModelDoesNotTake) {
  write_case("neg", -1, -2);
  EXPECT_EQ(run_command("reproduce cases/neg reference").code, 0);
  const std::filesystem::path input = test_folder() / "cases/neg/test_data_set_0/input_0.pb";
  onnx::TensorProto longer;
  longer.set_data_type(onnx::TensorProto::FLOAT);
  longer.add_dims(3);
  for (const float element : {1.0f, 2.0f, 3.0f}) longer.add_float_data(element);
  write_file(input, longer.SerializeAsString());
  const auto fault = [] {
    const CommandResult result = run_command("reproduce cases/neg reference");
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    return result.error;
  };
  EXPECT_THAT(fault(), HasSubstr("input_0.pb: the model takes float32[2], but float32[3] was given"));
  std::filesystem::remove(input);
  EXPECT_THAT(fault(), HasSubstr("input_0.pb: is missing, and input 'x' of the model has no default"));
  write_file(test_folder() / "cases/neg/model.onnx", "");
  EXPECT_THAT(fault(), AllOf(HasSubstr("cases/neg/model.onnx: "), HasSubstr("the file is empty")));
}

const std::string kPlugin = MORTISE_GALLERY_PLUGIN;  // pads wrongly

TEST(Reduce, LeavesAModelThatFailsAgain) {
  // An expectation that has expired keeps no failure from being reduced.
  write_file(
      test_folder() / "expired.json",
      R"([{"case": "graph-*", "reason": "known", "url": "https://bugs/1", "owner": "kim", "expires": "2020-01-01"}])");
  const CommandResult run =
      run_command("validate " + kPlugin + " --suite graphs --budget 100 --expect expired.json --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  const nlohmann::json report = nlohmann::json::parse(read_file(test_folder() / "r.json"));
  std::string name, folder;
  for (const nlohmann::json& one : report["cases"]) {
    const nlohmann::json& verdict = one["verdict"];
    if (!name.empty() || verdict["outcome"] != "FAIL") continue;
    name = one["name"];
    folder = verdict["artifact"];
  }
  ASSERT_NE(name, "") << run.out;
  EXPECT_THAT(run.out, HasSubstr("note: " + name + " is reduced from "));
  EXPECT_THAT(read_file(test_folder() / folder / "README.md"), HasSubstr("mortise-conformance reproduce . /"));
  const CommandResult again = run_command("reproduce " + folder + " " + kPlugin);
  EXPECT_EQ(again.code, 1) << again.error;
  EXPECT_THAT(again.out, HasSubstr("Pad"));
  const CommandResult right = run_command("reproduce " + folder + " reference");
  EXPECT_EQ(right.code, 0) << right.error;
  EXPECT_THAT(right.out, HasSubstr("1 of 1 nodes ran on the provider"));

  // The case, run again, leaves the reduced model as it is.
  const std::string model = read_file(test_folder() / folder / "model.onnx");
  EXPECT_EQ(run_command("reproduce " + name + " " + kPlugin).code, 1);
  EXPECT_EQ(read_file(test_folder() / folder / "model.onnx"), model);

  const CommandResult reduced = run_command("reduce " + name + " " + kPlugin + " -o small");
  EXPECT_EQ(reduced.code, 0) << reduced.error;
  EXPECT_THAT(reduced.out, HasSubstr(" nodes to 1: "));
  for (const char* file : {"model.onnx", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb", "README.md"}) {
    EXPECT_TRUE(std::filesystem::exists(test_folder() / "small" / file)) << file;
  }
  EXPECT_FALSE(std::filesystem::exists(test_folder() / "small" / "try"));
  EXPECT_EQ(run_command("reproduce small " + kPlugin).code, 1);
}

// The plugin's sessions know one shape only. The run of a graph that shows it is never the first of its session.
TEST(Reduce, LinksNoModelThatDoesNotFail) {
  const std::string plugin = std::filesystem::path(kPlugin).replace_filename("first_shape_for_ever.so");
  const CommandResult run =
      run_command("validate " + plugin + " --suite graphs --filter '^graph-130$' --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  EXPECT_THAT(run.out,
              HasSubstr("note: graph-130 is not reduced: it fails only as a whole; no single run of its graph "));
  const nlohmann::json report = nlohmann::json::parse(read_file(test_folder() / "r.json"));
  EXPECT_EQ(report["cases"].at(0)["verdict"]["outcome"], "FAIL");
  EXPECT_FALSE(report["cases"].at(0)["verdict"].contains("artifact"));
}

std::string model_in(const std::string& folder) { return read_file(test_folder() / folder / "model.onnx"); }

TEST(Artifacts, LieWhereTheCommandLineSays) {
  const CommandResult run =
      run_command("validate " + kPlugin + " --suite graphs --budget 100 --artifacts one/models --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  const nlohmann::json report = nlohmann::json::parse(read_file(test_folder() / "r.json"));
  const std::string given = " --artifacts " + (test_folder() / "one/models").string();
  std::string name;
  for (const nlohmann::json& one : report["cases"]) {
    if (!name.empty() || !one.contains("reproduce")) continue;
    name = one["name"];
    EXPECT_THAT(one["reproduce"].get<std::string>(), HasSubstr(given));
    EXPECT_EQ(one["verdict"]["artifact"], "one/models/" + name);
  }
  ASSERT_NE(name, "") << run.out;
  const std::string model = model_in("one/models/" + name);
  EXPECT_NE(model, "");

  // Other runs from the same folder, with folders of their own.
  const std::string rest = name + " " + kPlugin + " --budget 100 --artifacts ";
  EXPECT_EQ(run_command("reproduce " + rest + "two").code, 1);
  EXPECT_NE(model_in("two/" + name), "");
  EXPECT_EQ(run_command("reduce " + rest + "three").code, 0);
  EXPECT_NE(model_in("three/" + name), "");
  EXPECT_FALSE(std::filesystem::exists(test_folder() / "conformance-artifacts"));

  // What a run left stays where a case is run again with the command that its report gives.
  EXPECT_EQ(run_command("reproduce " + rest + "one/models").code, 1);
  EXPECT_EQ(model_in("one/models/" + name), model);
}

TEST(Artifacts, NeedAFolder) {
  write_file(test_folder() / "file", "");
  for (const char* folder : {"file", "file/within", "/proc/models"}) {
    const CommandResult result =
        run_command(std::string("validate reference --filter '^run-basic$' --artifacts ") + folder);
    EXPECT_EQ(result.code, 2) << folder;
    EXPECT_THAT(result.error,
                AllOf(HasSubstr("--artifacts "), HasSubstr(folder), HasSubstr("name a folder to write to")));
  }
}

TEST(Reduce, SaysWhatCannotBeReduced) {
  EXPECT_EQ(run_command("reduce run-basic reference").code, 2);
  EXPECT_THAT(run_command("reduce 9999 reference").error,
              HasSubstr("there is no case 'graph-9999'; a graph's number is"));
  for (const char* graph : {"graph-1", "1"}) {
    const CommandResult result = run_command(std::string("reduce ") + graph + " reference");
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.out, StartsWith("PASS graph-1: "));
    EXPECT_THAT(result.error, HasSubstr("there is no failure to reduce"));
  }
  write_file(test_folder() / "file", "");
  const CommandResult folder = run_command("reduce 1 reference -o file");
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.error,
              AllOf(HasSubstr("--output "), HasSubstr("/file: "), HasSubstr("name a folder to write to")));
  EXPECT_THAT(run_command("reduce --help").out,
              HasSubstr("Exit codes: 0 a model that fails is left; 1 there is no failure to reduce, or "));
}

// Of what the case found wrong, one node is left before it begins.
TEST(Reduce, CountsTheNodesThatGo) {
  const CommandResult result = run_command("reduce graph-108 " + kPlugin + " -o small --seconds 20");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, HasSubstr("graph-108 is reduced, and keeps all of its nodes (1): "));
}

}  // namespace
}  // namespace mortise
