"""The words of the format as people say them, in both languages: purposes, methods, entry types."""

from __future__ import annotations

from typing import Final

from consent.locale.message import Lang

__all__ = ["FIELDS", "label", "type_name", "word"]

_WORDS: Final[dict[str, tuple[str, str]]] = {
    # purposes
    "advertising": ("реклама", "advertising"),
    "service": ("обслуживание", "service"),
    "transactional": ("сообщение о сделке", "transactional"),
    "survey": ("опрос", "survey"),
    "debt_collection": ("взыскание долга", "debt collection"),
    "political": ("агитация", "political"),
    "social": ("социальная реклама", "social advertising"),
    "mixed": ("смешанная (считается рекламой)", "mixed (treated as advertising)"),
    "unknown": ("неизвестно (считается рекламой)", "unknown (treated as advertising)"),
    # channels
    "voice": ("голосовой звонок", "voice call"),
    "robot": ("звонок робота", "robot call"),
    "sms": ("SMS", "SMS"),
    "messenger": ("мессенджер", "messenger"),
    "email": ("электронная почта", "e-mail"),
    # covers
    "personal_data": ("обработка персональных данных", "processing of personal data"),
    "mass_calls": ("массовые вызовы", "mass calls"),
    "mailing": ("рассылка", "mailing"),
    # methods
    "paper": ("на бумаге", "on paper"),
    "qualified_signature": ("квалифицированная подпись", "qualified signature"),
    "sms_code": ("код из SMS", "code from an SMS"),
    "call_code": ("код из звонка", "code from a call"),
    "authenticated_app": ("приложение со входом", "app with a login"),
    "recorded_voice": ("голос на записи", "recorded voice"),
    "key_press": ("нажатие клавиши", "key press"),
    "web_form": ("форма на сайте", "web form"),
    "operator_note": ("отметка оператора", "operator's note"),
    "open_source": ("открытый источник", "open source"),
    "email_link": ("ссылка в письме", "link in an e-mail"),
    "unstated": ("не указано", "not stated"),
    # direction, dialled by, giver
    "outgoing": ("исходящий", "outgoing"),
    "incoming": ("входящий", "incoming"),
    "person": ("человек", "a person"),
    "machine": ("автомат", "a machine"),
    "holder": ("сам абонент", "the subscriber"),
    "addressee": ("адресат", "the addressee"),
    "employee": ("сотрудник", "an employee"),
    # requests
    "access": ("доступ к данным", "access"),
    "correction": ("исправление", "correction"),
    "stop_processing": ("прекращение обработки", "end of processing"),
    "unlawful_processing": ("незаконная обработка", "unlawful processing"),
    "purpose_reached": ("цель достигнута", "purpose reached"),
    "done": ("выполнено", "done"),
    "extended": ("срок продлён", "extended"),
    # from when a consent counts
    "said": ("с момента, когда дано", "from when it was said"),
    "recorded": ("с момента записи в журнал", "from when it was recorded"),
    # verdicts of findings
    "allow": ("разрешает", "allows"),
    "deny": ("запрещает", "forbids"),
    "warn": ("предупреждает", "warns"),
    "treat": ("влияет на оценку", "bears on"),
}

_TYPES: Final[dict[str, tuple[str, str]]] = {
    "log.created": ("Журнал создан", "The log was created"),
    "caller.assigned": ("Исполнителю поручено звонить", "A caller was assigned"),
    "caller.released": ("Поручение исполнителю прекращено", "A caller's assignment ended"),
    "consent.asked": ("Абонента спросили о согласии", "The subscriber was asked for consent"),
    "consent.given": ("Абонент дал согласие", "The subscriber gave consent"),
    "consent.refused": ("Абонент отказал", "The subscriber refused"),
    "consent.withdrawn": (
        "Абонент отозвал согласие или потребовал прекратить",
        "The subscriber withdrew consent or demanded a stop",
    ),
    "number.reassigned": (
        "Номер перешёл к другому абоненту",
        "The number passed to another subscriber",
    ),
    "contact.made": ("С абонентом связывались", "The subscriber was contacted"),
    "operator.refusal": ("Отказ через оператора связи", "Refusal through the telephone operator"),
    "number.classified": ("Номер отнесён к категории", "The number was classified"),
    "evidence.added": ("Добавлены доказательства", "Evidence was added"),
    "entry.corrected": ("Запись помечена ошибочной", "An entry was marked as wrong"),
    "subject.erased": ("Данные уничтожены", "The data were destroyed"),
    "subject.restricted": ("Обработка ограничена", "Processing was restricted"),
    "subject.held": ("Запрет на уничтожение", "Legal hold"),
    "request.received": ("Получено требование о данных", "A demand about the data arrived"),
    "request.answered": ("Ответ на требование", "A demand was answered"),
}

#: Fields of a body, in the order in which they are told.
FIELDS: Final[dict[str, tuple[str, str]]] = {
    "purposes": ("цели", "purposes"),
    "purpose": ("цель", "purpose"),
    "channels": ("способы связи", "channels"),
    "channel": ("способ связи", "channel"),
    "covers": ("согласие на", "consent to"),
    "distributors": ("кому (ИНН)", "to whom (INN)"),
    "distributor": ("для кого (ИНН)", "made for (INN)"),
    "distributor_name": ("название", "name"),
    "acts_for": ("кто вправе звонить за него", "who may call for it"),
    "acts_for_any": (
        "вправе звонить лица, действующие от его имени",
        "persons acting for it may call",
    ),
    "from": ("действует с", "valid from"),
    "advertiser": ("рекламодатель", "advertiser"),
    "campaign": ("кампания", "campaign"),
    "method": ("как выражено", "how it was said"),
    "means": ("как выражено", "how it was said"),
    "until": ("действует до", "valid until"),
    "received_at": ("требование получено", "demand received"),
    "direction": ("направление", "direction"),
    "dialled_by": ("кто набирал", "dialled by"),
    "caller": ("исполнитель", "caller"),
    "outcome": ("итог", "outcome"),
    "duration_s": ("длительность, с", "duration, s"),
    "evidence": ("доказательства (SHA-256)", "evidence (SHA-256)"),
    "recording": ("запись (SHA-256)", "recording (SHA-256)"),
    "document": ("документ (SHA-256)", "document (SHA-256)"),
    "wording": ("текст (SHA-256)", "text (SHA-256)"),
    "code": ("одноразовый код", "one-time code"),
    "kind": ("вид", "kind"),
    "of": ("о записи", "of entry"),
    "source": ("источник записи", "source of the record"),
}


def word(wire: object, lang: Lang) -> str:
    """Say a word of the wire in a language."""
    ru, en = _WORDS.get(str(wire), (str(wire), str(wire)))
    return ru if lang == "ru" else en


def label(field: str, lang: Lang) -> str:
    """Say the name of a body's field in a language."""
    ru, en = FIELDS.get(field, (field, field))
    return ru if lang == "ru" else en


def type_name(kind: str, lang: Lang) -> str:
    """Say in a sentence what an entry of a type records."""
    ru, en = _TYPES.get(kind, (kind, kind))
    return ru if lang == "ru" else en
