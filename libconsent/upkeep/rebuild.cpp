#include "consent/rebuild.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "log/impl.hpp"
#include "log/open.hpp"
#include "standing/callers.hpp"
#include "standing/clock.hpp"
#include "tlog/key_chain.hpp"

namespace consent {

Rebuilt rebuild(const std::filesystem::path& folder, const LogOptions& options) {
  const HeadFile place = HeadFile::open_for_writing(folder / "head", options.wait);
  auto db = sqlite::Connection::open(folder / "log.db", sqlite::Mode::write);
  check_log_file(db);
  migrate_log_file(db);
  sqlite::Transaction transaction(db);

  struct Kept {
    std::uint64_t count = 0;
    std::int64_t last = -1;
    SubjectStanding standing;
  };
  Rebuilt done;
  Terms terms;
  std::map<Digest, Kept> subjects;
  std::optional<std::string> incarnation;
  std::vector<std::uint64_t> told_callers, clock_steps;
  std::vector<std::uint64_t> restores;
  std::vector<std::uint64_t> rotations;
  {
    sqlite::Statement rows(db, "SELECT seq,leaf,bytes FROM entry ORDER BY seq");
    while (rows.step()) {
      const Entry entry = read_entry(rows.integer(0), rows.blob(1), rows.blob(2));
      ++done.entries;
      const AnyEvent said = decode_event(entry);
      if (const auto* const restored = get_if<LogRestored>(said)) {
        incarnation = restored->incarnation;
      }
      if (losses::are_told_by(entry.type)) restores.push_back(entry.seq);
      if (entry.type == EventType::key_rotated) rotations.push_back(entry.seq);
      if (callers::are_told_by(entry.type)) told_callers.push_back(entry.seq);
      if (entry.type == EventType::clock_step) clock_steps.push_back(entry.seq);
      if (!entry.subject) continue;
      Kept& kept = subjects[entry.subject->tag];
      kept.standing.tag = entry.subject->tag;
      kept.count += 1;
      kept.last = static_cast<std::int64_t>(entry.seq);
      if (const auto* const event = std::get_if<Event>(&said)) {
        append_clauses(entry, *event, {}, terms, kept.standing);
      }
    }
  }
  const auto derived = [&db] {
    Sha256 all;
    sqlite::Statement rows(
        db, "SELECT tag,count,last,coalesce(closed,''),clauses FROM subject ORDER BY tag");
    while (rows.step()) {
      for (int column = 0; column < 5; ++column) all.add(rows.blob(column)).add("|");
    }
    sqlite::Statement names(db, "SELECT id,text FROM term ORDER BY id");
    while (names.step()) all.add(names.blob(0)).add(names.blob(1)).add("|");
    sqlite::Statement states(db, "SELECT key,value FROM state ORDER BY key");
    while (states.step()) all.add(states.blob(0)).add(states.blob(1)).add("|");
    return all.finish();
  };
  // A table that is behind its entries is not wrong: it is brought up to them, then compared.
  try {
    KeptStanding kept(db);
    kept.catch_up();
    kept.write(done.entries);
  } catch (const Error&) {
    done.differed = true;
  }
  const Digest before = derived();
  db.execute(
      "DELETE FROM subject; DELETE FROM term;"
      "DELETE FROM state WHERE key!='newest_subject';");
  sqlite::Statement put(
      db, "INSERT INTO subject(tag,count,last,closed,clauses) VALUES(?1,?2,?3,?4,?5)");
  for (const auto& [tag, kept] : subjects) {
    const std::string clauses = pack_clauses(kept.standing.clauses);
    put.bind_blob(1, tag.view()).bind(2, static_cast<std::int64_t>(kept.count)).bind(3, kept.last);
    if (kept.standing.closed) {
      put.bind(4, kept.standing.closed->time_since_epoch().count());
    } else {
      put.bind_null(4);
    }
    put.bind_blob(5, clauses).run();
    ++done.subjects;
  }
  sqlite::Statement name(db, "INSERT INTO term(id,text) VALUES(?1,?2)");
  for (std::uint32_t id = 1; id <= terms.size(); ++id) {
    name.bind(1, id).bind_text(2, terms.text(id)).run();
  }
  sqlite::Statement state(db, "INSERT INTO state(key,value) VALUES(?1,?2)");
  const std::string count =
      std::to_string(std::count_if(subjects.begin(), subjects.end(), [](const auto& each) {
        return !each.second.standing.erased();
      }));
  state.bind_text(1, "subjects").bind_blob(2, count).run();
  if (incarnation) state.bind_text(1, "incarnation").bind_blob(2, *incarnation).run();
  if (!restores.empty()) {
    const std::string value = callers::to_value(restores);
    state.bind_text(1, losses::state_key).bind_blob(2, value).run();
  }
  if (!rotations.empty()) {
    const std::string value = callers::to_value(rotations);
    state.bind_text(1, KeyChain::state_key).bind_blob(2, value).run();
  }
  if (!told_callers.empty()) {
    const std::string value = callers::to_value(told_callers);
    state.bind_text(1, callers::state_key).bind_blob(2, value).run();
  }
  if (!clock_steps.empty()) {
    const std::string value = callers::to_value(clock_steps);
    state.bind_text(1, standing::clock_key).bind_blob(2, value).run();
  }
  const std::string upto = std::to_string(done.entries);
  state.bind_text(1, "standing_upto").bind_blob(2, upto).run();
  done.differed = done.differed || derived() != before;
  transaction.commit();
  sqlite3_wal_checkpoint_v2(db.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return done;
}

}  // namespace consent
