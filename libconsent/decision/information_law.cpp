#include "decision/law.hpp"

/// Messengers of foreign services, and who may not send over them.
namespace consent::decision::law {
namespace {

bool holds(const Case& it, std::size_t row) noexcept {
  const RuleFigures& figures = it.pack().figures[row];
  const auto sender = 1U << static_cast<unsigned>(it.caller().organisation);
  if (it.caller().organisation == Organisation::not_stated || (figures.senders & sender) == 0)
    return false;
  return !figures.with_data || it.caller().sells_with_data == Stated::yes;
}

/// Whether what is not stated about sender and message leaves the row open.
bool is_open(const Case& it, std::size_t row) noexcept {
  const RuleFigures& figures = it.pack().figures[row];
  const Organisation sender = it.caller().organisation;
  const bool may_be_sender = sender == Organisation::not_stated ||
                             (figures.senders & 1U << static_cast<unsigned>(sender)) != 0;
  return may_be_sender && (!figures.with_data || it.caller().sells_with_data != Stated::no);
}

}  // namespace

void foreign_messenger(Case& it, const Rows& rows) noexcept {
  if (it.pack().foreign_messenger(it.caller().messenger, it.at()) != Stated::yes) return;
  rows.for_each([&](std::size_t row) {
    if (!holds(it, row)) return;
    Rows one;
    one.insert(row);
    it.verdict_of(one, no_seq);
  });
}

/// Silent where the service is listed and the sender is barred, and where nothing that was left out
/// could matter. A service that the list does not hold may be one that it lacks.
void messenger_not_stated(Case& it, const Rows& rows) noexcept {
  const Stated foreign = it.pack().foreign_messenger(it.caller().messenger, it.at());
  const Rows bars = it.rows_of(Condition::foreign_messenger);
  bool barred = false;
  bool open = false;
  bars.for_each([&](std::size_t row) {
    barred = barred || (foreign == Stated::yes && holds(it, row));
    open = open || is_open(it, row);
  });
  if (!barred && open) it.verdict_of(rows, no_seq);
}

}  // namespace consent::decision::law
