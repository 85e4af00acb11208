#include <algorithm>
#include <utility>

#include "lower/lowering.h"
#include "lower/shell/script_lowering.h"
#include "lower/tree.h"

namespace procsafe {
namespace {

using shell::Dialect;

Dialect dialect_of(const std::string& name) {
  if (name == "zsh") return Dialect::zsh;
  return name == "sh" || name == "dash" ? Dialect::posix : Dialect::bash;
}

/// Where the shell stops reading: it hands the file to another program (`exec wish "$0"`), or leaves, and what stands
/// behind is no shell text.
std::size_t end_of_script(const shell::Syntax& syntax) {
  for (const auto& statement : syntax.statements) {
    if (statement->kind != shell::Statement::Kind::simple || statement->words.empty() || statement->background)
      continue;
    const shell::Word& first = statement->words.front();
    const std::string name = first.literal() ? first.literal_text() : std::string();
    const bool itself = std::any_of(statement->words.begin(), statement->words.end(), [](const shell::Word& word) {
      return word.span.source() == "\"$0\"" || word.span.source() == "$0";
    });
    const bool unreadable = std::any_of(syntax.errors.begin(), syntax.errors.end(),
                                        [&](const SourceRange& error) { return error.begin >= statement->span.end; });
    if ((name == "exec" && itself) || (name == "exit" && unreadable)) return statement->span.end;
  }
  return syntax.text.bytes().size();
}

void cut_at(std::size_t end, shell::Syntax& syntax) {
  std::erase_if(syntax.statements, [&](const auto& statement) { return statement->span.begin >= end; });
  std::erase_if(syntax.errors, [&](const SourceRange& error) { return error.begin >= end; });
}

void add_notices(const SourceFile& file, const shell::Syntax& syntax, FileFacts& facts) {
  if (syntax.too_deep)
    facts.notices.push_back({Notice::Level::error, {}, "partly analysed: nested more deeply than is followed"});
  if (syntax.errors.empty()) return;
  const SourceRange first = syntax.errors.front();
  facts.notices.push_back({Notice::Level::error, first,
                           "partly analysed: the syntax around line " +
                               std::to_string(file.position(first.begin).line) + " could not be read"});
}

}  // namespace

FileFacts lower_shell(const LowerInput& input) {
  FileFacts facts;
  Text text;
  text.append_verbatim(input.file.text, 0);
  const Dialect dialect = dialect_of(input.file.dialect);
  std::unique_ptr<shell::Syntax> syntax = shell::read_script(std::move(text), dialect);
  cut_at(end_of_script(*syntax), *syntax);
  for (const SourceRange& comment : syntax->comments) add_directive(input.file, comment, facts);
  add_notices(input.file, *syntax, facts);
  ShellContext context;
  context.path = input.file.path;
  context.names = &input.names;
  shell::Session session(input.catalog.shell(), context, facts, dialect);
  shell::ScriptLowering script(session, input.file.path);
  static_cast<void>(script.lower(std::move(syntax), {}));
  return facts;
}

}  // namespace procsafe
