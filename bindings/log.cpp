#include "consent/log.hpp"

#include <chrono>
#include <optional>
#include <string>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/callers.hpp"
#include "consent/copy.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/evidence.hpp"
#include "consent/maintenance.hpp"
#include "consent/rebuild.hpp"
#include "consent/restore.hpp"
#include "consent/restriction.hpp"

namespace consent_python {

using consent::Entry;
using consent::Log;
using Unlocked = py::gil_scoped_release;

std::shared_ptr<Log> LogHandle::get() const {
  if (log_ == nullptr) {
    throw consent::Error(consent::ErrorCode::invalid_argument, "the log is closed");
  }
  return log_;
}

Progress to_progress(py::object callable) {
  // Held and let go under the GIL, wherever the last copy dies.
  const std::shared_ptr<py::object> shared(new py::object(std::move(callable)), [](py::object* o) {
    const py::gil_scoped_acquire locked;
    delete o;
  });
  return [shared](std::uint64_t done, std::uint64_t all) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!shared->is_none()) (*shared)(done, all);
  };
}

namespace {

/// Runs `work` on the log without the GIL.
template <typename Work>
auto on(const LogHandle& handle, const Work& work) {
  const auto log = handle.get();
  const Unlocked unlocked;
  return work(*log);
}

consent::LogOptions options(bool writable, const std::optional<std::filesystem::path>& second_head,
                            std::int64_t wait_ms, py::handle passphrase) {
  consent::LogOptions made;
  made.access = writable ? consent::Access::write : consent::Access::read_only;
  made.second_head = second_head.value_or(std::filesystem::path());
  made.wait = std::chrono::milliseconds(wait_ms);
  made.passphrase = std::string(to_text(passphrase));
  // Only a backup's copy of keys asks for it.
  made.now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return made;
}

void create(const std::filesystem::path& folder, py::handle origin, py::handle distributor,
            py::handle distributor_name, const py::object& subscriber, consent::Instant now,
            const std::optional<std::filesystem::path>& second_head, py::handle passphrase) {
  consent::LogIdentity identity{std::string(to_text(origin)), std::string(to_text(distributor)),
                                std::string(to_text(distributor_name)), std::nullopt};
  if (!subscriber.is_none()) identity.subscriber = to_number(subscriber);
  const auto with = options(true, second_head, 0, passphrase);
  const Unlocked unlocked;
  (void)consent::create_log(folder, identity, now, with);
}

void restore(const std::filesystem::path& folder, py::handle reason, consent::Instant now,
             const std::optional<std::filesystem::path>& second_head, std::int64_t wait_ms,
             py::handle passphrase) {
  const auto with = options(true, second_head, wait_ms, passphrase);
  const std::string word(to_text(reason));
  const Unlocked unlocked;
  (void)consent::restore(folder, word, now, with);
}

consent::Rebuilt rebuild(const std::filesystem::path& folder, std::int64_t wait_ms,
                         py::handle passphrase) {
  const auto with = options(true, std::nullopt, wait_ms, passphrase);
  const Unlocked unlocked;
  return consent::rebuild(folder, with);
}

}  // namespace

