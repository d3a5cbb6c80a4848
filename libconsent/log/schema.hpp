#pragma once

#include <cstdint>
#include <string_view>

/// log.db as SQL. docs/reference/format.md, "Log folder", says what each table promises.
namespace consent::schema {

inline constexpr std::int64_t application_id = 0x434e534c;  // "CNSL"
inline constexpr std::int64_t version = 7;
/// The oldest that is read; opening for writing brings it to `version`.
inline constexpr std::int64_t oldest = 1;
/// From this one on `state` is there.
inline constexpr std::int64_t with_state = 2;
/// From this one on sealed details stand with their entry, and `state` says up to where `subject`
/// goes.
inline constexpr std::int64_t with_mark = 3;

/// From this one on `state` holds `newest_subject`: the highest id that keys.db had given, so that
/// an older keys.db is noticed also where it holds as many subjects.
inline constexpr std::int64_t with_newest_subject = 5;

/// From this one on `state` holds `clock_steps`: the seq of every clock.step.
inline constexpr std::int64_t with_clock_steps = 6;

/// From this one on rows of `subject` say which advertiser a consent names, and what was added to
/// show it.
inline constexpr std::int64_t with_evidence_in_standing = 6;

/// From this one on rows of `subject`, `term` and `state` carry MACs, and `newest` is there.
inline constexpr std::int64_t with_macs = 7;

// BEFORE INSERT compares with the last row, in one seek from the right: neither a gap nor INSERT OR
// REPLACE gets in, also where recursive_triggers is off.
inline constexpr const char* entry_in_order = R"sql(
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN (NEW.seq, NEW.prev) IS NOT (SELECT seq + 1, leaf FROM entry ORDER BY seq DESC LIMIT 1)
  AND (NEW.seq != 0 OR NEW.prev != zeroblob(32) OR EXISTS (SELECT 1 FROM entry))
BEGIN SELECT RAISE(ABORT, 'append-only: entries follow each other'); END;
)sql";

// The triggers refuse accidents, whoever's connection they come through; the hashes reveal intent.
inline constexpr const char* log = R"sql(
CREATE TABLE entry (
  seq   INTEGER PRIMARY KEY CHECK (seq >= 0),
  prev  BLOB NOT NULL CHECK (length(prev) = 32),
  leaf  BLOB NOT NULL CHECK (length(leaf) = 32),
  bytes BLOB NOT NULL,
  sealed BLOB
) STRICT;
CREATE TABLE tile (
  id     INTEGER PRIMARY KEY,
  root   BLOB NOT NULL CHECK (length(root) = 32),
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192)
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
  clauses BLOB NOT NULL,
  mac     BLOB NOT NULL CHECK (length(mac) = 16)
) STRICT, WITHOUT ROWID;
CREATE TABLE term (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  mac  BLOB NOT NULL CHECK (length(mac) = 16)
) STRICT;
CREATE TABLE newest (
  chunk INTEGER PRIMARY KEY,
  bits  BLOB NOT NULL
) STRICT;
CREATE TABLE state (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
  seq        INTEGER NOT NULL,
  place      INTEGER NOT NULL,
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  opening    BLOB NOT NULL,
  bytes      BLOB,
  PRIMARY KEY (seq, place)
) STRICT;
CREATE INDEX evidence_beside ON evidence(commitment) WHERE bytes IS NULL;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_once BEFORE INSERT ON tile
WHEN EXISTS (SELECT 1 FROM tile WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'written once'); END;
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
CREATE TRIGGER evidence_once BEFORE INSERT ON evidence
WHEN EXISTS (SELECT 1 FROM evidence WHERE seq = NEW.seq AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'written once'); END;
)sql";

