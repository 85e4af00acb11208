// From a compile command of any compiler to an invocation of Clang.
#pragma once

#include <clang/Basic/Diagnostic.h>
#include <llvm/Support/VirtualFileSystem.h>

#include <memory>
#include <string>

#include "lower/clang/protocol.h"

namespace clang {
class CompilerInvocation;
}

namespace procsafe::worker {

/// An invocation that only parses, or null when no sense can be made of the command even after everything but
/// the preprocessor's and the language's options was left out. What stood in the way goes to `diagnostics`.
[[nodiscard]] std::shared_ptr<clang::CompilerInvocation> make_invocation(
    const UnitRequest& request, const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>& files,
    const llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine>& diagnostics);

}  // namespace procsafe::worker
