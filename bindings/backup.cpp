#include "consent/backup.hpp"

#include <chrono>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/log.hpp"
#include "consent/restore.hpp"
#include "consent/retention.hpp"

namespace consent_python {

namespace {

using consent::Instant;
using Path = std::filesystem::path;

Instant latest_expiry(Instant now) {
  return now + std::chrono::hours(24) * consent::retention("keys_copy", now).days;
}

consent::Backup record_backup(const LogHandle& log, const Path& to,
                              const std::optional<Instant>& expires, Instant now) {
  const auto open = log.get();
  const py::gil_scoped_release unlocked;
  std::optional<consent::KeysCopy> keys;
  if (expires) keys = consent::KeysCopy{*expires, latest_expiry(now)};
  return consent::back_up(*open, to, keys, now);
}

py::dict restore_from(const Path& folder, const Path& backup, const std::vector<Path>& newer,
                      const std::vector<py::bytes>& erased, py::handle reason, Instant now,
                      const std::optional<Path>& second_head, std::int64_t wait_ms,
                      py::handle passphrase) {
  consent::RestoreOrder order{backup, newer, {}, std::string(to_text(reason))};
  for (const py::bytes& each : erased) {
    const auto tag = consent::digest_from_bytes(std::string_view(each));
    if (!tag) throw py::value_error("erased: a tag has 32 bytes");
    order.erased.push_back(*tag);
  }
  consent::LogOptions options;
  options.second_head = second_head.value_or(Path());
  options.wait = std::chrono::milliseconds(wait_ms);
  options.passphrase = std::string(to_text(passphrase));
  consent::Restored done;
  {
    const py::gil_scoped_release unlocked;
    done = consent::restore_from(folder, order, now, options);
  }
  py::dict out;
  out["size"] = done.size;
  out["lost_from"] = done.lost_from;
  out["lost_to"] = done.lost_to;
  out["end_known"] = done.end_known;
  out["seq"] = done.seq;
  py::list tags;
  for (const auto& tag : done.erased) tags.append(to_bytes(tag));
  out["erased"] = py::tuple(tags);
  out["unknown_erased"] = done.unknown_erased;
  py::list unread;
  for (const auto& [from, to] : done.unread) unread.append(py::make_tuple(from, to));
  out["unread"] = py::tuple(unread);
  out["own_keys"] = done.own_keys;
  out["aside"] = done.aside.empty() ? py::object(py::none()) : py::cast(done.aside);
  out["keys_aside"] = done.keys_aside;
  return out;
}

}  // namespace

void bind_backup(py::module_& m) {
  m.def(
      "back_up",
      [](const LogHandle& log, const Path& to) {
        const auto open = log.get();
        consent::Backup made;
        {
          const py::gil_scoped_release unlocked;
          made = consent::back_up(*open, to);
        }
        return py::make_tuple(made.size, to_bytes(made.root), to_bytes(made.file));
      },
      py::arg("log"), py::arg("to"),
      "Copies a log while it may be written; (size, root, SHA-256 of log.db). Records nothing.");
  m.def(
      "record_backup",
      [](const LogHandle& log, const Path& to, const std::optional<Instant>& expires, Instant now) {
        const auto made = record_backup(log, to, expires, now);
        return py::make_tuple(made.size, to_bytes(made.root), to_bytes(made.file), made.expires,
                              made.evidence, made.seq);
      },
      py::arg("log"), py::arg("to"), py::arg("expires"), py::arg("now"),
      "Copies a log and records it; with `expires`, the keys and the evidence go along.");
  m.def(
      "backup_destroyed",
      [](const LogHandle& log, std::uint64_t of, Instant now) {
        const auto open = log.get();
        const py::gil_scoped_release unlocked;
        return consent::backup_destroyed(*open, of, now);
      },
      py::arg("log"), py::arg("of"), py::arg("now"),
      "Records that a copy of keys is destroyed; its seq.");
  m.def("latest_keys_expiry", &latest_expiry, py::arg("now"),
        "Until when a copy of the keys made now may live.");
  m.def("restore_from", &restore_from, py::arg("folder"), py::arg("backup"), py::arg("newer"),
        py::arg("erased"), py::arg("reason"), py::arg("now"), py::arg("second_head"),
        py::arg("wait_ms"), py::arg("passphrase"),
        "Puts a backup in the place of a lost or damaged log.");
}

}  // namespace consent_python
