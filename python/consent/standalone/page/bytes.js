// Bytes and texts.

class ProofError extends Error {} // a text of C2SP, a tree hash or a JSON value that is not what it must be

function utf8(text) {
  return new TextEncoder().encode(text);
}

// null where the bytes are not UTF-8; a byte order mark stays.
function fromUtf8(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return null;
  }
}

function ascii(data) {
  return data.every((byte) => byte < 0x80) ? fromUtf8(data) : null;
}

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unhex(text) {
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

// Standard base64 in its one exact spelling.
function unbase64(text) {
  let binary;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) throw new ProofError("not base64");
  try {
    binary = atob(text);
  } catch {
    throw new ProofError("not base64");
  }
  if (btoa(binary) !== text) throw new ProofError("not exact base64");
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

// Where `part` begins in `data`, or -1.
function find(data, part, from = 0) {
  for (let i = data.indexOf(part[0], from); i >= 0; i = data.indexOf(part[0], i + 1)) {
    if (part.every((byte, k) => data[i + k] === byte)) return i;
  }
  return -1;
}
