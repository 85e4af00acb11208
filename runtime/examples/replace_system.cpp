// Instead of system("make -j2 2>&1 | tail"): no shell, a deadline, and nothing left behind.
#include <procsafe/process_manager.h>

#include <cstdio>

int main() {
  auto& pm = procsafe::ProcessManager::instance();
  // system() would wait for ever, ignore SIGINT meanwhile, and leave what the command put into the background.
  const procsafe::Result listed = pm.run({.argv = {"ls", "-d", "/"}, .timeout = std::chrono::seconds(30)});
  std::printf("exit %d: %s", listed.exit_code, listed.out.c_str());

  // A failure is a value …
  const procsafe::Result missing = pm.run({.argv = {"ls", "/nonexistent"}});
  std::printf("exit %d\n", missing.exit_code);

  // … or an exception, where that is wanted.
  try {
    (void)pm.run({.argv = {"false"}}).or_throw();
  } catch (const procsafe::ExitError& error) {
    std::printf("%s\n", error.what());
    return listed.ok() && !missing.ok() ? 0 : 1;
  }
  return 1;
}
