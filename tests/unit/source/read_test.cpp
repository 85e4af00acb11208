#include "source/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "temp_tree.h"

namespace procsafe {
namespace {

using test::InDirectory;
using test::TempTree;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Read : public testing::Test {
 protected:
  std::vector<std::string> read(const std::vector<std::string>& paths) {
    set = read_sources(paths, options);
    std::vector<std::string> names;
    for (const SourceFile& file : set.files) names.push_back(file.path);
    return names;
  }
  TempTree tree;
  InDirectory inside{tree.root()};
  ReadOptions options;
  SourceSet set;
};

TEST_F(Read, ReadsWhatItKnows) {
  tree.write("a.py", "x\n");
  tree.write("run", "#!/bin/bash\nls\n");
  tree.write("data.bin", std::string(5000, '\0'));
  tree.write("notes.txt", "hello\n");
  EXPECT_THAT(read({"."}), ElementsAre("a.py", "run"));
  EXPECT_THAT(set.problems, IsEmpty());
  EXPECT_EQ(set.files[0].text, "x\n");
  EXPECT_EQ(set.files[1].text, "#!/bin/bash\nls\n");
  EXPECT_EQ(set.files[1].dialect, "bash");
  EXPECT_EQ(set.files[1].line_count(), 3U);
}

TEST_F(Read, LongScriptsWithoutExtensionAreReadWhole) {
  const std::string text = "#!/bin/sh\n" + std::string(100'000, '#') + "\n";
  tree.write("run", text);
  EXPECT_THAT(read({"."}), ElementsAre("run"));
  EXPECT_EQ(set.files[0].text, text);
}

TEST_F(Read, SaysWhenANamedFileIsInNoKnownLanguage) {
  tree.write("notes.txt", "hello\n");
  tree.write("image.png", "");
  EXPECT_THAT(read({"notes.txt", "image.png"}), IsEmpty());
  ASSERT_EQ(set.problems.size(), 2U);
  EXPECT_THAT(set.problems[1].message, HasSubstr("no language that procsafe knows"));
}

TEST_F(Read, RefusesLargeFiles) {
  options.max_file_size = 10;
  tree.write("ten.py", "0123456789");
  tree.write("eleven.py", "0123456789a");
  tree.write("script", "#!/bin/sh\n\n");
  tree.write("large.dat", std::string(100, 'x'));
  EXPECT_THAT(read({"."}), ElementsAre("ten.py"));
  ASSERT_EQ(set.problems.size(), 2U);
  EXPECT_THAT(set.problems[0].message, HasSubstr("holds 11 bytes, more than the limit of 10"));
  EXPECT_THAT(set.problems[0].message, HasSubstr("--max-file-size"));
}

TEST_F(Read, ReadsFilesWhoseSizeIsNotKnown) {
  struct stat status{};
  if (::stat("/proc/self/environ", &status) != 0) GTEST_SKIP() << "no /proc here";
  options.max_file_size = 1;
  EXPECT_THAT(read({"/proc/self/status"}), IsEmpty()) << "in no known language, but read without trouble";
  EXPECT_EQ(set.problems.size(), 1U);
}

TEST_F(Read, DropsTheTextOfUnwantedFiles) {
  tree.write("a.py", "wanted\n");
  tree.write("b.py", "no\nno\n");
  options.wanted = [](const SourceFile& file) { return file.text.starts_with("wanted"); };
  EXPECT_THAT(read({"."}), ElementsAre("a.py", "b.py"));
  EXPECT_FALSE(set.files[0].dormant);
  EXPECT_TRUE(set.files[1].dormant);
  EXPECT_TRUE(set.files[1].text.empty());
  wake(set.files[1], options);
  EXPECT_FALSE(set.files[1].dormant);
  EXPECT_EQ(set.files[1].text, "no\nno\n");
  EXPECT_EQ(set.files[1].line_count(), 3U);
}

TEST_F(Read, AWokenFileMayBeGone) {
  tree.write("a.py", "x\n");
  options.wanted = [](const SourceFile&) { return false; };
  EXPECT_THAT(read({"."}), ElementsAre("a.py"));
  std::filesystem::remove(tree.path("a.py"));
  wake(set.files[0], options);
  EXPECT_TRUE(set.files[0].text.empty());
}

TEST_F(Read, NamesPythonModules) {
  tree.write("p/__init__.py", "");
  tree.write("p/q/__init__.py", "");
  tree.write("p/q/m.py", "");
  tree.write("p/r/n.py", "");
  read({"."});
  std::vector<std::string> modules;
  for (const SourceFile& file : set.files) modules.push_back(file.module);
  EXPECT_THAT(modules, ElementsAre("p", "p.q", "p.q.m", "n"));
}

TEST_F(Read, ThreadsDoNotChangeTheResult) {
  for (int i = 0; i < 200; ++i) tree.write("d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".py", "x\n");
  const std::vector<std::string> one = read({"."});
  options.threads = 8;
  EXPECT_EQ(read({"."}), one);
  EXPECT_EQ(one.size(), 200U);
}

}  // namespace
}  // namespace procsafe
