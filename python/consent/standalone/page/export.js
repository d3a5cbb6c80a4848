// A whole log as one file (FORMAT.md, "Entries as a file").

const EXPORT_HEADER = utf8("consent-entries/v1 ");

function isExport(data) {
  return find(data.subarray(0, EXPORT_HEADER.length), EXPORT_HEADER) === 0;
}

const EXPORT_STEPS = {
  1: { en: "the file is whole: its lines are counted and in order", ru: "файл цел: строки сосчитаны и стоят по порядку" },
  2: { en: "the checkpoint is signed by the log's key", ru: "контрольная точка подписана ключом журнала" },
  3: {
    en: "each entry is canonical, of this log, in its place, has its members and follows the one before",
    ru: "каждая запись канонична, из этого журнала, на своём месте, с нужными полями и продолжает предыдущую",
  },
  4: {
    en: "the entries give the signed root, and the root of each older checkpoint at its size",
    ru: "записи дают подписанный корень и корень каждой прежней контрольной точки на её размере",
  },
  5: {
    en: "entry 0 created the log, and its key or those that replaced it signed",
    ru: "запись 0 создала журнал, и подписал её ключ или заменивший его",
  },
  6: { en: "the chain of each subject has no gap", ru: "цепочка каждого абонента без пропусков" },
  7: { en: "the times of the entries are possible", ru: "времена записей возможны" },
  8: {
    en: "the sealed evidence in the file is what entries name",
    ru: "запечатанные доказательства в файле — те, что названы в записях",
  },
  9: { en: "a key from the log's owner has signed all entries", ru: "все записи подписаны ключом, полученным от владельца журнала" },
};

const EXPORT_NOT_CHECKED = [
  {
    en: "that the log has no later entries than the checkpoint signs",
    ru: "что в журнале нет записей позднее подписанных контрольной точкой",
  },
  NOT_CHECKED[2],
  NOT_CHECKED[3],
  {
    en: "what is sealed: whose number each entry is about, and files of evidence",
    ru: "запечатанное: о чьём номере каждая запись, и файлы доказательств",
  },
  NOT_CHECKED[6],
];

class ExportCheck {
  constructor(data, keys) {
    Object.assign(this, { data, keys, entries: [], ended: [], receipts: [], signer: null, size: 0n, passed: [], failure: null });
    Object.assign(this, { warnings: [], notChecked: [...EXPORT_NOT_CHECKED], titles: EXPORT_STEPS });
    Object.assign(this, { lines: [], wordings: [], older: [], evidence: [], roots: new Map() });
  }

  async run() {
    for (const step of Object.keys(EXPORT_STEPS).map(Number)) {
      try {
        await this[`step${step}`]();
      } catch (error) {
        if (!(error instanceof FailedError)) throw error;
        this.failure = error;
        return;
      }
      this.passed.push(step);
    }
  }

