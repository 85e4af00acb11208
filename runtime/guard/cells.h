// What the guard and its cells share in memory: which cell is free.
#pragma once

#include <cstdint>

#include "wire/run_record.h"

namespace procsafe::guard {

using wire::CellState;
using wire::CellTable;
using wire::max_cells;

/// More idle cells than this end themselves: they only save the fork of the next spawn.
inline constexpr std::uint32_t max_idle_cells = 4;

/// The life of a cell, entered after fork: serves one command after the other. Descriptors are as in system.h.
[[noreturn]] void run_cell(CellTable& table, std::uint32_t slot);

}  // namespace procsafe::guard
