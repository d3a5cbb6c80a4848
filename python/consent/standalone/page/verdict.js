// What a step ends with, in both languages. The sentences are those of verify.py.

class FailedError extends Error {
  constructor(step, en, ru, seq, verdict) {
    super(en);
    Object.assign(this, { step, en, ru, seq: seq === undefined ? null : seq, verdict });
  }
}

class CannotReadError extends Error {
  constructor(en, ru) {
    super(en);
    Object.assign(this, { en, ru });
  }
}

// Something contradicts the claim.
function refute(step, en, ru, seq) {
  throw new FailedError(step, en, ru, seq, "refuted");
}

// Something needed is missing or cannot be judged here.
function lack(step, en, ru, seq) {
  throw new FailedError(step, en, ru, seq, "not_proven");
}

// Runs `body`; a ProofError becomes the end of the step.
function within(step, en, ru, seq, body) {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return refute(step, `${en}: ${error.message}`, `${ru}: ${PROOFS_RU[error.message]}`, seq);
  }
}

// What a ProofError says, in Russian.
const PROOFS_RU = {
  "a key stands twice": "ключ повторяется",
  "an integer is outside +-(2^53-1)": "целое вне пределов ±(2^53-1)",
  "a number is not an integer": "число не целое",
  "nested deeper than 8": "вложенность больше 8",
  "a key is not [a-z][a-z0-9_]{0,31}": "ключ не вида [a-z][a-z0-9_]{0,31}",
  "null": "null",
  "too large": "слишком велик",
  "not UTF-8": "не UTF-8",
  "not JSON": "не JSON",
  "not canonical: other bytes say the same": "не канонично: то же записывают другие байты",
  "not an object": "не объект",
  "not base64": "не base64",
  "not exact base64": "не точный base64",
  "a verifier key is name+id+key": "ключ проверки — это имя+id+ключ",
  "the key is not Ed25519": "ключ не Ed25519",
  "the key id is not that of the name and key": "id ключа не от этих имени и ключа",
  "the key is no point in its one encoding, or of small order": "ключ — не точка в единственной записи или точка малого порядка",
  "the note is larger than 128 KiB": "подписанный текст больше 128 КиБ",
  "the note is not UTF-8": "подписанный текст не в UTF-8",
  "the note holds a control character": "в подписанном тексте управляющий символ",
  "the note has no signatures after an empty line": "после пустой строки нет подписей",
  "the note has more than 100 signatures": "подписей больше 100",
  "a signature line is not '— name base64'": "строка подписи не вида «— имя base64»",
  "a signature is too short": "подпись слишком коротка",
  "the signature of a known key is wrong": "подпись известным ключом неверна",
  "not a decimal below 2^63": "не десятичное число меньше 2^63",
  "a hash is not 32 bytes": "хеш не из 32 байт",
  "not a checkpoint: origin, size, root, a line each": "не контрольная точка: имя журнала, размер, корень, по строке",
  "the root of no entries is SHA-256 of nothing": "корень пустого журнала — SHA-256 от пустоты",
  "the proof is larger than 128 KiB": "доказательство больше 128 КиБ",
  "the proof is not ASCII": "доказательство не в ASCII",
  "not a tlog-proof v1": "не tlog-proof v1",
  "the proof has no index, or more than 63 hashes": "в доказательстве нет индекса или больше 63 хешей",
  "the index is not inside the tree": "такого индекса в дереве нет",
  "the proof is too long": "доказательство слишком длинное",
  "the proof is too short": "доказательство слишком короткое",
  "the proof leads to another root": "доказательство ведёт к другому корню",
  "not details and a salt of 32 bytes": "это не сведения и не соль из 32 байт",
  "the details are not a text": "сведения не текст",
  "it is not the opening of this entry": "это раскрытие не этой записи",
  "it names no number": "номер в нём не назван",
  "it replaces another key than the last": "она заменяет не последний ключ",
  "it names a key of another log": "она называет ключ другого журнала",
  "it names a key that the log had before": "она называет ключ, который у журнала уже был",
  "a signature of the rotation is wrong": "подпись замены ключа неверна",
  "the body of a rotation lacks a member or has one of another shape": "в теле замены ключа нет нужного поля или оно другого вида",
  "a tlog-proof without the line of a receipt": "tlog-proof без строки квитанции",
  "of a format this reader does not know": "формат неизвестен",
  "lacks a member, has another, or one of another type": "поля нет, есть лишнее или оно другого типа",
  "a member is not a text": "поле не текст",
  "the number is not in E.164 form": "номер не в форме E.164",
  "the proof holds another checkpoint": "в доказательстве другая контрольная точка",
  "the proof is of another entry": "доказательство другой записи",
  "it names another number than case.json": "в нём другой номер, чем в case.json",
  "its files are not a list of {place, salt}, in order": "его файлы — не список {place, salt} по порядку",
};
