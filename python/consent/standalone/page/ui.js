// The page itself. Texts are set as text and never as markup: what is read comes from strangers.

const TEXTS = {
  title: { en: "Check a consent pack, receipt or log export", ru: "Проверка пакета, квитанции или выгрузки журнала согласий" },
  lead: {
    en: "This page checks on your own computer whether the log's key has signed the entries and whether anything was changed. It has no network access: no file leaves it.",
    ru: "Страница на вашем компьютере проверяет, подписаны ли записи ключом журнала и не изменено ли что-нибудь. Доступа к сети у неё нет: файлы никуда не отправляются.",
  },
  drop: {
    en: "Drop a pack (.zip, or the folder it was unpacked into), receipts, or a log export here. A pack and receipts dropped together are held against each other.",
    ru: "Перетащите сюда пакет (.zip или папку, куда он распакован), квитанции или выгрузку журнала. Пакет и квитанции, положенные вместе, сверяются друг с другом.",
  },
  files: { en: "Choose files", ru: "Выбрать файлы" },
  folder: { en: "Choose a folder", ru: "Выбрать папку" },
  key: { en: "Verifier key of the log", ru: "Ключ проверки журнала" },
  keyHelp: {
    en: "Get it from the log's owner by another way than the file: from their site, a contract, a letter. One key a line. Without it the check uses the key inside the file, and a forger can put any key there.",
    ru: "Получите его от владельца журнала не вместе с файлом: с сайта, из договора, письмом. По ключу в строке. Без него проверка берёт ключ из самого файла, а подделавший файл мог вложить любой.",
  },
  own: {
    en: "If this page came inside the pack, it proves nothing about that pack: a forged pack can carry a forged page. Take the page from the libconsent project or from somebody you trust, and compare its SHA-256 with the published one.",
    ru: "Если эта страница лежала в самом пакете, о нём она ничего не доказывает: в поддельном пакете может лежать поддельная страница. Возьмите её у проекта libconsent или у того, кому доверяете, и сверьте её SHA-256 с опубликованным.",
  },
  working: { en: "Checking…", ru: "Идёт проверка…" },
  question: { en: "Question", ru: "Вопрос" },
  signedBy: { en: "Key that signed", ru: "Подписано ключом" },
  litter: { en: "Left by systems, passed over", ru: "Оставлено системами, не учтено" },
  signatures: { en: "Signatures, not checked", ru: "Подписи, не проверены" },
  signedUpTo: { en: "Entries signed", ru: "Подписано записей" },
  steps: { en: "Steps of the check", ru: "Шаги проверки" },
  notChecked: { en: "What this check does not show", ru: "Чего эта проверка не показывает" },
  warning: { en: "Warning", ru: "Внимание" },
  entries: { en: "Entries", ru: "Записи" },
  seq: { en: "Entry", ru: "Запись" },
  type: { en: "What", ru: "Что" },
  happened: { en: "Happened (as stated)", ru: "Произошло (по словам журнала)" },
  recorded: { en: "Recorded (log's clock)", ru: "Записано (по часам журнала)" },
  answer: {
    en: "Answer in the pack (stated by the program that made it; not derived again here)",
    ru: "Ответ в пакете (так ответила составившая его программа; здесь заново не выводился)",
  },
  number: { en: "Number", ru: "Номер" },
  asked: { en: "Asked about", ru: "Спрошено о моменте" },
  said: { en: "May the number be contacted", ru: "Можно ли обращаться на этот номер" },
  others: { en: "and more entries, not listed here", ru: "и другие записи, здесь не перечисленные" },
  badKey: { en: "This is not a verifier key", ru: "Это не ключ проверки" },
  logFolder: {
    en: "This is the folder of a log. A browser cannot read its database: ask for an export (consent export --entries), or use consent verify.",
    ru: "Это папка журнала. Его базу данных браузер не читает: запросите выгрузку (consent export --entries) или используйте consent verify.",
  },
  unknown: {
    en: "is neither a pack, a receipt, a log export nor a verifier key",
    ru: "— не пакет, не квитанция, не выгрузка журнала и не ключ проверки",
  },
  broken: { en: "cannot be checked", ru: "не удаётся проверить" },
  tooLarge: { en: "is larger than 1 GiB", ru: "больше 1 ГиБ" },
};

const VERDICTS = {
  proven: { en: "PROVEN", ru: "ДОКАЗАНО" },
  own: { en: "PROVEN BY THE KEY IN THE FILE", ru: "ДОКАЗАНО КЛЮЧОМ ИЗ САМОГО ФАЙЛА" },
  refuted: { en: "REFUTED", ru: "ОПРОВЕРГНУТО" },
  not_proven: { en: "NOT PROVEN", ru: "НЕ ДОКАЗАНО" },
};

