#include <fmt/format.h>

#include <array>

#include "consent/decision.hpp"
#include "decision/conditions.hpp"
#include "decision/findings.hpp"
#include "decision/rule_pack.hpp"
#include "decision/text.hpp"

namespace consent {
namespace {

// Not rules of law, and their names say so: default/ is the house's caution, standing/ what was
// said and when, rules/ and evidence/ what the asker should know. In the order of
// decision::Builtin.
constexpr std::array<BuiltinFinding, decision::builtin_count> builtins{{
    {"default/no-consent",
     "No recorded consent covers this contact, and no rule loaded speaks of it; without a consent "
     "the answer is no.",
     "Записанного согласия на такой контакт нет, и загруженные правила о нём не говорят; без "
     "согласия ответ — нет."},
    {"default/no-rule",
     "A recorded consent covers this contact, but no rule loaded says that it suffices.",
     "Записанное согласие охватывает этот контакт, но загруженные правила не говорят, достаточно "
     "ли его."},
    {"default/stop", "The subscriber refused or demanded a stop, and no later consent ends it.",
     "Абонент отказался или потребовал прекратить, и более позднего согласия нет."},
    {"rules/known-until",
     "The moment lies after the last day the rules know: a later change of law is not in this "
     "answer.",
     "Момент позже последнего дня, известного правилам: изменения закона после него в ответе не "
     "учтены."},
    {"standing/recorded-late",
     "The consent was recorded late: this log could not have shown it then.",
     "Согласие записано позже: в тот момент этот журнал показать его не мог."},
    {"standing/expired", "The consent had expired.", "Срок согласия истёк."},
    {"standing/not-recorded", "The consent was not yet recorded at that moment.",
     "В тот момент согласие ещё не было записано."},
    {"standing/other-campaign", "The consent is limited to another campaign.",
     "Согласие ограничено другой кампанией."},
    {"standing/other-cover", "The consent covers something else than contacts of this kind.",
     "Согласие дано на другое, а не на такие контакты."},
    {"standing/other-distributor", "The consent names no distributor or another one.",
     "Согласие не называет рекламораспространителя или называет другого."},
    {"standing/other-purpose", "The consent does not name this purpose.",
     "Согласие не называет эту цель."},
    {"standing/other-channel", "The consent does not name this channel.",
     "Согласие не называет этот канал связи."},
    {"standing/not-prior",
     "The consent was given after this contact began, or at that very moment.",
     "Согласие получено не раньше начала этого контакта."},
    {"standing/earlier-holder",
     "The consent was given before the number passed to its present holder.",
     "Согласие дано до того, как номер перешёл к нынешнему владельцу."},
    {"standing/ended-by-stop", "The consent was ended by a later refusal or stop.",
     "Согласие прекращено более поздним отказом или требованием."},
    {"evidence/none-kept",
     "Neither wording nor document nor recording is kept with this consent: it may be hard to "
     "prove.",
     "С согласием не хранится ни текст, ни документ, ни запись: доказать его может быть трудно."},
    {"findings/more", "There is more to say than fits: read the history of the number.",
     "Поместилось не всё: смотрите историю номера."},
    {"standing/restricted",
     "What is held on this subscriber is restricted: it is kept for proof alone.",
     "Сведения об этом абоненте заблокированы: хранятся только для доказывания."},
    {"standing/erased",
     "This number's holder was erased from the log, and nobody has consented since.",
     "Абонент этого номера удалён из журнала, и с тех пор согласия не было."},
    {"time/zone-unknown",
     "The subscriber's local time is not known, and a rule of hours asks for it; nobody guesses.",
     "Местное время абонента неизвестно, а правило о часах требует его знать; догадок нет."},
    {"time/home-region",
     "The local time is that of the mobile number's home region: where the telephone is, nobody "
     "knows.",
     "Местное время взято по региону, к которому относится мобильный номер: где находится телефон, "
     "неизвестно."},
    {"counts/not-given",
     "A rule limits how often, and how many contacts were made already was not said.",
     "Правило ограничивает частоту контактов, а сколько их уже было, не указано."},
    {"evidence/not-proven", "The record of the consent does not show that the subscriber gave it.",
     "Запись о согласии не показывает, что его дал абонент."},
    {"standing/caller-assigned",
     "Whoever dials is not named by the consent, which lets persons acting for the distributor "
     "call; the log holds the assignment.",
     "Исполнитель в согласии не назван, но оно допускает лиц, действующих от имени "
     "рекламораспространителя; поручение ему записано в журнале."},
    {"standing/assigned-late",
     "The caller's assignment was recorded late: this log could not have shown it then.",
     "Поручение исполнителю записано позже: в тот момент этот журнал показать его не мог."},
    {"log/impaired",
     "The log contradicts what it acknowledged, so no answer of it is a yes until it is restored.",
     "Журнал расходится с тем, что было им подтверждено: пока он не восстановлен, «можно» по нему "
     "не отвечают."},
    {"log/impaired",
     "What the log keeps of this number is damaged, so nothing is known of it until the log's "
     "tables are rebuilt.",
     "То, что журнал хранит об этом номере, повреждено: пока таблицы журнала не построены заново, "
     "о номере ничего не известно."},
    {"log/lost-range",
     "The log lost entries, and a stop may be among them: what was recorded before the loss shows "
     "no permission until somebody reviews it.",
     "Журнал потерял записи, и среди них могло быть требование прекратить: записанное до потери "
     "ничего не разрешает, пока потерянное не проверено."},
    {"log/lost-range",
     "The log lost entries after this was recorded; somebody reviewed the loss and answers for it.",
     "После этой записи журнал потерял другие; потерянное проверено, и за это кто-то отвечает."},
    {"gate/names-changed",
     "The log learnt a name after the question was resolved, and the question may mean it: resolve "
     "it again.",
     "После подготовки вопроса журнал узнал новое название, и вопрос может быть о нём: подготовьте "
     "вопрос заново."},
    {"standing/clock-set-back",
     "The clock was set back here: what was recorded before it with a later time is doubtful, and "
     "a "
     "stop recorded after it counts as the later one.",
     "Здесь часы перевели назад: записанное раньше с более поздним временем под сомнением, и "
     "отказ, "
     "записанный после, считается более поздним."},
    {"default/no-row",
     "No rule loaded forbids this contact, and none permits it: its purpose is outside the rules "
     "on "
     "advertising.",
     "Загруженные правила такой контакт не запрещают и не разрешают: его цель вне правил о "
     "рекламе."},
    {"evidence/held-elsewhere",
     "The log has only the hash of what shows this consent; the file is held elsewhere.",
     "В журнале только хеш подтверждения этого согласия; сам файл хранится в другом месте."},
    {"facts/not-stated",
     "Whether a person or a machine dials or sends was not stated, and a machine would not be "
     "allowed.",
     "Не указано, набирает (отправляет) человек или машина, а машине это запрещено."},
    {"default/no-law",
     "No law is loaded for this number's country: whether the contact is allowed there is not "
     "known.",
     "Для страны этого номера правила не загружены: разрешён ли там такой контакт, неизвестно."},
}};

/// Warnings that make an answer weaker, among those that are no row.
bool weakens(decision::Builtin builtin) {
  using decision::Builtin;
  return builtin == Builtin::recorded_late || builtin == Builtin::nothing_kept ||
         builtin == Builtin::held_elsewhere || builtin == Builtin::assigned_late ||
         builtin == Builtin::restricted;
}

constexpr const char* record_damaged =
    "log.db: what is kept of this number is damaged; rebuild the log's tables";
constexpr const char* closed_why =
    "The answer would rest on this rule, and the moment lies after the last day the rules know: "
    "whether it still stands is unknown.";
constexpr const char* closed_why_ru =
    "Ответ опирался бы на это правило, но момент позже последнего дня, известного правилам: "
    "действует ли оно, неизвестно.";

std::string_view verdict_ru(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "МОЖНО";
    case Verdict::unknown:
      return "НЕИЗВЕСТНО";
    case Verdict::deny:
      break;
  }
  return "НЕЛЬЗЯ";
}

std::string_view verdict_en(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "ALLOWED";
    case Verdict::unknown:
      return "UNKNOWN";
    case Verdict::deny:
      break;
  }
  return "DENIED";
}

