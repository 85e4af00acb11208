// Instead of popen("sort | uniq -c", "w"): programs connected to each other, none of which can block the rest.
#include <procsafe/process_manager.h>

#include <cstdio>
#include <vector>

int main() {
  auto& pm = procsafe::ProcessManager::instance();
  const std::vector<procsafe::Result> results = pm.run_pipeline({
      {.argv = {"sort"}, .in = procsafe::Input::bytes("pear\napple\npear\n")},
      {.argv = {"uniq", "-c"}},
  });
  std::fputs(results.back().out.c_str(), stdout);

  // Line by line, while the command runs, with bounded memory.
  int lines = 0;
  const procsafe::Result counted =
      pm.run({.argv = {"seq", "1000"}, .out = procsafe::Output::lines([&](auto) { ++lines; })});
  std::printf("%d lines\n", lines);
  return results.back().ok() && counted.ok() && lines == 1000 ? 0 : 1;
}
