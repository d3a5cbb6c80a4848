#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The only SQLite in the house: a connection and a prepared statement, nothing more.
namespace consent::sqlite {

enum class Mode { create, write, read, read_immutable };

/// One connection, hardened as docs/why/storage.md lists. Move-only. One thread at a time.
class Connection {
 public:
  Connection() = default;
  /// @throws Error (storage) naming the file.
  static Connection open(const std::filesystem::path& file, Mode mode);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  void execute(const char* sql);
  /// Writes the file anew; needs rights that nothing else here has.
  void vacuum();
  /// Copies the database, as it is at one moment, to a file that is not there yet, mode 0600.
  void copy_to(const std::filesystem::path& file);
  [[nodiscard]] std::int64_t integer(const char* sql);
  [[nodiscard]] sqlite3* raw() const noexcept { return db_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool in_transaction() const noexcept;
  void close() noexcept;
  /// Lets go of the handle without touching the file: what a forked child must do.
  void abandon() noexcept { db_ = nullptr; }
  /// @throws Error (storage or locked) for the last failure on this connection.
  [[noreturn]] void fail(int code) const;

 private:
  sqlite3* db_ = nullptr;
  std::string name_;
};

/// A prepared statement; reset by reset() or by the next run.
class Statement {
 public:
  Statement() = default;
  Statement(Connection& connection, std::string_view sql);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  /// The bytes must live until the statement is stepped and reset: nothing is copied.
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_text(int index, std::string_view text);
  Statement& bind_null(int index);
  /// True where a row is there.
  bool step();
  /// Runs to the end and resets.
  void run();
  void reset() noexcept;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;  ///< lives until the next step or reset
  [[nodiscard]] bool is_null(int column) const;
  /// Whether it was prepared.
  [[nodiscard]] explicit operator bool() const noexcept { return statement_ != nullptr; }

 private:
  Connection* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

/// Lifts the authorizer of a connection while it lives: for migrations, which change what no other
/// code of the house may.
class Unguarded {
 public:
  explicit Unguarded(Connection& connection);
  Unguarded(const Unguarded&) = delete;
  Unguarded& operator=(const Unguarded&) = delete;
  ~Unguarded();

 private:
  Connection* connection_;
};

/// Rolls back on destruction unless commit() was reached.
class Transaction {
 public:
  explicit Transaction(Connection& connection, const char* begin = "BEGIN IMMEDIATE")
      : connection_(&connection) {
    connection.execute(begin);
  }
  /// With statements prepared once, for a transaction a commit.
  Transaction(Connection& connection, Statement& begin, Statement& commit)
      : Transaction(connection, commit) {
    begin.run();
  }
  /// Ends one that is begun elsewhere.
  Transaction(Connection& connection, Statement& commit)
      : connection_(&connection), commit_(&commit) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection* connection_;
  Statement* commit_ = nullptr;
};

/// A database of ours read-only, also where its folder cannot be written. @throws Error (storage)
[[nodiscard]] Connection open_for_reading(const std::filesystem::path& file);

/// Versions 3.7.0 to 3.51.2 without the backports 3.44.6 and 3.50.7 can lose commits when two
/// connections checkpoint; see docs/why/storage.md.
[[nodiscard]] bool has_wal_reset_bug(int version_number) noexcept;

}  // namespace consent::sqlite