const Numbering& built_in_plan() {
  static const Numbering plan = Numbering::built_in();
  return plan;
}

std::string_view grade_ru(Grade grade) {
  switch (grade) {
    case Grade::weak:
      return "слабое";
    case Grade::fair:
      return "среднее";
    case Grade::strong:
      return "сильное";
    case Grade::not_proven:
      break;
  }
  return "не доказано";
}

std::string proof_sentence(Grade grade, bool russian) {
  return russian ? fmt::format("Доказательство согласия: {}.", grade_ru(grade))
                 : fmt::format("Proof of consent: {}.", to_word(grade));
}

/// The three that a consent must show, apart.
std::string prongs(const Worth& worth, bool russian) {
  if (russian) {
    return fmt::format("  Доказательство: кто — {}; что согласился — {}; кому — {}\n",
                       grade_ru(worth.identified), grade_ru(worth.expressed),
                       grade_ru(worth.named));
  }
  return fmt::format("  Proof: who it was: {}; that they agreed: {}; to whom: {}\n",
                     to_word(worth.identified), to_word(worth.expressed), to_word(worth.named));
}

/// Why, and says who.
std::string sentence(const Finding& finding, bool russian) {
  std::string out = russian ? finding.why_ru : finding.why;
  const std::string& citation = russian ? finding.citation_ru : finding.citation;
  if (citation.empty()) return out;
  const bool unconfirmed = finding.confidence == "G";
  const std::string_view mark = !unconfirmed ? "" : russian ? "; не подтверждено" : "; unconfirmed";
  return fmt::format("{} [{}{}]", out, citation, mark);
}

}  // namespace

