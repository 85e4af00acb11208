// Every kind of input that cannot be checked is said to be so: what, where, what to do; exit status 2.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "cli.h"

namespace procsafe::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using namespace std::string_literals;

class Input : public Cli {
 protected:
  /// Checks that the run fails with this error about `path`, and says nothing else.
  void expect_error(const std::string& path, const std::string& message) {
    const RunResult result = check({path});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, StartsWith("procsafe: error: " + path + ": "));
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_THAT(result.out, HasSubstr("1 error)"));
  }
  void expect_clean(const std::string& path) {
    const RunResult result = check({path});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(result.out, "no findings (1 file checked)\n");
  }
  /// Permissions count only for somebody who is not root.
  void become_unprivileged() {
    std::filesystem::permissions(tree.root(), std::filesystem::perms(0755));
    std::filesystem::copy_file(PROCSAFE_BINARY, tree.root() / "procsafe-copy");
    options.unprivileged = true;
  }
  RunResult check_unprivileged(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{tree.path("procsafe-copy"), "check"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command, options);
  }
};

TEST_F(Input, MissingPath) { expect_error("missing.py", "no such file or folder"); }

TEST_F(Input, EmptyPath) {
  const RunResult result = check({""});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("an empty path names nothing"));
}

TEST_F(Input, DanglingLink) {
  tree.link("nothing", "a.py");
  expect_error("a.py", "is a symbolic link to nothing");
}

TEST_F(Input, LinkLoop) {
  tree.link("loop.py", "loop.py");
  expect_error("loop.py", "Too many levels of symbolic links");
}

TEST_F(Input, UnreadableFile) {
  tree.write("secret.py", "import os\n");
  tree.write("open.py", "x = 1\n");
  std::filesystem::permissions(tree.root() / "secret.py", std::filesystem::perms::none);
  become_unprivileged();
  for (const char* path : {"secret.py", "."}) {
    const RunResult result = check_unprivileged({path});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("procsafe: error: secret.py: cannot be read: Permission denied; it was not "
                                      "checked (--exclude leaves it out)"));
  }
  EXPECT_EQ(check_unprivileged({"--exclude", "secret.py", "."}).status, 0);
}

TEST_F(Input, UnreadableFolder) {
  tree.write("open/a.py", "x = 1\n");
  tree.write("closed/a.py", "x = 1\n");
  std::filesystem::permissions(tree.root() / "closed", std::filesystem::perms::none);
  become_unprivileged();
  const RunResult result = check_unprivileged({"."});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("closed: the folder cannot be opened: Permission denied"));
  EXPECT_THAT(result.out, HasSubstr("1 file checked, 1 error")) << "the rest is checked all the same";
  EXPECT_EQ(check_unprivileged({"closed"}).status, 2);
  EXPECT_EQ(check_unprivileged({"closed/a.py"}).status, 2);
}

TEST_F(Input, Pipe) {
  ASSERT_EQ(::mkfifo(tree.path("a.py").c_str(), 0600), 0);
  options.limit = std::chrono::seconds(10);
  expect_error("a.py", "is a named pipe: name a file or a folder");
  EXPECT_THAT(check({"."}).err, HasSubstr("a.py: is a pipe, socket or device with the name of a source file"));
}

TEST_F(Input, Socket) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = tree.path("a.py");
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  ASSERT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  expect_error("a.py", "is a socket");
  ::close(descriptor);
}

TEST_F(Input, Device) { expect_error("/dev/zero", "is a device"); }

TEST_F(Input, UnknownLanguage) {
  tree.write("notes.txt", "hello\n");
  tree.write("empty", "");
  expect_error("notes.txt", "is in no language that procsafe knows (Python, shell, C and C++)");
  expect_error("empty", "is in no language that procsafe knows");
}

TEST_F(Input, NothingToCheck) {
  tree.write("notes.txt", "hello\n");
  const RunResult result = check({"."});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("procsafe: error: nothing to check: no file of a known language was found"));
}

TEST_F(Input, NothingLeftToCheck) {
  tree.folder(".git");
  tree.write(".gitignore", "*.py\n");
  tree.write("a.py", "x = 1\n");
  EXPECT_EQ(check({"."}).status, 2);
  EXPECT_EQ(check({"--no-ignore", "."}).status, 0);
  EXPECT_EQ(check({"--no-ignore", "--exclude", "*.py", "."}).status, 2);
  EXPECT_EQ(check({"a.py"}).status, 0) << "what is named is checked";
}

