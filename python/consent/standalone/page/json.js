// Canonical JSON (FORMAT.md): read, then written again; the bytes must be the same.

const MAX_INTEGER = 2 ** 53 - 1;
const KEY = /^[a-z][a-z0-9_]{0,31}$/;

function readValue(text) {
  let at = 0;
  const no = () => {
    throw new ProofError("not JSON");
  };
  const skip = () => {
    while (" \t\n\r".includes(text[at] || "x")) at += 1;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found && found[0];
  };

  function string() {
    const raw = match(/"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    return raw === null ? no() : JSON.parse(raw);
  }

  function number() {
    const whole = match(/-?(?:0|[1-9][0-9]*)/y);
    if (whole === null) return no();
    if (match(/(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y)) throw new ProofError("a number is not an integer");
    if (whole.length > 17 || Math.abs(Number(whole)) > MAX_INTEGER) {
      throw new ProofError("an integer is outside +-(2^53-1)");
    }
    return Number(whole) + 0; // of -0 only the bytes tell
  }

  function list(depth) {
    const items = [];
    at += 1;
    skip();
    if (match(/\]/y)) return items;
    for (;;) {
      items.push(value(depth + 1));
      skip();
      if (match(/\]/y)) return items;
      if (!match(/,/y)) no();
    }
  }

  function object(depth) {
    const members = Object.create(null);
    let twice = false;
    at += 1;
    skip();
    if (match(/\}/y)) return members;
    for (;;) {
      skip();
      if (text[at] !== '"') no();
      const name = string();
      twice = twice || name in members;
      skip();
      if (!match(/:/y)) no();
      members[name] = value(depth + 1);
      skip();
      if (match(/\}/y)) break;
      if (!match(/,/y)) no();
    }
    if (twice) throw new ProofError("a key stands twice");
    return members;
  }

  function value(depth) {
    if (depth > 900) no();
    skip();
    if (text[at] === "{") return object(depth);
    if (text[at] === "[") return list(depth);
    if (text[at] === '"') return string();
    const word = match(/true|false|null|NaN|-?Infinity/y);
    if (word === null) return number();
    if (word === "null") return null;
    if (word !== "true" && word !== "false") throw new ProofError("a number is not an integer");
    return word === "true";
  }

  const result = value(0);
  skip();
  return at === text.length ? result : no();
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkProfile(value, depth, withNull) {
  if (value === null && !withNull) throw new ProofError("null");
  if (typeof value !== "object" || value === null) return;
  if (depth === 8) throw new ProofError("nested deeper than 8");
  if (!Array.isArray(value) && !Object.keys(value).every((key) => KEY.test(key))) {
    throw new ProofError("a key is not [a-z][a-z0-9_]{0,31}");
  }
  for (const item of Object.values(value)) checkProfile(item, depth + 1, withNull);
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `"${name}":${canonical(value[name])}`).join(",")}}`;
}

function hasLoneSurrogate(text) {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

function anyText(value, test) {
  if (typeof value === "string") return test(value);
  return typeof value === "object" && value !== null && Object.values(value).some((item) => anyText(item, test));
}

// An object in exactly the bytes that a canonical writer gives it.
function readJson(data, limit, withNull = false) {
  if (data.length > limit) throw new ProofError("too large");
  const text = fromUtf8(data);
  if (text === null) throw new ProofError("not UTF-8");
  const value = readValue(text);
  checkProfile(value, 0, withNull);
  if (anyText(value, hasLoneSurrogate)) throw new ProofError("not UTF-8");
  if (canonical(value) !== text) throw new ProofError("not canonical: other bytes say the same");
  if (!isObject(value)) throw new ProofError("not an object");
  return value;
}

function isInt(value) {
  return typeof value === "number";
}

function isHash(value) {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function hasExactly(value, ...names) {
  return isObject(value) && Object.keys(value).sort().join() === names.sort().join();
}
