// What of a program the catalogue asks about.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace procsafe::worker {

class Interest {
 public:
  explicit Interest(const std::vector<std::string>& names) : names_(names.begin(), names.end()) {
    for (const std::string& name : names) {
      for (std::size_t at = name.find("::"); at != std::string::npos; at = name.find("::", at + 2))
        scopes_.insert(name.substr(0, at));
    }
  }

  /// A function, method or class of the catalogue.
  [[nodiscard]] bool names(std::string_view qualified) const { return names_.contains(qualified); }
  /// A class that the catalogue names, or whose members it names.
  [[nodiscard]] bool is_class(std::string_view qualified) const {
    return names_.contains(qualified) || scopes_.contains(qualified);
  }

 private:
  std::set<std::string, std::less<>> names_;
  std::set<std::string, std::less<>> scopes_;
};

}  // namespace procsafe::worker
