#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mortise/core/placement.h"

namespace mortise {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHostile = "</script><script>alert(1)</script><!--";

Placement hostile_placement(uint32_t nodes) {
  Placement placement{.model = std::string(kHostile)};
  placement.providers = {{.id = std::string(kHostile), .nodes = nodes}};
  placement.graph.segments = {{.nodes = nodes}};
  for (uint32_t i = 0; i < nodes; ++i) {
    placement.graph.nodes.push_back({.id = i,
                                     .name = std::string(kHostile),
                                     .op = "Relu",
                                     .verdicts = {{.code = "op", .text = std::string(kHostile)}}});
  }
  placement.nodes = nodes;
  return placement;
}

TEST(Html, LetsNoTextOfAModelBecomeMarkup) {
  const std::string page = to_html(hostile_placement(1));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
}

TEST(Html, CarriesTheWholePlacement) {
  const Placement placement = hostile_placement(3);
  const std::string page = to_html(placement);
  const std::string_view begin = "<script id=\"data\" type=\"application/json\">";
  const size_t from = page.find(begin) + begin.size();
  const std::string data = page.substr(from, page.find("</script>", from) - from);
  EXPECT_EQ(nlohmann::json::parse(data), nlohmann::json::parse(to_json(placement)));
}

TEST(Html, NeedsNoNetwork) {
  const std::string page = to_html(hostile_placement(1));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(Html, StaysSmallAtTenThousandNodes) { EXPECT_LT(to_html(hostile_placement(10000)).size(), size_t{8} << 20); }

}  // namespace
}  // namespace mortise
