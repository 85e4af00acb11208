// Feeds fuzz_wire without libFuzzer: a good request, damaged in ways that repeat from run to run. Fails when the good
// one is refused, for then nothing behind the first check would be looked at.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "wire/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace procsafe;

/// program "p", arguments "a" and "b", variable "v=1".
std::vector<std::uint8_t> good_request() {
  wire::Spawn request;
  request.arguments = 2;
  request.variables = 1;
  const std::uint64_t slots[] = {48, 50, 52, 0, 54, 0};
  constexpr char strings[] = "p\0a\0b\0v=1";
  request.payload_size = sizeof slots + sizeof strings;
  std::vector<std::uint8_t> packet(sizeof request + request.payload_size + 1);
  std::memcpy(packet.data(), &request, sizeof request);
  std::memcpy(packet.data() + sizeof request, slots, sizeof slots);
  std::memcpy(packet.data() + sizeof request + sizeof slots, strings, sizeof strings);
  packet.back() = wire::standard_descriptors;
  return packet;
}

bool is_accepted(std::vector<std::uint8_t> packet) {
  wire::Spawn request;
  return wire::take(packet.data(), packet.size() - 1, request) && wire::is_consistent(request, packet.back()) &&
         wire::checked_slots(request, packet.data() + sizeof request, packet.size() - 1 - sizeof request) != nullptr;
}

}  // namespace

int main() {
  const std::vector<std::uint8_t> good = good_request();
  if (!is_accepted(good)) return 1;
  std::mt19937 random(4711);
  constexpr std::uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff};
  constexpr int rounds = 200'000;
  int accepted = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::uint8_t> packet = good;
    for (unsigned i = random() % 4 + 1; i > 0; --i)
      packet[random() % packet.size()] = edges[random() % std::size(edges)];
    if (random() % 8 == 0) packet.resize(random() % packet.size() + 1);
    accepted += is_accepted(packet) ? 1 : 0;
    LLVMFuzzerTestOneInput(packet.data(), packet.size());
  }
  std::printf("%d of %d damaged requests were acceptable\n", accepted, rounds);
  return accepted > 0 && accepted < rounds ? 0 : 1;
}
