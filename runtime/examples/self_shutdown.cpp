// A program that ends itself when it is told to, by a signal, by a file or from within. Nobody looks for it by name.
#include <procsafe/stop_token.h>

#include <cstdio>
#include <thread>

int main() {
  procsafe::ProcessManager pm;
  procsafe::StopToken stop({.file = "/tmp/procsafe-example-stop"});
  procsafe::Process worker = pm.spawn({.argv = {"sleep", "1000"}, .timeout = procsafe::no_timeout});

  // In real life somebody sends SIGTERM or creates the file.
  std::jthread somebody([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request();
  });
  while (!stop.wait_for(std::chrono::seconds(1))) std::puts("working");
  std::printf("stopping: %s\n", std::string(to_string(stop.cause())).c_str());
  return worker.stop().stopped && stop.cause() == procsafe::StopCause::request ? 0 : 1;
}
