#include "catalog/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "catalog/error.h"

namespace procsafe {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

ApiCatalog catalog(std::string_view text) {
  ApiCatalog result;
  result.add_toml(text, "test.toml");
  return result;
}

std::string fault(std::string_view text) {
  try {
    static_cast<void>(catalog(text));
  } catch (const CatalogError& error) {
    return error.what();
  }
  return "no fault";
}

TEST(ApiCatalog, FindsMethodsThroughBases) {
  const ApiCatalog apis = catalog(
      "[[type]]\nname = \"a.Base\"\n[[type]]\nname = \"b.Derived\"\nbases = [\"a.Base\"]\n"
      "[[api]]\nname = \"a.Base.wait\"\noperation = \"wait\"\ntimeout = { index = 0 }\n");
  ASSERT_NE(apis.find_method("b.Derived", "wait"), nullptr);
  EXPECT_EQ(apis.find_method("b.Derived", "kill"), nullptr);
  EXPECT_TRUE(apis.derives("b.Derived", "a.Base"));
  EXPECT_FALSE(apis.derives("a.Base", "b.Derived"));
}

TEST(ApiCatalog, KnowsItsNamespaces) {
  const ApiCatalog apis = catalog("[[api]]\nname = \"a.b.c\"\n[[api]]\nname = \"x::y::z\"\n");
  EXPECT_TRUE(apis.is_namespace("a"));
  EXPECT_TRUE(apis.is_namespace("a.b"));
  EXPECT_FALSE(apis.is_namespace("a.b.c"));
  EXPECT_TRUE(apis.is_namespace("x::y"));
}

TEST(ApiCatalog, KnowsWhichNamespacesLeadToOperations) {
  const ApiCatalog apis = catalog(
      "[[module]]\nname = \"job\"\naliases = [\"old.job\"]\n"
      "[[api]]\nname = \"job.start\"\noperation = \"spawn\"\n[[api]]\nname = \"clock.now\"\nreturns = \"time\"\n"
      "[[type]]\nname = \"tools.Handle\"\n");
  EXPECT_TRUE(apis.leads_to_operation("job"));
  EXPECT_TRUE(apis.leads_to_operation("old.job"));
  EXPECT_TRUE(apis.leads_to_operation("tools"));
  EXPECT_FALSE(apis.leads_to_operation("clock"));
  EXPECT_FALSE(apis.leads_to_operation("job.start"));
}

TEST(ApiCatalog, LiteralsComeFromModulesAndNamesOfOperations) {
  const ApiCatalog apis = catalog(
      "[[module]]\nname = \"os\"\ncommon = true\n"
      "[[api]]\nname = \"os.system\"\noperation = \"spawn\"\n"
      "[[api]]\nname = \"subprocess.run\"\noperation = \"spawn\"\n"
      "[[api]]\nname = \"fork\"\noperation = \"spawn\"\n"
      "[[api]]\nname = \"open\"\nreturns = \"file\"\n");
  EXPECT_THAT(apis.literals(), testing::ElementsAre("fork", "subprocess", "system"));
}

TEST(ApiCatalog, NamesFaults) {
  EXPECT_THAT(fault("[[api]]\noperation = \"spawn\"\n"), HasSubstr("'name' is missing"));
  EXPECT_THAT(fault("[[api]]\nname = \"x\"\noperation = \"spwan\"\n"), HasSubstr("has no value 'spwan'"));
  EXPECT_THAT(fault("[[api]]\nname = \"x\"\ntimout = \"impossible\"\n"), HasSubstr("did you mean 'timeout'?"));
  EXPECT_THAT(fault("[[api]]\nname = \"x\"\n[[api]]\nname = \"x\"\n"), HasSubstr("twice"));
  EXPECT_THAT(fault("[[api]]\nname = \"x\"\ncommand = { style = \"argv\" }\n"), HasSubstr("needs index or keyword"));
  EXPECT_THAT(fault("[[type]]\nname = \"a.X\"\nbases = [\"a.Y\"]\n[[type]]\nname = \"a.Y\"\nbases = [\"a.X\"]\n"),
              HasSubstr("test.toml: the type 'a.X' derives from itself"));
}

TEST(Catalog, TheEmbeddedOneLoads) {
  const Catalog loaded = Catalog::load();
  EXPECT_GE(loaded.rules().size(), 11U);
  EXPECT_NE(loaded.find_rule("process-hunt"), nullptr);
  EXPECT_EQ(loaded.find_rule("no-such-rule"), nullptr);
}

}  // namespace
}  // namespace procsafe