  // Lines, words and counts.
  step1() {
    const bad = (en, ru) => refute(1, `file: ${en}`, `файл: ${ru}`);
    const lines = [];
    for (let from = 0; from < this.data.length; ) {
      const end = this.data.indexOf(10, from);
      if (end < 0) bad("the last line is cut", "последняя строка обрезана");
      lines.push(this.data.subarray(from, end));
      from = end + 1;
    }
    const head = /^consent-entries\/v1 (0|[1-9][0-9]{0,15}) (\S+)$/.exec(ascii(lines[0]) ?? "");
    if (!head) bad("line 1 is not that of an export", "строка 1 — не начало выгрузки");
    const count = Number(head[1]);
    this.note = within(1, "file", "файл", undefined, () => unbase64(head[2]));
    let at = 1;
    const order = ["wording", "checkpoint", "evidence", "file", "piece"];
    let reached = 0;
    for (; this.lines.length < count && at < lines.length; at += 1) {
      if (lines[at][0] === 0x7b) this.lines.push(lines[at]);
      else if (!/^sealed [A-Za-z0-9+/]+=*$/.test(ascii(lines[at]) ?? "") || !this.lines.length) break;
    }
    if (at < lines.length && /^sealed /.test(ascii(lines[at].subarray(0, 8)) ?? "")) at += 1;
    if (this.lines.length !== count) bad("it has fewer entries than line 1 says", "записей меньше, чем сказано в строке 1");
    const rest = lines.slice(at, -1);
    for (const line of rest) {
      const [word, ...parts] = (ascii(line) ?? "").split(" ");
      const place = order.indexOf(word);
      if (place < 0 || (place < reached && !(word === "file" && reached === 4))) bad("a line is out of place", "строка не на месте");
      reached = place;
      if (word === "wording") this.wordings.push(parts);
      if (word === "checkpoint") this.older.push(parts);
      if (word === "evidence") this.evidence.push(parts);
    }
    const last = lines.length > at ? ascii(lines[lines.length - 1]) : "";
    if (last !== `end ${rest.length}`) bad("the last line does not count the lines before it", "последняя строка не сходится с числом строк");
  }

  // The keys that entries name: of entry 0 and of each that rotates the key. Step 5 follows them.
  namedKeys() {
    const rotates = utf8('"type":"key.rotated"');
    return this.lines.flatMap((line, seq) => {
      if (seq && find(line, rotates) < 0) return [];
      return within(2, `entry ${seq}`, `запись ${seq}`, seq, () => {
        const value = readJson(line, MAX_ENTRY);
        if (seq && value.type !== "key.rotated") return [];
        if (!isObject(value.body) || typeof value.body.key !== "string") throw new ProofError("a verifier key is name+id+key");
        return [parseKey(value.body.key)];
      });
    });
  }

  // The checkpoint, by a given key or by the last that the log itself names.
  step2() {
    if (!this.lines.length) refute(2, "entry 0: not an object", "запись 0: не объект", 0);
    this.named = this.namedKeys();
    const last = this.named[this.named.length - 1];
    Object.assign(this, openCheckpoint(2, this.note, last, [...this.keys, ...this.named]));
    if (this.size !== BigInt(this.lines.length)) {
      refute(2, "the checkpoint is of another size than the file", "контрольная точка — другого размера, чем файл");
    }
  }

  // Entries, in their order.
  async step3() {
    const wanted = new Set();
    this.signed = this.older.map(([text]) => {
      const note = within(3, "checkpoint", "контрольная точка", undefined, () => unbase64(text ?? ""));
      const point = openCheckpoint(3, note, this.signer, this.named);
      wanted.add(Number(point.size));
      return point;
    });
    const tree = new Tree();
    let prev = ZEROS;
    for (let seq = 0; seq < this.lines.length; seq += 1) {
      const entry = readEntry(3, seq, this.origin, this.lines[seq]);
      if (entry.value.prev !== prev) {
        refute(
          3,
          `entry ${seq} follows another entry than the one before it here`,
          `запись ${seq} продолжает другую запись, чем стоящая здесь перед ней`,
          seq,
        );
      }
      if (!hasItsBody(entry.value)) {
        refute(
          3,
          `entry ${seq}: a member of its body is missing or of another shape`,
          `запись ${seq}: поля её содержания нет, или оно другого вида`,
          seq,
        );
      }
      if (wanted.has(seq)) this.roots.set(seq, tree.root());
      tree.add(entry.leaf);
      prev = hex(entry.leaf);
      this.entries.push(entry);
      if (seq % 2000 === 1999) await new Promise((resolve) => setTimeout(resolve)); // the page stays alive
    }
    this.roots.set(this.lines.length, tree.root());
  }

  step4() {
    for (const { size, root } of [{ size: this.size, root: this.root }, ...this.signed]) {
      const here = this.roots.get(Number(size));
      if (!here || !same(here, root)) {
        refute(
          4,
          `the entries do not give the root that was signed at ${size}`,
          `записи не дают корня, подписанного на размере ${size}`,
        );
      }
    }
  }