void bind_log(py::module_& m) {
  py::class_<consent::SubjectRef>(m, "SubjectRef", "Where a subject stands in its own chain.")
      .def_readonly("tag", &consent::SubjectRef::tag)
      .def_readonly("seq", &consent::SubjectRef::seq, "From 1")
      .def_readonly("prev", &consent::SubjectRef::prev,
                    "seq of its entry before; -1 for its first");

  py::class_<Entry>(m, "Entry", "One stored entry; .bytes are the hashed bytes and the truth.")
      .def_readonly("seq", &Entry::seq)
      .def_readonly("leaf", &Entry::leaf)
      .def_readonly("prev", &Entry::prev)
      .def_readonly("recorded", &Entry::recorded)
      .def_readonly("log", &Entry::log)
      .def_property_readonly("type", [](const Entry& e) { return consent::to_word(e.type); })
      .def_readonly("subject", &Entry::subject)
      .def_property_readonly("bytes", [](const Entry& e) { return py::bytes(e.bytes); })
      .def_property_readonly(
          "event", [](const Entry& e) { return from_event(e.type, consent::decode_event(e)); },
          "What it says, as one of the classes of consent.event; number and all else that is "
          "sealed are unset. None: of a type that nothing writes yet")
      .def_property_readonly(
          "body", [](const Entry& e) { return py::bytes(consent::body_of(e)); },
          "Its body as canonical JSON: to be shown or copied as it is")
      .def("__repr__", [](const Entry& e) {
        return "<Entry seq " + std::to_string(e.seq) + ", " +
               std::string(consent::to_word(e.type)) + ">";
      });

  m.def(
      "parse_entry",
      [](const py::bytes& entry) { return consent::parse_entry(std::string_view(entry)); },
      py::arg("entry"), "An entry from its bytes. Whether it stands where it says, a log shows.");

  py::class_<consent::Appended>(m, "Appended", "Enough to find, show and prove an entry.")
      .def_readonly("seq", &consent::Appended::seq, "Its place in the log, from 0")
      .def_readonly("leaf", &consent::Appended::leaf, "Its leaf hash, 32 bytes")
      .def_readonly("tag", &consent::Appended::tag, "The subject's tag, 32 bytes")
      .def("__repr__", [](const consent::Appended& a) {
        return "<Appended seq " + std::to_string(a.seq) + ">";
      });

  using consent::CallerAssignment;
  py::class_<CallerAssignment>(m, "CallerAssignment", "Somebody who dials for a distributor.")
      .def_readonly("seq", &CallerAssignment::seq, "Of the entry that assigned")
      .def_readonly("distributor", &CallerAssignment::distributor)
      .def_readonly("caller", &CallerAssignment::caller)
      .def_readonly("from_", &CallerAssignment::from, "First moment at which it holds")
      .def_property_readonly(
          "until",
          [](const CallerAssignment& a) -> std::optional<consent::Instant> {
            if (a.until == consent::Instant::max()) return std::nullopt;
            return a.until;
          },
          "First moment at which it no longer does; None: open")
      .def_property_readonly(
          "purposes", [](const CallerAssignment& a) { return words_in(a.purposes); }, "Empty: all")
      .def_property_readonly(
          "channels", [](const CallerAssignment& a) { return words_in(a.channels); }, "Empty: all")
      .def_readonly("campaign", &CallerAssignment::campaign, "\"\": not limited to one")
      .def_readonly("recorded", &CallerAssignment::recorded)
      .def_readonly("document", &CallerAssignment::document, "SHA-256 of what shows it, or None")
      .def_readonly("released", &CallerAssignment::released, "seq of the entries that end it")
      .def("__repr__", [](const CallerAssignment& a) {
        return "<CallerAssignment seq " + std::to_string(a.seq) + ">";
      });

  m.def("create_log", &create, py::arg("folder"), py::arg("origin"), py::arg("distributor"),
        py::arg("distributor_name"), py::arg("subscriber"), py::arg("now"), py::arg("second_head"),
        py::arg("passphrase"), "Makes the folder and entry 0, and closes it.");
  m.def("restore_log", &restore, py::arg("folder"), py::arg("reason"), py::arg("now"),
        py::arg("second_head"), py::arg("wait_ms"), py::arg("passphrase"),
        "Makes an impaired log writable by an entry that names the loss, and closes it.");

  py::class_<consent::Rebuilt>(m, "Rebuilt", "What a rebuild of the derived tables did.")
      .def_readonly("entries", &consent::Rebuilt::entries, "Entries read")
      .def_readonly("subjects", &consent::Rebuilt::subjects, "Subjects written")
      .def_readonly("differed", &consent::Rebuilt::differed,
                    "The tables had said something else than the entries");
  m.def("rebuild_log", &rebuild, py::arg("folder"), py::arg("wait_ms"), py::arg("passphrase"),
        "Writes the derived tables anew from the entries.");

  py::class_<consent::Copied>(m, "Copied", "A log that went into a file, or came out of one.")
      .def_readonly("entries", &consent::Copied::entries)
      .def_readonly("root", &consent::Copied::root, "Of all of them, 32 bytes")
      .def_readonly("origin", &consent::Copied::origin)
      .def_readonly("verifier_key", &consent::Copied::verifier_key, "Of entry 0")
      .def_readonly("evidence", &consent::Copied::evidence,
                    "Files kept with entries that travel along, sealed as they are")
      .def_readonly("evidence_missing", &consent::Copied::evidence_missing,
                    "Files that entries name, and that are not here to travel")
      .def_readonly("already_there", &consent::Copied::already_there,
                    "The folder holds them and was left alone");
  m.def(
      "import_entries",
      [](const std::filesystem::path& file, const std::filesystem::path& folder,
         const py::iterable& trusted, py::object progress) {
        const auto keys = to_keys(trusted);
        const Progress told = to_progress(std::move(progress));
        const Unlocked unlocked;
        return consent::import_entries(file, folder, keys, told);
      },
      py::arg("file"), py::arg("folder"), py::arg("trusted"), py::arg("progress") = py::none(),
      "Makes a log's folder of a file that export_entries() wrote.");
  py::class_<consent::Hold>(m, "Hold", "A legal hold: nothing of the subject may be erased.")
      .def_readonly("by", &consent::Hold::by, "INN or short word")
      .def_readonly("ground", &consent::Hold::ground)
      .def_readonly("until", &consent::Hold::until, "First moment without it; None: open")
      .def_readonly("seq", &consent::Hold::seq);
  py::class_<consent::Restriction>(m, "Restriction", "Kept for proof alone.")
      .def_readonly("ground", &consent::Restriction::ground)
      .def_readonly("until", &consent::Restriction::until, "First moment without it; None: open")
      .def_readonly("seq", &consent::Restriction::seq);
  py::class_<consent::ErasureCheck>(m, "ErasureCheck",
                                    "What an erasure would destroy, and what stands in its way.")
      .def_readonly("tag", &consent::ErasureCheck::tag)
      .def_readonly("holds_number", &consent::ErasureCheck::holds_number,
                    "False: of one who held the number before")
      .def_readonly("entries", &consent::ErasureCheck::entries)
      .def_readonly("consents", &consent::ErasureCheck::consents)
      .def_readonly("files", &consent::ErasureCheck::files)
      .def_readonly("contacts", &consent::ErasureCheck::contacts,
                    "seq of contacts that still need their proof")
      .def_readonly("hold", &consent::ErasureCheck::hold)
      .def_readonly("erased_before", &consent::ErasureCheck::erased_before);
  py::class_<consent::Erasure>(m, "Erasure", "What an erasure did.")
      .def_readonly("erased", &consent::Erasure::erased,
                    "False: .before says what stood in the way")
      .def_readonly("before", &consent::Erasure::before)
      .def_readonly("seq", &consent::Erasure::seq, "The entry subject.erased")
      .def_readonly("at", &consent::Erasure::at)
      .def_property_readonly("request_salt",
                             [](const consent::Erasure& e) { return py::bytes(e.request_salt); })
      .def_readonly("request", &consent::Erasure::request, "Salted hash of the reference")
      .def("__bool__", [](const consent::Erasure&) -> bool {
        throw py::type_error("an Erasure is not a yes or no: use .erased");
      });

  py::class_<consent::KeptEvidence>(m, "KeptEvidence", "One file that the log keeps with an entry.")
      .def_readonly("seq", &consent::KeptEvidence::seq, "Of the entry")
      .def_readonly("place", &consent::KeptEvidence::place, "Among the entry's files, from 1")
      .def_readonly("kind", &consent::KeptEvidence::kind, "A short word")
      .def_readonly("commitment", &consent::KeptEvidence::commitment,
                    "SHA-256 of a label, a salt and the content, 32 bytes")
      .def_readonly("beside", &consent::KeptEvidence::beside,
                    "A large one, in the folder evidence; else inside log.db")
      .def_readonly("there", &consent::KeptEvidence::there, "False: its file is missing")
      .def_readonly("name", &consent::KeptEvidence::name,
                    "What the original is called; \"\" where unknown or not opened")
      .def_readonly("type", &consent::KeptEvidence::type, "Its media type; \"\" likewise");

  py::class_<LogHandle>(m, "Log", "An open log; consent.Log is the face of it.")
      .def(py::init([](const std::filesystem::path& folder, bool writable,
                       const std::optional<std::filesystem::path>& second_head,
                       std::int64_t wait_ms, py::handle passphrase) {
             const auto with = options(writable, second_head, wait_ms, passphrase);
             const Unlocked unlocked;
             return LogHandle(Log::open(folder, with));
           }),
           py::arg("folder"), py::arg("writable"), py::arg("second_head") = py::none(),
           py::arg("wait_ms") = 0, py::arg("passphrase") = "")
      .def("close", &LogHandle::close, "Lets the folder go; again: does nothing.")
      .def_property_readonly("closed", &LogHandle::closed)
      .def(
          "append_at",
          [](const LogHandle& self, const consent::Event& event, consent::Instant now) {
            return on(self, [&](Log& log) { return log.append(event, now); });
          },
          py::arg("event"), py::arg("now"),
          "As append(), with the moment of recording given: for replays and tests.")
      .def(
          "append_many_at",
          [](const LogHandle& self, const std::vector<consent::Event>& events,
             consent::Instant now) {
            return on(self, [&](Log& log) { return log.append_many(events, now); });
          },
          py::arg("events"), py::arg("now"),
          "As append_many(), with the moment of recording given.")
      .def(
          "observe_clock",
          [](const LogHandle& self, consent::Instant wall, std::int64_t monotonic_us) {
            return on(self, [&](Log& log) {
              return consent::observe_clock(log, wall, std::chrono::microseconds(monotonic_us));
            });
          },
          py::arg("wall"), py::arg("monotonic_us"),
          "Tells the log both clocks; True where a step between them was recorded.")
      .def(
          "register_wording_at",
          [](const LogHandle& self, py::handle text, py::handle language, consent::Instant now) {
            const consent::Wording wording{std::string(to_text(text))};
            const std::string word(to_text(language));
            return on(self,
                      [&](Log& log) { return consent::register_wording(log, wording, word, now); });
          },
          py::arg("text"), py::arg("language"), py::arg("now"),
          "As register_wording(), with the moment of recording given.")
      .def(
          "assign_caller_at",
          [](const LogHandle& self, py::handle caller, py::handle distributor,
             consent::Instant from, const std::optional<consent::Instant>& until,
             const py::object& purposes, const py::object& channels, py::handle campaign,
             const std::optional<consent::Digest>& document, consent::Instant now) {
            consent::CallerAssigned assigned{std::string(to_text(caller)),
                                             std::string(to_text(distributor)),
                                             from,
                                             until,
                                             to_set<consent::Purpose>(purposes),
                                             to_set<consent::Channel>(channels),
                                             std::string(to_text(campaign)),
                                             std::nullopt};
            if (document) assigned.document = consent::FileHash{*document};
            return on(self, [&](Log& log) { return consent::assign_caller(log, assigned, now); });
          },
          py::arg("caller"), py::arg("distributor"), py::arg("from_"), py::arg("until"),
          py::arg("purposes"), py::arg("channels"), py::arg("campaign"), py::arg("document"),
          py::arg("now"), "As assign_caller(), with the moment of recording given.")
      .def(
          "release_caller_at",
          [](const LogHandle& self, std::uint64_t of, consent::Instant until,
             const std::optional<consent::Digest>& document, consent::Instant now) {
            consent::CallerReleased released{of, until, std::nullopt};
            if (document) released.document = consent::FileHash{*document};
            return on(self, [&](Log& log) { return consent::release_caller(log, released, now); });
          },
          py::arg("of"), py::arg("until"), py::arg("document"), py::arg("now"),
          "As release_caller(), with the moment of recording given.")
      .def(
          "assignments",
          [](const LogHandle& self) {
            return on(self, [](Log& log) { return consent::assignments(log); });
          },
          "Who was assigned to dial for whom, in order of seq.")
      .def(
          "heartbeat_at",
          [](const LogHandle& self, consent::Instant now) {
            on(self, [&](Log& log) { consent::heartbeat(log, now); });
          },
          py::arg("now"), "As heartbeat(), with the moment of recording given.")
      .def(
          "review_losses_at",
          [](const LogHandle& self, py::handle reason, consent::Instant now) {
            const std::string word(to_text(reason));
            return on(self, [&](Log& log) { return consent::review_losses(log, word, now); });
          },
          py::arg("reason"), py::arg("now"),
          "Records that somebody went through what restores say is lost.")
      .def_property_readonly(
          "doubtful_below",
          [](const LogHandle& self) { return self.get()->soundness().doubtful_below; },
          "Consents of entries below it are in doubt: later ones were lost; 0: none")
      .def_property_readonly(
          "impairment", [](const LogHandle& self) { return self.get()->impairment(); },
          "What head and files contradict each other in; \"\" where nothing is wrong")
      .def_property_readonly(
          "warnings", [](const LogHandle& self) { return self.get()->warnings(); },
          "What whoever runs the log should know")
      .def_property_readonly("origin",
                             [](const LogHandle& self) { return self.get()->identity().origin; })
      .def_property_readonly(
          "distributor", [](const LogHandle& self) { return self.get()->identity().distributor; })
      .def_property_readonly(
          "distributor_name",
          [](const LogHandle& self) { return self.get()->identity().distributor_name; })
      .def_property_readonly(
          "subscriber", [](const LogHandle& self) { return self.get()->identity().subscriber; })
      .def_property_readonly("folder",
                             [](const LogHandle& self) { return self.get()->folder().string(); })
      .def_property_readonly(
          "writable",
          [](const LogHandle& self) { return self.get()->access() == consent::Access::write; })
      .def_property_readonly(
          "size",
          [](const LogHandle& self) { return on(self, [](Log& log) { return log.size(); }); },
          "Entries in the log")
      .def_property_readonly(
          "root",
          [](const LogHandle& self) { return on(self, [](Log& log) { return log.root(); }); },
          "Root hash of all entries, 32 bytes")
      .def(
          "root_at",
          [](const LogHandle& self, std::uint64_t size) {
            return on(self, [&](Log& log) { return log.root_at(size); });
          },
          py::arg("size"), "Root hash of the first `size` entries.")
      .def_property_readonly(
          "verifier_key", [](const LogHandle& self) { return self.get()->verifier_key().text(); },
          "name+id+key: what a verifier is given to trust")
      .def(
          "checkpoint",
          [](const LogHandle& self) { return on(self, [](Log& log) { return log.checkpoint(); }); },
          "The current root, signed: a C2SP tlog-checkpoint as text.")
      .def(
          "prove_inclusion",
          [](const LogHandle& self, std::uint64_t seq, py::handle checkpoint) {
            const std::string note(to_text(checkpoint));
            return on(self, [&](Log& log) { return log.prove_inclusion(seq, note).text(); });
          },
          py::arg("seq"), py::arg("checkpoint"),
          "A C2SP tlog-proof that the entry stands in the tree of that checkpoint, as text.")
      .def(
          "prove_consistency",
          [](const LogHandle& self, std::uint64_t size1, std::uint64_t size2) {
            return on(self, [&](Log& log) { return log.prove_consistency(size1, size2); });
          },
          py::arg("size1"), py::arg("size2"),
          "The path for merkle.verify_consistency(): the tree of size1 is a prefix of size2's.")
      .def(
          "entry",
          [](const LogHandle& self, std::uint64_t seq) {
            return on(self, [&](Log& log) { return log.entry(seq); });
          },
          py::arg("seq"), "One entry. Raises NotFoundError.")
      .def(
          "entries",
          [](const LogHandle& self, std::uint64_t first, std::uint64_t last) {
            std::vector<Entry> entries;
            on(self, [&](Log& log) {
              log.for_each(first, last, [&](const Entry& entry) { entries.push_back(entry); });
            });
            return entries;
          },
          py::arg("first"), py::arg("last"), "Entries first <= seq < last, read at one moment.")
      .def(
          "opened",
          [](const LogHandle& self, std::uint64_t seq) {
            const auto opened = on(self, [&](Log& log) { return log.open_entry(seq); });
            return from_event(opened.entry.type, consent::decode_event(opened));
          },
          py::arg("seq"),
          "What an entry says, with what is sealed: number, names, note. Raises NotFoundError.")
      .def(
          "entries_about",
          [](const LogHandle& self, const AnyNumber& number) {
            return on(self, [&](Log& log) { return log.history(number.number); });
          },
          py::arg("number"), "All entries about a number, in order of seq.")
      .def(
          "subjects_of",
          [](const LogHandle& self, const AnyNumber& number) {
            return on(self, [&](Log& log) { return log.subjects_of(number.number); });
          },
          py::arg("number"), "Tags of those who have held the number, oldest first.")
      .def(
          "export_entries",
          [](const LogHandle& self, const std::filesystem::path& file, py::object progress) {
            const Progress told = to_progress(std::move(progress));
            return on(self, [&](Log& log) { return consent::export_entries(log, file, told); });
          },
          py::arg("file"), py::arg("progress") = py::none(),
          "Writes every entry, byte for byte, without any key.")
      .def(
          "numbers_by_tag",
          [](const LogHandle& self) {
            std::vector<std::pair<consent::Digest, consent::PhoneNumber>> found;
            on(self, [&](Log& log) {
              log.for_each_standing([&](consent::PhoneNumber number, const auto& standings) {
                for (const auto& standing : standings) found.emplace_back(standing.tag, number);
              });
            });
            py::dict numbers;
            for (const auto& [tag, number] : found) numbers[to_bytes(tag)] = py::str(number.e164());
            return numbers;
          },
          "Every subject's tag and its number, in clear: from keys.db.")
      .def(
          "distributors",
          [](const LogHandle& self) {
            return on(self, [](Log& log) { return log.distributors(); });
          },
          "Distributors that the log was created for or, in a log for none, that its entries name.")
      .def(
          "before_erasing_at",
          [](const LogHandle& self, const AnyNumber& number, consent::Instant needed_since,
             const std::optional<consent::Instant>& held_at, consent::Instant now) {
            return on(self, [&](Log& log) {
              return consent::before_erasing(log, number.number, needed_since, now, held_at);
            });
          },
          py::arg("number"), py::arg("needed_since"), py::arg("held_at"), py::arg("now"),
          "As before_erasing(), with the moment given.")
      .def(
          "erase_at",
          [](const LogHandle& self, const AnyNumber& number, py::handle ground,
             py::handle requester, consent::Instant needed_since, bool lose_proof,
             const std::optional<consent::Instant>& held_at, consent::Instant now,
             const py::bytes& request_salt) {
            consent::ErasureOrder order;
            order.ground = to_text(ground);
            order.requester = to_text(requester);
            order.request_salt = std::string(request_salt);
            order.needed_since = needed_since;
            order.lose_proof = lose_proof;
            order.held_at = held_at;
            return on(self,
                      [&](Log& log) { return consent::erase(log, number.number, order, now); });
          },
          py::arg("number"), py::arg("ground"), py::arg("requester"), py::arg("needed_since"),
          py::arg("lose_proof"), py::arg("held_at"), py::arg("now"),
          py::arg("request_salt") = py::bytes(), "As erase(), with the moment given.")
      .def(
          "erased_at",
          [](const LogHandle& self, const AnyNumber& number) {
            return on(self, [&](Log& log) { return consent::erased_at(log, number.number); });
          },
          py::arg("number"),
          "Up to when what was said is not taken in again, because the holder was erased; None.")
      .def(
          "restriction_of",
          [](const LogHandle& self, const AnyNumber& number, consent::Instant at) {
            return on(self,
                      [&](Log& log) { return consent::restriction_of(log, number.number, at); });
          },
          py::arg("number"), py::arg("at"), "Whether the record is kept for proof alone; None.")
      .def(
          "restriction_of_subject",
          [](const LogHandle& self, const consent::Digest& tag, consent::Instant at) {
            return on(self, [&](Log& log) { return consent::restriction_of(log, tag, at); });
          },
          py::arg("tag"), py::arg("at"), "The same of one subject, by its tag; needs no key.")
      .def(
          "restricted_tags",
          [](const LogHandle& self, consent::Instant at) {
            return on(self, [&](Log& log) { return consent::restricted(log, at); });
          },
          py::arg("at"), "Tags of all whose record is kept for proof alone; needs no key.")
      .def(
          "append_of_holder_at",
          [](const LogHandle& self, const consent::Event& event, consent::Instant held_at,
             consent::Instant now) {
            return on(self, [&](Log& log) {
              return consent::append_of_holder(log, event, held_at, now);
            });
          },
          py::arg("event"), py::arg("held_at"), py::arg("now"),
          "Records a hold or a restriction of who held the number at held_at.")
      .def(
          "evidence_of",
          [](const LogHandle& self, std::uint64_t seq) {
            return on(self, [&](Log& log) { return consent::evidence_of(log, seq); });
          },
          py::arg("seq"), "Files kept with an entry, in order. Needs no key.")
      .def(
          "read_evidence",
          [](const LogHandle& self, std::uint64_t seq, std::uint32_t place,
             const py::function& take) {
            return py::bytes(on(self, [&](Log& log) {
              return consent::read_evidence(log, seq, place, [&](std::string_view piece) {
                const py::gil_scoped_acquire locked;
                take(py::bytes(piece.data(), piece.size()));
              });
            }));
          },
          py::arg("seq"), py::arg("place"), py::arg("take"),
          "Opens one file piece by piece; returns its salt, 32 bytes. Only the return says that "
          "the "
          "pieces are what the entry committed to.")
      .def(
          "wording",
          [](const LogHandle& self, const consent::Digest& hash) {
            return on(self, [&](Log& log) { return log.wording(hash); });
          },
          py::arg("hash"), "Text of a wording by its SHA-256; None where only the hash is known.");
}

}  // namespace consent_python
