#include "core/model/parse.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <limits>

#include "core/graph/nesting.h"

namespace mortise {
namespace {

using google::protobuf::io::CodedInputStream;
using WireFormat = google::protobuf::internal::WireFormatLite;
using Bytes = std::span<const std::byte>;

// Messages between a graph and a graph within it: node, attribute, graph.
constexpr uint32_t kMessagesPerLevel = 3;
constexpr uint32_t kMessagesOfTypes = 64;
constexpr int kRecursionLimit = (kMaxNesting + 1) * kMessagesPerLevel + kMessagesOfTypes;

const uint8_t* data_of(Bytes bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

// Parses a message in parts: protobuf allows that, since the fields of a message may come in any number of pieces.
class Parser {
 public:
  explicit Parser(RawContents& contents) : contents_(contents) {}

  bool model(onnx::ModelProto& proto, Bytes bytes) {
    return parts(bytes, onnx::ModelProto::kGraphFieldNumber, proto,
                 [&](Bytes content) { return graph(*proto.mutable_graph(), content); });
  }

 private:
  bool graph(onnx::GraphProto& proto, Bytes bytes) {
    return parts(bytes, onnx::GraphProto::kInitializerFieldNumber, proto,
                 [&](Bytes content) { return tensor(*proto.add_initializer(), content); });
  }

  bool tensor(onnx::TensorProto& proto, Bytes bytes) {
    return parts(bytes, onnx::TensorProto::kRawDataFieldNumber, proto, [&](Bytes content) {
      if (content.size() >= kLargeContent) {
        contents_[&proto] = content;
      } else {
        proto.set_raw_data(content.data(), content.size());
      }
      return true;
    });
  }

  // Calls each(content) for every field of that number, and lets protobuf parse what lies between them.
  template <class Each>
  bool parts(Bytes bytes, int number, google::protobuf::MessageLite& message, Each&& each) const {
    CodedInputStream stream(data_of(bytes), static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(kRecursionLimit);
    const uint32_t wanted = WireFormat::MakeTag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    size_t rest = 0;  // where what protobuf has not seen yet begins
    for (;;) {
      const auto field = static_cast<size_t>(stream.CurrentPosition());
      const uint32_t tag = stream.ReadTag();
      if (tag == 0) break;
      if (tag != wanted) {
        if (!WireFormat::SkipField(&stream, tag)) return false;
        continue;
      }
      uint32_t size = 0;
      if (!stream.ReadVarint32(&size)) return false;
      const auto begin = static_cast<size_t>(stream.CurrentPosition());
      if (size > bytes.size() - begin || !stream.Skip(static_cast<int>(size))) return false;
      if (!merge(bytes.subspan(rest, field - rest), message) || !each(bytes.subspan(begin, size))) return false;
      rest = begin + size;
    }
    return stream.ConsumedEntireMessage() && merge(bytes.subspan(rest), message);
  }

  bool merge(Bytes bytes, google::protobuf::MessageLite& message) const {
    if (bytes.empty()) return true;
    CodedInputStream stream(data_of(bytes), static_cast<int>(bytes.size()));
    stream.SetRecursionLimit(kRecursionLimit);
    return message.MergePartialFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  }

  RawContents& contents_;
};

}  // namespace

Result<std::unique_ptr<ParsedModel>> parse_model(Bytes bytes, const LoadOptions& options) {
  const uint64_t limit = std::min<uint64_t>(options.max_model_bytes, std::numeric_limits<int32_t>::max());
  if (bytes.size() > limit) {
    return make_error(StatusCode::kResourceExhausted, "the model has ", bytes.size(), " bytes, above the limit of ",
                      limit, "; store its weights as external data");
  }
  if (bytes.empty()) return make_error(StatusCode::kDataLoss, "the file is empty; export the model again");
  google::protobuf::LogSilencer silence;
  auto parsed = std::make_unique<ParsedModel>();
  if (Parser(parsed->contents).model(*parsed->proto, bytes)) return parsed;
  return make_error(StatusCode::kDataLoss, "this is no ONNX model, or it is damaged, cut short, or nested deeper than ",
                    kMaxNesting, " bodies; export it again");
}

}  // namespace mortise