TEST_F(Input, NamedFilesCanBeFiltered) {
  tree.write("a.py", "x = 1\n");
  tree.write("third_party/b.py", "x = 1\n");
  tree.write("notes.txt", "hello\n");
  tree.write("procsafe.toml", "exclude = [\"third_party/\"]\n");
  const RunResult result = check({"--filter-named", "a.py", "third_party/b.py", "notes.txt"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "no findings (1 file checked)\n");
  EXPECT_EQ(check({"--filter-named", "third_party/b.py", "notes.txt"}).status, 0);
  EXPECT_EQ(check({"--filter-named", "missing.py"}).status, 2);
  EXPECT_EQ(check({"third_party/b.py"}).out, "no findings (1 file checked)\n")
      << "unless asked, what is named is checked";
}

TEST_F(Input, EmptyFile) {
  tree.write("a.py", "");
  expect_clean("a.py");
}

TEST_F(Input, ByteOrderMarkAndCarriageReturns) {
  tree.write("a.py", "\xEF\xBB\xBFx = 1\r\ny = 2\r\n");
  expect_clean("a.py");
}

TEST_F(Input, Binary) {
  tree.write("a.py",
             "\x7f"
             "ELF\x02\x01\0\0"s);
  expect_error("a.py", "holds a NUL byte in line 1: it is binary, not source text");
}

TEST_F(Input, Utf16) {
  tree.write("a.py", "\xFF\xFEi\0m\0p\0"s);
  expect_error("a.py", "is UTF-16LE text, which is not read: convert it to UTF-8 (iconv -f UTF-16LE -t UTF-8)");
}

TEST_F(Input, InvalidUtf8IsCheckedAndNoted) {
  tree.write("a.py", "x = 1\ny = '\xFF'\n");
  const RunResult result = check({"a.py"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "procsafe: note: a.py:2:1: holds bytes that are no UTF-8; it was analysed all the same\n");
}

TEST_F(Input, DeclaredLatin1IsFine) {
  tree.write("a.py", "# coding: latin-1\nx = '\xE9'\n");
  expect_clean("a.py");
}

TEST_F(Input, HugeFile) {
  tree.write("a.py", "");
  std::filesystem::resize_file(tree.path("a.py"), std::uintmax_t{100} << 20U);  // sparse
  expect_error("a.py",
               "holds 104857600 bytes, more than the limit of 16777216: raise --max-file-size, or leave it out "
               "with --exclude");
  EXPECT_THAT(check({"--max-file-size", "200MiB", "a.py"}).err, HasSubstr("NUL byte"));
}

TEST_F(Input, OddNames) {
  tree.write("a\nb.py", "x = 1\n");
  tree.write("\xFF\x1b.py", "x = 1\n");
  tree.write("--format.py", "x = 1\n");
  EXPECT_EQ(check({"."}).out, "no findings (3 files checked)\n");
  EXPECT_EQ(check({"--", "--format.py"}).status, 0);
  tree.write("c\nd\x1b.py", "\0"s);
  EXPECT_THAT(check({"."}).err, StartsWith("procsafe: error: c\\nd\\x1b.py: holds a NUL byte"));
}

TEST_F(Input, DeepFolders) {
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "d/";
  tree.write(path + "a.py", "x = 1\n");
  EXPECT_EQ(check({"."}).out, "no findings (1 file checked)\n");
}

TEST_F(Input, PathsBeyondTheSystemsLimitAreSaid) {
  // Made step by step: no single path may be longer than PATH_MAX.
  const InDirectory inside(tree.root());
  const std::string name(200, 'd');
  for (int i = 0; i < 30; ++i) {
    std::filesystem::create_directory(name);
    std::filesystem::current_path(name);
  }
  const RunResult result = check({"."});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("the folder cannot be opened: File name too long"));
}

TEST_F(Input, ErrorsAndCleanFilesTogetherAreAnError) {
  tree.write("a.py", "x = 1\n");
  const RunResult result = check({"a.py", "missing.py"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(check({"--exit-zero", "a.py", "missing.py"}).status, 2);
}

}  // namespace
}  // namespace procsafe::test
