// A service for a test run: started, waited for until it answers, ended in whatever way the run ends.
#include <procsafe/service.h>

#include <cstdio>

int main() {
  procsafe::ProcessManager pm;
  procsafe::Service service = procsafe::Service::start(
      pm, {.name = "greeter",
           .command = {.argv = {"sh", "-c", "echo starting; echo ready to serve; exec sleep 1000"}},
           .ready = procsafe::Ready::line("ready to serve")});
  std::printf("%s is ready, pid %d\n", service.name().c_str(), static_cast<int>(service.process().pid()));
  // … the tests …
  return service.stop().stopped ? 0 : 1;
}
