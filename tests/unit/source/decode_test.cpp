#include "source/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "source/utf8.h"

namespace procsafe {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

class Decode : public testing::Test {
 protected:
  bool decodes(std::string bytes, Language language = Language::python) {
    file = {};
    problems.clear();
    file.path = "f";
    file.language = language;
    return decode(std::move(bytes), file, problems);
  }
  SourceFile file;
  std::vector<ReadProblem> problems;
};

TEST_F(Decode, TakesText) {
  EXPECT_TRUE(decodes("a = 'ä'\n"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_TRUE(decodes(""));
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(Decode, RemovesTheByteOrderMark) {
  EXPECT_TRUE(decodes("\xEF\xBB\xBFx"));
  EXPECT_EQ(file.text, "x");
  EXPECT_TRUE(file.byte_order_mark);
}

TEST_F(Decode, NamesWideEncodings) {
  EXPECT_FALSE(decodes("\xFF\xFEi\0m\0"s));
  EXPECT_THAT(problems.at(0).message, HasSubstr("UTF-16LE"));
  EXPECT_FALSE(decodes("\xFE\xFF\0i\0m"s));
  EXPECT_THAT(problems.at(0).message, HasSubstr("UTF-16BE"));
  EXPECT_FALSE(decodes("\xFF\xFE\0\0i\0\0\0"s));
  EXPECT_THAT(problems.at(0).message, HasSubstr("UTF-32LE"));
  EXPECT_FALSE(decodes("i\0m\0p\0o\0r\0t\0"s));
  EXPECT_THAT(problems.at(0).message, HasSubstr("UTF-16LE")) << "also without a mark";
}

TEST_F(Decode, RefusesBinaries) {
  EXPECT_FALSE(decodes("import os\nx = '\0'\n"s));
  EXPECT_THAT(problems.at(0).message, HasSubstr("NUL byte in line 2"));
  EXPECT_EQ(problems.at(0).level, Notice::Level::error);
  EXPECT_FALSE(
      decodes("\x7f"
              "ELF\x02\0\0\0\x01\0"s,
              Language::shell));
}

TEST_F(Decode, KeepsTheScriptOfASelfExtractingArchive) {
  EXPECT_TRUE(decodes("#!/bin/sh\nexit 0\n\x1f\x8b\0\0rest\n"s, Language::shell));
  EXPECT_EQ(file.text, "#!/bin/sh\nexit 0\n");
  EXPECT_EQ(problems.at(0).level, Notice::Level::note);
  EXPECT_EQ(problems.at(0).line, 3U);
}

TEST_F(Decode, NotesInvalidUtf8) {
  EXPECT_TRUE(decodes("a\nb\xFF\n"));
  EXPECT_FALSE(file.valid_utf8);
  EXPECT_EQ(problems.at(0).level, Notice::Level::note);
  EXPECT_EQ(problems.at(0).line, 2U);
}

TEST_F(Decode, BelievesTheCodingCookie) {
  EXPECT_TRUE(decodes("# -*- coding: latin-1 -*-\ns = '\xE9'\n"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_TRUE(decodes("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ns = '\xE9'\n"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_TRUE(decodes("import a\n\n# coding: latin-1\ns = '\xE9'\n"));
  EXPECT_FALSE(problems.empty()) << "only the first two lines count";
}

TEST(Utf8, IsStrict) {
  EXPECT_EQ(find_invalid_utf8("aä€😀"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xC0\x80"), 2U) << "overlong";
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\x80"), 0U) << "overlong";
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U) << "surrogate";
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U) << "beyond U+10FFFF";
  EXPECT_EQ(find_invalid_utf8("12345678\xE2\x82"), 8U) << "cut off";
}

}  // namespace
}  // namespace procsafe
