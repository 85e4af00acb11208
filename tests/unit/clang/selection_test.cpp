#include "lower/clang/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "source/read.h"

namespace procsafe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ApiCatalog& catalog() {
  static const ApiCatalog value = [] {
    ApiCatalog apis;
    apis.add_toml(
        "[[api]]\nnames = [\"system\", \"QProcess::start\"]\noperation = \"spawn\"\n"
        "[[type]]\nname = \"QProcess\"\n",
        "test");
    return apis;
  }();
  return value;
}

struct Project {
  std::vector<SourceFile> files;
  std::vector<bool> compiled;

  Project& add(const std::string& path, std::string text) {
    files.push_back(source_from_text(path, std::move(text)));
    files.back().real_path = "/p/" + path;
    compiled.push_back(path.ends_with(".cpp"));
    return *this;
  }
  [[nodiscard]] Selection select(unsigned threads = 2) const { return {files, compiled, catalog(), threads}; }
};

TEST(Selection, TakesUnitsThatHoldACandidate) {
  Project project;
  project.add("a.cpp", "void f() { system(x); }").add("b.cpp", "void f() {}").add("c.py", "system(x)");
  EXPECT_THAT(project.select().units(), ElementsAre(0U));
  EXPECT_THAT(project.select().wanted(), ElementsAre(0U));
}

TEST(Selection, LooksAtAHeaderThroughOneUnit) {
  Project project;
  project.add("a.cpp", "#include \"util/far.h\"")
      .add("b.cpp", "#include \"run.h\"")
      .add("c.cpp", "#include \"run.h\"")
      .add("run.h", "inline void f() { system(x); }")
      .add("util/far.h", "#include \"../run.h\"");
  const Selection selection = project.select();
  EXPECT_THAT(selection.units(), ElementsAre(1U));
  EXPECT_THAT(selection.wanted(), ElementsAre(3U));
  EXPECT_EQ(selection.representative(3, {false, true, false, false, false}), 2U);
  EXPECT_EQ(selection.representative(3, {false, true, true, false, false}), 0U);
  EXPECT_EQ(selection.representative(3, {true, true, true, false, false}), 5U);
}

TEST(Selection, AUnitThatRunsAnywayShowsTheHeader) {
  Project project;
  project.add("a.cpp", "#include <run.h>\n").add("b.cpp", "#include <run.h>\nint x = system(y);");
  project.add("run.h", "inline void f() { system(x); }");
  EXPECT_THAT(project.select().units(), ElementsAre(1U));
}

TEST(Selection, NamesOfHeadersReachTheirUsers) {
  Project project;
  project.add("a.cpp", "#include \"all.h\"\nvoid f() { RUN(x); }")
      .add("all.h", "#include \"inner.h\"\n#define RUN(x) INNER(x)\n")
      .add("b.cpp", "void f() { RUN(x); }")
      .add("inner.h", "#define INNER(x) system(x)\n");
  EXPECT_THAT(project.select().units(), ElementsAre(0U));
}

TEST(Selection, FieldsReachTheMethodsThatUseThem) {
  Project project;
  project.add("runner.cpp", "#include \"runner.h\"\nvoid Runner::go() { process_->start(x); }")
      .add("runner.h", "class QProcess;\nclass Runner { QProcess* process_; void go(); };")
      .add("user.cpp", "#include \"runner.h\"\nvoid f(Runner& r) { r.go(); }");
  EXPECT_THAT(project.select().units(), ElementsAre(0U));
}

TEST(Selection, DoesNotDependOnThreads) {
  Project project;
  for (int i = 0; i < 40; ++i)
    project.add("u" + std::to_string(i) + ".cpp", i % 3 == 0 ? "int x = system(y);" : "#include \"h.h\"\n");
  project.add("h.h", "#define RUN system\n");
  EXPECT_EQ(project.select(1).units(), project.select(7).units());
}

TEST(Selection, NothingIsNothing) { EXPECT_THAT(Project{}.select().units(), IsEmpty()); }

}  // namespace
}  // namespace procsafe
