// The page of a placement as a reader meets it: the graph is drawn, a click on a node gives the reasons, and ten
// thousand nodes are no more work for the browser than what is visible of them.
//
// MORTISE_SCREENSHOTS=FOLDER keeps a picture of every page at its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "mortise/core/session.h"
#include "tests/browser/browser.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kMany = 10000;

// The digit classifier over the mock NPU.
Placement digits() {
  Config config;
  config.providers.push_back({.library = MORTISE_MOCK_NPU, .on_failure = OnFailure::kError});
  auto session = Session::load(MORTISE_DIGITS_MODEL, std::move(config));
  EXPECT_TRUE(session.ok()) << session.status().message();
  return session->placement();
}

// A network of blocks of ten: a node, two chains of four beside each other, and where they and the first node meet; two
// providers by turns. From every hundredth node an edge leads far down.
Placement network(uint32_t nodes) {
  Placement placement{.model = "network.onnx", .nodes = nodes, .work = static_cast<double>(nodes)};
  placement.providers = {{.id = "com.vendor.npu"}, {.id = "org.mortise.reference"}, {.id = "core"}};
  for (uint32_t i = 0; i < nodes; ++i) {
    NodePlacement node{.id = i, .name = "/block" + std::to_string(i / 10) + "/node" + std::to_string(i), .op = "Conv"};
    const uint32_t block = i / 10 * 10, place = i % 10;
    if (place == 9) {
      node.op = "Add";
      node.inputs = {block, block + 4, block + 8};
    } else if (place == 5) {
      node.inputs = {block};
    } else if (i > 0) {
      node.inputs = {i - 1};
    }
    if (i >= 1000 && i % 100 == 50) node.inputs.insert(node.inputs.begin(), i - 1000);
    node.type = "float32[1, 64, 56, 56]";
    node.segment = i / 10;
    node.provider = node.segment % 2;
    node.rule = "claimed";
    node.work = 1;
    node.verdicts = {
        {.provider = 0, .code = node.provider == 0 ? "claimed" : "too_big", .text = "reason " + std::to_string(i)},
        {.provider = 1, .code = "claimed"}};
    placement.graph.nodes.push_back(std::move(node));
    if (place == 0) placement.graph.segments.push_back({.provider = i / 10 % 2, .nodes = 10, .work = 10});
    placement.providers[i / 10 % 2].nodes += 1;
  }
  return placement;
}

class Page : public testing::Test {
 protected:
  void SetUp() override {
    const auto chromium = Browser::find();
    if (!chromium) GTEST_SKIP() << "no Chromium is installed; scripts/install-deps.sh --browser installs it";
    browser_ = std::make_unique<Browser>(*chromium);
    browser_->resize(1280, 800);
  }
  void TearDown() override {
    if (browser_ == nullptr) return;
    EXPECT_THAT(browser_->problems(), IsEmpty());
    if (const char* folder = std::getenv("MORTISE_SCREENSHOTS"); folder != nullptr)
      browser_->screenshot(fs::path(folder) / (std::string(name()) + ".png"));
  }

  static const char* name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

  void open(const Placement& placement, const std::string& fragment = "") {
    const fs::path file = fs::path(testing::TempDir()) / ("mortise_page_" + std::string(name()) + ".html");
    std::ofstream(file, std::ios::binary) << to_html(placement);
    browser_->open(file, fragment);
    wait_for_frame();
  }
  // What the last actions asked for is drawn.
  void wait_for_frame() {
    browser_->evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }
  nlohmann::json evaluate(const std::string& expression) { return browser_->evaluate(expression); }
  std::string details() { return evaluate("byId('details').innerText"); }

  // Where the chart shows a node, in the window.
  std::pair<double, double> place_of(uint32_t node) {
    const std::string of = std::to_string(node);
    const auto place = evaluate("(() => { const box = byId('chart').getBoundingClientRect(), at = chart.position(" +
                                of + "); return [box.left + at.x, box.top + at.y]; })()");
    return {place[0], place[1]};
  }
  void click(uint32_t node) {
    const auto [x, y] = place_of(node);
    browser_->click(x, y);
    wait_for_frame();
  }

