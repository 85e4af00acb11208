// Starting the command of a spawn request.
#pragma once

#include <sys/types.h>

#include "wire/wire.h"

namespace procsafe::guard {

struct Launch {
  const wire::Spawn* request = nullptr;
  const char* program = nullptr;
  char** arguments = nullptr;
  char** environment = nullptr;
  const int* descriptors = nullptr;  ///< as in wire::Spawn, without the memfd
  const int* cgroups = nullptr;
  // Results.
  wire::Stage stage = wire::Stage::none;
  int error = 0;
};

/// Turns the checked slots of a payload into the pointers execve(2) wants.
void resolve(Launch& launch, const wire::Spawn& request, unsigned char* payload, std::uint64_t* slots);

/// Starts the command; returns its pid, or -1 with stage and error set and nothing left behind.
pid_t start(Launch& launch);

}  // namespace procsafe::guard
