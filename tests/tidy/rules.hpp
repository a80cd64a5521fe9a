// The rules of the house, one function each. Each returns what it finds; an empty list means that the rule holds.
#pragma once

#include "tests/tidy/house.hpp"

namespace tidy {

Findings check_includes(const House& house);          // only downwards, and another module only by its public headers
Findings check_pure_domain(const House& house);       // no SQL, no HTTP, no clock in a module's domain/
Findings check_no_binary_floats(const House& house);  // none in mis/base and domain/
Findings check_lean_headers(const House& house);      // a header opens with its purpose and brings nothing heavy along

Findings check_sql_is_constant(const House& house);   // values are parameters, never pasted in
Findings check_table_owners(const House& house);      // a table is used by its own room; others read a published view
Findings check_append_only(const House& house);       // nobody edits the ledger, the readings or the audit trail
Findings check_migrations(const House& house);        // names of the files, prefixes of the tables

Findings check_file_length(const House& house);
Findings check_unfinished(const House& house);
Findings check_dangling_ranges(const House& house);   // no loop over a part of something that is gone
Findings check_foreign_paths(const House& house);     // no folder of somebody's machine, no host of a package registry
Findings check_modules_are_documented(const House& house);
Findings check_file_names(const House& house);

}  // namespace tidy
