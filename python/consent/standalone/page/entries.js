// What a pack, a receipt and an export of a log have in common: checkpoints, envelopes, openings.

const MAX_ENTRY = 16 * 1024;
const MAX_CASE = MAX_PARSED;
const ZEROS = "0".repeat(64);
const OF_THE_LOG = [
  "log.created", "wording.registered", "clock.step", "log.restored", "log.heartbeat", "log.backed_up", "log.backup_destroyed",
  "caller.assigned", "caller.released", "anchor.added", "map.recorded", "key.rotated",
];
const TYPES = [
  ...OF_THE_LOG, "consent.asked", "consent.given", "consent.refused", "consent.withdrawn", "number.reassigned", "contact.made",
  "operator.refusal", "number.classified", "evidence.added", "entry.corrected", "subject.erased", "subject.restricted",
  "subject.held", "request.received", "request.answered", "contact.received",
  "receipt.issued",
];
const ENDS = ["number.reassigned", "subject.erased"];
const ABOUT_THE_RECORD = ["subject.erased", "subject.restricted", "subject.held"];
// Numbers of country codes 1 and 7 have eleven digits.
const NUMBER = /^\+(?:[17][0-9]{10}|[2-689][0-9]{6,14})$/;

// A stored time: 27 bytes of RFC 3339 in UTC that name a real moment.
function isTime(value) {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(value)) return false;
  const [year, month, day, hour, minute, second] = value.match(/\d+/g).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}

// Origin, size, root and signer; `own` is used where no keys are given.
function openCheckpoint(step, note, own, keys) {
  const { signers, checkpoint } = within(step, "checkpoint", "контрольная точка", undefined, () => {
    const opened = openNote(note, keys.length ? keys : [own]);
    return { signers: opened.signers, checkpoint: parseCheckpoint(opened.text) };
  });
  if (!signers.length) {
    if (keys.length) {
      lack(step, "no given key has signed the checkpoint", "ни один из заданных ключей не подписывал контрольную точку");
    }
    refute(step, "the key named there has not signed the checkpoint", "названный там ключ не подписывал контрольную точку");
  }
  const named = signers.filter((key) => key.name === checkpoint.origin);
  if (!named.length) {
    refute(step, "no signer has the name of the checkpoint's origin", "имя подписавшего не совпадает с именем журнала");
  }
  // Of two keys of one log that signed, the one that the file names.
  return { ...checkpoint, signer: named.find((key) => key.text === own.text) || named[0] };
}

// Every field of the envelope and no other.
function readEnvelope(step, seq, origin, value) {
  const bad = () => refute(step, `entry ${seq}: its envelope is not of version 1`, `запись ${seq}: оболочка не версии 1`, seq);
  if (isInt(value.v) && value.v !== 1) {
    lack(
      step,
      `entry ${seq} is of a version this checker does not know`,
      `запись ${seq} в версии, которой эта проверка не знает`,
      seq,
    );
  }
  const names = Object.keys(value).filter((name) => name !== "subject");
  if (names.sort().join() !== "at,body,log,prev,salt,seq,type,v" || !isInt(value.v)) bad();
  if (!isTime(value.at) || !isObject(value.body) || !isHash(value.prev)) bad();
  if (typeof value.salt !== "string" || !/^[0-9a-f]{32}$/.test(value.salt)) bad();
  if (typeof value.type !== "string" || !isInt(value.seq)) bad();
  if (value.log !== origin) refute(step, `entry ${seq} is of another log`, `запись ${seq} из другого журнала`, seq);
  if (BigInt(value.seq) !== BigInt(seq)) {
    refute(step, `entry ${seq} says it is entry ${value.seq}`, `запись ${seq} называет себя записью ${value.seq}`, seq);
  }
  if (!TYPES.includes(value.type)) {
    lack(step, `entry ${seq} is of a type this checker does not know`, `запись ${seq} вида, которого эта проверка не знает`, seq);
  }
  if ("subject" in value) {
    if (!hasExactly(value.subject, "prev", "seq", "tag")) bad();
    if (!isInt(value.subject.prev) || !isInt(value.subject.seq) || !isHash(value.subject.tag)) bad();
  }
  if (value.type === "key.rotated") {
    within(step, `entry ${seq}`, `запись ${seq}`, seq, () => checkRotationBody(value.body));
  }
}

