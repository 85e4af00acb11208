// Fuzz target: what guard and cell do to a packet before they trust it. The input is the packet; its last byte says how
// many descriptors came with it.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "wire/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace procsafe;

template <typename Message>
void take(const std::uint8_t* data, std::size_t size) {
  Message message;
  if (wire::take(data, size, message) && message.header.magic != wire::magic) std::abort();
}

/// Walks what execve(2) would read; AddressSanitizer sees every byte outside the payload.
void read_all(const wire::Spawn& request, const unsigned char* payload, const std::uint64_t* slots) {
  const std::uint64_t count = std::uint64_t{request.arguments} + request.variables + 3;
  if (slots[1 + request.arguments] != 0 || slots[count - 1] != 0) std::abort();
  std::size_t length = 0;
  for (std::uint64_t i = 0; i < count; ++i)
    if (slots[i] != 0) length += std::strlen(reinterpret_cast<const char*>(payload) + slots[i]);
  volatile std::size_t kept = length;
  (void)kept;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t descriptors = data[size - 1];
  --size;
  take<wire::Close>(data, size);
  take<wire::Abandon>(data, size);
  take<wire::Stop>(data, size);
  take<wire::Signal>(data, size);
  take<wire::List>(data, size);
  wire::Spawn request;
  if (!wire::take(data, size, request) || !wire::is_consistent(request, descriptors)) return 0;
  // A copy of exactly its size, so that AddressSanitizer knows where it ends; malloc aligns it.
  const std::size_t payload_size = size - sizeof request;
  if (payload_size == 0) return 0;
  auto* bytes = static_cast<unsigned char*>(std::malloc(payload_size));
  std::memcpy(bytes, data + sizeof request, payload_size);
  if (const std::uint64_t* slots = wire::checked_slots(request, bytes, payload_size)) read_all(request, bytes, slots);
  std::free(bytes);
  return 0;
}
