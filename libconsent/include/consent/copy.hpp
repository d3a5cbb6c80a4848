#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/proof.hpp"

namespace consent {

/// A log that went into a file, or came out of one.
struct Copied {
  std::uint64_t entries = 0;
  Digest root;  ///< of all of them, as the checkpoint signs it
  std::string origin;
  std::string verifier_key;    ///< of entry 0
  bool already_there = false;  ///< the folder holds them, and was left alone
  std::uint64_t evidence = 0;  ///< files kept with entries that travel along, sealed as they are
  std::uint64_t evidence_missing = 0;  ///< named by entries, and not here to travel
};

/// Writes every entry up to a checkpoint signed now, byte for byte, with the texts, the older
/// checkpoints and the sealed details, which cannot be opened without keys.db. No key goes along.
/// The file appears when it is whole. @throws Error (storage) if there is no signing key.
CONSENT_EXPORT Copied
export_entries(Log& log, const std::filesystem::path& file,
               const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

/// Makes a folder of such a file, once every entry was read strictly, followed the one before,
/// and all of them had the signed root; else the folder is not made. The copy has no keys.db and
/// no head: it verifies, and is read-only until keys.db lies beside it and restore() says that it
/// goes on in the place of the other. `trusted` empty: the key of entry 0.
/// @throws BrokenLog with the seq of the first entry that is missing or altered; ProofError if no
/// trusted key signed; Error (storage) where the folder holds something else.
CONSENT_EXPORT Copied
import_entries(const std::filesystem::path& file, const std::filesystem::path& folder,
               std::span<const note::VerifierKey> trusted = {},
               const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
               Entropy& entropy = system_entropy());

}  // namespace consent
