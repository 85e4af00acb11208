#include "catalog/toml_reader.h"

#include <fmt/format.h>

namespace procsafe {

toml::table parse_toml(std::string_view text, std::string_view source) {
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    throw CatalogError(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
}

void TomlReader::fail(std::string_view key, const std::string& what) const {
  const toml::node* found = table_.get(key);
  const auto line = found != nullptr ? found->source().begin.line : table_.source().begin.line;
  throw CatalogError(fmt::format("{}:{}: '{}' {}", source_, line, key, what));
}

const toml::node* TomlReader::node(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

std::string TomlReader::string(std::string_view key, std::string fallback) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto* text = found->as_string()) return text->get();
  fail(key, "must be a string");
}

std::string TomlReader::required_string(std::string_view key) {
  if (node(key) == nullptr) fail(key, "is missing");
  return string(key);
}

bool TomlReader::boolean(std::string_view key, bool fallback) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto* value = found->as_boolean()) return value->get();
  fail(key, "must be true or false");
}

std::int64_t TomlReader::integer(std::string_view key, std::int64_t fallback) {
  const toml::node* found = node(key);
  if (found == nullptr) return fallback;
  if (const auto* value = found->as_integer()) return value->get();
  fail(key, "must be a whole number");
}

std::vector<std::string> TomlReader::strings(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return {};
  if (const auto* text = found->as_string()) return {text->get()};
  const auto* array = found->as_array();
  if (array == nullptr) fail(key, "must be a string or a list of strings");
  std::vector<std::string> values;
  for (const toml::node& element : *array) {
    const auto* text = element.as_string();
    if (text == nullptr) fail(key, "must be a list of strings");
    values.push_back(text->get());
  }
  return values;
}

std::vector<std::int64_t> TomlReader::integers(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return {};
  if (const auto* value = found->as_integer()) return {value->get()};
  const auto* array = found->as_array();
  if (array == nullptr) fail(key, "must be a whole number or a list of them");
  std::vector<std::int64_t> values;
  for (const toml::node& element : *array) {
    const auto* value = element.as_integer();
    if (value == nullptr) fail(key, "must be a list of whole numbers");
    values.push_back(value->get());
  }
  return values;
}

std::vector<const toml::table*> TomlReader::tables(std::string_view key) {
  const toml::node* found = node(key);
  if (found == nullptr) return {};
  const auto* array = found->as_array();
  if (array == nullptr) fail(key, "must be an array of tables");
  std::vector<const toml::table*> values;
  for (const toml::node& element : *array) {
    const auto* table = element.as_table();
    if (table == nullptr) fail(key, "must be an array of tables");
    values.push_back(table);
  }
  return values;
}

void TomlReader::finish() const {
  for (const auto& [key, value] : table_) {
    if (known_.contains(key.str())) continue;
    const std::string near = nearest(key.str(), {known_.begin(), known_.end()});
    fail(key.str(), near.empty() ? "is not a known key" : fmt::format("is not a known key; did you mean '{}'?", near));
  }
}

}  // namespace procsafe
