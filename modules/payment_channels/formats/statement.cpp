#include "modules/payment_channels/formats/statement.hpp"

#include <fmt/format.h>

#include "modules/payment_channels/formats/statement_listener.hpp"

namespace mis::payment_channels {
namespace {

void tell(const StatementSink& sink, std::vector<StatementItem>& items, StatementCounts& counts) {
  for (auto& item : items) {
    if (auto* entry = std::get_if<StatementEntry>(&item)) {
      ++counts.entries;
      if (sink.entry) sink.entry(std::move(*entry));
    } else if (const auto* head = std::get_if<StatementHead>(&item)) {
      ++counts.statements;
      if (sink.head) sink.head(*head);
    } else if (const auto* end = std::get_if<StatementEnd>(&item)) {
      if (sink.end) sink.end(*end);
    } else if (const auto* problem = std::get_if<files::Problem>(&item)) {
      ++counts.problems;
      if (sink.problem) sink.problem(*problem);
    }
  }
  items.clear();
}

}  // namespace

Result<StatementCounts> read_statement(ChannelInput input, const StatementOptions& options, const StatementSink& sink) {
  StatementListener listener(options);
  XmlStream stream(std::move(input), listener);
  StatementCounts counts;
  for (;;) {
    const auto more = stream.step();
    if (!more) return more.error();
    if (listener.failure) return *listener.failure;
    tell(sink, listener.items, counts);
    if (!*more) break;
  }
  if (counts.statements == 0) {
    return invalid("payment_channels.message_incomplete", "expected at least one <Stmt> or <Ntfctn> in the message but there is none in the file");
  }
  return counts;
}

Result<StatementFile> read_statement(ChannelInput input, const StatementOptions& options) {
  StatementFile file;
  const StatementSink sink{[&](const auto& h) { file.heads.push_back(h); }, [&](StatementEntry&& e) { file.entries.push_back(std::move(e)); },
                           [&](const auto& e) { file.ends.push_back(e); }, [&](const auto& p) { file.problems.push_back(p); }};
  const auto counts = read_statement(std::move(input), options, sink);
  if (!counts) return counts.error();
  return file;
}

}  // namespace mis::payment_channels
