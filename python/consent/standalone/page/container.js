// Step 1 before the manifest: the container. A ZIP that hides nothing: no links, no encryption, no bombs, no overlaps.

const MAX_FILES = 10000;
const MAX_TOTAL = 2 ** 30;
const MAX_RATIO = 100;

function isSafe(name) {
  const parts = name.split("/");
  if (parts.length > 8 || name.length > 240) return false;
  return parts.every(
    (part) =>
      /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(part) &&
      !part.endsWith(".") &&
      !/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i.test(part),
  );
}

// A hostile name, fit to be shown.
function quoted(name) {
  const start = JSON.stringify(Array.from(name).slice(0, 120).join(""));
  return start.replace(/[\x7f-\uffff]/g, (c) => (c === "\x7f" ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

function checkAmount(count, total) {
  if (count > MAX_FILES) refute(1, "more than 10 000 files", "больше 10 000 файлов");
  if (total > MAX_TOTAL) refute(1, "larger than 1 GiB", "больше 1 ГиБ");
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(data) {
  let c = 0xffffffff;
  for (let i = 0; i < data.length; i += 1) c = CRC[(c ^ data[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

// The members that the ZIP's directory lists.
function readDirectory(data) {
  const none = () => {
    throw new CannotReadError("not a ZIP file", "это не файл ZIP");
  };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = data.length - 22;
  while (end >= 0 && end > data.length - 22 - 65536 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) none();
  const [count, size, offset] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const start = end - size;
  const shift = start - offset; // bytes that precede the ZIP
  if (start < 0 || shift < 0) none();
  const found = [];
  let at = start;
  while (at < end) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) none();
    const [nameSize, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = data.subarray(at + 46, at + 46 + nameSize);
    found.push({
      name: fromUtf8(name) ?? Array.from(name, (byte) => String.fromCharCode(byte)).join(""),
      raw: name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      mode: view.getUint32(at + 38, true) >>> 28,
      offset: view.getUint32(at + 42, true) + shift,
    });
    at += 46 + nameSize + extra + comment;
  }
  if (at !== end || (found.length & 0xffff) !== count) none();
  return { found, start };
}

// Refuses a member that is not a plain file; true for the mere name of a folder.
function checkMember(info) {
  const { name } = info;
  const folder = name.endsWith("/");
  if (!isSafe(folder ? name.slice(0, -1) : name)) {
    refute(1, `the name ${quoted(name)} is not safe`, `имя ${quoted(name)} небезопасно`);
  }
  if (info.flags & 0x2041) refute(1, `${name} is encrypted`, `${name} зашифрован`);
  if (info.method !== 0 && info.method !== 8) refute(1, `${name}: compression unknown here`, `${name}: неизвестное сжатие`);
  if (![0, 8, 4].includes(info.mode)) refute(1, `${name} is a link or a device`, `${name} — ссылка или устройство`);
  if (folder) {
    if (info.size) refute(1, `the folder ${name} has content`, `у папки ${name} есть содержимое`);
    return true;
  }
  if (info.size > MAX_RATIO * info.packed) {
    refute(1, `${name} expands more than 100 times`, `${name} разворачивается более чем в 100 раз`);
  }
  return false;
}

// Members lie one after another from the first byte and share none.
function checkLayout(data, infos, directory) {
  const overlap = () =>
    refute(1, "members of the ZIP overlap, or bytes precede them", "части ZIP перекрываются, или перед ними есть байты");
  let end = 0;
  for (const info of [...infos].sort((a, b) => a.offset - b.offset)) {
    if (info.offset < end || (end === 0 && info.offset !== 0)) overlap();
    const header = data.subarray(info.offset, info.offset + 30);
    if (header.length !== 30) lack(1, "the ZIP is damaged", "ZIP повреждён");
    info.header = header;
    info.start = info.offset + 30 + (header[26] | (header[27] << 8)) + (header[28] | (header[29] << 8));
    end = info.start + info.packed;
  }
  if (end > directory) overlap();
}

// Deflated bytes by the browser, at most one more than the member promises.
async function inflateByBrowser(data, size) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    parts.push(value);
    if (total > size) {
      await reader.cancel();
      break;
    }
  }
  return concat(...parts);
}

async function inflate(data, size) {
  try {
    return typeof DecompressionStream === "function" ? await inflateByBrowser(data, size) : inflateHere(data, size);
  } catch {
    return null;
  }
}

async function readMember(data, info) {
  const damaged = () => lack(1, `${info.name} is damaged in the ZIP`, `${info.name} повреждён внутри ZIP`);
  const named = data.subarray(info.offset + 30, info.offset + 30 + info.raw.length);
  const flags = info.header[6] | (info.header[7] << 8);
  if (find(info.header, [0x50, 0x4b, 3, 4]) !== 0 || !same(named, info.raw) || flags & 0x2041) damaged();
  const packed = data.subarray(info.start, info.start + info.packed);
  const content = info.method === 0 ? packed : await inflate(packed, info.size);
  if (content === null || content.length !== info.size || crc32(content) !== info.crc) damaged();
  return [info.name, content];
}

// [name, content] of every member.
async function readZip(data) {
  if (data.length > MAX_TOTAL) refute(1, "larger than 1 GiB", "больше 1 ГиБ");
  const { found, start } = readDirectory(data);
  checkAmount(found.length, found.reduce((sum, info) => sum + info.size, 0));
  checkLayout(data, found, start);
  const files = [];
  for (const info of found) if (!checkMember(info)) files.push(await readMember(data, info));
  return files;
}
