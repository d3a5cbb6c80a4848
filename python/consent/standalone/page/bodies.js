// The members of bodies (FORMAT.md, "Entry"): which each type has, and their shapes. "!" marks one that is always present.

const SCOPE = "campaign:word channels:channels covers:covers distributors:parties evidence:hashes purposes:purposes wording:hash";
const COMMON = "details!:hash files:files happened!:time source:word";
const BODIES = {
  "consent.asked": SCOPE,
  "consent.given":
    "campaign:word channels!:channels covers!:covers distributors!:parties_or_none evidence:hashes purposes!:purposes wording:hash " +
    "acts_for:parties acts_for_any:yes advertiser:party code:code document:hash giver:giver in_contract:in_contract method:means " +
    "prechecked:yes until:time",
  "consent.refused": `${SCOPE} method:means`,
  "consent.withdrawn": `${SCOPE} means:means received_at:time`,
  "number.reassigned": "",
  "contact.made":
    "advertising:advertising agent_ref:word caller:party campaign:word channel!:channel dialled_by:dialled_by direction!:direction " +
    "distributor:party duration_s:seconds next_at:time outcome:word purpose!:purpose recording:hash requested_by_subscriber:yes wording:hash",
  "operator.refusal": "covers!:refused in_force:time operator_id:party",
  "number.classified": "inn:inn10 kind:kind personal_data!:yes_no_unknown row:word",
  "evidence.added": "evidence:hashes kind:word of!:earlier",
  "entry.corrected": "fields:words of!:earlier reason!:word",
  "subject.erased": "ground!:word request:hash scope:word",
  "subject.restricted": "ground!:word released:yes request:hash until:time",
  "subject.held": "by!:party ground:word released:yes until:time",
  "request.received": "evidence:hashes kind!:demand means:means received_at:time",
  "request.answered": "evidence:hashes of!:earlier outcome!:outcome",
  "contact.received":
    "advertising_consent:stance answered:yes_no_unknown asked_to_stop:yes_no_unknown called_by_name:yes_no_unknown " +
    "channel!:received_over distributor:party duration_s:seconds evidence:hashes heard:heard personal_data_consent:stance " +
    "purpose!:purpose",
  "receipt.issued": "", // reserved: the common ones, and any others
  "log.created": "distributor:party distributor_name:text format!:word incarnation!:id16 key!:text details:hash",
  "wording.registered": "language:word wording!:hash",
  "clock.step": "after!:time before!:time kind!:step",
  "log.restored": "end_unknown:yes incarnation!:id16 lost_from!:count lost_to!:count reason!:word reviewed:yes",
  "log.heartbeat": "",
  "log.backed_up": "expires:time file!:hash root!:hash size!:count",
  "log.backup_destroyed": "of!:earlier",
  "caller.assigned":
    "caller!:party campaign:word channels:channels distributor!:party document:hash from!:time purposes:purposes until:time",
  "caller.released": "document:hash of!:earlier until!:time",
};

const WORDS = {
  purpose: "advertising debt_collection mixed political service social survey transactional unknown",
  channel: "email messenger robot sms voice",
  cover: "advertising mailing mass_calls personal_data",
  refused: "mailing mass_calls",
  means:
    "authenticated_app call_code email_link key_press message open_source operator_note paper qualified_signature recorded_voice " +
    "sms_code sms_reply unstated web_form",
  giver: "addressee employee holder unstated",
  direction: "incoming outgoing",
  dialled_by: "machine person unstated",
  kind: "unknown person sole_trader legal_entity public_body",
  yes_no_unknown: "yes no unknown",
  answer: "yes no unclear",
  demand: "access correction stop_processing unlawful_processing purpose_reached",
  outcome: "done refused extended",
  step: "back forward",
  received_over: "email messenger sms voice",
  heard: "person robot unclear",
  claim: "never withdrawn",
};

function isOneOf(list) {
  const words = WORDS[list].split(" ");
  return (value) => words.includes(value);
}

function isWord(value) {
  // 1 to 64 bytes without space, quote, backslash, DEL and controls, and no ten digits in a row
  return typeof value === "string" && value !== "" && utf8(value).length <= 64 && !/[\x00-\x20"\\\x7f]|[0-9]{10}/.test(value);
}

function isInn(value) {
  if (typeof value !== "string" || !/^(?:[0-9]{10}|[0-9]{12})$/.test(value) || /^0+$/.test(value)) return false;
  const digits = Array.from(value, Number);
  const check = (...weights) => (weights.reduce((sum, weight, i) => sum + weight * digits[i], 0) % 11) % 10;
  if (digits.length === 10) return check(2, 4, 10, 3, 5, 9, 4, 6, 8) === digits[9];
  return check(7, 2, 4, 10, 3, 5, 9, 4, 6, 8) === digits[10] && check(3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) === digits[11];
}

function isParty(value) {
  return isInn(value) || (isWord(value) && !/^[0-9]+$/.test(value));
}

// In byte order, each once, not empty.
function listOf(test) {
  const before = (a, b) => {
    const [x, y] = [utf8(a), utf8(b)];
    const i = x.findIndex((byte, k) => byte !== y[k]);
    return i < 0 ? x.length < y.length : (y[i] ?? -1) > x[i];
  };
  return (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item, i) => test(item) && (i === 0 || before(value[i - 1], item)));
}

// An object of exactly these members, "!" for those that are always present.
function objectOf(members) {
  const rules = membersOf(members);
  return (value, entry) =>
    isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(rules).every(([name, { need, test }]) => (name in value ? test(value[name], entry) : !need));
}

