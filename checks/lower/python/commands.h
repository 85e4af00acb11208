// The commands spawns run: their text goes to the shell lowering, here or where it comes from.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lower/lowering.h"
#include "lower/python/arguments.h"
#include "lower/python/object.h"
#include "lower/python/slots.h"
#include "lower/python/strings.h"

namespace procsafe::python {

/// What is known of a command.
struct Command {
  ShellSummary summary;
  bool shell = false;  ///< a shell runs it: shell=True, `sh -c`
  bool nohup = false;  ///< nohup or setsid starts it: it is to outlive its parent
  bool known = false;
  /// The command as a template, when some of it is a parameter of the function around; null: it is not.
  Ref carried = nullptr;
};

/// The call that runs a command.
struct CommandSite {
  Node call;
  std::string_view symbol;  ///< the function around it
};

class Commands {
 public:
  Commands(const LowerInput& input, ObjectPool& pool, SlotStore& slots) : input_(input), pool_(pool), slots_(slots) {}

  /// Lowers the command of a call; the operations it holds are appended to `found`. A command that is made of a
  /// parameter, or of a constant of another file, is carried to where that comes from (X1, X2).
  Command lower(const Api& api, const Arguments& arguments, const CommandSite& site, std::vector<OperationFact>& found);

  /// What a function does with the text it is given as parameter `index`, as templates in which that parameter (and
  /// others) are holes; null: it does not run it.
  Ref templates(const std::string& function, std::uint32_t index);
  /// Of pids in what a carried command prints.
  Origin output_of(Ref templ, const CommandSite& site);
  /// Is something in the command a parameter of a function?
  [[nodiscard]] static bool holds_parameter(Ref command);
  /// A template with its holes filled by `value_of(hole)`, or null when nothing was filled in. Text of the template
  /// itself stands at `place`.
  template <class ValueOf>
  Ref fill(Ref command, SourceRange place, ValueOf value_of);
  /// Lowers a filled template; only operations that the template does not hold by itself are found, and they stand
  /// in the filled-in text, or at `argument` where they are made of both.
  void lower_filled(Ref templ, Ref filled, Node argument, const CommandSite& site, std::vector<OperationFact>& found);

 private:
  Command lower_words(const Api& api, const Arguments& arguments, const CommandSite& site,
                      std::vector<OperationFact>& found);
  void lower_one(Ref command, bool script, const CommandSite& site, Command& result, std::vector<OperationFact>& found);
  void lower_text(const Text& text, const CommandSite& site, Command& result, std::vector<OperationFact>& found);
  void lower_vector(std::span<const Ref> argv, bool open, const CommandSite& site, Command& result,
                    std::vector<OperationFact>& found);
  /// Lets the command flow to the parameters and foreign constants it is made of.
  void carry(Ref command, bool script, SourceRange place);
  [[nodiscard]] ShellContext around(const CommandSite& site) const;

  const LowerInput& input_;
  ObjectPool& pool_;
  SlotStore& slots_;
};

/// A stretch of a text: constant bytes, or what stands in a hole.
struct TextPart {
  std::string_view bytes;
  Ref hole = nullptr;
};
[[nodiscard]] std::vector<TextPart> parts_of(Ref text);

template <class ValueOf>
Ref Commands::fill(Ref command, SourceRange place, ValueOf value_of) {
  switch (command->kind) {
    case Object::Kind::slot: return value_of(command);
    case Object::Kind::text: {
      TextBuilder builder(pool_, slots_);
      bool any = false;
      for (const TextPart& part : parts_of(command)) {
        const Ref value = part.hole != nullptr && part.hole->is(Object::Kind::slot) ? value_of(part.hole) : nullptr;
        any = any || value != nullptr;
        if (part.hole == nullptr) {
          builder.text().append_synthetic(part.bytes, place.begin);
        } else {
          builder.append_words(value != nullptr ? value : part.hole, place);
        }
      }
      return any ? builder.take() : nullptr;
    }
    case Object::Kind::sequence: {
      std::vector<Ref> elements;
      bool any = false;
      bool open = false;
      for (const Ref element : command->elements) {
        const Ref value = fill(element, place, value_of);
        any = any || value != nullptr;
        // The list is as open as what is put into it; what holds no parameter says nothing about that.
        if (value != nullptr) open = open || !value->is(Object::Kind::sequence) || value->open;
        // `[*prefix, *words]`: a list takes the place of one element.
        if (value != nullptr && value->is(Object::Kind::sequence)) {
          elements.insert(elements.end(), value->elements.begin(), value->elements.end());
        } else {
          elements.push_back(value != nullptr ? value : element);
        }
      }
      return any ? pool_.sequence(std::move(elements), command->open && open) : nullptr;
    }
    default: return nullptr;
  }
}

}  // namespace procsafe::python
