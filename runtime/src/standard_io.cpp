#include "standard_io.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace procsafe {
namespace {

[[noreturn]] void fail(const std::string& what) {
  const int error = errno;
  throw SpawnError(what + ": " + std::strerror(error), error);
}

UniqueFd open_file(const std::string& path, int flags, const char* role) {
  UniqueFd file(open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!file.valid()) fail(std::string(role) + " '" + path + "'");
  return file;
}

/// Read end (not blocking, ours), write end.
std::pair<UniqueFd, UniqueFd> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_nonblocking(const UniqueFd& fd) {
  const int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0 || fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) fail("O_NONBLOCK");
}

/// Bytes as a file: nobody has to feed them, so they cannot deadlock with the output.
UniqueFd file_of(std::string_view bytes) {
  UniqueFd file(memfd_create("procsafe-input", MFD_CLOEXEC));
  if (!file.valid()) fail("memfd for standard input");
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail("memfd for standard input");
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (lseek(file.get(), 0, SEEK_SET) != 0) fail("memfd for standard input");
  return file;
}

void open_input(const Input& input, StandardIo& io) {
  switch (input.kind) {
    case Input::Kind::null: io.child[0] = open_file("/dev/null", O_RDONLY, "standard input"); break;
    case Input::Kind::file: io.child[0] = open_file(input.data, O_RDONLY, "standard input"); break;
    case Input::Kind::bytes: io.child[0] = file_of(input.data); break;
    case Input::Kind::descriptor: io.descriptors[0] = input.descriptor; return;
    case Input::Kind::pipe: {
      auto [read_end, write_end] = make_pipe();
      set_nonblocking(write_end);
      io.child[0] = std::move(read_end);
      io.input = std::move(write_end);
      break;
    }
  }
  io.descriptors[0] = io.child[0].get();
}

void open_output(const Output& output, int number, const char* role, StandardIo& io) {
  UniqueFd& child = io.child[number];
  switch (output.kind) {
    case Output::Kind::null: child = open_file("/dev/null", O_WRONLY, role); break;
    case Output::Kind::file: child = open_file(output.path, O_WRONLY | O_CREAT | O_TRUNC, role); break;
    case Output::Kind::append: child = open_file(output.path, O_WRONLY | O_CREAT | O_APPEND, role); break;
    case Output::Kind::inherit: io.descriptors[number] = number; return;
    case Output::Kind::descriptor: io.descriptors[number] = output.descriptor; return;
    case Output::Kind::to_output: io.descriptors[number] = io.descriptors[1]; return;
    case Output::Kind::capture:
    case Output::Kind::lines: {
      auto [read_end, write_end] = make_pipe();
      set_nonblocking(read_end);
      child = std::move(write_end);
      (number == 1 ? io.output : io.error) = std::move(read_end);
      break;
    }
  }
  io.descriptors[number] = child.get();
}

void open_terminal(StandardIo& io, bool writable) {
  UniqueFd controller(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name{};
  if (!controller.valid() || grantpt(controller.get()) != 0 || unlockpt(controller.get()) != 0 ||
      ptsname_r(controller.get(), name.data(), name.size()) != 0)
    fail("pseudo-terminal");
  io.child[0] = open_file(name.data(), O_RDWR | O_NOCTTY, "pseudo-terminal");
  for (int& descriptor : io.descriptors) descriptor = io.child[0].get();
  set_nonblocking(controller);
  if (writable) {
    io.input.reset(fcntl(controller.get(), F_DUPFD_CLOEXEC, 3));
    if (!io.input.valid()) fail("pseudo-terminal");
  }
  io.output = std::move(controller);
}

}  // namespace

StandardIo open_standard_io(const Command& command) {
  StandardIo io;
  if (command.pty) {
    open_terminal(io, command.in.kind == Input::Kind::pipe);
    return io;
  }
  open_input(command.in, io);
  open_output(command.out, 1, "standard output", io);
  open_output(command.err, 2, "standard error", io);
  return io;
}

}  // namespace procsafe
