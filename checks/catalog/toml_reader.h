// Strict reading of TOML tables: every key is either taken or an error.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/error.h"
#include "catalog/nearest.h"

namespace procsafe {

/// Parses TOML; throws CatalogError with `source`, line and the parser's words.
[[nodiscard]] toml::table parse_toml(std::string_view text, std::string_view source);

/// One table being read. Each accessor marks its key as known; `finish` throws CatalogError when the
/// table holds any other key, naming the nearest known one.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string_view source) : table_(table), source_(source) {}

  [[nodiscard]] std::string string(std::string_view key, std::string fallback = {});
  [[nodiscard]] std::string required_string(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback = false);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback);
  /// A string counts as a list of one; an absent key is an empty list.
  [[nodiscard]] std::vector<std::string> strings(std::string_view key);
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key);
  [[nodiscard]] const toml::node* node(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  /// The tables of an array of tables; an absent key is an empty list.
  [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);

  void finish() const;
  [[noreturn]] void fail(std::string_view key, const std::string& what) const;

 private:
  const toml::table& table_;
  std::string source_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace procsafe
