#include "tests/browser/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace mortise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kPatienceMs = 60000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("browser: " + what); }

// A pipe whose ends are out of the way of the numbers that the child gets them under.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe: " + std::string(std::strerror(errno)));
  for (int& end : ends) {
    const int moved = fcntl(end, F_DUPFD_CLOEXEC, 10);
    close(end);
    end = moved;
  }
  return ends;
}

std::string from_base64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace

std::optional<std::string> Browser::find() {
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return std::nullopt;
}

Browser::Browser(const std::string& chromium) {
  std::string profile = (fs::temp_directory_path() / "mortise-browser-XXXXXX").string();
  if (mkdtemp(profile.data()) == nullptr) fail("no folder for its profile: " + std::string(std::strerror(errno)));
  profile_ = profile;
  const auto commands = make_pipe(), answers = make_pipe();
  to_ = commands[1];
  from_ = answers[0];

  std::vector<std::string> arguments = {chromium,
                                        "--headless",
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-quic",
                                        "--disable-dev-shm-usage",
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync",
                                        "--remote-debugging-pipe",
                                        "--user-data-dir=" + profile,
                                        "about:blank"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, commands[0], 3);
  posix_spawn_file_actions_adddup2(&actions, answers[1], 4);
  for (const int standard : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that its helpers end with it.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawn(&process_, chromium.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(commands[0]);
  close(answers[1]);
  if (error != 0) {
    process_ = -1;
    finish();
    fail(chromium + " does not start: " + std::strerror(error));
  }

  try {
    const json targets = call("Target.getTargets");
    for (const json& target : targets["targetInfos"]) {
      if (target["type"] != "page") continue;
      session_ = call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
      break;
    }
    for (const char* domain : {"Page", "Runtime", "Log"}) call(std::string(domain) + ".enable");
  } catch (...) {
    finish();
    throw;
  }
}

Browser::~Browser() { finish(); }

void Browser::finish() {
  if (process_ > 0) {
    kill(-process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(to_);
  close(from_);
  std::error_code ignored;
  fs::remove_all(profile_, ignored);
}

json Browser::receive() {
  for (;;) {
    if (const size_t end = unread_.find('\0'); end != std::string::npos) {
      const json message = json::parse(unread_.substr(0, end));
      unread_.erase(0, end + 1);
      const std::string method = message.value("method", "");
      if (method == "Page.loadEventFired") loaded_ = true;
      if (method == "Runtime.exceptionThrown") problems_.push_back(message["params"]["exceptionDetails"].dump());
      if (method == "Log.entryAdded" && message["params"]["entry"]["level"] == "error")
        problems_.push_back(message["params"]["entry"]["text"]);
      return message;
    }
    pollfd ready{.fd = from_, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) fail("does not answer");
    std::array<char, 65536> buffer{};
    const ssize_t count = read(from_, buffer.data(), buffer.size());
    if (count <= 0) fail("has ended");
    unread_.append(buffer.data(), static_cast<size_t>(count));
  }
}

json Browser::call(const std::string& method, json params) {
  json message = {{"id", ++last_id_}, {"method", method}, {"params", std::move(params)}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump() + '\0';
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = write(to_, text.data() + sent, text.size() - sent);
    if (count <= 0) fail("takes no commands");
    sent += static_cast<size_t>(count);
  }
  for (;;) {
    const json answer = receive();
    if (answer.value("id", int64_t{0}) != last_id_) continue;
    if (answer.contains("error")) fail(method + ": " + answer["error"].dump());
    return answer["result"];
  }
}

void Browser::resize(int width, int height) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 700}});
}

void Browser::prefer_dark(bool dark) {
  const json scheme = {{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}};
  call("Emulation.setEmulatedMedia", {{"features", json::array({scheme})}});
}

void Browser::open(const fs::path& file, const std::string& fragment) {
  // By way of an empty page, because a new fragment alone loads nothing.
  for (const std::string& address : {std::string("about:blank"), "file://" + fs::absolute(file).string() + fragment}) {
    loaded_ = false;
    call("Page.navigate", {{"url", address}});
    while (!loaded_) receive();
  }
}

json Browser::evaluate(const std::string& expression) {
  const json result =
      call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (result.contains("exceptionDetails")) fail(expression + ": " + result["exceptionDetails"].dump());
  return result["result"].value("value", json());
}

void Browser::mouse(const std::string& type, double x, double y, json more) {
  more.update({{"type", type}, {"x", x}, {"y", y}});
  call("Input.dispatchMouseEvent", std::move(more));
}

void Browser::click(double x, double y) { drag(x, y, x, y); }

void Browser::wheel(double x, double y, double delta) { mouse("mouseWheel", x, y, {{"deltaX", 0}, {"deltaY", delta}}); }

void Browser::drag(double from_x, double from_y, double to_x, double to_y) {
  const json button = {{"button", "left"}, {"buttons", 1}, {"clickCount", 1}};
  mouse("mouseMoved", from_x, from_y, {{"button", "none"}});
  mouse("mousePressed", from_x, from_y, button);
  mouse("mouseMoved", to_x, to_y, button);
  mouse("mouseReleased", to_x, to_y, {{"button", "left"}, {"clickCount", 1}});
}

void Browser::screenshot(const fs::path& file) {
  std::ofstream(file, std::ios::binary) << from_base64(call("Page.captureScreenshot")["data"]);
}

}  // namespace mortise