  step5() {
    const first = this.entries[0];
    if (!first || first.value.type !== "log.created" || "subject" in first.value) {
      refute(5, "entry 0 is not the creation of the log", "запись 0 — не создание журнала", 0);
    }
    const rotated = this.entries.filter(({ value }) => value.type === "key.rotated");
    this.chain = followKeys(5, this.origin, first, rotated);
    checkSigner(5, this.chain, this.signer);
  }

  step6() {
    const subjects = new Map();
    for (const { seq, value } of this.entries) {
      if (OF_THE_LOG.includes(value.type) === "subject" in value) {
        refute(6, `entry ${seq} is about nobody`, `запись ${seq} ни о ком`, seq);
      }
      if (!("subject" in value)) continue;
      const { tag, seq: count, prev } = value.subject;
      const before = subjects.get(tag) || { seq: -1, count: 0, over: false };
      if (prev !== before.seq || count !== before.count + 1) {
        refute(
          6,
          `before entry ${seq} an entry of the subject is missing`,
          `перед записью ${seq} недостаёт записи того же абонента`,
          seq,
        );
      }
      if (before.over && !ABOUT_THE_RECORD.includes(value.type)) {
        refute(6, `entry ${seq} follows, though the number was given away`, `запись ${seq} стоит после смены абонента`, seq);
      }
      subjects.set(tag, { seq, count, over: before.over || value.type === "number.reassigned" });
    }
    this.subjects = subjects.size;
  }

  step7() {
    for (const entry of this.entries) if ("subject" in entry.value) checkTimes(7, entry);
    let back = 0;
    let latest = "";
    for (const { value } of this.entries) {
      if (value.at < latest) back += 1;
      else latest = value.at;
    }
    if (back) {
      this.warnings.push({
        en: `${back} entries were recorded earlier than an entry before them, says the log's clock`,
        ru: `по часам журнала записей, сделанных раньше стоящих перед ними: ${back}`,
      });
    }
  }

  step8() {
    const named = new Set(this.entries.map(({ value }) => value.body.wording));
    for (const [text] of this.wordings) {
      const content = within(8, "wording", "формулировка", undefined, () => unbase64(text ?? ""));
      if (!named.has(hex(sha256(content)))) {
        this.warnings.push({
          en: "the file has a text that no entry names",
          ru: "в файле есть текст, не названный ни в одной записи",
        });
      }
    }
    for (const [seq, place, commitment] of this.evidence) {
      const entry = this.entries[Number(seq)];
      const files = entry && Array.isArray(entry.value.body.files) ? entry.value.body.files : [];
      const file = files[Number(place) - 1];
      if (!isObject(file) || file.commitment !== commitment) {
        refute(8, "the file has evidence that no entry names", "в файле есть доказательство, не названное ни в одной записи");
      }
    }
  }

  step9() {
    if (!this.keys.length) {
      lack(
        9,
        "no key from the log's owner was given; the key that the log names covers nothing",
        "не задан ключ, полученный от владельца журнала; ключ, названный самим журналом, ничего не подтверждает",
      );
    }
    checkTrust(9, this.chain, this.keys, ["no given key has signed the entries", "ни один из заданных ключей не подписывал записи"]);
  }

  question() {
    if (this.failure) {
      return {
        en: "Is this the log, whole and unchanged, as its owner signed it?",
        ru: "Это журнал целиком и без изменений, каким его подписал владелец?",
      };
    }
    return {
      en: `Are these the first ${this.size} entries of log ${this.origin}, about ${this.subjects} subjects, as the given key signed them?`,
      ru: `Это первые ${this.size} записей журнала ${this.origin}, об абонентах числом ${this.subjects}, какими их подписал заданный ключ?`,
    };
  }
}

async function checkExport(data, keys) {
  const done = new ExportCheck(data, keys);
  await done.run();
  return done;
}
