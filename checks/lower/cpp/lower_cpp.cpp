#include "lower/lowering.h"

namespace procsafe {

FileFacts lower_cpp(const LowerInput&) { return {}; }

}  // namespace procsafe
