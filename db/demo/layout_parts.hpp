// The parts that make_layout() puts together: organisation, network, names of routes, and what happens to whom.
#pragma once

#include "db/demo/layout.hpp"

namespace mis::demo {

// The company is 1, its ten supply stations 2 to 11 in the order of kTownshipTable, then halls and departments.
std::vector<administration::OrgUnit> make_org_units();
std::vector<network::Substation> make_substations();
// 106 lines of 10 kV and 4 of 35 kV; each supplies one township.
std::vector<network::Feeder> make_feeders();
std::size_t township_of_feeder(std::size_t index);

// `route_class`: 0 low voltage, 1 customers with their own transformer, 2 large industry. `low_voltage_routes` counts the
// township's routes of the first class, so that each gets neighbourhoods of its own.
void name_route(RoutePlan& plan, std::int64_t id, int route_class, int& low_voltage_routes);
void add_areas(CountyLayout& layout, RoutePlan& plan);
void plan_events(CountyLayout& layout, std::int64_t closed);

}  // namespace mis::demo
