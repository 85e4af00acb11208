// Instead of fork(), execve(), a SIGCHLD handler and kill(): a process that ends with its scope.
#include <procsafe/process_manager.h>

#include <cstdio>

int main() {
  procsafe::ProcessManager pm;
  {
    procsafe::Process shell = pm.spawn({.argv = {"sh", "-c", "sleep 1000 & exit 7"},
                                        .env = {.set = {{"LANG", "C"}, {"TMPDIR", std::nullopt}}},
                                        .timeout = procsafe::no_timeout});
    std::printf("pid %d was started\n", static_cast<int>(shell.pid()));
    const procsafe::Result& result = shell.wait();
    // The shell's background job outlived it: it is named, and gone.
    std::printf("exit %d, %zu left behind\n", result.exit_code, result.leftovers.size());
    if (result.exit_code != 7 || result.leftovers.size() != 1) return 1;
  }  // Had we thrown, the whole tree would have been ended here.
  return pm.active() == 0 ? 0 : 1;
}
