#include "conformance/host/exported_symbols.h"

#include <elf.h>

#include <cstring>
#include <fstream>

namespace mortise::conformance {

namespace {

// The file, read only within its bounds: it is whatever somebody named on the command line.
class Image {
 public:
  explicit Image(const std::filesystem::path& path) : file_(path, std::ios::binary) {}

  template <class T>
  bool read(uint64_t offset, T& record) {
    return seek(offset) && file_.read(reinterpret_cast<char*>(&record), sizeof(T)).good();
  }
  // Up to the NUL, or to a length that no symbol has.
  std::string text(uint64_t offset) {
    std::string found(4096, '\0');
    if (!seek(offset)) return {};
    file_.read(found.data(), static_cast<std::streamsize>(found.size()));
    found.resize(strnlen(found.data(), static_cast<size_t>(file_.gcount())));
    return found;
  }

 private:
  bool seek(uint64_t offset) {
    file_.clear();
    return offset <= INT64_MAX && file_.seekg(static_cast<std::streamoff>(offset)).good();
  }

  std::ifstream file_;
};

bool is_exported(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  // A version of a version script is a symbol too, absolute and named like the version.
  return binding != STB_LOCAL && symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

// Data that needs relocation is written once, by the loader, before it becomes read-only.
bool is_constant(Image& image, const Elf64_Ehdr& header, const Elf64_Sym& symbol) {
  Elf64_Shdr section{};
  if (!image.read(header.e_shoff + uint64_t{symbol.st_shndx} * sizeof section, section)) return false;
  if ((section.sh_flags & SHF_WRITE) == 0) return true;
  for (uint16_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!image.read(header.e_phoff + uint64_t{i} * sizeof segment, segment)) return false;
    if (segment.p_type != PT_GNU_RELRO || symbol.st_value < segment.p_vaddr) continue;
    if (symbol.st_value - segment.p_vaddr < segment.p_memsz) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<ExportedSymbol>> exported_symbols(const std::filesystem::path& library) {
  Image image(library);
  const auto broken = [&](const char* why) { return invalid_argument(library.string(), ": ", why); };
  Elf64_Ehdr header{};
  if (!image.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return broken("is no 64-bit little-endian ELF file");
  }
  std::vector<ExportedSymbol> found;
  bool has_table = false;
  for (uint16_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr table{}, names{};
    if (!image.read(header.e_shoff + uint64_t{i} * sizeof table, table))
      return broken("its section headers are cut off");
    if (table.sh_type != SHT_DYNSYM) continue;
    has_table = true;
    if (!image.read(header.e_shoff + uint64_t{table.sh_link} * sizeof names, names))
      return broken("its dynamic symbols have no names");
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol{};
      if (!image.read(table.sh_offset + at, symbol)) return broken("its dynamic symbols are cut off");
      if (!is_exported(symbol)) continue;
      found.push_back({image.text(names.sh_offset + symbol.st_name), is_constant(image, header, symbol)});
    }
  }
  if (!has_table) return broken("has no section headers with dynamic symbols");
  return found;
}

}  // namespace mortise::conformance
