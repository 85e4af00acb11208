#include "lower/cpp/semantics_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace procsafe {
namespace {

using nlohmann::json;

json text_to_json(const std::string& text) {
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80U; });
  if (ascii) return text;
  json bytes = json::array();
  for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
  return bytes;
}

json to_json(SourceRange range) { return json::array({range.begin, range.end}); }

void put(json& object, const char* key, SourceRange range) {
  if (range != SourceRange{}) object[key] = to_json(range);
}

void put(json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text_to_json(text);
}

json to_json(const CppSemantics::Call& call);
json to_json(const CppSemantics::Reference& reference);
json to_json(const CppSemantics::Variable& variable);
json to_json(const CppSemantics::Derivation& derivation);

json to_json(const CppSemantics::Argument& argument) {
  json object = json::object();
  put(object, "range", argument.range);
  if (argument.number) object["number"] = *argument.number;
  if (argument.text) object["text"] = text_to_json(*argument.text);
  put(object, "type", argument.type);
  return object;
}

template <class T>
void put(json& object, const char* key, const std::vector<T>& elements) {
  if (elements.empty()) return;
  json& array = object[key] = json::array();
  for (const T& element : elements) array.push_back(to_json(element));
}

json to_json(const CppSemantics::Call& call) {
  json object = json::object();
  put(object, "range", call.range);
  put(object, "callee", call.callee);
  if (call.project) object["project"] = true;
  put(object, "receiver_type", call.receiver_type);
  put(object, "receiver", call.receiver);
  put(object, "arguments", call.arguments);
  put(object, "macro", call.macro);
  put(object, "macro_path", call.macro_path);
  put(object, "macro_definition", call.macro_definition);
  return object;
}

json to_json(const CppSemantics::Reference& reference) {
  json object = json::object();
  put(object, "range", reference.range);
  put(object, "name", reference.name);
  return object;
}

json to_json(const CppSemantics::Variable& variable) {
  json object = json::object();
  put(object, "declaration", variable.declaration);
  put(object, "type", variable.type);
  return object;
}

json to_json(const CppSemantics::Derivation& derivation) {
  json object = json::object();
  put(object, "type", derivation.type);
  put(object, "base", derivation.base);
  return object;
}

/// Reads the members of one object and refuses what it does not know.
class ObjectReader {
 public:
  ObjectReader(const json& object, const char* what) : object_(object), what_(what) {
    if (!object.is_object()) throw SemanticsJsonError(fmt::format("{} is no object", what));
  }

  void expect_only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail(key, "is not a known key");
    }
  }

  void read(const char* key, std::string& text) const {
    if (const json* value = find(key)) text = read_text(*value, key);
  }
  void read(const char* key, std::optional<std::string>& text) const {
    if (const json* value = find(key)) text = read_text(*value, key);
  }
  void read(const char* key, std::optional<std::int64_t>& number) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > kMaxNumber))
      fail(key, "is no 64-bit number");
    number = value->get<std::int64_t>();
  }
  void read(const char* key, bool& flag) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) fail(key, "is neither true nor false");
    flag = value->get<bool>();
  }
  void read(const char* key, SourceRange& range) const {
    if (const json* value = find(key)) range = read_range(*value, key);
  }
  void read(const char* key, std::vector<SourceRange>& ranges) const {
    for (const json& element : array(key)) ranges.push_back(read_range(element, key));
  }
  template <class T>
  void read(const char* key, std::vector<T>& elements) const {
    for (const json& element : array(key)) elements.push_back(from_json(element, T{}));
  }

 private:
  static constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

  template <class T>
  static T from_json(const json& element, T empty);

  [[noreturn]] void fail(std::string_view key, std::string_view problem) const {
    throw SemanticsJsonError(fmt::format("'{}' of {} {}", key, what_, problem));
  }

  const json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  const json& array(const char* key) const {
    static const json none = json::array();
    const json* value = find(key);
    if (value == nullptr) return none;
    if (!value->is_array()) fail(key, "is no array");
    return *value;
  }

  std::string read_text(const json& value, const char* key) const {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) fail(key, "is no text");
    std::string bytes;
    for (const json& byte : value) {
      if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 0xFF) fail(key, "holds something that is no byte");
      bytes.push_back(static_cast<char>(byte.get<unsigned char>()));
    }
    return bytes;
  }

  SourceRange read_range(const json& value, const char* key) const {
    const auto offset = [&](const json& number) {
      if (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::numeric_limits<Offset>::max())
        fail(key, "holds something that is no offset");
      return number.get<Offset>();
    };
    if (!value.is_array() || value.size() != 2) fail(key, "is no pair of offsets");
    const SourceRange range{offset(value[0]), offset(value[1])};
    if (range.end < range.begin) fail(key, "ends before it begins");
    return range;
  }

  const json& object_;
  const char* what_;
};

