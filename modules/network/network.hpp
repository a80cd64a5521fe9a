// The distribution network as far as billing and reading need it: which substation, line and transformer area feed an
// account. Not here: switching states, geometry, load flow.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/db/session.hpp"

namespace mis { class Registry; }

namespace mis::network {

using SubstationId = Id<struct SubstationTag>;
using FeederId = Id<struct FeederTag>;
using TransformerAreaId = Id<struct TransformerAreaTag>;

struct Substation {
  SubstationId substation_id;
  std::string code;  // at most 20 characters, unique
  std::string name;
  int voltage_kv = 0;
};

struct Feeder {
  FeederId feeder_id;
  SubstationId substation_id;
  std::string code;
  std::string name;
  int voltage_kv = 10;
};

struct TransformerArea {
  TransformerAreaId transformer_area_id;
  FeederId feeder_id;
  OrgId org_id;  // the supply station that looks after it
  std::string code;
  std::string name;
  Capacity capacity;
  bool is_public = true;  // false: the customer's own transformer
};

// Bulk loaders. They write inside the caller's transaction and throw db::DbError (kDuplicate where an id or a code is
// there already). Ids are the caller's: taken from the sequences named below, or its own with advance_sequence behind it.
inline constexpr const char* kSubstationSequence = "network_substation";
inline constexpr const char* kFeederSequence = "network_feeder";
inline constexpr const char* kTransformerAreaSequence = "network_transformer_area";
void load_substations(db::Session& session, std::span<const Substation> rows);
void load_feeders(db::Session& session, std::span<const Feeder> rows);
void load_transformer_areas(db::Session& session, std::span<const TransformerArea> rows);

void register_module(Registry& registry);

}  // namespace mis::network
