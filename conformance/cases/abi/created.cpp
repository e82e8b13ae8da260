#include "conformance/cases/abi/created.h"

#include <algorithm>
#include <cctype>

#include "conformance/host/call.h"
#include "core/host/boundary.h"

namespace mortise::conformance::abi {

namespace {

// What stands in a result before the call: a pointer that nobody may follow.
const mortise_provider_t* const kNotWritten = reinterpret_cast<const mortise_provider_t*>(uintptr_t{0xA5A5});

Status check_functions(const mortise_provider_t& provider) {
  return require_functions("create()", "the provider",
                           {{"open", provider.open != nullptr},
                            {"close", provider.close != nullptr},
                            {"destroy", provider.destroy != nullptr},
                            {"describe", provider.describe != nullptr},
                            {"claim", provider.claim != nullptr},
                            {"compile", provider.compile != nullptr},
                            {"get_extension", provider.get_extension != nullptr}});
}

Status create(Rig& rig, const Created::Arguments& arguments, const mortise_provider_t** provider) {
  MORTISE_ASSIGN(Plugin* const plugin, rig.plugin());
  MORTISE_ASSIGN(const mortise_provider_factory_t* const factory, plugin->factory());
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* const descriptor, rig.descriptor());
  MORTISE_ASSIGN(const std::string options, rig.options());
  *provider = kNotWritten;
  return call(rig.host(), "create()", ThreadRole::kSetup, [&](mortise_error_t* error) {
    return factory->create(factory, arguments.host != nullptr ? arguments.host : rig.host().abi(),
                           arguments.id != nullptr ? arguments.id : descriptor->id,
                           arguments.options != nullptr ? arguments.options : options.c_str(), provider, error);
  });
}

}  // namespace

Created::Created(Rig& rig, const Arguments& arguments) : host_(rig.host()) {
  status_ = create(rig, arguments, &provider_);
  if (status_.ok() && (provider_ == nullptr || provider_ == kNotWritten))
    status_ = make_error(StatusCode::kInternal, "create() returned OK and no provider");
  if (status_.ok()) status_ = check_functions(*provider_);
  if (status_.ok()) return;
  left_something_ = provider_ != nullptr;
  provider_ = nullptr;
}

Created::~Created() {
  if (provider_ == nullptr) return;
  close();
  (void)call(host_, "destroy()", ThreadRole::kSetup, [&] { provider_->destroy(provider_); });
}

Status Created::open() {
  MORTISE_TRY(call(host_, "open()", ThreadRole::kSetup,
                   [&](mortise_error_t* error) { return provider_->open(provider_, error); }));
  opened_ = true;
  return {};
}

void Created::close() {
  if (!std::exchange(opened_, false)) return;
  (void)call(host_, "close()", ThreadRole::kSetup, [&] { provider_->close(provider_); });
}

std::vector<std::string> unknown_ids(std::string_view known, Random random) {
  const std::string id(known);
  std::string upper = id;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  std::vector<std::string> ids = {"",
                                  " ",
                                  id + "x",
                                  id + " ",
                                  id + "\n",
                                  id + "/1",
                                  "x" + id,
                                  " " + id,
                                  upper,
                                  id.substr(0, id.size() - 1),
                                  std::string(70000, 'a'),
                                  "\xff\xfe"};
  for (int i = 0; i < 10; ++i) {
    std::string text(1 + random() % 40, ' ');
    for (char& c : text) c = static_cast<char>('!' + random() % 94);
    ids.push_back(std::move(text));
  }
  std::erase(ids, id);
  return ids;
}

}  // namespace mortise::conformance::abi
