#include "lower/python/names.h"

#include <algorithm>
#include <array>
#include <set>

namespace procsafe::python {
namespace {

/// Modules of CPython's standard library (sys.stdlib_module_names of 3.11): no file of the project is meant.
constexpr auto kStandardLibrary = std::to_array<std::string_view>({
    "abc",         "aifc",         "antigravity",  "argparse",   "array",       "ast",
    "asynchat",    "asyncore",     "atexit",       "audioop",    "base64",      "bdb",
    "binascii",    "bisect",       "builtins",     "bz2",        "cProfile",    "calendar",
    "cgi",         "cgitb",        "chunk",        "cmath",      "cmd",         "code",
    "codecs",      "codeop",       "collections",  "colorsys",   "compileall",  "configparser",
    "contextlib",  "contextvars",  "copy",         "copyreg",    "crypt",       "csv",
    "ctypes",      "curses",       "dataclasses",  "datetime",   "dbm",         "decimal",
    "difflib",     "dis",          "doctest",      "email",      "encodings",   "ensurepip",
    "enum",        "errno",        "faulthandler", "fcntl",      "filecmp",     "fileinput",
    "fnmatch",     "fractions",    "ftplib",       "functools",  "gc",          "genericpath",
    "getopt",      "getpass",      "gettext",      "glob",       "graphlib",    "grp",
    "gzip",        "hashlib",      "heapq",        "hmac",       "html",        "http",
    "imaplib",     "imghdr",       "imp",          "importlib",  "inspect",     "io",
    "ipaddress",   "itertools",    "json",         "keyword",    "linecache",   "locale",
    "logging",     "lzma",         "mailbox",      "mailcap",    "marshal",     "math",
    "mimetypes",   "mmap",         "modulefinder", "msilib",     "msvcrt",      "netrc",
    "nis",         "nntplib",      "ntpath",       "nturl2path", "numbers",     "opcode",
    "operator",    "optparse",     "ossaudiodev",  "pathlib",    "pdb",         "pickle",
    "pickletools", "pipes",        "pkgutil",      "platform",   "plistlib",    "poplib",
    "posixpath",   "pprint",       "profile",      "pstats",     "pwd",         "py_compile",
    "pyclbr",      "pydoc",        "pydoc_data",   "pyexpat",    "queue",       "quopri",
    "random",      "re",           "readline",     "reprlib",    "resource",    "rlcompleter",
    "runpy",       "sched",        "secrets",      "select",     "selectors",   "shelve",
    "shlex",       "shutil",       "site",         "smtpd",      "smtplib",     "sndhdr",
    "socket",      "socketserver", "spwd",         "sqlite3",    "sre_compile", "sre_constants",
    "sre_parse",   "ssl",          "stat",         "statistics", "string",      "stringprep",
    "struct",      "sunau",        "symtable",     "sys",        "sysconfig",   "syslog",
    "tabnanny",    "tarfile",      "telnetlib",    "tempfile",   "termios",     "textwrap",
    "this",        "threading",    "time",         "timeit",     "tkinter",     "token",
    "tokenize",    "tomllib",      "trace",        "traceback",  "tracemalloc", "tty",
    "turtle",      "turtledemo",   "types",        "typing",     "unicodedata", "unittest",
    "urllib",      "uu",           "uuid",         "venv",       "warnings",    "wave",
    "weakref",     "webbrowser",   "winreg",       "winsound",   "wsgiref",     "xdrlib",
    "xml",         "xmlrpc",       "zipapp",       "zipfile",    "zipimport",   "zlib",
    "zoneinfo",
});

std::string_view directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_package_file(const SourceFile& file) {
  return file.path.ends_with("__init__.py") || file.module.find('.') != std::string::npos;
}

}  // namespace

Slot module_slot(std::string_view module) {
  return {Slot::Kind::global, std::string(module) + ".procsafe_module_of_this_run", 0};
}

bool is_standard_library(std::string_view top_module) {
  return std::binary_search(kStandardLibrary.begin(), kStandardLibrary.end(), top_module);
}

std::string module_symbol(const SourceFile& file) {
  if (is_package_file(file) && !file.module.empty()) return file.module;
  return file.path.ends_with(".py") ? file.path.substr(0, file.path.size() - 3) : file.path;
}

NameTable::NameTable(const SourceFile& file, const ApiCatalog& catalog, ObjectPool& pool, SlotStore& slots)
    : file_(file), catalog_(catalog), pool_(pool), slots_(slots), in_package_(is_package_file(file)) {
  package_ = file.module;
  if (!file.path.ends_with("__init__.py")) {
    const std::size_t dot = package_.rfind('.');
    package_ = dot == std::string::npos ? std::string() : package_.substr(0, dot);
  }
}

std::string NameTable::imported_module(std::string_view written) {
  std::size_t dots = 0;
  while (dots < written.size() && written[dots] == '.') ++dots;
  std::string_view rest = written.substr(dots);
  if (dots == 0) {
    const std::string_view top = rest.substr(0, rest.find('.'));
    if (is_standard_library(top) || catalog_.is_namespace(catalog_.canonical(rest)) || is_project(rest))
      return std::string(rest);
    std::string sibling = find_sibling(rest);
    return sibling.empty() ? std::string(rest) : sibling;
  }
  std::string base = package_;
  if (!in_package_) {  // a relative import of files beside this one
    base = directory_of(file_.path);
    for (std::size_t i = 1; i < dots; ++i) base = directory_of(base);
    if (rest.empty()) return base;
    std::string path(rest);
    std::replace(path.begin(), path.end(), '.', '/');
    return base.empty() ? path : base + "/" + path;
  }
  for (std::size_t i = 1; i < dots; ++i) {
    const std::size_t dot = base.rfind('.');
    base = dot == std::string::npos ? std::string() : base.substr(0, dot);
  }
  if (rest.empty()) return base;
  return base.empty() ? std::string(rest) : base + "." + std::string(rest);
}

std::string NameTable::find_sibling(std::string_view dotted) {
  const auto [found, added] = siblings_.try_emplace(std::string(dotted));
  if (!added) return found->second;
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  std::string_view folder = directory_of(file_.path);
  // A script's own folder is on the path; roots of source trees above it often are.
  for (int level = 0; level < 6; ++level) {
    std::string candidate = folder.empty() ? path : std::string(folder) + "/" + path;
    if (slots_.read_shared(module_slot(candidate)) != nullptr) {
      found->second = std::move(candidate);
      break;
    }
    if (folder.empty()) break;
    folder = directory_of(folder);
  }
  return found->second;
}

bool NameTable::is_project(std::string_view qualified) {
  const auto [found, added] = modules_.try_emplace(std::string(qualified), false);
  if (!added) return found->second;
  const std::string_view top = qualified.substr(0, qualified.find('.'));
  if (is_standard_library(top)) return false;
  bool project = slots_.read_shared(module_slot(qualified)) != nullptr;
  const std::size_t dot = qualified.rfind('.');
  if (!project && dot != std::string_view::npos) project = is_project(qualified.substr(0, dot));
  modules_[std::string(qualified)] = project;
  return project;
}

bool NameTable::may_be_project(std::string_view qualified) const {
  const std::string_view top = qualified.substr(0, qualified.find('.'));
  return top.size() < qualified.size() && !is_standard_library(top) && !catalog_.is_namespace(top) && top != "builtins";
}

bool NameTable::is_project_class(std::string_view qualified) {
  if (!is_project(qualified)) return false;
  return slots_.read_linked({Slot::Kind::global, std::string(qualified) + ".__bases__", 0}) != nullptr;
}

const Api* NameTable::api(std::string_view qualified) const {
  if (const Api* api = catalog_.find(qualified)) return api;
  const std::size_t dot = qualified.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == qualified.size()) return nullptr;
  // Members of a module that makes a function of every command; its classes and helpers are no commands.
  const std::string_view member = qualified.substr(dot + 1);
  if ((member.front() >= 'A' && member.front() <= 'Z') || member.front() == '_' || member == "contrib") return nullptr;
  return catalog_.find(std::string(qualified.substr(0, dot)) + ".*");
}

