// Pieces below the public interface.
#include <gmock/gmock.h>

#include "json.h"
#include "support.h"
#include "wire/wire.h"

namespace procsafe::test {
namespace {

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

TEST(Json, StringsAreValidUtf8WhateverComesIn) {
  EXPECT_EQ(quoted("a\"\\\n\x01"), R"("a\"\\\u000a\u0001")");
  EXPECT_EQ(quoted("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"), "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
  EXPECT_EQ(quoted("\xff\xc3"), R"("\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xc0\x80"), R"("\ufffd\ufffd")");
  EXPECT_EQ(quoted("\xf0\x80\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

class WireSpawn : public testing::Test {
 protected:
  /// program "p", one argument "a", one variable "v".
  void SetUp() override {
    request_.arguments = 1;
    request_.variables = 1;
    request_.payload_size = 46;
    const std::uint64_t slots[] = {40, 42, 0, 44, 0};
    std::memcpy(payload_, slots, sizeof slots);
    std::memcpy(payload_ + 40, "p\0a\0v", 6);
  }
  bool accepted() { return wire::checked_slots(request_, payload_, 46) != nullptr; }
  void set_slot(std::size_t index, std::uint64_t value) { std::memcpy(payload_ + 8 * index, &value, 8); }

  wire::Spawn request_;
  alignas(8) unsigned char payload_[64]{};
};

TEST_F(WireSpawn, WellFormedIsAccepted) { EXPECT_TRUE(accepted()); }
TEST_F(WireSpawn, OffsetBeyondTheEndIsRefused) {
  set_slot(1, 46);
  EXPECT_FALSE(accepted());
}
TEST_F(WireSpawn, OffsetIntoTheSlotsIsRefused) {
  set_slot(0, 8);
  EXPECT_FALSE(accepted());
}
TEST_F(WireSpawn, MissingTerminatorIsRefused) {
  set_slot(2, 42);
  EXPECT_FALSE(accepted());
}
TEST_F(WireSpawn, TextWithoutEndIsRefused) {
  payload_[45] = 'x';
  EXPECT_FALSE(accepted());
}
TEST_F(WireSpawn, CountsThatWrapAreRefused) {
  request_.arguments = 0xffffffff;
  request_.variables = 0xffffffff;
  EXPECT_FALSE(accepted());
  request_.arguments = 0;
  EXPECT_FALSE(accepted());
}
TEST_F(WireSpawn, DescriptorsMustBeWhatIsAnnounced) {
  EXPECT_TRUE(wire::is_consistent(request_, 5));
  EXPECT_FALSE(wire::is_consistent(request_, 4));
  request_.flags = wire::payload_in_memfd;
  EXPECT_FALSE(wire::is_consistent(request_, 5));
  EXPECT_TRUE(wire::is_consistent(request_, 6));
  request_.flags = 1u << 31;
  EXPECT_FALSE(wire::is_consistent(request_, 5));
}

}  // namespace
}  // namespace procsafe::test
