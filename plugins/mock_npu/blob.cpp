// SPDX-License-Identifier: Apache-2.0
//
// See blob.h. One walk over the fields, transfer(), serves for writing and for reading, so that the two cannot differ.
#include "blob.h"

#include <cstring>
#include <type_traits>

namespace mortise::mock_npu {
namespace {

struct Header {
  char magic[8];
  uint64_t size;  // of the content
  uint64_t checksum;
};
constexpr char kMagic[8] = {'M', 'N', 'P', 'U', 'b', 'l', 'b', '1'};

class Writer {
 public:
  template <class T>
  void number(const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class List, class Each>
  void list(const List& values, size_t /*least bytes of an element*/, Each each) {
    number(static_cast<uint64_t>(values.size()));
    for (const auto& value : values) each(value);
  }
  template <class List>
  void raw(const List& values) {
    number(static_cast<uint64_t>(values.size()));
    if (!values.empty()) bytes.append(reinterpret_cast<const char*>(values.data()), values.size());
  }
  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left(bytes) {}
  template <class T>
  void number(T& value) {
    if (left.size() < sizeof value) return fail();
    std::memcpy(&value, left.data(), sizeof value);
    left.remove_prefix(sizeof value);
  }
  template <class List, class Each>
  void list(List& values, size_t least, Each each) {
    uint64_t count = 0;
    number(count);
    if (count > left.size() / least) return fail();
    values.resize(static_cast<uint32_t>(count));
    for (auto& value : values) each(value);
  }
  template <class List>
  void raw(List& values) {
    uint64_t count = 0;
    number(count);
    if (count > left.size()) return fail();
    values.resize(count);
    if (count != 0) std::memcpy(values.data(), left.data(), count);
    left.remove_prefix(count);
  }
  // Reads nothing more: every later number stays as it is, every later list is empty.
  void fail() {
    failed = true;
    left = {};
  }
  std::string_view left;
  bool failed = false;
};

template <class Stream, class P>
void transfer(Stream& stream, P& program) {
  const auto number = [&](auto& value) { stream.number(value); };
  stream.number(program.num_inputs);
  stream.number(program.num_outputs);
  stream.number(program.arena_size);
  stream.list(program.buffers, 24, [&](auto& buffer) {
    stream.number(buffer.place);
    stream.number(buffer.type.element);
    stream.number(buffer.offset);
    stream.list(buffer.type.dims, sizeof(int64_t), number);
  });
  stream.list(program.commands, 24, [&](auto& command) {
    stream.number(command.opcode);
    stream.number(command.node_id);
    stream.number(command.output);
    stream.raw(command.name);
    stream.list(command.inputs, sizeof(uint32_t), number);
    stream.number(command.params);
    stream.number(command.scalars);
  });
  stream.raw(program.weights);
}

}  // namespace

uint64_t checksum(std::string_view bytes, uint64_t seed) {
  for (const char byte : bytes) seed = (seed ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return seed;
}

std::string write_blob(const Program& program) {
  Writer content;
  transfer(content, program);
  Header header{.size = content.bytes.size(), .checksum = checksum(content.bytes)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + content.bytes;
}

Result<Program> read_blob(std::string_view blob) {
  const auto refuse = [](const char* why) {
    return make_error(StatusCode::kDataLoss, "mock NPU: the compiled blob ", why, "; compile again");
  };
  Header header;
  if (blob.size() < sizeof header) return refuse("is truncated");
  std::memcpy(&header, blob.data(), sizeof header);
  blob.remove_prefix(sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return refuse("is of another kind or version");
  if (header.size != blob.size()) return refuse("is truncated or has something behind it");
  if (header.checksum != checksum(blob)) return refuse("is damaged: its checksum is wrong");
  Program program;
  Reader reader(blob);
  transfer(reader, program);
  if (reader.failed || !reader.left.empty()) return refuse("is malformed");
  MORTISE_TRY(check(program));
  return program;
}

}  // namespace mortise::mock_npu
