# Writes OUTPUT, a C++ file that holds the files FILES (relative to ROOT) as constant data.
# Run as a script: cmake -DROOT=… -DFILES=a;b -DOUTPUT=… -P embed.cmake
set(body "")
set(table "")
set(number 0)
list(SORT FILES)
foreach(name IN LISTS FILES)
  file(READ "${ROOT}/${name}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND body "constexpr unsigned char file_${number}[] = {${bytes}0};\n")
  string(APPEND table "    EmbeddedFile{\"${name}\", view(file_${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from rules/ by cmake/embed.cmake.
#include \"catalog/catalog.h\"

namespace procsafe {
namespace {
${body}
template <std::size_t size>
std::string_view view(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char*>(bytes), size - 1};
}
}  // namespace

std::span<const EmbeddedFile> embedded_files() {
  static const EmbeddedFile files[] = {
${table}  };
  return files;
}
}  // namespace procsafe
")
