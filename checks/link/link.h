// Names and values across files: lowers every file, lets values flow, and lowers again what that changes.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "facts/file_facts.h"
#include "link/slot_table.h"

namespace procsafe {

/// Lowers the file with number `index`; called from several threads at once, each with a `Names` of its
/// own.
using LowerFile = std::function<FileFacts(std::size_t index, Names& names)>;

/// Asked whenever nothing changes any more, with the facts of all files and what flows between them: the numbers of
/// further files that matter by now. They are lowered (again), and so is what they change. Nothing: the end.
using Extend = std::function<std::vector<std::size_t>(std::span<const FileFacts>, const SlotTable&)>;

/// Lowers `count` files on `threads` threads and joins what flows between them, to a fixed point: a
/// file is lowered again when a slot it read has changed. Returns the facts of every file, in order,
/// with the `origin` of every signal resolved. `promised` is known to flow before any file was lowered, and spares a
/// second round. The result does not depend on the number of threads.
[[nodiscard]] std::vector<FileFacts> link(std::size_t count, const LowerFile& lower, unsigned threads,
                                          std::span<const Flow> promised = {}, const Extend& extend = {});

}  // namespace procsafe
