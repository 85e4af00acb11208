// What the sanitizers must not take for an error: a host that ends by SIGSEGV on purpose, and, in a child of fork(),
// what belonged to threads and managers of its parent.
extern "C" const char* __asan_default_options();
extern "C" const char* __lsan_default_suppressions();

const char* __asan_default_options() { return "handle_segv=0"; }
const char* __lsan_default_suppressions() {
  return "leak:procsafe::Monitor::\n"
         "leak:procsafe::v0::ProcessManager::~ProcessManager\n";
}
