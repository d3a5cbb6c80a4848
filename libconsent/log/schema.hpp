#pragma once

#include <cstdint>

/// log.db as SQL. docs/reference/format.md, "Log folder", says what each table promises.
namespace consent::schema {

inline constexpr std::int64_t application_id = 0x434e534c;  // "CNSL"
inline constexpr std::int64_t version = 2;
/// The oldest that is read; opening for writing brings it to `version`.
inline constexpr std::int64_t oldest = 1;

// The triggers refuse accidents, whoever's connection they come through; the hashes reveal intent.
// BEFORE INSERT compares with the last row, so neither a gap nor INSERT OR REPLACE gets in, also
// where recursive_triggers is off.
inline constexpr const char* log = R"sql(
CREATE TABLE entry (
  seq   INTEGER PRIMARY KEY CHECK (seq >= 0),
  prev  BLOB NOT NULL CHECK (length(prev) = 32),
  leaf  BLOB NOT NULL CHECK (length(leaf) = 32),
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE tile (
  id     INTEGER PRIMARY KEY,
  root   BLOB NOT NULL CHECK (length(root) = 32),
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192)
) STRICT;
CREATE TABLE sealed (
  seq   INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE wording (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  text TEXT NOT NULL
) STRICT;
CREATE TABLE subject (
  tag     BLOB PRIMARY KEY CHECK (length(tag) = 32),
  count   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  closed  INTEGER,
  clauses BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE term (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE state (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
  OR NEW.prev IS NOT coalesce((SELECT leaf FROM entry WHERE seq = NEW.seq - 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'append-only: entries follow each other'); END;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_once BEFORE INSERT ON tile
WHEN EXISTS (SELECT 1 FROM tile WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER sealed_once BEFORE INSERT ON sealed
WHEN EXISTS (SELECT 1 FROM sealed WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER sealed_no_update BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER sealed_no_delete BEFORE DELETE ON sealed BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER checkpoint_once BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER wording_once BEFORE INSERT ON wording
WHEN EXISTS (SELECT 1 FROM wording WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER wording_no_update BEFORE UPDATE ON wording BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER wording_no_delete BEFORE DELETE ON wording BEGIN SELECT RAISE(ABORT, 'written once'); END;
)sql";

/// From schema 1: `state` holds what the entries say of the log itself, so that opening need not
/// read them all: the incarnation after the last restore, and how many subjects there are.
inline constexpr const char* from_1_to_2 = R"sql(
CREATE TABLE state (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO state(key,value) SELECT 'subjects', CAST(count(*) AS BLOB) FROM subject;
)sql";

}  // namespace consent::schema
