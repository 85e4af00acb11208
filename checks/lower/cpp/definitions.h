// Where variables and fields get their values.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lower/cpp/unit.h"

namespace procsafe::cpp {

/// Something that holds a value: a variable, or a field of one (`job.child.pid`), or of `*this`.
struct Place {
  std::uint32_t variable = none;  ///< index into the declarations; none: a member of `*this`, or undeclared
  std::string path;               ///< fields, `.child.pid`; elements of arrays and containers are the whole
  [[nodiscard]] bool valid() const { return variable != none || !path.empty(); }
  auto operator<=>(const Place&) const = default;
};

/// One way a place may get a value.
struct Definition {
  enum class How : std::uint8_t {
    value,          ///< `x = value`
    element,        ///< `x[i] = value`, `x.push_back(value)`: added to what was there
    appended,       ///< `s += value`, `os << value`
    range_element,  ///< `for (x : value)`
    argument,       ///< stands as argument `index` of the call `value`, which may write it
    extracted,      ///< `stream >> x`: `value` is the stream
    changed,        ///< `++x`, `x -= 1`: no longer what it was
  };
  How how = How::value;
  Syntax at;
  Syntax value;
  std::size_t index = 0;
  bool by_address = false;  ///< of an argument: `&x`
};

/// Says whether a definition of kind `argument` writes the place.
using Writes = std::function<bool(const Definition&)>;

class DefinitionTable {
 public:
  explicit DefinitionTable(const Unit& unit);

  /// The place an expression names, or an invalid one. `*p`, `p[i]` and `&x` are the place of `p` and `x`.
  [[nodiscard]] Place place_of(Syntax expression) const;
  /// Everything that may define a place, in document order.
  [[nodiscard]] const std::vector<Definition>& all(const Place& place) const;
  struct Reaching {
    std::vector<const Definition*> definitions;  ///< in document order
    bool complete = false;                       ///< one of them surely ran before the use
  };
  /// The definitions in the function around `use` that may reach it.
  [[nodiscard]] Reaching reaching(const Place& place, Syntax use, const Writes& writes) const;
  [[nodiscard]] const std::map<Place, std::vector<Definition>>& entries() const { return entries_; }

 private:
  void add(const Place& place, Definition definition);
  void read_variable(const Variable& variable);
  void read_assignment(Syntax node);
  void read_arguments(Syntax node, const std::vector<Syntax>& arguments);
  void read_insertion(Syntax node, Syntax callee);
  void read_method(Syntax node);
  void read_shift(Syntax node);

  const Unit& unit_;
  std::map<Place, std::vector<Definition>> entries_;
};

}  // namespace procsafe::cpp
