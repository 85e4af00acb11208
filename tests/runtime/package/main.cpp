#include <procsafe/process_manager.h>

#include <cstdio>

int main() {
  const procsafe::Result result = procsafe::ProcessManager::instance().run({.argv = {"echo", "installed"}});
  std::fputs(result.out.c_str(), stdout);
  return result.exit_code;
}
