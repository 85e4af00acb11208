// The sizes that keep guard and public header readable in one sitting.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace procsafe::test {
namespace {

const std::filesystem::path runtime = PROCSAFE_RUNTIME_SOURCES;

std::ptrdiff_t lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n');
}

TEST(Size, ReqBeyond_GuardHasAtMost800Lines) {
  std::ptrdiff_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(runtime / "guard"))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h") lines += lines_of(entry.path());
  EXPECT_GT(lines, 100) << "the folder was not found where it should be";
  EXPECT_LE(lines, 800);
}

TEST(Size, Req89_PublicHeaderIsBelow300Lines) {
  const std::ptrdiff_t lines = lines_of(runtime / "include/procsafe/process_manager.h");
  EXPECT_GT(lines, 100);
  EXPECT_LT(lines, 300);
}

}  // namespace
}  // namespace procsafe::test
