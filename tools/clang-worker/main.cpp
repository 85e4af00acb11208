// procsafe-clang: reads one request from standard input, analyses one translation unit, and writes one reply to
// standard output (checks/lower/clang/protocol.h). Exit status: 0 a reply was written, 2 the request is none.
//
// A unit that crashes Clang, or makes it take for ever, ends this process and nothing else: the linter runs it
// with a limit on time and memory.
#include <iostream>
#include <iterator>
#include <string>

#include "lower/clang/protocol.h"
#include "unit.h"

int main() {
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  try {
    std::cout << procsafe::write_reply(procsafe::worker::analyse_unit(procsafe::read_request(input))) << std::flush;
  } catch (const procsafe::ProtocolError& error) {
    std::cerr << "procsafe-clang: " << error.what() << "\n";
    return 2;
  }
  return std::cout ? 0 : 2;
}
