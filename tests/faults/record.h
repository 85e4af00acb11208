// What a campaign writes down, and the tables made of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace procsafe::faults {

struct Record {
  std::uint64_t trial = 0;
  std::string tier;
  std::string fault;
  std::string shape;
  std::string user;
  bool valid = false;
  unsigned leaks = 0;
  double empty_ms = 0;
  std::string note;
  std::string kernel;
};

std::string to_json(const Record& record);
/// The records of a file that is not there are none. Throws on a line that is no record.
std::vector<Record> read_records(const std::string& path);

/// Plain text for the terminal.
std::string summarise(const std::vector<Record>& records);
/// The tables of docs/campaign.md.
std::string report(const std::vector<Record>& records);

}  // namespace procsafe::faults
