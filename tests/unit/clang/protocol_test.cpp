#include "lower/clang/protocol.h"

#include <gtest/gtest.h>

namespace procsafe {
namespace {

TEST(Protocol, RequestsAndRepliesRoundTrip) {
  const UnitRequest request{"/p",       "/p/a.c", {"cc", "-Dx=\"y\"", "a.c"},
                            {"system"}, {"/p"},   {{"/p/a.c", {}}, {"/p/b.h", {{3, 4}}}}};
  const UnitRequest same = read_request(write_request(request));
  EXPECT_EQ(same.directory, request.directory);
  EXPECT_EQ(same.file, request.file);
  EXPECT_EQ(same.arguments, request.arguments);
  EXPECT_EQ(same.names, request.names);
  EXPECT_EQ(same.roots, request.roots);
  ASSERT_EQ(same.wanted.size(), 2U);
  EXPECT_EQ(same.wanted[1].path, "/p/b.h");
  EXPECT_EQ(same.wanted[0].places, request.wanted[0].places);
  EXPECT_EQ(same.wanted[1].places, request.wanted[1].places);

  UnitReply reply;
  reply.files["/p/a.c"].references = {{{1, 2}, "system"}};
  reply.diagnostics = {"a.c:1: 'x.h' file not found"};
  reply.errors = 7;
  const UnitReply back = read_reply(write_reply(reply));
  EXPECT_EQ(back.files, reply.files);
  EXPECT_EQ(back.diagnostics, reply.diagnostics);
  EXPECT_EQ(back.errors, reply.errors);
}

TEST(Protocol, RefusesWhatIsNoReply) {
  for (const char* text : {"", "null", "[]", "{}", "Segmentation fault", R"({"version": 1})",
                           R"({"version":2,"files":{},"diagnostics":[],"errors":0,"failure":""})",
                           R"({"version":1,"files":{},"diagnostics":[],"errors":"0","failure":""})",
                           R"({"version":1,"files":[],"diagnostics":[],"errors":0,"failure":"","x":1})",
                           R"({"version":1,"files":{"a":{"x":1}},"diagnostics":[],"errors":0,"failure":""})"})
    EXPECT_THROW((void)read_reply(text), ProtocolError) << text;
}

}  // namespace
}  // namespace procsafe