const isCount = (value) => isInt(value) && value >= 0;
const isHexOf = (digits) => (value) => typeof value === "string" && new RegExp(`^[0-9a-f]{${digits}}$`).test(value);
const isText = (value) => typeof value === "string" && value !== "";

const SHAPES = {
  hash: isHash,
  hashes: listOf(isHash),
  time: isTime,
  word: isWord,
  words: listOf(isWord),
  text: isText,
  party: isParty,
  parties: listOf(isParty),
  parties_or_none: (value) => (Array.isArray(value) && !value.length) || listOf(isParty)(value),
  yes: (value) => value === true,
  flag: (value) => typeof value === "boolean",
  count: isCount,
  seconds: (value) => isCount(value) && value <= 604800,
  earlier: (value, entry) => isCount(value) && value < entry.seq,
  id16: isHexOf(32),
  inn10: (value) => isInn(value) && value.length === 10,
  purpose: isOneOf("purpose"),
  purposes: listOf(isOneOf("purpose")),
  channel: isOneOf("channel"),
  channels: listOf(isOneOf("channel")),
  covers: listOf(isOneOf("cover")),
  refused: listOf(isOneOf("refused")),
  means: isOneOf("means"),
  direction: isOneOf("direction"),
  dialled_by: isOneOf("dialled_by"),
  kind: isOneOf("kind"),
  yes_no_unknown: isOneOf("yes_no_unknown"),
  demand: isOneOf("demand"),
  outcome: isOneOf("outcome"),
  step: isOneOf("step"),
  answer: isOneOf("answer"),
  giver_kind: isOneOf("giver"),
  received_over: isOneOf("received_over"),
  heard: isOneOf("heard"),
  claim: isOneOf("claim"),
  files: (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 32 &&
    value.every((file) => isObject(file) && isHash(file.commitment) && isWord(file.kind)),
};

function membersOf(text) {
  const rules = {};
  for (const each of text.split(" ").filter(Boolean)) {
    const [name, shape] = each.split(":");
    const need = name.endsWith("!");
    rules[need ? name.slice(0, -1) : name] = { need, test: (value, entry) => SHAPES[shape](value, entry) };
  }
  return rules;
}

SHAPES.code = objectOf("returned!:flag sent_to_this_number!:flag");
SHAPES.giver = objectOf("authority:word kind!:giver_kind");
SHAPES.in_contract = objectOf("separate_mark!:flag");
SHAPES.advertising = objectOf("answer!:answer answers!:hash pack!:word");

SHAPES.stance = objectOf("claim!:claim on:time");

// A day of withdrawal is of what was withdrawn, and not after the contact.
function isWithdrawnBefore(stance, happened) {
  return stance === undefined || !("on" in stance) || (stance.claim === "withdrawn" && stance.on <= happened);
}

// What more than one member says together.
const TOGETHER = {
  "evidence.added": (body) => "evidence" in body || "files" in body,
  "number.classified": (body) => !("inn" in body) || !["person", "sole_trader"].includes(body.kind),
  "contact.received": ({ advertising_consent: one, personal_data_consent: other, happened }) =>
    isWithdrawnBefore(one, happened) && isWithdrawnBefore(other, happened),
  "clock.step": (body) => body.after !== body.before && (body.after < body.before) === (body.kind === "back"),
  "log.restored": (body, entry) => body.lost_from <= entry.seq && body.lost_to >= body.lost_from,
  "log.backed_up": (body, entry) => body.size <= entry.seq,
  "caller.assigned": (body) => body.caller !== body.distributor && (!("until" in body) || body.until > body.from),
};

const RULES = Object.fromEntries(Object.entries(BODIES).map(([type, members]) => [type, membersOf(members)]));
const COMMON_RULES = membersOf(COMMON);

// Whether the body of an entry has the members of its type, each in its shape. Others are kept and mean nothing.
function hasItsBody(entry) {
  const { type, body } = entry;
  if (!(type in BODIES)) return true; // reserved
  const rules = OF_THE_LOG.includes(type) ? RULES[type] : { ...COMMON_RULES, ...RULES[type] };
  const shaped = Object.entries(rules).every(([name, { need, test }]) => (name in body ? test(body[name], entry) : !need));
  const timely = !("happened" in body) || OF_THE_LOG.includes(type) || body.happened <= entry.at;
  return shaped && timely && (!(type in TOGETHER) || TOGETHER[type](body, entry));
}

function hasPossiblePlace({ seq, subject }) {
  return subject.seq >= 1 && subject.prev >= -1 && subject.prev < seq && (subject.seq === 1) === (subject.prev === -1);
}

// An entry on its own: what can be said of it without its place in a log.
function checkEntryAlone(data) {
  const value = readJson(data, MAX_ENTRY);
  readEnvelope(3, isInt(value.seq) ? value.seq : 0, value.log, value);
  const about = "subject" in value;
  const key = value.type === "log.created" && isText(value.body.key) ? parseKey(value.body.key) : null;
  return (
    isText(value.log) &&
    isName(value.log) &&
    value.seq >= 0 &&
    about === !OF_THE_LOG.includes(value.type) &&
    (!about || hasPossiblePlace(value)) &&
    (value.type === "log.created") === (value.seq === 0) &&
    (!key || key.name === value.log) &&
    (value.seq > 0 || value.prev === ZEROS) &&
    hasItsBody(value)
  );
}
