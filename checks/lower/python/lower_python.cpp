#include "lower/lowering.h"

namespace procsafe {

FileFacts lower_python(const LowerInput&) { return {}; }

}  // namespace procsafe
