// One file or folder in, one verdict out.

// A receipt on its own; a pack compares receipts in its step 11.
class ReceiptCheck {
  constructor(data, keys) {
    Object.assign(this, { data, keys, entries: [], ended: [], signer: null, size: 0n, passed: [], failure: null });
    this.warnings = [];
    this.notChecked = [...RECEIPT_NOT_CHECKED];
    this.titles = RECEIPT_STEPS;
  }

  run() {
    try {
      this.found = checkReceipt(this.data, this.keys, (step, signed = {}) => {
        this.passed.push(step);
        Object.assign(this, signed);
      });
    } catch (error) {
      if (!(error instanceof FailedError)) throw error;
      this.failure = error;
      return;
    }
    this.entries = [this.found.entry];
    if (!this.keys.length) {
      this.warnings.push({
        en: "the key came out of the receipt itself: compare it with one got from the log's owner",
        ru: "ключ взят из самой квитанции: сравните его с ключом, полученным от владельца журнала",
      });
    }
  }

  question() {
    if (this.failure) {
      return {
        en: "Does the log hold the entry of this receipt, and is it about the number in it?",
        ru: "Есть ли в журнале запись этой квитанции и о номере ли она, названном в ней?",
      };
    }
    const { entry, number, size } = this.found;
    const { log, type, at, subject } = entry.value;
    const [byEn, byRu] = this.keys.length ? ["the given key", "заданный ключ"] : ["the key inside the receipt", "ключ из самой квитанции"];
    return {
      en: `Does log ${log}, signed at ${size} entries by ${byEn}, hold entry ${entry.seq} (${type}, recorded ${at}) about ${number}, under tag ${subject.tag}?`,
      ru: `Есть ли в журнале ${log}, подписанном при ${size} записях (${byRu}), запись ${entry.seq} (${type}, сделана ${at}) о ${number} под меткой ${subject.tag}?`,
    };
  }
}

// The document of `verify.py --json`.
function asJson(done, lang) {
  const { failure, signer } = done;
  const told = done.titles || STEPS;
  const steps = {};
  for (const step of Object.keys(told)) {
    if (step === "11" && !done.receipts.length) continue;
    const number = Number(step);
    steps[step] = done.passed.includes(number) ? "ok" : failure && failure.step === number ? "fail" : "not reached";
  }
  return {
    question: done.question()[lang],
    verdict: failure ? failure.verdict : "proven",
    statement: done.statement && !failure ? done.statement()[lang] : "",
    coverage: {
      entries: [done.entries, done.ended, done.assigned, done.steps, done.rotated].reduce((sum, list) => sum + (list ? list.length : 0), 0),
      signed_up_to: signer ? Number(done.size) : 0,
      signed_by: signer ? signer.text : "",
      key_was_given: done.keys.length > 0,
      standing_checked: false,
      not_checked: done.notChecked.map((text) => text[lang]),
      litter: done.litter || [],
      signatures: done.signatures || [],
      extras: done.extras || [],
    },
    warnings: done.warnings.map((text) => text[lang]),
    problem: failure
      ? { seq: failure.seq === null ? null : Number(failure.seq), step: failure.step, what: `(${failure.step}) ${failure[lang]}` }
      : null,
    steps,
  };
}

const PROOF_HEADER = utf8("c2sp.org/tlog-proof@v1\n");

function isReceipt(data) {
  return find(data.subarray(0, PROOF_HEADER.length), PROOF_HEADER) === 0;
}

async function runPack(readFiles, keys, receipts) {
  let pack = new Pack([], keys, receipts);
  try {
    pack = new Pack(await readFiles(), keys, receipts);
  } catch (error) {
    if (!(error instanceof FailedError)) throw error;
    pack.failure = error;
    return pack;
  }
  await pack.run();
  return pack;
}

// Checks a pack, in its files or in a ZIP.
function checkFiles(files, keys, receipts = []) {
  return runPack(() => files, keys, receipts);
}

function checkZip(data, keys, receipts = []) {
  return runPack(() => readZip(data), keys, receipts);
}

function checkOneReceipt(data, keys) {
  const done = new ReceiptCheck(data, keys);
  done.run();
  return done;
}