const MEANINGS = {
  proven: {
    en: "The entries are in the log as the given key signed it, and nothing in them was changed.",
    ru: "Записи есть в журнале, каким его подписал заданный ключ, и ничего в них не изменено.",
  },
  own: {
    en: "Nothing was changed since the key inside the file signed it. Whose key that is, the file cannot show.",
    ru: "С тех пор как файл подписан ключом из него самого, ничего не изменено. Чей это ключ, файл показать не может.",
  },
  refuted: { en: "The file contradicts itself or what was signed.", ru: "Файл противоречит себе или тому, что подписано." },
  not_proven: { en: "Something needed for the proof is missing or not known here.", ru: "Чего-то нужного для доказательства нет, или оно здесь неизвестно." },
};

const MARKS = {
  ok: { en: "holds", ru: "верно" },
  fail: { en: "fails", ru: "неверно" },
  "not reached": { en: "—", ru: "—" },
};

const ANSWERS = { allow: { en: "yes", ru: "да" }, deny: { en: "no", ru: "нет" }, unknown: { en: "unknown", ru: "неизвестно" } };

const TYPE_NAMES = {
  "log.created": { en: "log created", ru: "журнал создан" },
  "consent.asked": { en: "consent asked for", ru: "согласие запрошено" },
  "consent.given": { en: "consent given", ru: "согласие дано" },
  "consent.refused": { en: "consent refused", ru: "отказ" },
  "consent.withdrawn": { en: "consent withdrawn", ru: "согласие отозвано" },
  "number.reassigned": { en: "number passed to another holder", ru: "номер перешёл к другому абоненту" },
  "contact.made": { en: "contact made", ru: "обращение" },
  "operator.refusal": { en: "refusal at the operator", ru: "отказ у оператора" },
  "number.classified": { en: "number classified", ru: "номер классифицирован" },
  "evidence.added": { en: "evidence added", ru: "доказательство добавлено" },
  "entry.corrected": { en: "correction", ru: "исправление" },
  "subject.erased": { en: "data erased", ru: "данные уничтожены" },
  "subject.restricted": { en: "processing restricted", ru: "обработка ограничена" },
  "subject.held": { en: "legal hold", ru: "запрет уничтожения" },
  "request.received": { en: "request received", ru: "обращение о данных получено" },
  "request.answered": { en: "request answered", ru: "на обращение отвечено" },
  "contact.received": { en: "contact received", ru: "обращение получено" },
  "caller.assigned": { en: "caller assigned", ru: "поручение исполнителю" },
  "caller.released": { en: "caller released", ru: "поручение прекращено" },
};

const MOST_ROWS = 200;

const state = { lang: "en", keys: "", results: [], problems: [], busy: false };

function say(text) {
  return text[state.lang];
}

// An element with its attributes and children; a child that is a string becomes text.
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  const kept = children.flat().filter((child) => child !== null && child !== undefined && child !== "");
  node.append(...kept.map((child) => (typeof child === "string" ? shown(child) : child)));
  return node;
}

function shortTime(time) {
  return typeof time === "string" ? time.replace("T", " ").replace(/\.\d+Z$/, " UTC") : "";
}

