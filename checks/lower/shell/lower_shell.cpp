#include "lower/lowering.h"

namespace procsafe {

FileFacts lower_shell(const LowerInput&) { return {}; }

}  // namespace procsafe
