// Loading models: what the standard's own vectors hold, and what hostile files get for an answer.
#include "core/model/load.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/infer/operator_table.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

Result<Model> load(const onnx::ModelProto& proto, const fs::path& folder = {}) {
  const std::string bytes = proto.SerializeAsString();
  return load_model(std::as_bytes(std::span(bytes)), folder);
}

std::string message(const Result<Model>& model) { return model.ok() ? "loaded" : model.status().message(); }

onnx::NodeProto* add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                          const std::string& output) {
  auto* node = graph.add_node();
  node->set_op_type(op);
  node->set_name("make_" + output);
  for (const auto& input : inputs) node->add_input(input);
  node->add_output(output);
  return node;
}

// y = Add(x, w) with w = [1, 2]
onnx::ModelProto add_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  auto& graph = *model.mutable_graph();
  auto* input = graph.add_input();
  input->set_name("x");
  auto* type = input->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_param("batch");
  auto* w = graph.add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(2);
  const float values[] = {1, 2};
  w->set_raw_data(values, sizeof values);
  add_node(graph, "Add", {"x", "w"}, "y");
  graph.add_output()->set_name("y");
  return model;
}

TEST(Load, ImportsASmallModel) {
  const auto model = load(add_model());
  ASSERT_TRUE(model.ok()) << message(model);
  const Graph& graph = model->graph;
  ASSERT_EQ(graph.num_nodes(), 1U);
  EXPECT_EQ(graph.node(0).since_version, 14);
  EXPECT_EQ(to_string(graph.value(graph.inputs[0]).type), "float32[batch]");
  const Tensor* w = graph.constant(graph.node(0).inputs[1]);
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->data<float>()[1], 2.0F);
}

TEST(Load, RefusesTruncatedFilesWithASentence) {
  const std::string bytes = add_model().SerializeAsString();
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto model = load_model(std::as_bytes(std::span(bytes.data(), size)), {});
    if (model.ok()) continue;
    EXPECT_GT(model.status().message().size(), 20U);
    ++refused;
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()) / 2);
}

TEST(Load, SurvivesEveryFlippedByte) {
  std::string bytes = add_model().SerializeAsString();
  for (char& byte : bytes) {
    for (int mask = 1; mask < 256; ++mask) {
      byte = static_cast<char>(byte ^ mask);
      const auto model = load_model(std::as_bytes(std::span(bytes)), {});
      if (!model.ok()) {
        EXPECT_FALSE(model.status().message().empty());
        EXPECT_NE(model.status().code(), StatusCode::kInternal) << message(model);
      }
      byte = static_cast<char>(byte ^ mask);
    }
  }
}

TEST(Load, NamesANodeOfACycle) {
  auto proto = add_model();
  add_node(*proto.mutable_graph(), "Relu", {"b"}, "a");
  add_node(*proto.mutable_graph(), "Relu", {"a"}, "b");
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("make_a"), HasSubstr("cycle")));
}

TEST(Load, RefusesDuplicateAndUndefinedNames) {
  auto proto = add_model();
  add_node(*proto.mutable_graph(), "Relu", {"x"}, "y");
  EXPECT_THAT(message(load(proto)), HasSubstr("value 'y' is defined twice"));
  proto = add_model();
  proto.mutable_graph()->mutable_node(0)->set_input(0, "nowhere");
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("node 'make_y' (Add)"), HasSubstr("input 'nowhere'")));
}

TEST(Load, RefusesTensorsOfTheWrongSizeOrType) {
  auto proto = add_model();
  auto* w = proto.mutable_graph()->mutable_initializer(0);
  w->set_dims(0, 3);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("'w'"), HasSubstr("holds 8 bytes"), HasSubstr("needs 12")));
  w->set_dims(0, std::numeric_limits<int64_t>::max());
  EXPECT_THAT(message(load(proto)), HasSubstr("'w'"));
  w->set_dims(0, -1);
  EXPECT_THAT(message(load(proto)), HasSubstr("negative"));
  w->set_dims(0, 2);
  for (int i = 0; i < 300; ++i) w->add_dims(1);
  EXPECT_THAT(message(load(proto)), HasSubstr("rank 301"));
  w->mutable_dims()->Truncate(1);
  w->set_data_type(99);
  EXPECT_THAT(message(load(proto)), HasSubstr("element type 99"));
}

