#include "invocation.h"

#include <clang/Driver/Options.h>
#include <clang/Driver/ToolChain.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Frontend/Utils.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Option/ArgList.h>
#include <llvm/Option/OptTable.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Program.h>

#include <algorithm>
#include <array>
#include <vector>

namespace procsafe::worker {
namespace {

namespace options = clang::driver::options;
using llvm::opt::Arg;

bool has_builtin_headers(const std::string& resources) {
  llvm::SmallString<256> header(resources);
  llvm::sys::path::append(header, "include", "stddef.h");
  return llvm::sys::fs::exists(header);
}

/// The folder `lib/clang/19` beside the folder of a program.
std::string resources_beside(llvm::StringRef program) {
  llvm::SmallString<256> real;
  if (program.empty() || llvm::sys::fs::real_path(program, real)) return {};
  llvm::SmallString<256> folder(llvm::sys::path::parent_path(llvm::sys::path::parent_path(real)));
  llvm::sys::path::append(folder, "lib", "clang", PROCSAFE_CLANG_MAJOR);
  return std::string(folder);
}

/// Clang's own headers (stddef.h, immintrin.h): shipped beside this program, where it was built, or beside a
/// Clang of the same version on PATH. Empty: nowhere.
std::string find_resources() {
  const auto program = [](const char* name) {
    const llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName(name);
    return found ? *found : std::string{};
  };
  const std::array candidates{
      resources_beside(llvm::sys::fs::getMainExecutable(nullptr, nullptr)),
      std::string(PROCSAFE_LLVM_LIBRARIES "/clang/" PROCSAFE_CLANG_MAJOR),
      resources_beside(program("clang-" PROCSAFE_CLANG_MAJOR)),
      resources_beside(program("clang")),
  };
  const auto found = std::find_if(candidates.begin(), candidates.end(), has_builtin_headers);
  return found == candidates.end() ? std::string{} : *found;
}

/// What decides how the text reads: the language, and everything that reaches the preprocessor.
bool shapes_the_text(const Arg& argument) {
  const llvm::opt::Option& option = argument.getOption();
  if (option.getKind() == llvm::opt::Option::InputClass) return true;
  if (option.matches(options::OPT_I_Group) || option.matches(options::OPT_clang_i_Group)) return true;
  constexpr std::array kKept{options::OPT_D,        options::OPT_U,           options::OPT_std_EQ,    options::OPT_x,
                             options::OPT_isysroot, options::OPT__sysroot_EQ, options::OPT_target,    options::OPT_m32,
                             options::OPT_m64,      options::OPT_nostdinc,    options::OPT_nostdincxx};
  return std::any_of(kKept.begin(), kKept.end(), [&](auto id) { return option.matches(id); });
}

/// Would write, read or replace other files, or only prints.
bool does_something_else(const Arg& argument) {
  constexpr std::array kDropped{options::OPT_o,
                                options::OPT_M_Group,
                                options::OPT_include_pch,
                                options::OPT_emit_llvm,
                                options::OPT_c,
                                options::OPT_S,
                                options::OPT_E,
                                options::OPT_Xclang,
                                options::OPT_fmodules,
                                options::OPT_fmodule_file,
                                options::OPT_plugin_arg,
                                options::OPT_fplugin_EQ,
                                options::OPT_save_temps_EQ,
                                options::OPT_save_temps,
                                options::OPT_resource_dir,
                                options::OPT_resource_dir_EQ,
                                options::OPT__HASH_HASH_HASH,
                                options::OPT_v};
  return std::any_of(kDropped.begin(), kDropped.end(), [&](auto id) { return argument.getOption().matches(id); });
}

/// The command's arguments that Clang knows and that matter here. `least`: only those without which the text
/// would read otherwise.
std::vector<std::string> usable_arguments(const std::vector<std::string>& command, bool least) {
  std::vector<const char*> raw;
  for (std::size_t i = 1; i < command.size(); ++i) raw.push_back(command[i].c_str());
  unsigned missing_index = 0;
  unsigned missing_count = 0;
  const bool cl = llvm::StringRef(llvm::sys::path::stem(command.front())).ends_with("cl");
  const llvm::opt::InputArgList parsed = clang::driver::getDriverOptTable().ParseArgs(
      raw, missing_index, missing_count, llvm::opt::Visibility(cl ? options::CLOption : options::ClangOption));
  std::vector<std::string> arguments;
  for (const Arg* argument : parsed) {
    const bool unknown = argument->getOption().matches(options::OPT_UNKNOWN);
    if (unknown || does_something_else(*argument) || (least && !shapes_the_text(*argument))) continue;
    llvm::opt::ArgStringList rendered;
    argument->render(parsed, rendered);
    arguments.insert(arguments.end(), rendered.begin(), rendered.end());
  }
  return arguments;
}

std::vector<std::string> clang_command(const UnitRequest& request, const std::string& resources, bool least) {
  // Named like a Clang of the installation, so that the driver finds what lies beside it (libc++).
  std::vector<std::string> command{PROCSAFE_LLVM_TOOLS "/clang"};
  const std::string& compiler = request.arguments.front();
  const auto mode = clang::driver::ToolChain::getTargetAndModeFromProgramName(llvm::sys::path::filename(compiler));
  if (mode.TargetIsValid) command.push_back("--target=" + mode.TargetPrefix);
  if (mode.DriverMode != nullptr) command.emplace_back(mode.DriverMode);
  std::vector<std::string> arguments = usable_arguments(request.arguments, least);
  command.insert(command.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  if (!resources.empty()) command.push_back("-resource-dir=" + resources);
  command.insert(command.end(), {"-fsyntax-only", "-w", "-Wno-unknown-warning-option", "-Qunused-arguments"});
  // Old C that other compilers accept: an error here would only hide what follows.
  for (const char* warning : {"implicit-function-declaration", "implicit-int", "int-conversion",
                              "incompatible-pointer-types", "incompatible-function-pointer-types", "return-type"})
    command.push_back(std::string("-Wno-error=") + warning);
  return command;
}

}  // namespace

std::shared_ptr<clang::CompilerInvocation> make_invocation(
    const UnitRequest& request, const llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>& files,
    const llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine>& diagnostics) {
  if (request.arguments.empty()) return nullptr;
  const std::string resources = find_resources();
  for (const bool least : {false, true}) {
    const std::vector<std::string> command = clang_command(request, resources, least);
    std::vector<const char*> raw;
    for (const std::string& argument : command) raw.push_back(argument.c_str());
    clang::CreateInvocationOptions how;
    how.Diags = diagnostics;
    how.VFS = files;
    std::shared_ptr<clang::CompilerInvocation> invocation = clang::createInvocation(raw, std::move(how));
    if (invocation != nullptr && !diagnostics->hasErrorOccurred()) return invocation;
    if (least) break;
    diagnostics->Reset(/*soft=*/true);
    diagnostics->getClient()->clear();
  }
  return nullptr;
}

}  // namespace procsafe::worker
