// The steps of a pack (FORMAT.md, "What a check of a pack does"), 1 to 9 and 11.

const PACK = "libconsent-pack/v2";
const MANIFEST = "manifest-sha256.txt";
const SIGNATURE = "signature";
const FOLDERS = ["entries/", "evidence/", "openings/", "proofs/", "wordings/"];
const PLAIN_FILES = ["case.json", "checkpoint", MANIFEST, SIGNATURE];
const PAGES = ["report.html", "report.txt", "verify.html", "verify.py", "FORMAT.md"];

function bySeq(a, b) {
  return a.seq - b.seq;
}

// Whether a step that set the clock back makes an entry doubtful: it came later, and shows an earlier time.
function makesDoubtful(step, entry) {
  return step.seq > entry.seq && entry.value.at > step.value.body.after;
}

class Pack {
  constructor(files, keys, receipts) {
    Object.assign(this, unwrapped(files));
    this.files = new Map();
    this.hostile = null;
    this.litter = [];
    this.signatures = [];
    this.extras = [];
    this.keys = keys;
    this.receipts = receipts;
    this.case = {};
    this.places = [];
    this.former = [];
    this.callers = [];
    this.clock = [];
    this.rotations = [];
    this.rotated = [];
    this.chain = null;
    this.entries = [];
    this.ended = [];
    this.assigned = [];
    this.steps = [];
    this.signer = null;
    this.size = 0n;
    this.root = new Uint8Array();
    this.salts = new Map();
    this.warnings = [];
    this.notChecked = [...NOT_CHECKED];
    this.passed = [];
    this.failure = null;
  }