TEST(Load, RefusesAMissingOpsetImport) {
  auto proto = add_model();
  proto.mutable_graph()->mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(message(load(proto)), HasSubstr("domain 'com.example' has no opset import"));
}

onnx::GraphProto* add_body(onnx::GraphProto& graph, const std::string& output) {
  auto* attribute = add_node(graph, "If", {"x"}, output)->add_attribute();
  attribute->set_name("then_branch");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  return attribute->mutable_g();
}

TEST(Load, RefusesDeepNesting) {
  for (const int depth : {257, 2000}) {
    auto proto = add_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    for (int i = 0; i < depth; ++i) graph = add_body(*graph, "v" + std::to_string(i));
    EXPECT_THAT(message(load(proto)), HasSubstr("max_nesting_depth")) << depth;
  }
}

TEST(Load, ChainsOuterValuesThroughEveryBody) {
  auto proto = add_model();
  onnx::GraphProto* middle = add_body(*proto.mutable_graph(), "outer");
  proto.mutable_graph()->add_output()->set_name("outer");
  onnx::GraphProto* inner = add_body(*middle, "inner");
  middle->add_output()->set_name("inner");
  add_node(*inner, "Mul", {"w", "y"}, "product");
  inner->add_output()->set_name("product");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const Node& outer = model->graph.node(1);
  ASSERT_EQ(outer.op_type, "If");
  EXPECT_EQ(outer.implicit_inputs.size(), 3U);  // x, w, y
  EXPECT_EQ(outer.body("then_branch")->node(0).implicit_inputs.size(), 2U);
}

// The function `name`(a) -> b whose one node is `op`.
void add_function(onnx::ModelProto& model, const std::string& name, const std::string& op) {
  auto* function = model.add_functions();
  function->set_name(name);
  function->set_domain("local");
  function->add_input("a");
  function->add_output("b");
  function->add_opset_import()->set_version(13);
  auto* node = function->add_node();
  node->set_op_type(op);
  node->set_domain(op == "Relu" ? "" : "local");
  node->add_input("a");
  node->add_output("b");
}

onnx::ModelProto calling_model() {
  auto proto = add_model();
  auto* node = proto.mutable_graph()->mutable_node(0);
  node->set_op_type("F");
  node->set_domain("local");
  node->mutable_input()->RemoveLast();
  return proto;
}

TEST(Load, InlinesNestedFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "Relu");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  ASSERT_EQ(model->graph.num_nodes(), 1U);
  EXPECT_EQ(model->graph.node(0).op_type, "Relu");
  EXPECT_EQ(model->graph.node(0).since_version, 13);
}

TEST(Load, RefusesRecursiveFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "F");
  EXPECT_THAT(message(load(proto)), HasSubstr("F -> G -> F"));
}

TEST(Load, GivesFunctionsTheirAttributesAndDefaults) {
  for (const bool given : {true, false}) {
    auto proto = calling_model();
    add_function(proto, "F", "Relu");
    auto& function = *proto.mutable_functions(0);
    function.mutable_node(0)->set_op_type("Elu");
    auto* reference = function.mutable_node(0)->add_attribute();
    reference->set_name("alpha");
    reference->set_type(onnx::AttributeProto::FLOAT);
    reference->set_ref_attr_name("slope");
    onnx::AttributeProto slope;
    slope.set_name("slope");
    slope.set_type(onnx::AttributeProto::FLOAT);
    slope.set_f(0.25F);
    // attribute_proto, field 11, which libonnx 1.12 does not know.
    function.GetReflection()->MutableUnknownFields(&function)->AddLengthDelimited(11, slope.SerializeAsString());
    slope.set_f(0.5F);
    if (given) *proto.mutable_graph()->mutable_node(0)->add_attribute() = slope;
    const auto model = load(proto);
    ASSERT_TRUE(model.ok()) << message(model);
    EXPECT_EQ(model->graph.node(0).get_float("alpha", 0), given ? 0.5F : 0.25F);
    EXPECT_EQ(model->graph.node(0).name.view().substr(0, 7), "make_y/");
  }
}

