#include "tests/support/mutate.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace mortise::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A field that is set, of a message somewhere in a model.
struct Place {
  Message* message;
  const FieldDescriptor* field;
};

void collect(Message& message, std::vector<Place>& places) {
  std::vector<const FieldDescriptor*> fields;
  const Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    places.push_back({&message, field});
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect(*reflection.MutableMessage(&message, field), places);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      collect(*reflection.MutableRepeatedMessage(&message, field, i), places);
    }
  }
}

class FieldDamage {
 public:
  FieldDamage(Message& model, std::mt19937& random) : random_(random) { collect(model, places_); }

  // Only values change, so that the places stay valid.
  void change_value() {
    const Place place = pick();
    const Reflection& reflection = *place.message->GetReflection();
    const bool repeated = place.field->is_repeated();
    const int index = repeated ? static_cast<int>(random_() % static_cast<uint32_t>(size(place))) : 0;
    const auto set = [&](auto one, auto many, auto value) {
      repeated ? (reflection.*many)(place.message, place.field, index, value)
               : (reflection.*one)(place.message, place.field, value);
    };
    switch (place.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT64:
        return set(&Reflection::SetInt64, &Reflection::SetRepeatedInt64, extreme());
      case FieldDescriptor::CPPTYPE_INT32:
        return set(&Reflection::SetInt32, &Reflection::SetRepeatedInt32, static_cast<int32_t>(extreme()));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return set(&Reflection::SetFloat, &Reflection::SetRepeatedFloat, static_cast<float>(extreme()));
      case FieldDescriptor::CPPTYPE_ENUM:
        return set(&Reflection::SetEnumValue, &Reflection::SetRepeatedEnumValue, static_cast<int>(random_() % 24));
      case FieldDescriptor::CPPTYPE_STRING:
        return set(&Reflection::SetString, &Reflection::SetRepeatedString, other_text(place));
      default:
        return;
    }
  }

  // The last change: it may remove messages that other places lie in.
  void change_structure() {
    const Place place = pick();
    const Reflection& reflection = *place.message->GetReflection();
    if (!place.field->is_repeated() || size(place) == 0) {
      reflection.ClearField(place.message, place.field);
      return;
    }
    const int last = size(place) - 1;
    switch (random_() % 4) {
      case 0:
        reflection.RemoveLast(place.message, place.field);
        return;
      case 1:
        reflection.SwapElements(place.message, place.field, 0, last);
        return;
      case 2:
        reflection.ClearField(place.message, place.field);
        return;
      default:
        if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          const int from = static_cast<int>(random_() % static_cast<uint32_t>(last + 1));
          Message* copy = reflection.AddMessage(place.message, place.field);
          copy->CopyFrom(reflection.GetRepeatedMessage(*place.message, place.field, from));
        } else if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
          reflection.AddString(place.message, place.field, other_text(place));
        } else if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
          reflection.AddInt64(place.message, place.field, extreme());
        }
    }
  }

 private:
  const Place& pick() { return places_[random_() % places_.size()]; }
  static int size(const Place& place) { return place.message->GetReflection()->FieldSize(*place.message, place.field); }

  int64_t extreme() {
    static constexpr int64_t kValues[] = {0,
                                          1,
                                          -1,
                                          2,
                                          -2,
                                          3,
                                          5,
                                          7,
                                          8,
                                          16,
                                          64,
                                          100,
                                          255,
                                          1000,
                                          65536,
                                          1 << 24,
                                          int64_t{1} << 31,
                                          int64_t{1} << 32,
                                          int64_t{1} << 40,
                                          int64_t{1} << 62,
                                          std::numeric_limits<int64_t>::max(),
                                          std::numeric_limits<int64_t>::min()};
    // Small numbers get further.
    return kValues[random_() % (random_() % 2 ? 12 : std::size(kValues))];
  }

  // The text of another field of the same kind (an op, a name), or no text that fits.
  std::string other_text(const Place& place) {
    std::vector<std::string> texts;
    for (const Place& other : places_) {
      if (other.field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      if (other.field != place.field && !(other.field->name() == "output" && place.field->name() == "input")) continue;
      const Reflection& reflection = *other.message->GetReflection();
      if (!other.field->is_repeated()) {
        texts.push_back(reflection.GetString(*other.message, other.field));
      } else if (size(other) != 0) {
        const int index = static_cast<int>(random_() % static_cast<uint32_t>(size(other)));
        texts.push_back(reflection.GetRepeatedString(*other.message, other.field, index));
      }
    }
    if (place.field->name() == "op_type") {
      for (const char* op : {"Reshape", "Gather", "ConstantOfShape", "Expand", "Tile", "Pad", "Slice", "Conv", "Resize",
                             "TopK", "Loop", "Scan", "SequenceConstruct", "Concat", "Range", "OneHot", "Einsum"}) {
        texts.emplace_back(op);
      }
    }
    if (random_() % 8 == 0 || texts.empty()) return mutate_bytes("name", random_);
    return texts[random_() % texts.size()];
  }

  std::mt19937& random_;
  std::vector<Place> places_;
};

}  // namespace

std::string mutate_bytes(std::string bytes, std::mt19937& random) {
  for (uint32_t changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
    const size_t at = random() % bytes.size();
    const size_t length = std::min<size_t>(1 + random() % 16, bytes.size() - at);
    switch (random() % 6) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 3:
        bytes[at] = "\x00\xff\x7f\x80\x01"[random() % 5];
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
    }
  }
  return bytes;
}

std::string mutate_fields(const std::string& bytes, std::mt19937& random) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) return mutate_bytes(bytes, random);
  FieldDamage damage(model, random);
  for (uint32_t changes = random() % 3; changes > 0; --changes) damage.change_value();
  random() % 2 ? damage.change_value() : damage.change_structure();
  return model.SerializePartialAsString();
}

}  // namespace mortise::test
