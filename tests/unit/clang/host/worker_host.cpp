// clang_worker_host WORKER: runs a worker as the linter does, for tests that kill the linter.
#include "lower/clang/worker_process.h"

int main(int argc, char** argv) {
  return argc == 2 && procsafe::run_worker(argv[1], "", {}).end == procsafe::WorkerResult::End::exited ? 0 : 1;
}
