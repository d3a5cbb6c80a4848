#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "consent/event.hpp"
#include "consent/number.hpp"
#include "event/canonical.hpp"
#include "event/json.hpp"
#include "tlog/key_chain.hpp"
#include "verify/check_receipt.hpp"
#include "verify/read_entry.hpp"
#include "verify/step.hpp"

/// The check of a pack, step by step.
namespace consent::checking {

using bundle::Failed;
using bundle::in_step;
using bundle::integer_of;
using bundle::is_hash;
using bundle::lack;
using bundle::Read;
using bundle::refute;
using bundle::text_of;

class Check {
 public:
  Check(std::span<const BundleFile> files, std::span<const note::VerifierKey> trusted,
        std::span<const std::string> receipts)
      : listed_(files), trusted_(trusted), receipts_(receipts) {}

  Verification run();

 private:
  /// Which of its lists case.json names an entry in.
  enum class Of { subject, former, callers, clock, rotations };

  [[nodiscard]] const std::string& need(int step, const std::string& name,
                                        std::optional<std::uint64_t> seq = {}) const;

  /// Refuses files of a folder that nothing names: they would look like evidence.
  void only(int step, std::string_view folder, const std::set<std::string>& named) const;

  /// (1) The files of the manifest are there, and every hash agrees.
  void step_1();

  /// (1) Files that are none of the pack's: counted, or `hostile_`. They refute nothing, since
  /// anybody can put a file beside a true pack.
  void others(const std::vector<std::pair<std::string, const std::string*>>& unwrapped,
              const std::map<std::string, Digest>& manifest);
  void other(const std::string& name, const std::string& bytes,
             const std::map<std::string, std::string>& spellings);

  [[nodiscard]] bool is_folder(const std::string& name) const;
  static bool is_known(std::string_view name);

  static std::map<std::string, Digest> read_manifest(std::string_view text);

  /// (2) The checkpoint is signed by the log's key; origin, key name and case.json agree.
  void step_2();

  void read_case();

  [[noreturn]] static void lacks_member() {
    refute(2, "case.json lacks a member or has one of another type");
  }

  void read_places(const json::Array& places, Of of);

  /// (3) Each entry: canonical bytes, version 1, this log, its own seq; `prev` where it can be
  /// seen.
  void step_3();

  [[nodiscard]] std::set<std::string> names_of(std::string (*name)(std::uint64_t),
                                               bool opened) const;

  /// (4) Each leaf is included under the root of the one checkpoint.
  void step_4() const;

  void included(const Read& entry) const;

  /// (5) Entry 0 created the log; the rotations lead from its key to the one that signed, which is
  /// trusted.
  void step_5();

  /// (6) Each opening fits its entry, and all of them and the answer name the number of case.json.
  void step_6();

  void opens(const Read& entry);

  void read_salts(std::uint64_t seq, const canonical::Value& salts);

  /// (7) One subject's chain from its first entry on, without gaps.
  void step_7() const;

  /// The assignment that the answer stands on, and what ends it: of the caller and distributor
  /// asked about, in force at the moment asked about. Stored times order as text.
  void check_callers() const;
  /// What is answered of single contacts: each is an entry of the chain, at its own moment.
  void check_contacts() const;
  /// What was wrong with the log when it answered. Damage is never a yes.
  void check_damage() const;
  void show_damage();

  /// What else was the number's: each tag once, by the entry that ended it. Of somebody erased
  /// there is no opening any more; a receipt shows then whose number it was.
  void check_former(const Digest& tag) const;

  /// What an assignment is limited to, it must have been for the contact asked about.
  static void check_scope(const json::Value& question, const Read& assigned);

  /// (8) Times are possible; a clock that goes back is a warning. Stored times order as text.
  void step_8();

  /// (9) Files kept sealed are what their entries committed to. One that is not here is reported.
  void evidence();

  /// (9) Wordings hash to their names; those that entries name are here, or reported as hash only.
  void step_9();

  /// (11) What the subscriber holds does not contradict the pack.
  void step_11();

  void compare(const Message& about, const bundle::ReadReceipt& receipt);

  /// The receipt's entry is one of the pack, or comes after them in the subject's own count.
  void same_subject(const Message& about, const Read& held);

  /// Two tags of one number: one has to have ended before the other began.
  void other_subject(const Message& about, const Read& held);

  void newer(const Message& about, const Read& held);

  /// (10) What the caller must still check; and what exactly was asked.
  void step_10();

  /// Where case.json says the files of an entry lie.
  struct Place {
    std::uint64_t seq;
    bool opened;
    Of of;
  };
  std::vector<Read>& list_of(Of of);

  std::span<const BundleFile> listed_;
  std::span<const note::VerifierKey> trusted_;
  std::span<const std::string> receipts_;
  std::map<std::string, const std::string*, std::less<>> files_;  ///< of the manifest, and itself
  std::optional<Message> hostile_;  ///< why a pack that holds otherwise is not proven
  json::Value case_;
  std::vector<Place> places_;  ///< that case.json lists, ascending
  Checkpoint checkpoint_;
  std::vector<Read> entries_;    ///< entry 0, then the subject's
  std::vector<Read> former_;     ///< that ended other subjects of the number
  std::vector<Read> clock_;      ///< steps that make doubtful what is here
  std::vector<Read> callers_;    ///< the assignment that the answer stands on, and what ends it
  std::vector<Read> rotations_;  ///< of the log's key
  std::optional<KeyChain> chain_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Digest> salts_;  ///< of files, by seq and place
  Verification result_;
};

}  // namespace consent::checking
