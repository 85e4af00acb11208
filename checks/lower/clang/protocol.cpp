#include "lower/clang/protocol.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lower/cpp/semantics_json.h"

namespace procsafe {
namespace {

using nlohmann::json;

/// Version of the exchange: a worker of another build must not be half understood.
constexpr int kProtocolVersion = 1;

std::string dump(const json& message) { return message.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Calls `read` with the parsed object; whatever goes wrong there becomes a ProtocolError.
template <class Read>
auto read_message(const std::string& text, const char* what, std::size_t members, Read read) {
  try {
    const json message = json::parse(text);
    if (!message.is_object() || message.size() != members) throw ProtocolError(fmt::format("this is no {}", what));
    if (message.at("version").get<int>() != kProtocolVersion)
      throw ProtocolError(fmt::format("the {} is of another version", what));
    return read(message);
  } catch (const json::exception& error) {
    throw ProtocolError(fmt::format("this is no {}: {}", what, error.what()));
  } catch (const SemanticsJsonError& error) {
    throw ProtocolError(fmt::format("this is no {}: {}", what, error.what()));
  }
}

}  // namespace

std::string write_request(const UnitRequest& request) {
  json wanted = json::object();
  for (const WantedFile& file : request.wanted) wanted[file.path] = file.places ? json(*file.places) : json(nullptr);
  return dump({{"version", kProtocolVersion},
               {"directory", request.directory},
               {"file", request.file},
               {"arguments", request.arguments},
               {"names", request.names},
               {"roots", request.roots},
               {"wanted", std::move(wanted)}});
}

std::string write_reply(const UnitReply& reply) {
  json files = json::object();
  for (const auto& [path, semantics] : reply.files) files[path] = semantics_to_json(semantics);
  return dump({{"version", kProtocolVersion},
               {"files", std::move(files)},
               {"diagnostics", reply.diagnostics},
               {"errors", reply.errors},
               {"failure", reply.failure}});
}

UnitRequest read_request(const std::string& text) {
  return read_message(text, "request", 7, [](const json& message) {
    UnitRequest request;
    message.at("directory").get_to(request.directory);
    message.at("file").get_to(request.file);
    message.at("arguments").get_to(request.arguments);
    message.at("names").get_to(request.names);
    message.at("roots").get_to(request.roots);
    for (const auto& [path, places] : message.at("wanted").items()) {
      request.wanted.push_back({path, {}});
      if (!places.is_null()) request.wanted.back().places = places.get<std::vector<Offset>>();
    }
    return request;
  });
}

UnitReply read_reply(const std::string& text) {
  return read_message(text, "reply", 5, [](const json& message) {
    UnitReply reply;
    for (const auto& [path, semantics] : message.at("files").items())
      reply.files.emplace(path, semantics_from_json(semantics));
    message.at("diagnostics").get_to(reply.diagnostics);
    message.at("errors").get_to(reply.errors);
    message.at("failure").get_to(reply.failure);
    return reply;
  });
}

}  // namespace procsafe