  std::unique_ptr<Browser> browser_;
};

TEST_F(Page, ShowsWhatEveryProviderSaidOfTheNodeThatIsClicked) {
  const Placement placement = digits();
  open(placement);
  EXPECT_THAT(details(), HasSubstr("Choose a node"));
  for (const NodePlacement& node : placement.graph.nodes) {
    click(node.id);
    const std::string shown = details();
    EXPECT_THAT(shown, HasSubstr(node.op + " " + node.name));
    EXPECT_THAT(shown, HasSubstr(placement.providers[node.provider].id));
    for (const PlacementVerdict& verdict : node.verdicts) {
      EXPECT_THAT(shown, HasSubstr(verdict.code));
      EXPECT_THAT(shown, HasSubstr(verdict.text));
    }
    EXPECT_EQ(evaluate("location.hash"), "#node=" + std::to_string(node.id));
  }
}

TEST_F(Page, ColoursProvidersAndNeighbouringSegmentsDifferently) {
  Placement placement = network(30);
  placement.graph.nodes[20].provider = 1;  // the segment of the other parity
  open(placement);
  // The corner of a node, where no letter is, as [red, green, blue, alpha].
  const auto colour = [&](uint32_t node) {
    const std::string of = std::to_string(node);
    evaluate("chart.center(chart.place.x[" + of + "], chart.place.layer[" + of + "] * kLayerHeight)");
    wait_for_frame();
    const nlohmann::json pixel = evaluate("(() => { const at = chart.position(" + of +
                                          "); return [...byId('chart').getContext('2d').getImageData(at.x - 70 * "
                                          "chart.scale, at.y + 18 * chart.scale, 1, 1).data]; })()");
    EXPECT_EQ(pixel[3], 255) << node;
    return pixel;
  };
  EXPECT_EQ(colour(0), colour(9));
  EXPECT_NE(colour(0), colour(10));
  EXPECT_EQ(colour(10), colour(19));
  EXPECT_NE(colour(10), colour(20));
}

TEST_F(Page, OpensAtTheNodeOfItsAddress) {
  open(network(kMany), "#node=7777");
  EXPECT_THAT(details(), HasSubstr("reason 7777\n"));
  const auto [x, y] = place_of(7777);
  EXPECT_GT(x, 0);
  EXPECT_LT(x, 1280);
  EXPECT_GT(y, 0);
  EXPECT_LT(y, 800);
}

TEST_F(Page, OfTenThousandNodesAnswersToAClick) {
  open(network(kMany));
  click(3);
  EXPECT_THAT(details(), HasSubstr("reason 3\n"));
  // Found by its reason, brought into view, and another one beside it clicked.
  evaluate("byId('search').value = 'reason 8885', byId('search').oninput()");
  EXPECT_EQ(evaluate("byId('count').textContent"), "1 of 10000 nodes");
  evaluate("document.querySelector('.row').click()");
  wait_for_frame();
  EXPECT_THAT(details(), HasSubstr("reason 8885\n"));
  click(8886);
  EXPECT_THAT(details(), HasSubstr("reason 8886\n"));
  // By a link of the details, and by the keyboard.
  evaluate("document.querySelector('#details button').click()");
  EXPECT_THAT(details(), HasSubstr("reason 8885\n"));
  evaluate("byId('chart').onkeydown(new KeyboardEvent('keydown', {key: 'ArrowUp'}))");
  EXPECT_THAT(details(), HasSubstr("reason 8880\n"));
}

