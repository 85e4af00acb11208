#include "host.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace procsafe::test {

void wait_for_tree(const std::string& ready, std::size_t processes) {
  for (int i = 0; i < 4000; ++i) {
    std::ifstream file(ready);
    std::string text;
    std::getline(file, text);
    if (text.size() >= processes) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::_Exit(90);
}

int end_program(const std::string& how) {
  if (how == "return") return 3;
  if (how == "exit") std::exit(4);
  if (how == "_exit") _exit(5);
  if (how == "throw") throw std::runtime_error("unhandled");
  if (how == "abort") std::abort();
  return -1;
}

}  // namespace procsafe::test
