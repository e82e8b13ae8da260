// A headless Chromium that a test drives over the DevTools protocol.
//
// The protocol goes through a pipe, so that there is no port to agree on and no library to add. Everything throws
// std::runtime_error with a sentence when the browser does not answer within a minute.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mortise {

class Browser {
 public:
  // Path of the installed Chromium; nothing if there is none.
  static std::optional<std::string> find();

  explicit Browser(const std::string& chromium);
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser();

  // The size of the window, in CSS pixels.
  void resize(int width, int height);
  // What the pages take for the person's choice of colours.
  void prefer_dark(bool dark);
  // Opens a file, with "#node=3" or nothing after it, and waits until it is loaded.
  void open(const std::filesystem::path& file, const std::string& fragment = "");
  // The value of an expression in the page, a promise's when it is kept.
  nlohmann::json evaluate(const std::string& expression);
  void click(double x, double y);
  void wheel(double x, double y, double delta);
  void drag(double from_x, double from_y, double to_x, double to_y);
  // A PNG of the window, for people.
  void screenshot(const std::filesystem::path& file);

  // Exceptions and errors of the pages so far, content that the policy refused included.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  nlohmann::json call(const std::string& method, nlohmann::json params = nlohmann::json::object());
  // The next message of the browser; keeps what is a problem of the page.
  nlohmann::json receive();
  void mouse(const std::string& type, double x, double y, nlohmann::json more);
  void finish();

  std::filesystem::path profile_;
  pid_t process_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string unread_;
  std::string session_;
  int64_t last_id_ = 0;
  bool loaded_ = false;
  std::vector<std::string> problems_;
};

}  // namespace mortise
