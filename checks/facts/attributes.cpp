#include "facts/attributes.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace procsafe {
namespace {

using Names = std::string_view;

constexpr std::array kOperation{Names("spawn"),  Names("wait"),    Names("signal"),
                                Names("search"), Names("handler"), Names("exit"),
                                Names("definition")};
constexpr std::array kForm{Names("call"), Names("reference"), Names("loop"), Names("client"), Names("text"), Names("import")};
constexpr std::array kInterface{Names("library"), Names("shell")};
constexpr std::array kTimeout{Names("not-applicable"), Names("absent"),  Names("none"),
                              Names("impossible"),     Names("bounded"), Names("unknown")};
constexpr std::array kOrigin{Names("not-applicable"), Names("self"),     Names("own-group"), Names("verified"),
                             Names("child"),          Names("literal"),  Names("parameter"), Names("parent"),
                             Names("unknown"),        Names("pid-file"), Names("searched"),  Names("everyone")};
constexpr std::array kSignal{Names("not-applicable"), Names("none"),  Names("graceful"),
                             Names("forceful"),       Names("other"), Names("unknown")};
constexpr std::array kLifetime{Names("not-applicable"), Names("scoped"),    Names("waited"),   Names("returned"),
                               Names("held"),           Names("discarded"), Names("untracked")};
constexpr std::array kOutcome{Names("not-applicable"), Names("checked"), Names("unchecked"), Names("dropped"),
                              Names("unknown")};
constexpr std::array kFlag{Names("no"), Names("yes")};

constexpr std::array<AttributeInfo, attribute_count> kAttributes{{
    {Attribute::operation, "operation", kOperation},
    {Attribute::form, "form", kForm},
    {Attribute::interface, "interface", kInterface},
    {Attribute::timeout, "timeout", kTimeout},
    {Attribute::origin, "origin", kOrigin},
    {Attribute::signal, "signal", kSignal},
    {Attribute::lifetime, "lifetime", kLifetime},
    {Attribute::outcome, "outcome", kOutcome},
    {Attribute::blocking, "blocking", kFlag},
    {Attribute::sanctioned, "sanctioned", kFlag},
    {Attribute::preceded, "preceded", kFlag},
    {Attribute::held_beyond, "held-beyond", kFlag},
    {Attribute::cleanup, "cleanup", kFlag},
    {Attribute::in_async, "in-async", kFlag},
    {Attribute::reaped, "reaped", kFlag},
    {Attribute::swallowed, "swallowed", kFlag},
    {Attribute::leader_only, "leader-only", kFlag},
    {Attribute::leaves_child, "leaves-child", kFlag},
    {Attribute::pipe_unread, "pipe-unread", kFlag},
    {Attribute::fallback, "fallback", kFlag},
    {Attribute::preexec, "preexec", kFlag},
    {Attribute::partial_cleanup, "partial-cleanup", kFlag},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kAttributes.size(); ++i) {
    if (static_cast<std::size_t>(kAttributes[i].attribute) != i) return false;
  }
  return true;
}
static_assert(in_order(), "kAttributes is indexed by Attribute");

int severity_of(Origin origin) {
  switch (origin) {
    case Origin::everyone:
    case Origin::searched: return 4;
    case Origin::pid_file: return 3;
    case Origin::literal:
    case Origin::parameter:
    case Origin::parent:
    case Origin::unknown: return 2;
    case Origin::child: return 1;
    case Origin::verified:
    case Origin::own_group:
    case Origin::self:
    case Origin::not_applicable: return 0;
  }
  return 0;
}

}  // namespace

std::span<const AttributeInfo> attributes() { return kAttributes; }

const AttributeInfo* find_attribute(std::string_view name) {
  const auto* found = std::find_if(kAttributes.begin(), kAttributes.end(),
                                   [&](const AttributeInfo& info) { return info.name == name; });
  return found == kAttributes.end() ? nullptr : found;
}

std::optional<std::uint8_t> find_value(const AttributeInfo& info, std::string_view name) {
  const auto found = std::find(info.values.begin(), info.values.end(), name);
  if (found == info.values.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - info.values.begin());
}

Origin worse(Origin a, Origin b) {
  const int left = severity_of(a);
  const int right = severity_of(b);
  if (left != right) return left > right ? a : b;
  return std::max(a, b);
}

Signal classify_signal(std::int64_t number) {
  // Numbers of Linux on x86, ARM and most others (signal(7)); 1, 2, 3, 6, 9, 14 and 15 are also
  // fixed by POSIX for kill(1).
  switch (number) {
    case 0: return Signal::none;
    case 9: return Signal::forceful;
    case 1:
    case 2:
    case 3:
    case 6:
    case 15: return Signal::graceful;
    default: return number > 0 && number <= 64 ? Signal::other : Signal::unknown;
  }
}

Signal classify_signal(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  if (name.starts_with("SIG")) name.erase(0, 3);
  std::int64_t number = 0;
  const char* end = name.data() + name.size();
  if (!name.empty() && std::from_chars(name.data(), end, number).ptr == end) return classify_signal(number);
  constexpr std::array kGraceful{Names("TERM"), Names("INT"),  Names("QUIT"),
                                 Names("HUP"),  Names("ABRT"), Names("BREAK")};
  constexpr std::array kOther{Names("STOP"), Names("CONT"), Names("TSTP"),   Names("USR1"), Names("USR2"),
                              Names("CHLD"), Names("CLD"),  Names("WINCH"),  Names("ALRM"), Names("PIPE"),
                              Names("TTIN"), Names("TTOU"), Names("URG"),    Names("IO"),   Names("POLL"),
                              Names("PWR"),  Names("TRAP"), Names("BUS"),    Names("FPE"),  Names("SEGV"),
                              Names("ILL"),  Names("SYS"),  Names("VTALRM"), Names("PROF"), Names("XCPU"),
                              Names("XFSZ"), Names("INFO"), Names("STKFLT"), Names("EMT")};
  if (name == "KILL") return Signal::forceful;
  if (name == "EXIT" || name == "NULL") return Signal::none;
  if (std::find(kGraceful.begin(), kGraceful.end(), name) != kGraceful.end()) return Signal::graceful;
  if (std::find(kOther.begin(), kOther.end(), name) != kOther.end() || name.starts_with("RT")) return Signal::other;
  return Signal::unknown;
}

}  // namespace procsafe
