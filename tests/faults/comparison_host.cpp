// procsafe_comparison_host MECHANISM HOW TREE READY host-TAG [PROCESSES]: what programs do without a ProcessManager,
// so that the campaign's table is a comparison. It starts the tree and ends in the way HOW names, as procsafe_host.
//
//   pdeathsig   fork, PR_SET_PDEATHSIG, exec; the owner's destructor sends SIGTERM, waits a second, sends SIGKILL
//   boost       Boost.Process: a child in a group; the group is terminated by the owner's destructor
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host.h"

#ifdef PROCSAFE_HAVE_BOOST
#include <boost/process.hpp>
#endif

namespace {

struct Owner {
  virtual ~Owner() = default;
};

class PdeathsigOwner : public Owner {
 public:
  explicit PdeathsigOwner(std::vector<char*> arguments) {
    const pid_t self = getpid();
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self) _exit(1);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  ~PdeathsigOwner() override {
    kill(pid_, SIGTERM);
    for (int i = 0; i < 100; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

#ifdef PROCSAFE_HAVE_BOOST
class BoostOwner : public Owner {
 public:
  explicit BoostOwner(const std::vector<char*>& arguments)
      : child_(boost::process::exe = arguments[0],
               boost::process::args = std::vector<std::string>(arguments.begin() + 1, arguments.end() - 1), group_) {}
  ~BoostOwner() override {
    std::error_code ignored;
    group_.terminate(ignored);
    child_.wait(ignored);
  }

 private:
  boost::process::group group_;
  boost::process::child child_;
};
#endif

std::unique_ptr<Owner> start(const std::string& mechanism, const std::vector<char*>& arguments) {
#ifdef PROCSAFE_HAVE_BOOST
  if (mechanism == "boost") return std::make_unique<BoostOwner>(arguments);
#endif
  if (mechanism == "pdeathsig") return std::make_unique<PdeathsigOwner>(arguments);
  std::fprintf(stderr, "no mechanism %s\n", mechanism.c_str());
  std::_Exit(91);
}

volatile sig_atomic_t told_to_stop = 0;

int end(const std::string& how) {
  if (const int status = procsafe::test::end_program(how); status >= 0) return status;
  // A careful program: its handlers let it return, so that destructors run.
  while (told_to_stop == 0) pause();
  return 6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) signal(number, [](int) { told_to_stop = 1; });
  std::string tree = std::string(argv[0]).substr(0, std::string(argv[0]).rfind('/')) + "/procsafe_tree";
  const auto owner = start(argv[1], {tree.data(), argv[3], argv[4], argv[5] + std::strlen("host-"), nullptr});
  procsafe::test::wait_for_tree(argv[4], argc > 6 ? std::stoul(argv[6]) : 8);
  return end(argv[2]);
}