// 1 to 64 bytes, no space, quote, backslash or control character, no ten digits in a row.
function isWord(text) {
  return typeof text === "string" && text !== "" && utf8(text).length <= 64 && !/[\x00-\x20"\\\x7f]|[0-9]{10}/.test(text);
}

// Members of `key.rotated`.
function checkRotationBody(body) {
  const texts = ["key", "replaces"].every((name) => typeof body[name] === "string" && body[name] !== "");
  const signatures = [body.new_signature, "old_signature" in body ? body.old_signature : "0".repeat(128)];
  const shaped = signatures.every((each) => typeof each === "string" && /^[0-9a-f]{128}$/.test(each));
  if (!texts || !shaped || !isWord(body.reason)) {
    throw new ProofError("the body of a rotation lacks a member or has one of another shape");
  }
}

// The keys that signed a log, from the one of entry 0 on, and where trust passes from one to the next.
class KeyChain {
  constructor(origin, first) {
    this.origin = origin;
    this.keys = [parseKey(first)];
    this.carried = [true];
    if (this.keys[0].name !== origin) throw new ProofError("it names a key of another log");
  }

  // The next key, signed by itself, and by the last where that was not lost.
  rotate(seq, { body, prev }) {
    const old = this.keys[this.keys.length - 1];
    if (body.replaces !== old.text) throw new ProofError("it replaces another key than the last");
    const key = parseKey(body.key);
    if (key.name !== this.origin) throw new ProofError("it names a key of another log");
    if (this.holds(key)) throw new ProofError("it names a key that the log had before");
    const text = utf8(
      `libconsent-rotation/v1\nlog ${this.origin}\nentry ${seq}\nafter ${prev}\n` +
        `replaces ${body.replaces}\nkey ${body.key}\nreason ${body.reason}\n`,
    );
    const byOld = !("old_signature" in body) || signedBy(old.key, text, unhex(body.old_signature));
    if (!byOld || !signedBy(key.key, text, unhex(body.new_signature))) {
      throw new ProofError("a signature of the rotation is wrong");
    }
    this.carried.push("old_signature" in body && !["compromised", "lost"].includes(body.reason));
    this.keys.push(key);
  }

  holds(key) {
    return this.keys.some((each) => each.text === key.text);
  }

  last() {
    return this.keys[this.keys.length - 1];
  }

  // Whether one who trusts these, or entry 0 where there are none, trusts the last key.
  isReached(trusted) {
    let reached = !trusted.length;
    this.keys.forEach((key, i) => {
      reached = (reached && this.carried[i]) || trusted.some((each) => each.text === key.text);
    });
    return reached;
  }
}

// The rotations of a log lead from entry 0 to the key that signed.
function followKeys(step, origin, first, rotated) {
  const named = typeof first.value.body.key === "string" ? first.value.body.key : "";
  const chain = within(step, "entry 0", "запись 0", 0, () => new KeyChain(origin, named));
  for (const { seq, value } of rotated) {
    if (value.type !== "key.rotated" || "subject" in value) {
      refute(step, `entry ${seq} does not rotate the log's key`, `запись ${seq} — не замена ключа журнала`, seq);
    }
    within(step, `entry ${seq}`, `запись ${seq}`, seq, () => chain.rotate(seq, value));
  }
  return chain;
}

function checkSigner(step, chain, signer) {
  if (chain.last().text === signer.text) return;
  refute(
    step,
    "entry 0 and the rotations lead to another key than the one that signed",
    "от записи 0 замены ключа ведут к другому ключу, чем подписавший",
    0,
  );
}

function checkTrust(step, chain, keys, [en, ru]) {
  if (chain.isReached(keys)) return;
  if (keys.length && !chain.keys.some((key) => keys.some((each) => each.text === key.text))) lack(step, en, ru);
  lack(
    step,
    "the key that signed replaced one that was lost or revoked: get it from the log's owner and give it (--key)",
    "подписавший ключ заменил утраченный или отозванный: получите его у владельца журнала и задайте (--key)",
  );
}

// An entry in its bytes, whose envelope holds.
function readEntry(step, seq, origin, data) {
  const value = within(step, `entry ${seq}`, `запись ${seq}`, seq, () => readJson(data, MAX_ENTRY));
  readEnvelope(step, seq, origin, value);
  return { seq, leaf: leafHash(data), value };
}

function isAboutSomebody(entry) {
  return "subject" in entry.value && !OF_THE_LOG.includes(entry.value.type);
}

// An entry says when it happened, and that is not after its recording.
function checkTimes(step, entry) {
  const { seq } = entry;
  const { happened } = entry.value.body;
  if (!isTime(happened)) {
    refute(step, `entry ${seq} does not say when it happened`, `в записи ${seq} нет времени события`, seq);
  }
  if (happened > entry.value.at) {
    refute(step, `entry ${seq} was recorded before it happened`, `запись ${seq} сделана раньше самого события`, seq);
  }
}

async function isCommitment(commitment, salt, content) {
  return hex(await digest(concat(utf8("libconsent/commit/v1\0"), salt, content))) === commitment;
}

// The number that an opening shows an entry to be about.
function openedNumber(body, salt, details) {
  if (!isHash(salt)) throw new ProofError("not details and a salt of 32 bytes");
  if (typeof details !== "string") throw new ProofError("the details are not a text");
  const data = utf8(details);
  if (hex(sha256(concat(utf8("libconsent/commit/v1\0"), unhex(salt), data))) !== body.details) {
    throw new ProofError("it is not the opening of this entry");
  }
  const { number } = readJson(data, MAX_ENTRY);
  if (typeof number !== "string") throw new ProofError("it names no number");
  return number;
}