TEST_F(Page, OfTenThousandNodesDrawsOnlyWhatIsVisible) {
  open(network(kMany));
  EXPECT_LT(evaluate("chart.drawn").get<int>(), 200);
  EXPECT_LT(evaluate("document.getElementsByTagName('*').length").get<int>(), 1000);
  evaluate("chart.fit()");
  wait_for_frame();
  EXPECT_EQ(evaluate("chart.drawn").get<int>(), static_cast<int>(kMany));
  // Down to the last row of the list.
  evaluate("byId('list').scrollTop = 1e9");
  wait_for_frame();
  EXPECT_THAT(evaluate("byId('list').innerText").get<std::string>(), HasSubstr("node9999"));
}

TEST_F(Page, LaysOutWithoutOverlapsAndEdgesDownwards) {
  open(network(kMany));
  EXPECT_EQ(evaluate(R"((() => {
    const {x, layer, layers} = chart.place, n = chart.sources.length;
    let faults = 0;
    chart.sources.forEach((from, v) => from.forEach(u => { if (layer[u] >= layer[v]) ++faults; }));
    for (const members of layers) {
      const nodes = members.filter(v => v < n);
      for (let i = 1; i < nodes.length; ++i) if (x[nodes[i]] - x[nodes[i - 1]] < kNodeWidth) ++faults;
    }
    return faults + x.filter(at => !Number.isFinite(at)).length;
  })())"),
            0);
}

TEST_F(Page, IsMovedAndZoomedByTheMouse) {
  open(network(kMany));
  const auto before = place_of(3);
  browser_->drag(before.first, before.second, before.first + 100, before.second - 50);
  wait_for_frame();
  const auto after = place_of(3);
  EXPECT_NEAR(after.first, before.first + 100, 1);
  EXPECT_NEAR(after.second, before.second - 50, 1);
  EXPECT_THAT(details(), HasSubstr("Choose a node"));  // a drag is no click
  const double scale = evaluate("chart.scale");
  browser_->wheel(after.first, after.second, 300);
  wait_for_frame();
  EXPECT_LT(evaluate("chart.scale").get<double>(), scale);
  EXPECT_NEAR(place_of(3).first, after.first, 1);  // the point under the mouse stays
}

TEST_F(Page, FitsATelephone) {
  browser_->resize(390, 844);
  open(digits());
  EXPECT_LE(evaluate("document.documentElement.scrollWidth").get<int>(), 390);
  click(0);
  EXPECT_THAT(details(), HasSubstr("What every provider said"));
}

TEST_F(Page, EntersTheBodiesOfControlFlow) {
  Placement placement = network(10);
  GraphPlacement body = network(20).graph;
  body.name = "then_branch";
  placement.graph.nodes[5].op = "If";
  placement.graph.nodes[5].bodies.push_back(std::move(body));
  placement.nodes = 30;
  open(placement);
  click(5);
  evaluate("[...document.querySelectorAll('#details button')].find(b => b.textContent === '20 nodes').click()");
  wait_for_frame();
  EXPECT_EQ(evaluate("chart.sources.length"), 20);
  click(3);
  EXPECT_THAT(details(), HasSubstr("5/then_branch/3"));
  EXPECT_THAT(details(), HasSubstr("reason 3\n"));
}

TEST_F(Page, TakesNothingOfAModelForMarkup) {
  Placement placement = network(10);
  const std::string hostile = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'><!--";
  placement.model = placement.providers[0].id = placement.providers[1].id = hostile;
  for (NodePlacement& node : placement.graph.nodes) {
    node.name = node.op = hostile;
    node.verdicts[0].text = hostile;
  }
  open(placement);
  click(0);
  EXPECT_THAT(details(), HasSubstr(hostile));
  EXPECT_EQ(evaluate("window.harmed === undefined"), true);
}

TEST_F(Page, OfAnEmptyModelIsNoFault) {
  Placement placement{.model = "empty.onnx", .providers = {{.id = "core"}}};
  open(placement);
  EXPECT_EQ(evaluate("byId('count').textContent"), "0 of 0 nodes");
}

}  // namespace
}  // namespace mortise