template <>
CppSemantics::Argument ObjectReader::from_json(const json& element, CppSemantics::Argument argument) {
  const ObjectReader reader(element, "an argument");
  reader.expect_only({"range", "number", "text", "type"});
  reader.read("range", argument.range);
  reader.read("number", argument.number);
  reader.read("text", argument.text);
  reader.read("type", argument.type);
  return argument;
}

template <>
CppSemantics::Call ObjectReader::from_json(const json& element, CppSemantics::Call call) {
  const ObjectReader reader(element, "a call");
  reader.expect_only({"range", "callee", "project", "receiver_type", "receiver", "arguments", "macro", "macro_path",
                      "macro_definition"});
  reader.read("range", call.range);
  reader.read("callee", call.callee);
  reader.read("project", call.project);
  reader.read("receiver_type", call.receiver_type);
  reader.read("receiver", call.receiver);
  reader.read("arguments", call.arguments);
  reader.read("macro", call.macro);
  reader.read("macro_path", call.macro_path);
  reader.read("macro_definition", call.macro_definition);
  return call;
}

template <>
CppSemantics::Reference ObjectReader::from_json(const json& element, CppSemantics::Reference reference) {
  const ObjectReader reader(element, "a reference");
  reader.expect_only({"range", "name"});
  reader.read("range", reference.range);
  reader.read("name", reference.name);
  return reference;
}

template <>
CppSemantics::Variable ObjectReader::from_json(const json& element, CppSemantics::Variable variable) {
  const ObjectReader reader(element, "a variable");
  reader.expect_only({"declaration", "type"});
  reader.read("declaration", variable.declaration);
  reader.read("type", variable.type);
  return variable;
}

template <>
CppSemantics::Derivation ObjectReader::from_json(const json& element, CppSemantics::Derivation derivation) {
  const ObjectReader reader(element, "a derivation");
  reader.expect_only({"type", "base"});
  reader.read("type", derivation.type);
  reader.read("base", derivation.base);
  return derivation;
}

}  // namespace

json semantics_to_json(const CppSemantics& semantics) {
  json object = json::object();
  put(object, "calls", semantics.calls);
  put(object, "references", semantics.references);
  put(object, "variables", semantics.variables);
  put(object, "derivations", semantics.derivations);
  put(object, "inactive", semantics.inactive);
  put(object, "unknown", semantics.unknown);
  return object;
}

CppSemantics semantics_from_json(const json& json) {
  CppSemantics semantics;
  const ObjectReader reader(json, "the semantics of a file");
  reader.expect_only({"calls", "references", "variables", "derivations", "inactive", "unknown"});
  reader.read("calls", semantics.calls);
  reader.read("references", semantics.references);
  reader.read("variables", semantics.variables);
  reader.read("derivations", semantics.derivations);
  reader.read("inactive", semantics.inactive);
  reader.read("unknown", semantics.unknown);
  return semantics;
}

}  // namespace procsafe