TEST(Load, ImportsConstantsOfEveryForm) {
  auto proto = add_model();
  proto.mutable_opset_import(0)->set_version(21);  // the first with uint4
  auto& graph = *proto.mutable_graph();
  const auto constant = [&](const char* attribute, const char* output) {
    auto* a = add_node(graph, "Constant", {}, output)->add_attribute();
    a->set_name(attribute);
    graph.add_output()->set_name(output);
    return a;
  };
  constant("value_int", "i")->set_i(7);
  constant("value_floats", "f")->add_floats(1.5F);
  constant("value_string", "s")->set_s("text");
  auto* sparse = constant("sparse_value", "p")->mutable_sparse_tensor();
  sparse->add_dims(2);
  sparse->add_dims(2);
  sparse->mutable_values()->set_data_type(onnx::TensorProto::INT8);
  sparse->mutable_values()->add_dims(1);
  sparse->mutable_values()->add_int32_data(-3);
  sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
  sparse->mutable_indices()->add_dims(1);
  sparse->mutable_indices()->add_int64_data(2);
  auto* int4 = constant("value", "q")->mutable_t();
  int4->set_data_type(static_cast<int32_t>(DType::kU4));
  int4->add_dims(3);
  int4->add_int32_data(0x21);
  int4->add_int32_data(0x03);
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const auto output = [&](size_t i) { return *model->graph.constant(model->graph.outputs[i]); };
  EXPECT_EQ(output(1).data<int64_t>()[0], 7);
  EXPECT_EQ(output(2).data<float>()[0], 1.5F);
  EXPECT_EQ(output(3).data<mortise_string_t>()[0].size, 4U);
  EXPECT_THAT(output(4).elements<int8_t>(), testing::ElementsAre(0, 0, -3, 0));
  EXPECT_EQ(output(5).size_bytes(), 2U);
  EXPECT_EQ(output(5).data<uint8_t>()[0], 0x21);
}

TEST(Load, FillsSparseStringsWithEmptyOnes) {
  auto proto = add_model();
  auto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.add_dims(2);
  sparse.add_dims(2);
  auto& values = *sparse.mutable_values();
  values.set_name("words");
  values.set_data_type(onnx::TensorProto::STRING);
  values.add_dims(2);
  values.add_string_data("a word longer than what a string holds in itself");
  values.add_string_data("b");
  auto& indices = *sparse.mutable_indices();
  indices.set_data_type(onnx::TensorProto::INT64);
  indices.add_dims(2);
  indices.add_int64_data(1);
  indices.add_int64_data(2);
  proto.mutable_graph()->add_output()->set_name("words");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const Tensor words = *model->graph.constant(model->graph.outputs[1]);
  EXPECT_EQ(words.shape(), Shape({2, 2}));
  std::vector<std::string> texts;
  for (const mortise_string_t& s : words.elements<mortise_string_t>()) texts.emplace_back(s.data, s.size);
  EXPECT_THAT(texts, testing::ElementsAre("", "a word longer than what a string holds in itself", "b", ""));
}

// An initializer of shape [2, 3] that has these values, as int32_data holds them, at these places.
onnx::ModelProto sparse_model(DType dtype, const std::vector<int>& packed, const std::vector<int64_t>& places,
                              bool linear) {
  auto proto = add_model();
  auto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.add_dims(2);
  sparse.add_dims(3);
  auto& values = *sparse.mutable_values();
  const auto count = static_cast<int64_t>(linear ? places.size() : places.size() / 2);
  values.set_name("sparse");
  values.set_data_type(static_cast<int32_t>(dtype));
  values.add_dims(count);
  for (const int byte : packed) values.add_int32_data(byte);
  auto& indices = *sparse.mutable_indices();
  indices.set_data_type(onnx::TensorProto::INT64);
  indices.add_dims(count);
  if (!linear) indices.add_dims(2);
  for (const int64_t place : places) indices.add_int64_data(place);
  proto.mutable_graph()->add_output()->set_name("sparse");
  return proto;
}

