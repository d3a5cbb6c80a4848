#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/bundle.hpp"
#include "consent/export.hpp"
#include "consent/message.hpp"
#include "consent/proof.hpp"

namespace consent {

enum class ProofVerdict : std::uint8_t { not_proven, proven, refuted };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(ProofVerdict verdict) noexcept;

/// What a check covered; a verdict without it would be a bare "ok".
struct Coverage {
  std::uint64_t entries = 0;       ///< entries whose content was re-hashed
  std::uint64_t signed_up_to = 0;  ///< size of the newest checkpoint that verified
  std::uint64_t open_tail = 0;     ///< entries after it
  /// Entries that the owner's keys cover: by a checkpoint under a key that was given, or by the
  /// head under a key of keys.db.
  std::uint64_t covered = 0;
  std::string signed_by;          ///< verifier key that signed, "" where none
  bool key_was_given = false;     ///< false: the key came out of the log itself
  bool standing_checked = false;  ///< derived tables were rebuilt and compared
  std::vector<Message> not_checked;
  // In the container of a pack, but none of its files; as they may be printed.
  std::vector<std::string> litter;      ///< what systems leave in folders; "X/": the folder around
  std::vector<std::string> signatures;  ///< *.sig, *.p7s: not checked
  std::vector<std::string> extras;      ///< all others
};

struct Problem {
  std::uint64_t seq = 0;  ///< first bad entry; size of the log where the fault is not an entry's
  Message what;
};

struct Verification {
  Message question;
  ProofVerdict verdict = ProofVerdict::not_proven;
  /// What a pack that is proven shows, and what it does not exclude; empty of anything else.
  Message statement;
  Coverage coverage;
  std::vector<Message> warnings;
  std::optional<Problem> problem;
};

/// What a check of a log may be given besides the keys.
struct VerifyOptions {
  /// Called now and then with entries done and all; may be empty.
  std::function<void(std::uint64_t, std::uint64_t)> progress{};
  /// Checkpoints and receipts that the log handed out: it must extend each.
  std::vector<std::string> checkpoints{};
  std::vector<std::string> receipts{};
  /// Of keys.db, if it has one.
  std::string passphrase{};
};

/// Reads log.db alone, read-only: re-hashes the content of every entry, follows `prev`, `seq` and
/// each subject's chain, compares stored leaves, tiles and signed checkpoints, rebuilds standing.
/// Shares with the writer only the hash and the reader of canonical JSON. Where keys.db lies beside
/// it and can be opened, every sealed detail and file is opened and held against its commitment; a
/// file that is missing is "not_proven", one that is another is "refuted".
/// "proven" only if every entry is covered: by a checkpoint under one of `trusted` or, with
/// keys.db, by the head's MAC. `trusted` empty: the key of entry 0 checks signatures and covers
/// nothing.
/// @throws Error (storage) where the file cannot be read at all.
[[nodiscard]] CONSENT_EXPORT Verification verify_log(const std::filesystem::path& folder,
                                                     std::span<const note::VerifierKey> trusted,
                                                     const VerifyOptions& options = {});

/// Checks an unpacked pack: manifest, signatures, origin, each entry's inclusion and opening, the
/// subject's chain, and that everything is about the number that case.json names.
/// `trusted` empty: the key of the pack itself is used and coverage says so.
/// `receipts`: files of receipts that the person holds. One that shows what the bundle leaves out,
/// or another tag for its number, refutes it; one that does not hold itself makes it not_proven.
[[nodiscard]] CONSENT_EXPORT Verification verify_bundle(std::span<const BundleFile> files,
                                                        std::span<const note::VerifierKey> trusted,
                                                        std::span<const std::string> receipts = {});

/// Checks a receipt: signature, entry, inclusion, opening, times.
/// `trusted` empty: the key inside the receipt is used, and coverage says so.
[[nodiscard]] CONSENT_EXPORT Verification
verify_receipt(std::string_view file, std::span<const note::VerifierKey> trusted);

}  // namespace consent
