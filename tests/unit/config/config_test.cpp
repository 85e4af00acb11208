#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace procsafe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::canonical(fs::temp_directory_path()) /
            ("procsafe-config-" + std::to_string(::getpid()) + "-" + info->name());
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
    return root_ / name;
  }
  [[nodiscard]] std::string fault(const fs::path& file) const {
    try {
      static_cast<void>(read_config(file));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no fault";
  }

  fs::path root_;
};

TEST_F(ConfigTest, TheNearestOneUpwardsWins) {
  write("procsafe.toml", "preset = \"strict\"\n");
  write("inner/procsafe.toml", "preset = \"recommended\"\n");
  ConfigFinder finder;
  EXPECT_EQ(finder.find(root_ / "a" / "b.py")->preset, Preset::strict);
  EXPECT_EQ(finder.find(root_ / "inner" / "b.py")->preset, Preset::recommended);
}

TEST_F(ConfigTest, StopsAtTheRootOfARepository) {
  write("procsafe.toml", "preset = \"strict\"\n");
  fs::create_directories(root_ / "repository" / ".git");
  EXPECT_EQ(ConfigFinder().find(root_ / "repository" / "b.py")->preset, std::nullopt);
}

TEST_F(ConfigTest, ReadsItsTableOfPyproject) {
  write("pyproject.toml", "[tool.procsafe]\npreset = \"strict\"\n");
  write("other/pyproject.toml", "[tool.black]\nline = 3\n");
  ConfigFinder finder;
  EXPECT_EQ(finder.find(root_ / "b.py")->preset, Preset::strict);
  EXPECT_EQ(finder.find(root_ / "other" / "b.py")->preset, Preset::strict)
      << "a file that does not speak of us is passed";
}

TEST_F(ConfigTest, PatternsAreRelativeToTheirFile) {
  const Config config = read_config(write(
      "procsafe.toml", "exclude = [\"third_party/\", \"*.gen.py\", \"/top.py\"]\nsanctioned = [\"runtime/**\"]\n"));
  EXPECT_TRUE(config.excludes(root_ / "third_party" / "deep" / "x.py"));
  EXPECT_TRUE(config.excludes(root_ / "a" / "b.gen.py"));
  EXPECT_TRUE(config.excludes(root_ / "top.py"));
  EXPECT_FALSE(config.excludes(root_ / "a" / "top.py"));
  EXPECT_FALSE(config.excludes(root_.parent_path() / "third_party" / "x.py"));
  EXPECT_TRUE(config.sanctions(root_ / "runtime" / "guard" / "guard.cpp"));
  EXPECT_FALSE(config.sanctions(root_ / "tools" / "x.cpp"));
}

TEST_F(ConfigTest, ExtendAddsAndReplaces) {
  write("base.toml", "preset = \"strict\"\nexclude = [\"a.py\"]\n");
  const Config config = read_config(
      write("inner/procsafe.toml", "extend = \"../base.toml\"\nexclude = [\"b.py\"]\npreset = \"recommended\"\n"));
  EXPECT_EQ(config.preset, Preset::recommended);
  EXPECT_TRUE(config.excludes(root_ / "a.py"));
  EXPECT_TRUE(config.excludes(root_ / "inner" / "b.py"));
}

TEST_F(ConfigTest, NamesWhatIsWrongAndWhere) {
  EXPECT_THAT(fault(write("a.toml", "\npresett = \"strict\"\n")),
              HasSubstr("a.toml:2: 'presett' is not a known key; did you mean 'preset'?"));
  EXPECT_THAT(fault(write("b.toml", "preset = \"loose\"\n")), HasSubstr("b.toml:1: 'preset' must be"));
  EXPECT_THAT(fault(write("c.toml", "preset = \n")), HasSubstr("c.toml:1:"));
  EXPECT_THAT(fault(write("d.toml", "extend = \"d.toml\"\n")), HasSubstr("circle"));
  EXPECT_THAT(fault(write("e.toml", "extend = \"missing.toml\"\n")), HasSubstr("missing.toml"));
  EXPECT_THAT(fault(write("f.toml", "[apis]\nperl = \"x\"\n")), HasSubstr("'perl' is not a known key"));
}

}  // namespace
}  // namespace procsafe
