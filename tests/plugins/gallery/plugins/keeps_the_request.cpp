// compile() keeps a node's operator where the graph has it, and run() reads it there.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    MORTISE_ASSIGN(std::unique_ptr<Session> session, Plugin::make_session(provider, request));
    operators_[session.get()] = request.graph().node(request.nodes()[0]).op_type();
    return session;
  }
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    session.steps[0].op = operators_[&session];
    return Plugin::run_steps(session, args);
  }

  std::map<const Session*, std::string_view> operators_;
};

MORTISE_GALLERY_PLUGIN(Broken);