std::string_view to_word(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::allow:
      return "allow";
    case Verdict::unknown:
      return "unknown";
    case Verdict::deny:
      break;
  }
  return "deny";
}

std::string_view to_word(FindingVerdict verdict) noexcept {
  switch (verdict) {
    case FindingVerdict::allow:
      return "allow";
    case FindingVerdict::unknown:
      return "unknown";
    case FindingVerdict::warn:
      return "warn";
    case FindingVerdict::treat:
      return "treat";
    case FindingVerdict::deny:
      break;
  }
  return "deny";
}

const BuiltinFinding* builtin_finding(std::int16_t number) noexcept {
  if (number >= 0 || number < -decision::builtin_count) return nullptr;
  return &builtins[static_cast<std::size_t>(-number - 1)];
}

std::optional<Finding> finding_text(std::int16_t rule, FindingVerdict verdict,
                                    const RulePack& pack) {
  Finding finding;
  finding.verdict = verdict;
  if (const BuiltinFinding* builtin = builtin_finding(rule)) {
    finding.rule = builtin->rule;
    finding.why = builtin->why;
    finding.why_ru = builtin->why_ru;
    finding.of_campaign = rule == decision::number_of(decision::Builtin::known_until);
    finding.weakens =
        verdict == FindingVerdict::warn && weakens(static_cast<decision::Builtin>(rule));
    return finding;
  }
  const auto rows = pack.rules();
  if (rule < 0 || static_cast<std::size_t>(rule) >= rows.size()) return std::nullopt;
  const Rule& row = rows[static_cast<std::size_t>(rule)];
  const bool met = verdict == FindingVerdict::allow && !row.met.empty();
  // A row that the day closed says nothing of its own condition any more.
  const bool closed = verdict == FindingVerdict::unknown && row.outcome != Outcome::unknown;
  finding.rule = row.id;
  finding.why = met ? row.met : closed ? closed_why : row.why;
  finding.why_ru = met ? row.met_ru : closed ? closed_why_ru : row.why_ru;
  finding.citation = row.citation;
  finding.citation_ru = row.citation_ru;
  finding.confidence = row.confidence;
  finding.of_campaign = row.of_campaign;
  const auto* const known = decision::condition_named(row.condition);
  finding.weakens = verdict == FindingVerdict::warn && known != nullptr && known->weakens;
  return finding;
}