TEST(Load, FillsSparseTensorsWhoseElementsShareAByte) {
  const auto filled = [](DType dtype, const std::vector<int>& packed, const std::vector<int64_t>& places, bool linear) {
    const auto model = load(sparse_model(dtype, packed, places, linear));
    EXPECT_TRUE(model.ok()) << message(model);
    if (!model.ok()) return std::vector<int>();
    const Tensor tensor = *model->graph.constant(model->graph.outputs[1]);
    EXPECT_EQ(tensor.dtype(), dtype);
    EXPECT_EQ(tensor.shape(), Shape({2, 3}));
    const auto* bytes = tensor.data<uint8_t>();
    return std::vector<int>(bytes, bytes + tensor.size_bytes());
  };
  for (const DType dtype : {DType::kU4, DType::kI4, DType::kF4E2M1}) {
    // 5, 9 and 12 at places 1, 2 and 5: two to a byte, the first in the low half.
    EXPECT_THAT(filled(dtype, {0x95, 0x0C}, {1, 2, 5}, true), testing::ElementsAre(0x50, 0x09, 0xC0));
    EXPECT_THAT(filled(dtype, {0x95, 0x0C}, {0, 1, 0, 2, 1, 2}, false), testing::ElementsAre(0x50, 0x09, 0xC0));
  }
  for (const DType dtype : {DType::kU2, DType::kI2}) {
    // 1, 2 and 3 at places 1, 3 and 4: four to a byte, the first in the lowest bits.
    EXPECT_THAT(filled(dtype, {0x39}, {1, 3, 4}, true), testing::ElementsAre(0x84, 0x03));
    EXPECT_THAT(filled(dtype, {0x39}, {0, 1, 1, 0, 1, 1}, false), testing::ElementsAre(0x84, 0x03));
  }
}

TEST(Load, RefusesNumbersThatAreTooLargeForTheirType) {
  const auto with = [](DType dtype, int32_t number) {
    auto proto = add_model();
    proto.clear_opset_import();
    proto.add_opset_import()->set_version(21);
    auto& graph = *proto.mutable_graph();
    auto& tensor = *graph.add_initializer();
    tensor.set_name("extra");
    tensor.set_data_type(static_cast<int32_t>(dtype));
    tensor.add_int32_data(number);
    return message(load(proto));
  };
  for (const DType dtype : {DType::kI8, DType::kU8, DType::kF8E5M2, DType::kI4}) {
    for (const int32_t number : {-128, 0, 255}) EXPECT_EQ(with(dtype, number), "loaded");
    EXPECT_THAT(with(dtype, 256), AllOf(HasSubstr("initializer 'extra'"), HasSubstr("int32_data has 256 at 0")));
    EXPECT_THAT(with(dtype, -129), HasSubstr("int32_data has -129 at 0, which does not fit"));
  }
  for (const DType dtype : {DType::kI16, DType::kU16, DType::kF16, DType::kBF16}) {
    for (const int32_t number : {-32768, 0, 65535}) EXPECT_EQ(with(dtype, number), "loaded");
    EXPECT_THAT(with(dtype, 65536), HasSubstr("int32_data has 65536 at 0"));
  }
  EXPECT_EQ(with(DType::kBool, 300), "loaded");
  auto proto = add_model();
  auto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name("extra");
  tensor.set_data_type(static_cast<int32_t>(DType::kU32));
  for (const uint64_t number : {uint64_t{0xffffffff}, uint64_t{0x100000000}, ~uint64_t{0}}) {
    tensor.clear_uint64_data();
    tensor.add_uint64_data(number);
    const std::string answer = message(load(proto));
    if (number <= 0xffffffff) {
      EXPECT_EQ(answer, "loaded");
    } else {
      EXPECT_THAT(answer, HasSubstr("uint64_data has " + std::to_string(number) + " at 0, which does not fit uint32"));
    }
  }
}