std::string NameTable::process_base(std::string_view class_name) {
  // Files of one name, or files in the making, can make classes their own ancestors.
  std::set<std::string_view> seen;
  std::vector<std::string_view> work{class_name};
  while (!work.empty()) {
    const std::string_view name = work.back();
    work.pop_back();
    if (catalog_.find_type(name) != nullptr) return std::string(name);
    if (!seen.insert(name).second || !is_project(name)) continue;
    const Ref bases = slots_.read_linked({Slot::Kind::global, std::string(name) + ".__bases__", 0});
    if (bases == nullptr) continue;
    const auto alternatives = ObjectPool::alternatives(bases);
    for (auto base = alternatives.rbegin(); base != alternatives.rend(); ++base) {
      if ((*base)->is(Object::Kind::name)) work.push_back((*base)->name);
    }
  }
  return {};
}

Ref NameTable::member(std::string_view module, std::string_view name) {
  std::string file = std::string(module) + "/" + std::string(name);
  if (module.find('.') == std::string_view::npos && !is_project(module) &&
      slots_.read_linked(module_slot(file)) != nullptr)
    return external(file);
  return external(std::string(module) + "." + std::string(name));
}

void NameTable::forget() {
  known_.clear();
  modules_.clear();
  siblings_.clear();
}

void NameTable::alias(std::string_view dotted, std::string_view module) {
  known_.insert_or_assign(std::string(dotted), pool_.name(module));
}

Ref NameTable::external(std::string_view qualified) {
  if (const auto found = known_.find(qualified); found != known_.end()) return found->second;
  const Ref object = look_up(qualified);
  known_.emplace(std::string(qualified), object);
  return object;
}

Ref NameTable::look_up(std::string_view qualified) {
  const std::string canonical = catalog_.canonical(qualified);
  if (api(canonical) != nullptr || catalog_.find_type(canonical) != nullptr || catalog_.is_namespace(canonical))
    return pool_.name(canonical);
  if (!is_project(qualified)) return pool_.name(canonical);
  // What the module binds to the name; a name bound to itself is defined there.
  const Slot slot{Slot::Kind::global, std::string(qualified), 0};
  const Ref bound = slots_.read_shared(slot);
  // A text is judged in the file it stands in; here it is only known where it comes from.
  if (slots_.holds_text(slot)) return pool_.slot(slot, true);
  return bound != nullptr ? bound : pool_.name(qualified);
}

}  // namespace procsafe::python