Decision explain(const Judgement& judgement, const ResolvedQuestion& question, const RulePack& pack,
                 std::uint64_t log_size, const std::optional<Digest>& caller,
                 const Message& impairment) {
  Decision out;
  out.impaired = impairment;
  out.verdict = judgement.verdict;
  if (judgement.relied_on != decision::no_seq) out.relied_on = judgement.relied_on;
  if (judgement.assignment != decision::no_seq) out.assignment = judgement.assignment;
  out.next_allowed = judgement.next_allowed;
  out.at = question.at;
  out.rules = pack.version();
  for (const std::string& option : pack.options()) out.rules += " " + option;
  out.log_size = log_size;
  out.caller = caller;
  if (judgement.has_worth) {
    out.worth = judgement.worth.grade();
    out.proof = judgement.worth;
  }
  const auto rows = pack.rules();
  bool local_time = false;
  pack.in_force(question.at, question.purpose, question.channel).for_each([&](std::size_t row) {
    if (row >= rows.size()) return;
    out.consulted.push_back(rows[row].id);
    local_time = local_time || decision::asks_local_time(rows[row].condition);
  });
  if (local_time) {
    out.zones = Zones::russia().version();
    if (!question.whereabouts) {
      const Numbering& asked = question.numbering ? *question.numbering : built_in_plan();
      out.zones += " " + std::string(asked.version());
    }
  }
  for (std::size_t i = 0; i < judgement.count && i < judgement.items.size(); ++i) {
    const Judgement::Item& item = judgement.items[i];
    auto finding = finding_text(item.rule, item.verdict, pack);
    if (!finding) continue;  // a judgement made with another pack
    if (item.seq != decision::no_seq) finding->seq = item.seq;
    if (item.rule == number_of(decision::Builtin::log_impaired) && !impairment.empty()) {
      finding->why += " " + impairment.text();
    } else if (item.rule == number_of(decision::Builtin::record_damaged) && out.impaired.empty()) {
      out.impaired = record_damaged;
    }
    out.findings.push_back(*std::move(finding));
  }
  return out;
}

std::string one_line(const Decision& decision, std::string_view lang) {
  const bool russian = lang == "ru";
  std::string out{russian ? verdict_ru(decision.verdict) : verdict_en(decision.verdict)};
  if (!decision.findings.empty()) {
    out += ": " + sentence(decision.findings.front(), russian);
  } else {
    out += russian ? ": ни одно правило не спрошено." : ": no rule was asked.";
  }
  if (decision.verdict == Verdict::allow && decision.worth)
    out += fmt::format(" {}", proof_sentence(*decision.worth, russian));
  // A no is not made weaker.
  if (decision.verdict != Verdict::deny) {
    for (std::size_t i = 1; i < decision.findings.size(); ++i) {
      if (decision.findings[i].weakens)
        out += " " + (russian ? decision.findings[i].why_ru : decision.findings[i].why);
    }
  }
  if (decision.relied_on)
    out += fmt::format(" {} {}.", russian ? "Запись" : "Entry", *decision.relied_on);
  return out;
}

std::string decision::every_line(const Decision& decision, std::string_view lang) {
  const bool russian = lang == "ru";
  std::string out = one_line(decision, lang) + "\n";
  for (const Finding& finding : decision.findings) {
    out += fmt::format("  {} {}: {}", to_word(finding.verdict), finding.rule,
                       sentence(finding, russian));
    if (finding.seq) out += fmt::format(" ({} {})", russian ? "запись" : "entry", *finding.seq);
    out += '\n';
  }
  if (decision.proof) out += prongs(*decision.proof, russian);
  if (decision.next_allowed) {
    out += fmt::format("  {} {}\n", russian ? "Можно с" : "Allowed from",
                       to_text(*decision.next_allowed));
  }
  out += fmt::format("  {} {}, {} {}\n", russian ? "Правила" : "Rules", decision.rules,
                     russian ? "записей в журнале" : "log entries", decision.log_size);
  return out;
}

}  // namespace consent
