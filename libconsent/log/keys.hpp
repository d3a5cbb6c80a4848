#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/number.hpp"
#include "log/secret.hpp"
#include "log/sign.hpp"
#include "log/sqlite.hpp"

namespace consent {

/// keys.db: what must never leave the folder. The signing key, one random key a subject, and the
/// index from numbers to subjects under a key of its own. Deleting a subject's row unlinks every
/// entry that was ever about it; log.db alone still verifies.
class KeyStore {
 public:
  struct Subject {
    std::int64_t id;
    Digest tag;
    SecretKey key;
    std::int64_t previous;  ///< id of the number's subject before; 0: none
  };

  static KeyStore create(const std::filesystem::path& file, const std::string& origin,
                         const std::string& incarnation, Entropy& entropy);
  /// @throws Error (storage) where origin or incarnation are another log's.
  static KeyStore open(const std::filesystem::path& file, sqlite::Mode mode,
                       const std::string& origin, const std::string& incarnation);

  [[nodiscard]] const SigningKey& signing_key() const noexcept { return secrets_->signing; }
  [[nodiscard]] const SecretKey& log_key() const noexcept { return secrets_->log; }
  [[nodiscard]] Digest index_of(PhoneNumber number) const;

  /// The newest subject of a number.
  [[nodiscard]] std::optional<Subject> newest(const Digest& index);
  [[nodiscard]] std::optional<Subject> by_id(std::int64_t id);
  [[nodiscard]] std::optional<Subject> by_tag(const Digest& tag);
  struct Holder {
    PhoneNumber number;
    Digest tag;             ///< of the number's newest subject
    std::int64_t previous;  ///< as Subject::previous
  };
  /// Every number with its newest subject, in the order of tags.
  [[nodiscard]] std::vector<Holder> numbers();

  /// New subjects are durable when commit() returns, and must be before the log commits an entry
  /// that uses one: a crash between leaves an orphan, which sweep() removes, and never an entry
  /// without a key.
  void begin();
  [[nodiscard]] Subject add(const Digest& index, PhoneNumber number, std::int64_t previous,
                            const std::string& origin, Entropy& entropy);
  void commit();
  void rollback() noexcept;
  /// Removes subjects whose tag `known` does not know; their numbers go back to the one before.
  std::size_t sweep(const std::function<bool(const Digest&)>& known);
  [[nodiscard]] std::uint64_t subjects();
  sqlite::Connection& connection() noexcept { return db_; }

 private:
  KeyStore() = default;
  void prepare();
  void load(const std::string& origin, const std::string& incarnation);
  Subject read(sqlite::Statement& statement);

  sqlite::Connection db_;
  struct Secrets {
    SigningKey signing;
    HmacKey index;
    SecretKey log;
  };
  std::unique_ptr<const Secrets> secrets_;
  sqlite::Statement newest_, by_id_, by_tag_, add_subject_, point_;
};

}  // namespace consent
