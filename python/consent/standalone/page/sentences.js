// The titles of the steps, and what no check of a pack shows. The sentences are those of verify.py.

const STEPS = {
  1: {
    en: "the files of the manifest are here, every hash agrees, nothing beside them is dangerous",
    ru: "файлы из описи на месте, все хеши сходятся, рядом нет ничего опасного",
  },
  2: {
    en: "the log's key has signed the checkpoint and the whole pack, of the log that case.json names",
    ru: "ключ журнала подписал контрольную точку и весь пакет; журнал — тот, что назван в case.json",
  },
  3: {
    en: "each entry is canonical, of this log, and has the place its name says",
    ru: "каждая запись канонична, из этого журнала и стоит на названном месте",
  },
  4: {
    en: "each entry is included in the signed tree by its proof",
    ru: "каждая запись входит в подписанное дерево: доказательства верны",
  },
  5: {
    en: "entry 0 created the log, its key or those that replaced it signed, and the one that signed is trusted",
    ru: "запись 0 создала журнал, подписал её ключ или заменивший его, и подписавшему доверяют",
  },
  6: {
    en: "each opening fits its entry and names the number of case.json",
    ru: "каждое раскрытие подходит к своей записи и называет номер из case.json",
  },
  7: { en: "the entries are one subject's chain without gaps", ru: "записи — цепочка одного абонента без пропусков" },
  8: { en: "the times of the entries are possible", ru: "времена записей возможны" },
  9: { en: "the wordings are the texts that the entries name", ru: "формулировки — те, что названы в записях" },
  10: { en: "what this check does not show", ru: "чего эта проверка не показывает" },
  11: { en: "no receipt that was given contradicts the pack", ru: "ни одна из заданных квитанций не противоречит пакету" },
};

const NOT_CHECKED = [
  {
    en: "that no later entry about this subject exists in the log (this format has no map yet)",
    ru: "что в журнале нет более поздних записей об этом абоненте (в этой версии формата нет карты)",
  },
  { en: "that the log knows this number under no other tag", ru: "что журнал не знает этот номер под другой меткой" },
  {
    en: "that the times are true: no time anchor, the log's owner set the clock",
    ru: "что времена верны: независимых отметок времени нет, часы ставил владелец журнала",
  },
  {
    en: "that everyone was shown the same log: no witness has signed",
    ru: "что всем показывали один и тот же журнал: подписей свидетелей нет",
  },
  {
    en: "the answer in case.json: it was not derived again from the entries",
    ru: "ответ в case.json: он не выведен из записей заново",
  },
  {
    en: "that report.html, report.txt, verify.html, verify.py and FORMAT.md say what the entries say",
    ru: "что report.html, report.txt, verify.html, verify.py и FORMAT.md говорят то же, что записи",
  },
  { en: "that the entries tell the truth about what was said", ru: "что записи правдиво передают сказанное" },
];

const RECEIPT_STEPS = {
  1: { en: "the file is a receipt in its one spelling", ru: "файл — квитанция в её единственной записи" },
  2: {
    en: "the checkpoint is signed by the log's key, the one the receipt names",
    ru: "контрольная точка подписана ключом журнала — тем, что назван в квитанции",
  },
  3: {
    en: "the entry is canonical, of this log, about a subscriber, and has a possible place",
    ru: "запись канонична, из этого журнала, об абоненте и на возможном месте",
  },
  4: { en: "the entry is included in the signed tree", ru: "запись входит в подписанное дерево" },
  5: { en: "the opening fits the entry and names a number", ru: "раскрытие подходит к записи и называет номер" },
  6: { en: "the times of the entry are possible", ru: "времена записи возможны" },
};

const RECEIPT_NOT_CHECKED = [
  {
    en: "that no later entry about this subject changes what it says",
    ru: "что ни одна более поздняя запись о субъекте не меняет сказанного",
  },
  NOT_CHECKED[2],
  NOT_CHECKED[3],
  { en: "that the entry tells the truth about what was said", ru: "что запись верно передаёт сказанное" },
];
