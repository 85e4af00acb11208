#include "lower/clang/function_body.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace procsafe {
namespace {

class ExtentFinder {
 public:
  ExtentFinder(std::string_view text, std::span<const CppToken> tokens) : text_(text), tokens_(tokens) {}

  std::optional<SourceRange> find(Offset name) {
    at_ = static_cast<std::size_t>(
        std::lower_bound(tokens_.begin(), tokens_.end(), text_.data() + name,
                         [](const CppToken& token, const char* place) { return token.text.data() < place; }) -
        tokens_.begin());
    for (; at_ < tokens_.size(); ++at_) {
      if (!step()) return std::nullopt;
      if (closed_ && !goes_on()) {
        const CppToken& last = tokens_[at_];
        return SourceRange{name, static_cast<Offset>(last.text.data() + last.text.size() - text_.data())};
      }
    }
    return std::nullopt;
  }

 private:
  struct Branch {
    int depth;                        ///< of braces, where the conditional begins
    std::optional<int> first_branch;  ///< and where its first branch ends
    bool has_else = false;
  };

  /// False when the function cannot be followed.
  bool step() {
    const CppToken& here = tokens_[at_];
    if (here.kind == CppToken::Kind::directive) return directive();
    if (here.is("(")) ++parentheses_;
    if (here.is(")")) --parentheses_;
    if (parentheses_ > 0) return true;
    if (here.is(";") && depth_ == 0) return false;  // a declaration
    if (here.is("{")) ++depth_;
    closed_ = false;
    if (here.is("}")) {
      closed_ = --depth_ == 0;
      if (depth_ < 0) return false;
    }
    return !(closed_ && !branches_.empty());
  }

  /// `try { … } catch (…) { … }` around a whole body.
  [[nodiscard]] bool goes_on() const { return at_ + 1 < tokens_.size() && tokens_[at_ + 1].is("catch"); }

  bool directive() {
    const std::string_view kind = at_ + 1 < tokens_.size() ? tokens_[at_ + 1].text : std::string_view{};
    while (at_ < tokens_.size() && tokens_[at_].kind != CppToken::Kind::line_end) ++at_;
    if (kind == "if" || kind == "ifdef" || kind == "ifndef") {
      branches_.push_back({depth_, std::nullopt, false});
    } else if (kind.starts_with("el") && !branches_.empty()) {
      if (!agrees()) return false;
      depth_ = branches_.back().depth;
      branches_.back().has_else = kind == "else";
    } else if (kind == "endif" && !branches_.empty()) {
      // Without an else, the text may also be left out.
      const bool same = agrees() && (branches_.back().has_else || depth_ == branches_.back().depth);
      if (!same) return false;
      branches_.pop_back();
    }
    return true;
  }

  /// Do all branches so far end at the same depth?
  bool agrees() {
    Branch& branch = branches_.back();
    if (!branch.first_branch) branch.first_branch = depth_;
    return *branch.first_branch == depth_;
  }

  std::string_view text_;
  std::span<const CppToken> tokens_;
  std::size_t at_ = 0;
  int parentheses_ = 0;
  int depth_ = 0;
  bool closed_ = false;
  std::vector<Branch> branches_;
};

}  // namespace

std::optional<SourceRange> function_extent(std::string_view text, std::span<const CppToken> tokens, Offset name) {
  return ExtentFinder(text, tokens).find(name);
}

}  // namespace procsafe
