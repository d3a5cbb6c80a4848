#pragma once

#include <initializer_list>
#include <set>
#include <string>

#include "sqlite/sqlite.hpp"

/// What stands in a database's schema, held against what this library ever wrote there.
namespace consent::sqlite {

/// Tables, indexes and triggers after each of `scripts`, run one after another in an empty
/// database.
[[nodiscard]] std::set<std::string> objects_after(std::initializer_list<const char*> scripts);

/// Refuses views, triggers, tables and indexes that are not among `known`, by their text: a foreign
/// one runs when a table is read or written. SQLite's own statistics are tolerated.
/// @throws Error (storage), which names the first.
void check_objects(Connection& db, const std::set<std::string>& known);

}  // namespace consent::sqlite
