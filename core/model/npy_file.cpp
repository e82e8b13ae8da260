// Values in NumPy's .npy format: read_npy() and write_npy() of value_file.h. The format is described in NumPy's
// documentation, "numpy.lib.format": a magic string, a version, the length of a header, a header that is a Python dict
// literal, then the elements.
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>

#include "core/model/value_file.h"

namespace mortise {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr uint64_t kMaxHeader = 1 << 16;

struct Name {
  std::string_view descr;  // without the byte order
  DType dtype;
};
constexpr std::array<Name, 14> kNames = {{{"f4", DType::kF32},
                                          {"f8", DType::kF64},
                                          {"f2", DType::kF16},
                                          {"i1", DType::kI8},
                                          {"i2", DType::kI16},
                                          {"i4", DType::kI32},
                                          {"i8", DType::kI64},
                                          {"u1", DType::kU8},
                                          {"u2", DType::kU16},
                                          {"u4", DType::kU32},
                                          {"u8", DType::kU64},
                                          {"b1", DType::kBool},
                                          {"c8", DType::kC64},
                                          {"c16", DType::kC128}}};

// The text of a key's value in the header's dict: what follows "'key':" up to `end`.
Result<std::string_view> find_entry(std::string_view header, std::string_view key, char end) {
  const size_t at = header.find("'" + std::string(key) + "':");
  const size_t begin = at == std::string_view::npos ? at : at + key.size() + 3;
  const size_t stop = begin == std::string_view::npos ? begin : header.find(end, begin);
  if (stop == std::string_view::npos) return make_error(StatusCode::kDataLoss, "its header has no '", key, "'");
  return header.substr(begin, stop - begin);
}

Result<Shape> parse_shape(std::string_view text) {
  Shape shape;
  for (size_t at = 0; at < text.size();) {
    if (text[at] < '0' || text[at] > '9') {
      ++at;
      continue;
    }
    int64_t extent = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), extent);
    if (error != std::errc()) return make_error(StatusCode::kDataLoss, "its shape has an extent that is too large");
    shape.push_back(extent);
    at = static_cast<size_t>(end - text.data());
  }
  return shape;
}

Result<Value> read(std::ifstream& stream) {
  if (!stream) return make_error(StatusCode::kNotFound, "cannot be opened");
  std::array<char, 8> start{};
  stream.read(start.data(), start.size());
  if (!stream || std::string_view(start.data(), 6) != kMagic)
    return make_error(StatusCode::kDataLoss, "is no .npy file");
  std::array<unsigned char, 4> length{};
  const int length_bytes = start[6] == 1 ? 2 : 4;
  stream.read(reinterpret_cast<char*>(length.data()), length_bytes);
  uint64_t header_size = 0;
  for (int i = 0; i < length_bytes; ++i) header_size |= uint64_t{length[static_cast<size_t>(i)]} << (8 * i);
  if (!stream || header_size > kMaxHeader) return make_error(StatusCode::kDataLoss, "its header is damaged");
  std::string header(header_size, '\0');
  stream.read(header.data(), static_cast<std::streamsize>(header_size));
  if (!stream) return make_error(StatusCode::kDataLoss, "ends within its header");

  MORTISE_ASSIGN(std::string_view descr, find_entry(header, "descr", ','));
  MORTISE_ASSIGN(const std::string_view order, find_entry(header, "fortran_order", ','));
  MORTISE_ASSIGN(const std::string_view extents, find_entry(header, "shape", ')'));
  if (order.find("True") != std::string_view::npos)
    return unimplemented("is in Fortran order; save it with numpy.ascontiguousarray");
  const size_t quote = descr.find('\'');
  descr = quote == std::string_view::npos ? "" : descr.substr(quote + 1, descr.rfind('\'') - quote - 1);
  if (!descr.empty() && (descr[0] == '<' || descr[0] == '|' || descr[0] == '=')) descr.remove_prefix(1);
  for (const Name& name : kNames) {
    if (name.descr != descr) continue;
    MORTISE_ASSIGN(const Shape shape, parse_shape(extents));
    MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(name.dtype, shape));
    const auto here = stream.tellg();
    stream.seekg(0, std::ios::end);
    if (static_cast<uint64_t>(stream.tellg() - here) != bytes) {
      return make_error(StatusCode::kDataLoss, "holds ", stream.tellg() - here, " bytes of elements instead of ",
                        bytes);
    }
    stream.seekg(here);
    MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(name.dtype, shape));
    stream.read(tensor.data<char>(), static_cast<std::streamsize>(bytes));
    if (name.dtype == DType::kBool) {
      // Reading another byte than 0 or 1 as a C++ bool would be undefined.
      for (char& element : std::span(tensor.data<char>(), bytes)) element = element == 0 ? 0 : 1;
    }
    return Value(std::move(tensor));
  }
  return unimplemented("has elements of type '", descr, "', which has no counterpart in ONNX");
}

}  // namespace

Result<Value> read_npy(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  Result<Value> value = read(stream);
  if (!value.ok()) return std::move(value).status().context(path.string());
  return value;
}

Status write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  std::string_view descr;
  for (const Name& name : kNames) {
    if (name.dtype == tensor.dtype()) descr = name.descr;
  }
  if (descr.empty()) return unimplemented(path.string(), ": NumPy has no type for ", to_string(tensor.dtype()));
  std::string header =
      concat("{'descr': '", info(tensor.dtype()).bits == 8 ? "|" : "<", descr, "', 'fortran_order': False, 'shape': (");
  for (const int64_t extent : tensor.shape()) header += std::to_string(extent) + ",";
  header += "), }";
  // The elements begin at a multiple of 64 bytes.
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::ofstream stream(path, std::ios::binary);
  stream << kMagic << '\x01' << '\0' << static_cast<char>(header.size() & 0xff) << static_cast<char>(header.size() >> 8)
         << header;
  stream.write(tensor.data<char>(), static_cast<std::streamsize>(tensor.size_bytes()));
  if (!stream.flush()) return make_error(StatusCode::kUnavailable, path.string(), ": cannot be written");
  return {};
}

}  // namespace mortise