/// What schema 1 had otherwise; a log of it is read as it is.
inline constexpr const char* schema_1 = R"sql(
CREATE TABLE entry (
  seq   INTEGER PRIMARY KEY CHECK (seq >= 0),
  prev  BLOB NOT NULL CHECK (length(prev) = 32),
  leaf  BLOB NOT NULL CHECK (length(leaf) = 32),
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE sealed (
  seq   INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
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
CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
  OR NEW.prev IS NOT coalesce((SELECT leaf FROM entry WHERE seq = NEW.seq - 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'append-only: entries follow each other'); END;
CREATE TRIGGER sealed_once BEFORE INSERT ON sealed
WHEN EXISTS (SELECT 1 FROM sealed WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER sealed_no_update BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER sealed_no_delete BEFORE DELETE ON sealed BEGIN SELECT RAISE(ABORT, 'written once'); END;
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

/// From schema 2: what was sealed before stays in the table `sealed`, because entries are never
/// touched; from here on it stands in the row of its entry. `entry_in_order` is made anew.
inline constexpr const char* from_2_to_3 =
    R"sql(
ALTER TABLE entry ADD COLUMN sealed BLOB;
INSERT INTO state(key,value) SELECT 'standing_upto', CAST(coalesce(max(seq), -1) + 1 AS BLOB) FROM entry;
DROP TRIGGER entry_in_order;
)sql";

/// From schema 3: files that the log keeps, sealed. Standing reads more of the entries than it did,
/// so that what was kept of it is read from them anew.
inline constexpr const char* from_3_to_4 = R"sql(
DELETE FROM subject;
DELETE FROM term;
UPDATE state SET value = CAST('0' AS BLOB) WHERE key = 'standing_upto';
CREATE TABLE evidence (
  seq        INTEGER NOT NULL,
  place      INTEGER NOT NULL,
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  opening    BLOB NOT NULL,
  bytes      BLOB,
  PRIMARY KEY (seq, place)
) STRICT;
CREATE INDEX evidence_beside ON evidence(commitment) WHERE bytes IS NULL;
CREATE TRIGGER evidence_once BEFORE INSERT ON evidence
WHEN EXISTS (SELECT 1 FROM evidence WHERE seq = NEW.seq AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'written once'); END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'written once'); END;
)sql";

/// The seq of every clock.step from the entries themselves, a space between two; no row where there
/// is none. Canonical JSON escapes every quotation mark inside a text, so nothing else matches.
inline constexpr const char* clock_steps_in_entries =
    R"sql(SELECT CAST(group_concat(seq, ' ') AS BLOB) FROM (SELECT seq FROM entry WHERE instr(bytes, CAST('"type":"clock.step"' AS BLOB)) > 0 ORDER BY seq) HAVING count(*) > 0)sql";

/// From schema 5: subjects are derived anew.
inline constexpr const char* from_5_to_6 = R"sql(
INSERT INTO state(key, value) SELECT 'clock_steps', CAST(group_concat(seq, ' ') AS BLOB) FROM (SELECT seq FROM entry WHERE instr(bytes, CAST('"type":"clock.step"' AS BLOB)) > 0 ORDER BY seq) HAVING count(*) > 0;
DELETE FROM subject;
DELETE FROM term;
UPDATE state SET value = CAST('0' AS BLOB) WHERE key = 'standing_upto';
)sql";

/// From schema 6: tables whose rows carry MACs; KeptStanding::rebuild() fills them.
inline constexpr const char* from_6_to_7 = R"sql(
DROP TABLE subject;
DROP TABLE term;
CREATE TABLE subject (
  tag     BLOB PRIMARY KEY CHECK (length(tag) = 32),
  count   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  closed  INTEGER,
  clauses BLOB NOT NULL,
  mac     BLOB NOT NULL CHECK (length(mac) = 16)
) STRICT, WITHOUT ROWID;
CREATE TABLE term (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  mac  BLOB NOT NULL CHECK (length(mac) = 16)
) STRICT;
CREATE TABLE newest (
  chunk INTEGER PRIMARY KEY,
  bits  BLOB NOT NULL
) STRICT;
)sql";

}  // namespace consent::schema
