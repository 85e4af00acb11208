// What ten thousand commands leave behind: nothing.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support.h"

namespace procsafe::test {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& directory) {
  std::error_code error;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory, error), fs::directory_iterator()));
}

std::size_t resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    std::size_t value = 0;
    if (word == "VmRSS:" && status >> value) return value;
  }
  return 0;
}

pid_t parent_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  return stat.empty() ? 0 : std::stoi(stat.substr(stat.rfind(')') + 4));
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos && parent_of(std::stoi(name)) == parent)
      found.push_back(std::stoi(name));
  }
  return found;
}

std::size_t groups_of_this_program() {
  std::size_t found = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at("/sys/fs/cgroup", error), end; at != end; at.increment(error))
    if (at->path().string().find(group_prefix_of(getpid())) != std::string::npos) ++found;
  return found;
}

/// Everything countable that a spawn could leave.
struct Inventory {
  std::size_t descriptors = 0, threads = 0, children = 0, guard_descriptors = 0, run_records = 0, groups = 0;
  bool operator==(const Inventory&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Inventory& all) {
  return out << all.descriptors << " descriptors, " << all.threads << " threads, " << all.children << " children, "
             << all.guard_descriptors << " descriptors of the guard, " << all.run_records << " run records, "
             << all.groups << " groups";
}

class Leaks : public testing::Test {
 protected:
  Leaks() {
    Config config = quick_config();
    config.run_directory = directory_ / "runs";
    manager_ = std::make_unique<ProcessManager>(config);
    const Process probe = manager_->spawn({.argv = {"sleep", "60"}});
    guard_ = parent_of(parent_of(probe.pid()));
  }

  void spawn_many(int count) {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 2; ++worker)
      workers.emplace_back([&, count] {
        for (int i = 0; i < count / 2; ++i)
          if (!manager_->run({.argv = {"/bin/true"}}).ok()) ++failures_;
      });
  }

  Inventory take() const {
    return {.descriptors = entries("/proc/self/fd"),
            .threads = entries("/proc/self/task"),
            .children = children_of(getpid()).size(),
            // One socket for each idle cell, of which there may be more or fewer.
            .guard_descriptors = entries("/proc/" + std::to_string(guard_) + "/fd") - children_of(guard_).size(),
            .run_records = entries(directory_ / "runs"),
            .groups = groups_of_this_program()};
  }

  TemporaryDirectory directory_;
  std::unique_ptr<ProcessManager> manager_;
  pid_t guard_ = 0;
  std::atomic<int> failures_{0};
};

TEST_F(Leaks, ReqBeyond_TenThousandSpawnsLeaveEverythingAsItWas) {
  spawn_many(200);
  const Inventory before = take();
  const std::size_t resident = resident_kib(getpid());
  const std::size_t guard_resident = resident_kib(guard_);
  ASSERT_GT(guard_resident, 0U);
  spawn_many(10'000);
  EXPECT_EQ(failures_, 0);
  // A cell that is about to retire still holds its socket.
  EXPECT_TRUE(eventually([&] { return take() == before; })) << before << " before, " << take() << " after";
  constexpr std::size_t page_cache_kib = 2048;  // of the allocator, which does not grow with the count
  EXPECT_LT(resident_kib(getpid()), resident + page_cache_kib);
  EXPECT_LT(resident_kib(guard_), guard_resident + 256);
  for (const pid_t cell : children_of(guard_))
    EXPECT_THAT(read_file("/proc/" + std::to_string(cell) + "/stat"), testing::Not(testing::HasSubstr(") Z ")));
}

}  // namespace
}  // namespace procsafe::test