  // The steps in order, up to the first that fails; 10 is what was not checked.
  async run() {
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11];
    for (const step of steps) {
      try {
        await this[`step${step}`]();
      } catch (error) {
        if (!(error instanceof FailedError)) throw error;
        this.failure = error;
        return;
      }
      this.passed.push(step);
    }
    if (this.hostile) {
      this.failure = this.hostile;
      this.passed = this.passed.filter((step) => step !== 1);
      return;
    }
    this.showDamage();
    this.passed.push(10);
  }

  warn(en, ru) {
    this.warnings.push({ en, ru });
  }

  leave(en, ru) {
    this.notChecked.push({ en, ru });
  }

  need(step, name, seq) {
    if (!this.files.has(name)) lack(step, `${name} is missing`, `нет файла ${name}`, seq);
    return this.files.get(name);
  }

  // Refuses files of a folder that nothing names: they would look like evidence.
  only(step, folder, named) {
    for (const name of this.files.keys()) {
      if (name.startsWith(folder) && !named.includes(name)) {
        refute(step, `${name} is in the pack, but nothing names it`, `файл ${name} лежит в пакете, но ничем не назван`);
      }
    }
  }

  // Names, manifest, hashes; then what lies beside the files of the manifest.
  async step1() {
    checkAmount(this.listed.length, this.listed.reduce((sum, [, data]) => sum + data.length, 0));
    for (const [name, data] of this.listed) checkSize(name, data.length);
    if (this.folder) this.litter.push(quoted(this.folder));
    const given = new Map(this.listed);
    if (given.size !== this.listed.length) {
      const names = this.listed.map(([name]) => name);
      const twice = quoted(names.find((name, i) => names.indexOf(name) < i));
      lack(1, `the name ${twice} occurs twice`, `имя ${twice} встречается дважды`);
    }
    if (given.has(MANIFEST)) this.files.set(MANIFEST, given.get(MANIFEST));
    if (given.has(SIGNATURE)) this.files.set(SIGNATURE, given.get(SIGNATURE));
    checkParsed([this.need(1, MANIFEST).length]);
    const manifest = this.readManifest(this.need(1, MANIFEST));
    for (const [name, hash] of manifest) {
      if (given.has(name)) this.files.set(name, given.get(name));
      if (hex(await digest(this.need(1, name))) !== hash) {
        refute(1, `${name} has another hash than the manifest says`, `хеш ${name} не сходится с описью`);
      }
    }
    checkParsed([...this.files].filter(([name]) => isParsed(name)).map(([, data]) => data.length));
    this.others(manifest);
  }

  // Files that are none of the pack's. They refute nothing: anybody can put one beside a true pack.
  others(manifest) {
    const known = [...PLAIN_FILES, ...PAGES];
    const isKnown = (name) => known.includes(name) || FOLDERS.some((folder) => name.startsWith(folder));
    const ours = new Set([...manifest.keys()].filter(isKnown).concat(MANIFEST, SIGNATURE));
    const names = new Set([...ours, ...known]);
    const folders = new Set(FOLDERS.map((folder) => folder.slice(0, -1)));
    for (const name of names) {
      const parts = name.split("/");
      parts.slice(1).forEach((_, i) => folders.add(parts.slice(0, i + 1).join("/")));
    }
    const spellings = new Map([...names, ...folders].map((name) => [folded(name), name]));
    for (const [name, data] of this.listed) if (!ours.has(name)) this.other(name, data, spellings, folders);
  }

  // One such file: litter, a signature, one that is counted, or one that makes the pack not proven.
  other(name, data, spellings, folders) {
    const told = quoted(name);
    const hostile = (en, ru) => {
      this.hostile = this.hostile || new FailedError(1, en, ru, null, "not_proven");
    };
    if (isLitter(name, data) && staysInside(name)) {
      this.litter.push(told);
      return;
    }
    const parts = name.split("/");
    parts.forEach((_, i) => {
      const part = parts.slice(0, i + 1).join("/");
      const like = spellings.get(folded(part));
      if (like !== undefined && (like !== part || (i + 1 === parts.length) === folders.has(part))) {
        hostile(`some systems take ${told} for ${like}`, `некоторые системы примут ${told} за ${like}`);
      }
    });
    if (!staysInside(name)) hostile(`the name ${told} is not safe`, `имя ${told} небезопасно`);
    if (runs(name)) {
      hostile(
        `${told} is no part of the pack, and a system may run it`,
        `${told} не входит в пакет, а система может его запустить`,
      );
    }
    if (/\.(?:sig|p7s)$/.test(lastPart(name))) {
      this.signatures.push(told);
      return;
    }
    this.extras.push(told);
    this.warn(`${told} is no part of the proof`, `${told} не входит в доказательство`);
  }

  // Lines "<hex>  <name>", sorted by name, each name once.
  readManifest(data) {
    const result = new Map();
    const lines = Array.from(data, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : "\ufffd")).join("").split("\n");
    if (lines.pop() !== "") {
      refute(1, "the manifest does not end in a newline", "опись не кончается переводом строки");
    }
    let last = "";
    for (const line of lines) {
      const name = line.slice(66);
      if (!/^[0-9a-f]{64} {2}/.test(line) || !isSafe(name) || name <= last) {
        refute(1, "a line of the manifest is malformed or out of order", "строка описи искажена или стоит не на месте");
      }
      if (name === MANIFEST || name === SIGNATURE) {
        refute(1, "the manifest names itself or its signature", "опись называет сама себя или свою подпись");
      }
      result.set(name, line.slice(0, 64));
      last = name;
    }
    return result;
  }

  // case.json is readable; its key has signed the checkpoint and the manifest.
  step2() {
    this.readCase();
    let own;
    try {
      own = parseKey(this.case.key);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      refute(2, `case.json: ${error.message}`, `case.json: ключ негоден (${PROOFS_RU[error.message]})`);
    }
    const keys = [...this.keys, own];
    const hasSigned = ({ signers }) => signers.some((key) => key.text === own.text);
    const note = this.need(2, "checkpoint");
    const opened = within(2, "checkpoint", "контрольная точка", undefined, () => openNote(note, keys));
    const { origin, size, root } = within(2, "checkpoint", "контрольная точка", undefined, () => parseCheckpoint(opened.text));
    Object.assign(this, { size, root });
    if (!hasSigned(opened)) {
      refute(
        2,
        "the key named in case.json has not signed the checkpoint",
        "ключ, названный в case.json, не подписывал контрольную точку",
      );
    }
    if (origin !== this.case.origin) {
      refute(2, "case.json names another log than the checkpoint", "case.json называет другой журнал, чем контрольная точка");
    }
    if (own.name !== origin) refute(2, "the key has another name than the log", "имя ключа не совпадает с именем журнала");
    if (!this.files.has(SIGNATURE)) lack(2, "the pack is not signed", "пакет не подписан");
    const whole = within(2, "signature", "подпись", undefined, () => openNote(this.files.get(SIGNATURE), keys));
    if (whole.text !== `${PACK}\nlog ${origin}\nmanifest ${hex(sha256(this.files.get(MANIFEST)))}\n`) {
      refute(2, "what the log signed is another pack", "журнал подписал другой пакет");
    }
    if (!hasSigned(whole)) {
      lack(2, "the key named in case.json has not signed the pack", "ключ, названный в case.json, не подписывал пакет");
    }
    this.signer = own;
    if (!this.keys.length) {
      this.warn(
        "the key came out of the pack itself: compare it with one got from the log's owner (--key)",
        "ключ взят из самого пакета: сверьте его с полученным от владельца журнала (--key)",
      );
    }
  }

  // Parses case.json and checks the shape of what the later steps read.
  readCase() {
    const data = this.need(2, "case.json");
    const read = within(2, "case.json", "case.json", undefined, () => readJson(data, MAX_CASE, true));
    const bad = () =>
      refute(2, "case.json lacks a member or has one of another type", "в case.json нет нужного поля или оно другого типа");
    if (read.format !== PACK) {
      lack(
        2,
        "case.json is of a format that this checker does not know or no longer proves",
        "case.json в формате, которого эта проверка не знает или уже не доказывает",
      );
    }
    const texts = ["key", "number", "origin"].every((name) => typeof read[name] === "string");
    const objects = ["answer", "completeness", "question"].every((name) => isObject(read[name]));
    if (!texts || !objects || !isHash(read.tag) || !Array.isArray(read.entries)) bad();
    if (!NUMBER.test(read.number)) {
      refute(2, "case.json: the number is not in E.164 form", "case.json: номер записан не в форме E.164");
    }
    this.checkPlaces(read.entries, "entries");
    for (const name of ["former", "callers", "clock", "rotations"]) {
      const more = name in read ? read[name] : [];
      if (!Array.isArray(more) || (name in read && !more.length)) bad();
      this.checkPlaces(more, name);
      this[name] = more;
    }
    let last = -1;
    for (const place of [...read.entries, ...this.former, ...this.callers, ...this.clock, ...this.rotations].sort(bySeq)) {
      if (place.seq === last) refute(2, "case.json lists an entry twice", "case.json называет запись дважды", place.seq);
      last = place.seq;
    }
    this.case = read;
    this.places = read.entries;
  }

  // Where the files of each entry lie; only what is about a number that is known has an opening.
  checkPlaces(places, name) {
    let last = -1;
    for (const place of places) {
      if (!isObject(place) || !isInt(place.seq) || place.seq <= last) {
        refute(2, "case.json: entries are not in ascending order", "case.json: записи не по возрастанию");
      }
      last = place.seq;
      const number = String(last).padStart(6, "0");
      const expected = { entry: `entries/${number}.json`, proof: `proofs/${number}.tlog-proof`, seq: last };
      if ((name === "entries" && last > 0) || (name === "former" && "opening" in place)) {
        expected.opening = `openings/${number}.json`;
      }
      if (canonical(place) !== canonical(expected)) {
        refute(
          2,
          `case.json: the files of entry ${last} have other names`,
          `case.json: файлы записи ${last} названы иначе`,
          last,
        );
      }
    }
  }

  // Bytes and envelope of each entry; `prev` where the entry before is here too.
  step3() {
    const listed = [...this.places, ...this.former, ...this.callers, ...this.clock, ...this.rotations].sort(bySeq);
    this.only(3, "entries/", listed.map((place) => place.entry));
    let before = null;
    for (const place of listed) {
      const { seq } = place;
      const entry = readEntry(3, seq, this.case.origin, this.need(3, place.entry, seq));
      let { prev } = entry.value;
      if (seq === 0) prev = ZEROS;
      else if (before && before.seq === seq - 1) prev = hex(before.leaf);
      if (entry.value.prev !== prev) {
        refute(
          3,
          `entry ${seq} follows another entry than the one before it here`,
          `запись ${seq} продолжает другую запись, чем стоящая здесь перед ней`,
          seq,
        );
      }
      before = entry;
      const lists = [
        [this.former, this.ended],
        [this.callers, this.assigned],
        [this.clock, this.steps],
        [this.rotations, this.rotated],
      ];
      const [, list] = lists.find(([places]) => places.includes(place)) || [null, this.entries];
      list.push(entry);
    }
  }

  // Each place with its entry.
  withPlaces(...lists) {
    return lists.flatMap(([places, entries]) => places.map((place, i) => [place, entries[i]]));
  }

  // Inclusion of each entry under the one checkpoint.
  step4() {
    const listed = this.withPlaces(
      [this.places, this.entries],
      [this.former, this.ended],
      [this.callers, this.assigned],
      [this.clock, this.steps],
      [this.rotations, this.rotated],
    );
    this.only(4, "proofs/", listed.map(([place]) => place.proof));
    for (const [place, entry] of listed) {
      const { seq } = entry;
      const data = this.need(4, place.proof, seq);
      within(4, `entry ${seq}`, `запись ${seq}`, seq, () => {
        const proof = parseProof(data);
        if (!same(proof.checkpoint, this.files.get("checkpoint"))) throw new ProofError("the proof holds another checkpoint");
        if (proof.place !== BigInt(seq)) throw new ProofError("the proof is of another entry");
        checkInclusion(entry.leaf, proof.place, this.size, proof.path, this.root);
      });
    }
  }

  // Entry 0, and the keys since.
  step5() {
    if (!this.entries.length || this.entries[0].seq !== 0) lack(5, "entry 0 is missing", "нет записи 0", 0);
    const first = this.entries[0].value;
    if (first.type !== "log.created" || "subject" in first) {
      refute(5, "entry 0 is not the creation of the log", "запись 0 — не создание журнала", 0);
    }
    this.chain = followKeys(5, this.case.origin, this.entries[0], this.rotated);
    checkSigner(5, this.chain, this.signer);
    checkTrust(5, this.chain, this.keys, ["no given key has signed the pack", "ни один из заданных ключей не подписывал пакет"]);
  }

  // Openings, and that everything is about the one number.
  step6() {
    const listed = this.withPlaces([this.places, this.entries], [this.former, this.ended]);
    const opened = listed.filter(([place]) => "opening" in place).sort((a, b) => bySeq(a[1], b[1]));
    this.only(6, "openings/", opened.map(([place]) => place.opening));
    for (const [place, { seq, value }] of opened) {
      const data = this.need(6, place.opening, seq);
      within(6, `opening of entry ${seq}`, `раскрытие записи ${seq}`, seq, () => {
        const opening = readJson(data, MAX_ENTRY);
        const names = Object.keys(opening).filter((name) => name !== "files");
        if (names.sort().join() !== "details,salt") throw new ProofError("not details and a salt of 32 bytes");
        if ("files" in opening) this.readSalts(seq, opening.files);
        if (openedNumber(value.body, opening.salt, opening.details) !== this.case.number) {
          throw new ProofError("it names another number than case.json");
        }
      });
    }
    if (this.case.answer.number !== this.case.number) {
      refute(6, "the answer in case.json is about another number", "ответ в case.json — о другом номере");
    }
  }

  // Salts of the files that an entry keeps sealed: a list of {place, salt}, in order.
  readSalts(seq, files) {
    const bad = () => {
      throw new ProofError("its files are not a list of {place, salt}, in order");
    };
    if (!Array.isArray(files) || !files.length) bad();
    let before = 0;
    for (const file of files) {
      if (!hasExactly(file, "place", "salt") || !isInt(file.place) || file.place <= before || !isHash(file.salt)) bad();
      before = file.place;
      this.salts.set(`${seq}-${before}`, unhex(file.salt));
    }
  }

  // The chain of one subject.
  step7() {
    const chain = this.entries.slice(1);
    if (!chain.length) lack(7, "there is no entry about the number", "нет ни одной записи о номере");
    let before = -1;
    let givenAway = false;
    chain.forEach((entry, i) => {
      const { seq } = entry;
      const { subject, type } = entry.value;
      if (!isAboutSomebody(entry)) refute(7, `entry ${seq} is about no subject`, `запись ${seq} ни о ком`, seq);
      if (subject.tag !== this.case.tag) {
        refute(7, `entry ${seq} is about another subject`, `запись ${seq} о другом абоненте`, seq);
      }
      if (subject.seq !== i + 1 || subject.prev !== before) {
        refute(
          7,
          `before entry ${seq} an entry of the subject is missing`,
          `перед записью ${seq} недостаёт записи того же абонента`,
          seq,
        );
      }
      // What is done with the record of an earlier holder may still follow.
      if (givenAway && !ABOUT_THE_RECORD.includes(type)) {
        refute(7, `entry ${seq} follows, though the number was given away`, `запись ${seq} стоит после смены абонента`, seq);
      }
      givenAway = givenAway || type === "number.reassigned";
      before = seq;
    });
    const { entries: count, last_seq: last } = this.case.completeness;
    if (count !== chain.length || last !== before) {
      refute(7, "case.json counts other entries than are here", "case.json насчитывает другие записи, чем здесь есть");
    }
    const reliedOn = this.case.answer.relied_on ?? null;
    if (reliedOn !== null && !chain.some((entry) => entry.seq === reliedOn)) {
      refute(7, "the answer relies on an entry that is not here", "ответ опирается на запись, которой здесь нет");
    }
    this.checkFormer();
    this.checkCallers();
    this.checkDamage();
    this.checkClock();
    this.checkContacts(chain);
  }

  // What is answered of single contacts: each is an entry of the chain, at its own moment.
  checkContacts(chain) {
    const contacts = this.case.contacts;
    if (contacts === undefined) return;
    const entryAt = (seq) => chain.find((entry) => entry.seq === seq);
    let before = 0;
    const fits = (contact) => {
      if (!isObject(contact) || !isObject(contact.answer) || !isObject(contact.question)) return false;
      const { answer, question, seq } = contact;
      const entry = entryAt(seq);
      if (entry === undefined || !(seq > before)) return false;
      before = seq;
      const { type, body } = entry.value;
      const reliedOn = answer.relied_on ?? null;
      return (
        ["contact.made", "contact.received"].includes(type) && isTime(body.happened) && question.at === body.happened &&
        answer.number === this.case.number && (reliedOn === null || entryAt(reliedOn) !== undefined) &&
        typeof answer.verdict === "string" && (answer.impaired === undefined || answer.verdict !== "allow")
      );
    };
    if (!Array.isArray(contacts) || contacts.length === 0 || !contacts.every(fits)) {
      refute(7, "what is answered of a contact is about none that is here", "ответ об обращении — не об обращении, которое здесь есть");
    }
  }

  // Earlier holders of the number: each ended, none of them twice.
  checkFormer() {
    const tags = [this.case.tag];
    for (const { seq, value } of this.ended) {
      if (!("subject" in value) || !ENDS.includes(value.type)) {
        refute(7, `entry ${seq} ends nobody's holding of the number`, `запись ${seq} не прекращает ничьё владение номером`, seq);
      }
      if (tags.includes(value.subject.tag)) {
        refute(7, `entry ${seq} is about a subject that is here already`, `запись ${seq} об абоненте, который здесь уже есть`, seq);
      }
      tags.push(value.subject.tag);
    }
  }

  // What the log knew against itself when it answered. Damage is never a yes.
  checkDamage() {
    const { answer } = this.case;
    if ("impaired" in answer && (typeof answer.impaired !== "string" || [undefined, null, "allow"].includes(answer.verdict))) {
      refute(7, "the answer is a yes of a log that was impaired", "ответ «можно» дал повреждённый журнал");
    }
  }

  // Steps that set the clock back; a stop recorded after a doubtful consent ends it. Stored times order as text.
  checkClock() {
    const { answer } = this.case;
    const kinds = ["consent.given", "subject.restricted", "caller.assigned"];
    for (const step of this.steps) {
      const { seq, value } = step;
      const { after, kind } = value.body;
      if (value.type !== "clock.step" || "subject" in value || kind !== "back" || !isTime(after)) {
        refute(7, `entry ${seq} does not set the clock back`, `запись ${seq} не переводит часы назад`, seq);
      }
      const met = [...this.entries, ...this.assigned].filter((each) => kinds.includes(each.value.type));
      if (!met.some((each) => makesDoubtful(step, each))) {
        refute(
          7,
          `entry ${seq} makes no entry here doubtful`,
          `запись ${seq} не ставит под сомнение ни одной записи отсюда`,
          seq,
        );
      }
    }
    for (const finding of Array.isArray(answer.findings) ? answer.findings : []) {
      const named = isObject(finding) && finding.rule === "standing/clock-set-back";
      if (named && !this.steps.some((step) => step.seq === finding.seq)) {
        refute(7, "the answer names a step of the clock that is not here", "ответ называет перевод часов, которого здесь нет");
      }
    }
    if (answer.verdict !== "allow") return;
    for (const consent of this.entries.filter((each) => each.seq === answer.relied_on)) {
      for (const stop of this.entries.filter((each) => each.seq > consent.seq)) {
        const doubtful = this.steps.some((step) => step.seq < stop.seq && makesDoubtful(step, consent));
        if (doubtful && this.ends(stop, consent)) {
          refute(
            7,
            `the answer relies on entry ${consent.seq} over the stop of entry ${stop.seq}, recorded after it`,
            `ответ опирается на запись ${consent.seq} вопреки отказу в записи ${stop.seq}, сделанной после неё`,
            stop.seq,
          );
        }
      }
    }
  }

  // Whether a stop was said by the moment asked about, and covers all that the question and the consent name.
  ends(stop, consent) {
    if (!["consent.refused", "consent.withdrawn"].includes(stop.value.type)) return false;
    const { question } = this.case;
    const { body } = stop.value;
    const { at } = question;
    const said = "received_at" in body ? body.received_at : body.happened;
    if (typeof at !== "string" || typeof said !== "string") return false;
    if ((said < stop.value.at ? said : stop.value.at) > at) return false;
    if ("campaign" in body && body.campaign !== question.campaign) return false;
    const { covers } = consent.value.body;
    if (!Array.isArray(covers)) return false;
    const named = ["purpose", "channel", "distributor"].map((name) => [body[`${name}s`], question[name]]);
    for (const each of covers) named.push([body.covers, each]);
    return named.every(([list, what]) => !Array.isArray(list) || !list.length || list.includes(what));
  }

  showDamage() {
    const { impaired, findings } = this.case.answer;
    if (typeof impaired === "string") {
      this.warn(`the log that answered was impaired: ${impaired}`, `ответивший журнал был повреждён: ${impaired}`);
    }
    if (Array.isArray(findings) && findings.some((finding) => isObject(finding) && finding.rule === "log/lost-range")) {
      this.warn(
        "the log that answered had lost entries, and a stop may be among them",
        "ответивший журнал терял записи, и среди них могло быть требование прекратить",
      );
    }
  }

  // The assignment that the answer relies on, and what ends it; stored times order as text.
  checkCallers() {
    const reliesOn = this.case.answer.assignment ?? null;
    if ((reliesOn === null) !== !this.assigned.length || !(reliesOn === null || isInt(reliesOn))) {
      refute(
        7,
        "the answer stands on an assignment, and not on the one that is here",
        "ответ опирается на поручение, но не на то, что здесь есть",
      );
    }
    if (!this.assigned.length) return;
    const { question } = this.case;
    const [first, ...ends] = this.assigned;
    const { body, type } = first.value;
    const named = ["caller", "distributor"].every((name) => typeof body[name] === "string" && body[name] === question[name]);
    if (type !== "caller.assigned" || "subject" in first.value || first.seq !== reliesOn || !named) {
      refute(
        7,
        `entry ${first.seq} does not assign the caller asked about`,
        `запись ${first.seq} — не поручение тому, о ком спрошено`,
        first.seq,
      );
    }
    const { purpose, channel, campaign } = question;
    const family = ["mixed", "unknown"].includes(purpose) ? [purpose, "advertising"] : [purpose];
    for (const [name, fitting] of [["campaign", [campaign]], ["channels", [channel]], ["purposes", family]]) {
      const limit = Array.isArray(body[name]) ? body[name] : [body[name]];
      if (name in body && !limit.some((each) => fitting.includes(each))) {
        refute(
          7,
          `entry ${first.seq} assigns the caller for other contacts`,
          `запись ${first.seq} — поручение на другие контакты`,
          first.seq,
        );
      }
    }
    const times = [[first, "from", false]];
    if ("until" in body) times.push([first, "until", true]);
    for (const end of ends) {
      if (end.value.type !== "caller.released" || "subject" in end.value || end.value.body.of !== reliesOn) {
        refute(
          7,
          `entry ${end.seq} does not end the caller's assignment`,
          `запись ${end.seq} не прекращает это поручение`,
          end.seq,
        );
      }
      times.push([end, "until", true]);
    }
    for (const [entry, name, ended] of times) {
      const time = entry.value.body[name];
      if (!isTime(time)) {
        refute(7, `entry ${entry.seq} does not say when it holds`, `в записи ${entry.seq} нет времени действия`, entry.seq);
      }
      if (!isTime(question.at) || (ended ? question.at >= time : question.at < time)) {
        refute(
          7,
          `by entry ${entry.seq} the caller was not assigned then`,
          `по записи ${entry.seq} поручения в тот момент не было`,
          entry.seq,
        );
      }
    }
    this.leave("that no other entry of the log ends the caller's assignment", "что поручение не прекращено другой записью журнала");
  }

  // Order and possibility of the times.
  step8() {
    let latest = "";
    for (const entry of this.entries) {
      const { at } = entry.value;
      if (at < latest) {
        this.warn(
          `entry ${entry.seq} was recorded earlier than an entry before it, says the log's clock`,
          `по часам журнала запись ${entry.seq} сделана раньше, чем стоящая перед ней`,
        );
      }
      if (at > latest) latest = at;
      if (entry.seq !== 0) checkTimes(8, entry);
    }
  }

  // Files that the log keeps sealed: each is what its entry committed to.
  async checkEvidence() {
    const named = [];
    for (const { seq, value } of this.entries.slice(1)) {
      const files = "files" in value.body ? value.body.files : [];
      let place = 0;
      for (const file of Array.isArray(files) ? files : [null]) {
        place += 1;
        if (!isObject(file) || !isHash(file.commitment)) {
          refute(
            9,
            `entry ${seq}: its files are not a list of {commitment, kind}`,
            `запись ${seq}: файлы названы не списком {commitment, kind}`,
            seq,
          );
        }
        const salt = this.salts.get(`${seq}-${place}`);
        this.salts.delete(`${seq}-${place}`);
        if (!salt) {
          this.leave(
            `file ${place} of entry ${seq}: only its commitment is here`,
            `файл ${place} записи ${seq}: здесь есть только обязательство`,
          );
          continue;
        }
        const name = `evidence/${String(seq).padStart(6, "0")}-${place}`;
        named.push(name);
        if (!(await isCommitment(file.commitment, salt, this.need(9, name, seq)))) {
          refute(
            9,
            `${name} is another file than entry ${seq} committed to`,
            `${name} — не тот файл, на который указывает запись ${seq}`,
            seq,
          );
        }
      }
    }
    if (this.salts.size) {
      const seq = Math.min(...[...this.salts.keys()].map((key) => parseInt(key, 10)));
      refute(
        9,
        `the opening of entry ${seq} names a file that the entry does not`,
        `раскрытие записи ${seq} называет файл, которого запись не называет`,
        seq,
      );
    }
    this.only(9, "evidence/", named);
  }

  // Sealed files and wordings.
  async step9() {
    await this.checkEvidence();
    const named = [];
    for (const { seq, value } of this.entries) {
      const { wording } = value.body;
      if (wording === undefined) continue;
      if (!isHash(wording)) {
        refute(9, `entry ${seq}: the wording is not a hash`, `запись ${seq}: формулировка названа не хешем`, seq);
      }
      const name = `wordings/${wording}.txt`;
      named.push(name);
      if (!this.files.has(name)) {
        this.leave(
          `the wording of entry ${seq}: only its hash is here`,
          `формулировка записи ${seq}: здесь есть только её хеш`,
        );
      }
    }
    this.only(9, "wordings/", named);
    for (const name of named) {
      if (this.files.has(name) && hex(await digest(this.files.get(name))) !== name.slice(9, 73)) {
        refute(9, `${name} is another text`, `${name} — другой текст`);
      }
    }
  }

  // What the subscriber holds.
  step11() {
    this.receipts.forEach((data, i) => {
      const [en, ru] = [`receipt ${i + 1}`, `квитанция ${i + 1}`];
      let receipt;
      try {
        receipt = checkReceipt(data, this.chain.keys);
      } catch (failure) {
        if (!(failure instanceof FailedError)) throw failure;
        lack(
          11,
          `${en}: it does not hold itself: (${failure.step}) ${failure.en}`,
          `${ru}: она неверна сама: (${failure.step}) ${failure.ru}`,
        );
      }
      this.compare(en, ru, receipt);
    });
  }

  // One receipt that holds.
  compare(en, ru, receipt) {
    const { entry: held, number, signer, size, root } = receipt;
    const { seq } = held;
    if (!this.chain.holds(signer) || held.value.log !== this.case.origin) {
      lack(
        11,
        `${en}: it is of another log, or signed by another key`,
        `${ru}: она из другого журнала или подписана другим ключом`,
      );
    }
    if (size === this.size && !same(root, this.root)) {
      refute(
        11,
        `${en}: the log has signed two different trees of one size`,
        `${ru}: журнал подписал два разных дерева одного размера`,
        seq,
      );
    }
    if (number !== this.case.number) lack(11, `${en}: it is about another number`, `${ru}: она о другом номере`);
    for (const entry of [...this.entries, ...this.ended, ...this.assigned, ...this.steps, ...this.rotated]) {
      if (entry.seq === seq && !same(entry.leaf, held.leaf)) {
        refute(11, `${en}: entry ${seq} is another one there`, `${ru}: запись ${seq} там другая`, seq);
      }
    }
    if (held.value.subject.tag === this.case.tag) this.sameSubject(en, ru, held);
    else this.otherSubject(en, ru, held);
  }

  // The entry is one of the pack, or comes after them in the subject's own count.
  sameSubject(en, ru, held) {
    const chain = this.entries.slice(1);
    const { seq } = held;
    const { subject } = held.value;
    if (chain.some((entry) => entry.seq === seq)) return;
    if (seq < this.size) refute(11, `${en}: the pack leaves out entry ${seq}`, `${ru}: в пакете нет записи ${seq}`, seq);
    const fits =
      subject.seq === chain.length + 1
        ? subject.prev === chain[chain.length - 1].seq
        : subject.seq > chain.length && subject.prev >= this.size;
    if (!fits) {
      refute(
        11,
        `${en}: entry ${seq} follows others than those here`,
        `${ru}: запись ${seq} продолжает другие записи, чем здесь`,
        seq,
      );
    }
    this.newer(en, ru, seq);
  }

  // Two tags of one number: one must have ended before the other began.
  otherSubject(en, ru, held) {
    const chain = this.entries.slice(1);
    const last = chain[chain.length - 1];
    const { seq } = held;
    const { subject } = held.value;
    const known = subject.prev >= 0 ? subject.prev : seq;
    if (known >= this.size) {
      this.newer(en, ru, seq);
      return;
    }
    if (ENDS.includes(last.value.type) && known > last.seq) return;
    const closing = this.ended.find((entry) => entry.value.subject.tag === subject.tag);
    if (!closing) {
      refute(
        11,
        `${en}: entry ${seq} is about this number under another tag, and nothing here shows that it had passed to ` +
          "another holder or been erased",
        `${ru}: запись ${seq} — об этом номере под другой меткой, и ничто здесь не показывает, что номер сменил абонента ` +
          "или данные о нём уничтожены",
        seq,
      );
    }
    const end = closing.seq;
    const count = closing.value.subject.seq;
    if (end < seq || count < subject.seq || (end === seq) !== (count === subject.seq)) {
      refute(
        11,
        `${en}: entry ${seq} comes after the end of its holder`,
        `${ru}: запись ${seq} сделана после ухода своего абонента`,
        seq,
      );
    }
    if (end > chain[0].seq) {
      refute(
        11,
        `${en}: both tags of the number were in use at once`,
        `${ru}: обе метки номера действовали одновременно`,
        seq,
      );
    }
  }

  newer(en, ru, seq) {
    this.warn(
      `${en}: entry ${seq} is newer than this pack; ask for a newer one`,
      `${ru}: запись ${seq} новее этого пакета; запросите новый`,
    );
  }

  // What a pack that is proven shows, and what it does not exclude.
  statement() {
    const count = this.entries.length - 1;
    const last = this.entries[count].seq;
    return {
      en:
        `all ${count} entries about this subject up to entry ${last}, of the ${this.size} that were signed; ` +
        "a later stop is not excluded",
      ru:
        `все записи об этом абоненте (${count}) до записи ${last}, из подписанных ${this.size}; более позднее требование ` +
        "прекратить не исключено",
    };
  }

  question() {
    if (this.failure || !this.signer) {
      return {
        en: "Does the log hold the entries of this pack, and are they about the number of case.json?",
        ru: "Есть ли в журнале записи этого пакета и о том ли номере они, что назван в case.json?",
      };
    }
    const { origin, number } = this.case;
    const count = this.entries.length - 1;
    const last = this.entries[count].seq;
    const [byEn, byRu] = this.keys.length
      ? ["the given key", "заданным ключом"]
      : ["the key inside the pack", "ключом из самого пакета"];
    return {
      en:
        `Does log ${origin}, signed at ${this.size} entries by ${byEn}, hold the ${count} entries ` +
        `of this pack about ${number}, the subject's first to entry ${last} without a gap?`,
      ru:
        `Есть ли в журнале ${origin}, подписанном ${byRu} на ${this.size} записях, записи этого пакета ` +
        `о номере ${number} (${count}): от первой об этом абоненте до записи ${last} без пропусков?`,
    };
  }
}
