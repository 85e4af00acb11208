#include "lower/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace procsafe {
namespace {

/// Longest time one parse may take. tree-sitter reads 10 MB/s and more; only pathological input
/// (error recovery on megabytes of garbage) comes near.
constexpr std::chrono::seconds kParseLimit{20};

constexpr std::string_view kMarker = "procsafe:";

/// Is what stands behind the marker meant as a command? `allow(…)` and its misspellings are, and the words other
/// linters use; a sentence that begins with the project's name, or a name in its namespace, is not.
bool commands(std::string_view rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const std::size_t end =
      std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"), rest.size());
  const std::string_view word = rest.substr(0, end);
  if (word.empty()) return false;
  constexpr std::array<std::string_view, 8> kWords{"allow",    "allow-file", "ignore", "disable",
                                                   "suppress", "noqa",       "nolint", "off"};
  return rest.substr(end).starts_with('(') || std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

struct Deadline {
  std::chrono::steady_clock::time_point end;
};

bool past_deadline(TSParseState* state) {
  return std::chrono::steady_clock::now() > static_cast<Deadline*>(state->payload)->end;
}

struct Input {
  std::string_view text;
};

const char* read_input(void* payload, uint32_t offset, TSPoint, uint32_t* size) {
  const std::string_view text = static_cast<Input*>(payload)->text;
  if (offset >= text.size()) {
    *size = 0;
    return "";
  }
  *size = static_cast<uint32_t>(text.size() - offset);
  return text.data() + offset;
}

}  // namespace

std::vector<Node> Node::children() const {
  std::vector<Node> nodes;
  for (const Node& node : all_children()) {
    if (node.named() && !ts_node_is_extra(node.raw())) nodes.push_back(node);
  }
  return nodes;
}

std::vector<Node> Node::all_children() const {
  std::vector<Node> nodes;
  if (!*this) return nodes;
  nodes.reserve(child_count());
  TSTreeCursor cursor = ts_tree_cursor_new(node_);
  for (bool more = ts_tree_cursor_goto_first_child(&cursor); more; more = ts_tree_cursor_goto_next_sibling(&cursor)) {
    nodes.emplace_back(ts_tree_cursor_current_node(&cursor));
  }
  ts_tree_cursor_delete(&cursor);
  return nodes;
}

Tree::Tree(const TSLanguage* language, std::string_view text) : text_(text) {
  const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(), &ts_parser_delete);
  if (!ts_parser_set_language(parser.get(), language)) return;
  Input source{text};
  Deadline deadline{std::chrono::steady_clock::now() + kParseLimit};
  const TSInput input{&source, &read_input, TSInputEncodingUTF8, nullptr};
  tree_.reset(ts_parser_parse_with_options(parser.get(), nullptr, input, {&deadline, &past_deadline}));
}

std::vector<SourceRange> Tree::errors(std::size_t most) const {
  std::vector<SourceRange> ranges;
  if (!root().has_error()) return ranges;
  walk(root(), [&](Node node) {
    if (ranges.size() >= most || !node.has_error()) return false;
    if (node.is("ERROR") || node.missing()) {
      ranges.push_back(node.range());
      return false;
    }
    return true;
  });
  return ranges;
}

void add_directive(const SourceFile& file, SourceRange comment, FileFacts& facts) {
  const std::string_view text = file.text_of(comment);
  const std::size_t at = text.find(kMarker);
  if (at == std::string_view::npos) return;
  // Only behind the comment sign and blanks: prose about the marker is no directive.
  if (text.substr(0, at).find_first_not_of("#/*! \t") != std::string_view::npos) return;
  std::string_view content = text.substr(at);
  content = content.substr(0, content.find_first_of("\r\n"));
  if (!commands(content.substr(kMarker.size()))) return;
  const Offset begin = comment.begin + static_cast<Offset>(at);
  const Offset line_start = begin - (file.position(begin).column - 1);
  const std::string_view before = file.text_of({line_start, comment.begin});
  facts.directives.push_back({{begin, begin + static_cast<Offset>(content.size())},
                              before.find_first_not_of(" \t") == std::string_view::npos});
}

void add_syntax_notice(const SourceFile& file, const Tree& tree, FileFacts& facts) {
  if (!tree) {
    facts.notices.push_back({Notice::Level::error, {}, "not analysed: parsing took too long"});
    return;
  }
  const std::vector<SourceRange> errors = tree.errors();
  if (errors.empty()) return;
  facts.notices.push_back({Notice::Level::error, errors.front(),
                           fmt::format("partly analysed: the syntax around line {} could not be read",
                                       file.position(errors.front().begin).line)});
}

}  // namespace procsafe