TEST(Load, ShowsExtentsThatAreNegative) {
  auto proto = add_model();
  proto.mutable_graph()->mutable_initializer(0)->set_dims(0, -2);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("initializer 'w'"), HasSubstr("extent -2 of axis 0 is negative")));
  auto sparse = sparse_model(DType::kI8, {1}, {1}, true);
  sparse.mutable_graph()->mutable_sparse_initializer(0)->set_dims(1, -3);
  EXPECT_THAT(message(load(sparse)), HasSubstr("extent -3 of axis 1 is negative"));
}

TEST(Load, RefusesSparsePlacesThatDoNotAscend) {
  const auto fault = [](const std::vector<int64_t>& places, bool linear) {
    return message(load(sparse_model(DType::kI8, {1, 2}, places, linear)));
  };
  EXPECT_EQ(fault({1, 4}, true), "loaded");
  EXPECT_EQ(fault({0, 2, 1, 0}, false), "loaded");
  EXPECT_THAT(fault({4, 4}, true),
              AllOf(HasSubstr("initializer 'sparse'"), HasSubstr("index #1 is place 4 of [2, 3], after place 4")));
  EXPECT_THAT(fault({4, 1}, true), HasSubstr("index #1 is place 1 of [2, 3], after place 4; places must ascend"));
  EXPECT_THAT(fault({1, 0, 0, 2}, false), HasSubstr("index #1 is place 2 of [2, 3], after place 3"));
  EXPECT_THAT(message(load(sparse_model(DType::kI8, {1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 5}, true))),
              HasSubstr("sparse tensor [2, 3] has 7 values for 6 places"));
  EXPECT_THAT(fault({1, 6}, true), HasSubstr("index #1 is 6, which is outside of [2, 3]"));
  EXPECT_THAT(fault({0, 0, 0, 3}, false), HasSubstr("index #1 is 3, which is outside of [2, 3]"));
}

TEST(Load, RefusesOperatorsThatAreYoungerThanTheOpset) {
  for (const infer::Operator& op : infer::operators()) {
    const int32_t first = op.signatures.front().since_version;
    const auto with_opset = [&](int32_t version) {
      onnx::ModelProto proto;
      proto.set_ir_version(8);
      auto& import = *proto.add_opset_import();
      import.set_domain(std::string(op.domain));
      import.set_version(version);
      add_node(*proto.mutable_graph(), std::string(op.name), {}, "y")->set_domain(std::string(op.domain));
      proto.mutable_graph()->add_output()->set_name("y");
      return message(load(proto));
    };
    if (first == 1) continue;  // there is no opset 0
    EXPECT_THAT(with_opset(first - 1), AllOf(HasSubstr("node 'make_y' (" + std::string(op.name) + ")"),
                                             HasSubstr("is there since version " + std::to_string(first)),
                                             HasSubstr("version " + std::to_string(first - 1) + " is imported")));
    EXPECT_THAT(with_opset(first), Not(HasSubstr("is there since"))) << op.name;
  }
}

TEST(Load, RefusesConstantsOfALaterVersion) {
  const auto fault = [](int64_t opset, const char* name, const auto& fill) {
    auto proto = add_model();
    proto.mutable_opset_import(0)->set_version(opset);
    auto* attribute = add_node(*proto.mutable_graph(), "Constant", {}, "c")->add_attribute();
    attribute->set_name(name);
    fill(*attribute);
    return message(load(proto));
  };
  const auto number = [](onnx::AttributeProto& attribute) { attribute.set_i(1); };
  const auto int4 = [](onnx::AttributeProto& attribute) {
    attribute.mutable_t()->set_data_type(static_cast<int32_t>(DType::kI4));
    attribute.mutable_t()->add_int32_data(1);
  };
  EXPECT_EQ(fault(12, "value_int", number), "loaded");
  EXPECT_THAT(fault(11, "value_int", number), AllOf(HasSubstr("node 'make_c' (Constant)"),
                                                    HasSubstr("attribute 'value_int' is unknown to version 11")));
  EXPECT_EQ(fault(21, "value", int4), "loaded");
  EXPECT_EQ(fault(7, "value",
                  [](onnx::AttributeProto& attribute) {
                    attribute.mutable_t()->set_data_type(onnx::TensorProto::INT64);
                    attribute.mutable_t()->add_int64_data(1);
                  }),
            "loaded");
  EXPECT_THAT(fault(20, "value", int4),
              AllOf(HasSubstr("its value is int4; it must be float32,"), HasSubstr("in version 19 of the operator")));
}