function facts(rows) {
  return el("dl", {}, rows.filter(([, value]) => value).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function entriesTable(done) {
  const shown = [...done.entries, ...done.ended, ...(done.assigned || [])].sort(bySeq);
  if (!shown.length) return [];
  const names = [TEXTS.seq, TEXTS.type, TEXTS.happened, TEXTS.recorded].map(say);
  const rows = shown.slice(0, MOST_ROWS).map(({ seq, value }) => {
    const what = TYPE_NAMES[value.type] ? say(TYPE_NAMES[value.type]) : value.type;
    const cells = [String(seq), what, shortTime(value.body.happened), shortTime(value.at)];
    return el("tr", {}, cells.map((cell, i) => el("td", { "data-name": cell && names[i], class: i > 1 ? "time" : null }, cell)));
  });
  const more = shown.length > MOST_ROWS ? el("p", { class: "soft" }, `… ${say(TEXTS.others)}: ${shown.length - MOST_ROWS}`) : "";
  return [
    el("h3", {}, say(TEXTS.entries)),
    el("table", {}, el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, rows)),
    more,
  ];
}

// What the pack's own program answered.
function answerOf(done) {
  const held = done.case;
  if (!held || !held.answer || done.passed.indexOf(7) < 0) return [];
  const { answer, question, number } = held;
  const findings = Array.isArray(answer.findings) ? answer.findings.filter(isObject) : [];
  const verdict = ANSWERS[answer.verdict];
  return [
    el("h3", {}, say(TEXTS.answer)),
    facts([
      [say(TEXTS.number), number],
      [say(TEXTS.asked), [shortTime(question.at), question.purpose, question.channel].filter((each) => typeof each === "string").join(", ")],
      [say(TEXTS.said), verdict ? say(verdict) : ""],
    ]),
    el(
      "ul",
      {},
      findings
        .map((finding) => (state.lang === "ru" && typeof finding.why_ru === "string" ? finding.why_ru : finding.why))
        .filter((why) => typeof why === "string")
        .map((why) => el("li", {}, why)),
    ),
  ];
}

function stepRow(step, told, json) {
  const mark = json.steps[step];
  const failed = mark === "fail";
  return el(
    "li",
    { class: mark === "not reached" ? "not" : mark },
    el("span", { class: "n" }, step),
    el("span", { class: "mark" }, say(MARKS[mark])),
    el("span", { class: "what" }, say(told)),
    failed ? el("span", { class: "problem" }, json.problem.what) : "",
  );
}

function resultOf({ name, done }) {
  const json = asJson(done, state.lang);
  const shown = json.verdict === "proven" && !json.coverage.key_was_given ? "own" : json.verdict;
  const told = done.titles || STEPS;
  const steps = Object.keys(json.steps).filter((step) => step !== "10" || done.titles);
  return el(
    "section",
    { class: "result" },
    el("h2", {}, name),
    el(
      "div",
      { class: `verdict ${shown}`, role: "status" },
      el("strong", {}, say(VERDICTS[shown])),
      el("p", {}, say(MEANINGS[shown])),
      json.statement ? el("p", {}, json.statement) : "",
      json.problem ? el("p", {}, json.problem.what) : "",
    ),
    json.warnings.map((warning) => el("p", { class: "warning" }, el("b", {}, `${say(TEXTS.warning)}: `), warning.replace(" (--key)", ""))),
    facts([
      [say(TEXTS.question), json.question],
      [say(TEXTS.signedBy), json.coverage.signed_by && el("code", {}, json.coverage.signed_by)],
      [say(TEXTS.signedUpTo), json.coverage.signed_by && String(json.coverage.signed_up_to)],
      [say(TEXTS.litter), json.coverage.litter.join(", ")],
      [say(TEXTS.signatures), json.coverage.signatures.join(", ")],
    ]),
    el("h3", {}, say(TEXTS.steps)),
    el("ol", { class: "steps" }, steps.map((step) => stepRow(step, told[step], json))),
    el("h3", {}, say(TEXTS.notChecked)),
    el("ul", {}, json.coverage.not_checked.map((text) => el("li", {}, text))),
    answerOf(done),
    entriesTable(done),
  );
}

function chooser(text, attributes) {
  const input = el("input", { type: "file", multiple: true, ...attributes, onchange: () => take(chosen(input.files)) });
  return el("label", { class: "button" }, say(text), input);
}

function dropZone() {
  const zone = el(
    "div",
    {
      class: "drop",
      ondragover: (event) => {
        event.preventDefault();
        zone.classList.add("over");
      },
      ondragleave: () => zone.classList.remove("over"),
      ondrop: (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        take(dropped(event.dataTransfer));
      },
    },
    el("p", {}, say(TEXTS.drop)),
    el("div", { class: "choices" }, chooser(TEXTS.files, { id: "files" }), chooser(TEXTS.folder, { id: "folder", webkitdirectory: true })),
  );
  return zone;
}

function languages() {
  const button = (lang, name) =>
    el("button", { type: "button", lang, "aria-pressed": String(state.lang === lang), onclick: () => choose(lang) }, name);
  return el("div", { class: "languages" }, button("ru", "Русский"), button("en", "English"));
}

function draw() {
  const key = el("textarea", { id: "key", spellcheck: "false", autocomplete: "off", oninput: () => (state.keys = key.value) });
  key.value = state.keys;
  document.documentElement.lang = state.lang;
  document.title = say(TEXTS.title);
  document.getElementById("page").replaceChildren(
    el("header", {}, el("h1", {}, say(TEXTS.title)), languages()),
    el("p", {}, say(TEXTS.lead)),
    el("label", { class: "key", for: "key" }, say(TEXTS.key)),
    key,
    el("p", { class: "soft" }, say(TEXTS.keyHelp)),
    dropZone(),
    el(
      "div",
      { id: "results", "aria-live": "polite" },
      state.busy ? el("p", {}, say(TEXTS.working)) : "",
      state.problems.map(({ name, text }) => el("p", { class: "warning" }, name ? `${name} ${say(text)}` : say(text))),
      state.results.map(resultOf),
    ),
    el("p", { class: "note" }, say(TEXTS.own)),
  );
}

function choose(lang) {
  state.lang = lang;
  draw();
}

// --- what was given ---

// Files of an <input>: those of a folder without the folder's own name.
function chosen(list) {
  return Promise.resolve(
    Array.from(list, (file) => {
      const path = file.webkitRelativePath || "";
      return { name: path ? path.slice(path.indexOf("/") + 1) : file.name, root: path ? path.split("/")[0] : null, file };
    }),
  );
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

async function walk(entry, prefix, root, found) {
  if (entry.isDirectory) {
    for (const each of await children(entry)) await walk(each, `${prefix}${entry.name}/`, root, found);
  } else if (found.length <= MAX_FILES) {
    found.push({ name: prefix + entry.name, root, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
  }
}

// What was dropped: files, and folders without their own names.
async function dropped(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = [];
  for (const entry of entries) {
    if (!entry.isDirectory) await walk(entry, "", null, found);
    else for (const each of await children(entry)) await walk(each, "", entry.name, found);
  }
  return found;
}

async function bytesOf(file) {
  return new Uint8Array(await file.arrayBuffer());
}

// Receipts and keys among the files; what is left is checked, each on its own.
async function sort(given) {
  const [packs, receipts, keys, exported] = [[], [], [], []];
  const folders = new Map();
  for (const each of given.filter(({ root }) => root !== null)) {
    folders.set(each.root, [...(folders.get(each.root) || []), each]);
  }
  for (const [root, files] of folders) {
    if (files.some(({ name }) => name === "log.db")) state.problems.push({ name: "", text: TEXTS.logFolder });
    else packs.push({ name: root, files });
  }
  for (const { name, file } of given.filter(({ root }) => root === null)) {
    if (file.size > MAX_TOTAL) {
      state.problems.push({ name, text: TEXTS.tooLarge });
      continue;
    }
    const start = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
    if (isReceipt(start)) receipts.push({ name, data: await bytesOf(file.slice(0, MAX_NOTE + 1)) });
    else if (isExport(start)) exported.push({ name, file });
    else if (start[0] === 0x50 && start[1] === 0x4b) packs.push({ name, file });
    else if (file.size < 1024 && isKey(fromUtf8(start))) keys.push(fromUtf8(start).trim());
    else state.problems.push({ name, text: TEXTS.unknown });
  }
  return { packs, receipts, keys, exported };
}

function isKey(text) {
  try {
    return text !== null && Boolean(parseKey(text.trim()));
  } catch {
    return false;
  }
}

function keysGiven() {
  const lines = state.keys.split("\n").map((line) => line.trim()).filter(Boolean);
  const bad = lines.find((line) => !isKey(line));
  if (bad === undefined) return lines.map(parseKey);
  state.problems.push({ name: bad.slice(0, 60), text: TEXTS.badKey });
  return null;
}

async function take(promise) {
  Object.assign(state, { results: [], problems: [], busy: true });
  draw();
  await new Promise((resolve) => setTimeout(resolve));
  try {
    await checkAll(await promise);
  } catch (error) {
    state.problems.push({ name: error.name || "", text: TEXTS.broken });
  }
  state.busy = false;
  draw();
}

async function checkAll(given) {
  const { packs, receipts, keys: found, exported } = await sort(given);
  if (found.length) state.keys = [...state.keys.split("\n"), ...found].filter(Boolean).join("\n");
  const keys = keysGiven();
  if (keys === null) return;
  const add = async (name, check) => {
    try {
      state.results.push({ name, done: await check() });
    } catch (error) {
      if (!(error instanceof CannotReadError)) throw error;
      state.problems.push({ name, text: { en: `${TEXTS.broken.en}: ${error.en}`, ru: `${TEXTS.broken.ru}: ${error.ru}` } });
    }
  };
  const held = receipts.map(({ data }) => data);
  for (const { name, file, files } of packs) {
    await add(name, async () => {
      if (file) return checkZip(await bytesOf(file), keys, held);
      checkFolder(files);
      return checkFiles(await Promise.all(files.map(async (each) => [each.name, await bytesOf(each.file)])), keys, held);
    });
  }
  if (!packs.length) for (const { name, data } of receipts) await add(name, () => checkOneReceipt(data, keys));
  for (const { name, file } of exported) await add(name, async () => checkExport(await bytesOf(file), keys));
}

function checkFolder(files) {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  if (files.length > MAX_FILES || total > MAX_TOTAL) throw new CannotReadError("too many files, or too large", "слишком много файлов или слишком велико");
}

if (typeof document !== "undefined") {
  state.lang = /^(?:ru|be|kk|uk)\b/.test(navigator.language || "") ? "ru" : "en";
  draw();
  // Dropped beside the zone, a file would replace the page.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
}