TEST(Load, ImportsLongChains) {
  auto proto = add_model();
  std::string last = "y";
  for (int i = 0; i < 50'000; ++i) {
    const std::string next = "v" + std::to_string(i);
    add_node(*proto.mutable_graph(), "Relu", {last}, next);
    last = next;
  }
  proto.mutable_graph()->add_output()->set_name(last);
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.num_nodes(), 50'001U);
}

TEST(Load, BoundsTheGrowthOfFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "F0");
  for (int i = 0; i < 40; ++i) {  // each calls the next one twice
    add_function(proto, "F" + std::to_string(i), i == 39 ? "Relu" : "F" + std::to_string(i + 1));
    auto& function = *proto.mutable_functions()->rbegin();
    auto* copy = function.add_node();
    *copy = function.node(0);
    copy->set_output(0, "c");
  }
  const std::string bytes = proto.SerializeAsString();
  LoadOptions options;
  options.max_nodes = 10'000;
  EXPECT_THAT(message(load_model(std::as_bytes(std::span(bytes)), {}, options)), HasSubstr("max_nodes"));
}

TEST(Load, KeepsDefaultsOfInputsSinceIrVersion4Only) {
  auto proto = add_model();
  proto.mutable_graph()->add_input()->set_name("w");
  auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  ASSERT_EQ(model->graph.inputs.size(), 2U);
  EXPECT_EQ(model->graph.constant(model->graph.inputs[1]), nullptr);
  EXPECT_NE(model->graph.default_value(model->graph.inputs[1]), nullptr);
  proto.set_ir_version(3);
  model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.inputs.size(), 1U);
}

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "model");
    for (const char* name : {"model/weights.bin", "outside.bin"}) {
      const float values[] = {0, 5, 6};
      std::ofstream(folder_ / name, std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
    }
    fs::create_symlink(folder_ / "outside.bin", folder_ / "model/link.bin");
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<Model> load_from(const std::string& location, const std::string& offset) {
    auto proto = add_model();
    auto* w = proto.mutable_graph()->mutable_initializer(0);
    w->clear_raw_data();
    w->set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair("location", location), std::pair("offset", offset)}) {
      auto* entry = w->add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return load(proto, folder_ / "model");
  }

  fs::path folder_;
};

TEST_F(ExternalDataTest, IsReadFromTheModelsFolder) {
  const auto model = load_from("weights.bin", "4");
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.constants()[0].data<float>()[0], 5.0F);
}

TEST_F(ExternalDataTest, IsConfinedToTheModelsFolder) {
  EXPECT_THAT(message(load_from("../outside.bin", "0")), HasSubstr("'..'"));
  EXPECT_THAT(message(load_from((folder_ / "outside.bin").string(), "0")), HasSubstr("absolute"));
  EXPECT_THAT(message(load_from("link.bin", "0")), HasSubstr("symbolic link"));
}

TEST_F(ExternalDataTest, MustBeLongEnough) {
  EXPECT_THAT(message(load_from("weights.bin", "8")), HasSubstr("cut short"));
  EXPECT_THAT(message(load_from("weights.bin", "18446744073709551615")), HasSubstr("cut short"));
  EXPECT_THAT(message(load_from("weights.bin", "-1")), HasSubstr("no number"));
}

TEST(Load, ReadsTheStandardsOwnModels) {
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const fs::path folder = set != nullptr ? set : "/usr/share/libonnx-testdata/data";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no ONNX vectors in " << folder;
  int loaded = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "model.onnx") continue;
    const auto model = load_model(entry.path());
    EXPECT_TRUE(model.ok()) << entry.path() << ": " << message(model);
    loaded += model.ok() ? 1 : 0;
  }
  std::cout << loaded << " models loaded\n";
  EXPECT_GT(loaded, 0);
}

}  // namespace
}  // namespace mortise
