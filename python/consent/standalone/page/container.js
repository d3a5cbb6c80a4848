// Step 1 before the manifest: the container. A ZIP that hides nothing: no links, no encryption, no bombs, no overlaps.

const MAX_FILES = 10000;
const MAX_TOTAL = 2 ** 30;
const MAX_PACK = 128 * 2 ** 20;
const MAX_FILE = 64 * 2 ** 20;
const MAX_PARSED = 4 * 2 ** 20;
const MAX_RATIO = 100;
const MAX_SMALL = 64 * 1024;

function isSafe(name) {
  const parts = name.split("/");
  if (parts.length > 8 || name.length > 240) return false;
  return parts.every(
    (part) =>
      /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(part) &&
      !part.endsWith(".") &&
      !DEVICE.test(part),
  );
}

// Controls, and what changes direction or lines of a text without being seen.
const HIDDEN =
  /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

function isHidden(name) {
  return name.search(HIDDEN) >= 0;
}

// Text out of a pack, fit to be shown: what is hidden in it is written out.
function shown(text) {
  return text.replace(HIDDEN, (c) => {
    const code = c.codePointAt(0);
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function quoted(name) {
  return shown(Array.from(name).slice(0, 120).join(""));
}

const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

// Whether every system that unpacks the name puts the file below the pack and under this name.
function staysInside(name) {
  if (utf8(name).length > 1024 || isHidden(name) || /[\\:]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && !/[. ]$/.test(part) && !DEVICE.test(part));
}

const LITTER = [".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory"];
const APPLE_DOUBLE = [0, 5, 0x16, 7];
const RUNS = new Set(
  (
    "app application appref-ms bash bat chm class cmd com command cpl csh desktop dll docm dylib exe fish hta htm " +
    "html inf iso jar js jse lnk mht mhtml mjs msc msi msix msp php pif pl ps1 psd1 psm1 pth py pyc pyd pyo pyw pyz " +
    "rb reg scf scr sct sh shtml so svg svgz swf terminal url vbe vbs webloc workflow ws wsf wsh xht xhtml xlsm xml " +
    "zsh"
  ).split(" "),
);

function lastPart(name) {
  return name.slice(name.lastIndexOf("/") + 1).toLowerCase();
}

// Whether a double click, a browser, a shell or Python runs such a file.
function runs(name) {
  const last = lastPart(name).replace(/[. ]+$/, "");
  return last.includes(".") && RUNS.has(last.slice(last.lastIndexOf(".") + 1));
}

// What macOS, Windows and desktops leave in folders.
function isLitter(name, data) {
  const last = lastPart(name);
  if (LITTER.includes(last)) return true;
  const apple = last.startsWith("._") && find(data.subarray(0, 4), APPLE_DOUBLE) === 0;
  return apple || (!runs(name) && name.split("/")[0] === "__MACOSX");
}

// The name as file systems compare it, without what some of them ignore. Of all letters only the dotless i has a capital of ASCII
// that folding does not give it.
function folded(name) {
  const kept = name.replace(HIDDEN, (c) => (c.codePointAt(0) < 0xa0 ? c : "")).replace(/\xad/g, "");
  const fold = (c) => (c === "\u0131" ? c : c.toUpperCase().toLowerCase());
  const parts = Array.from(kept.normalize("NFC"), fold).join("").split("/");
  return parts.map((part) => part.replace(/[. ]+$/, "")).join("/");
}

// The files by their names inside the pack, without the one folder that archivers put around it.
function unwrapped(files) {
  const names = files.map(([name]) => name);
  const around = names.filter((name) => name.split("/").length === 2 && name.endsWith(`/${MANIFEST}`));
  const folders = new Set(around.map((name) => name.slice(0, -MANIFEST.length - 1)));
  const [only, ...more] = [...folders].filter((folder) => folder !== "__MACOSX" && staysInside(folder));
  if (names.includes(MANIFEST) || only === undefined || more.length) return { folder: "", listed: files };
  const folder = `${only}/`;
  const inside = (name) => (name.startsWith(folder) ? name.slice(folder.length) : name);
  return { folder, listed: files.map(([name, data]) => [inside(name), data]) };
}

function checkAmount(count, total) {
  if (count > MAX_FILES) lack(1, "more than 10 000 files", "больше 10 000 файлов");
  if (total > MAX_PACK) lack(1, "larger than 128 MiB", "больше 128 МиБ");
}

function checkSize(name, size) {
  if (size > MAX_FILE) lack(1, `${quoted(name)} is larger than 64 MiB`, `${quoted(name)} больше 64 МиБ`);
}

// Whether more than a hash is made of a file.
function isParsed(name) {
  return ["entries/", "openings/", "proofs/"].some((folder) => name.startsWith(folder)) || ["case.json", "checkpoint", MANIFEST].includes(name);
}

function checkParsed(sizes) {
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_PARSED) {
    lack(1, "entries, openings and proofs are larger than 4 MiB", "записи, раскрытия и доказательства больше 4 МиБ");
  }
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

// The upper half of code page 437, in which a ZIP has names that it does not call UTF-8.
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
  "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

function memberName(data, flags) {
  if (flags & 0x800) return fromUtf8(data);
  return Array.from(data, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CP437[byte - 0x80])).join("");
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
      name: memberName(name, view.getUint16(at + 8, true)) ?? none(),
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
  const name = quoted(info.name);
  if (info.flags & 0x2041) lack(1, `${name} is encrypted`, `${name} зашифрован`);
  if (info.method !== 0 && info.method !== 8) lack(1, `${name}: compression unknown here`, `${name}: неизвестное сжатие`);
  if (![0, 8, 4].includes(info.mode)) lack(1, `${name} is a link or a device`, `${name} — ссылка или устройство`);
  if (info.name.endsWith("/")) {
    if (info.size) lack(1, `the folder ${name} has content`, `у папки ${name} есть содержимое`);
    if (!staysInside(info.name.slice(0, -1))) lack(1, `the name ${name} is not safe`, `имя ${name} небезопасно`);
    return true;
  }
  checkSize(info.name, info.size);
  if (info.size > Math.max(MAX_RATIO * info.packed, MAX_SMALL)) {
    lack(1, `${name} expands more than 100 times`, `${name} разворачивается более чем в 100 раз`);
  }
  return false;
}

// Members lie one after another from the first byte and share none.
function checkLayout(data, infos, directory) {
  const overlap = () =>
    lack(1, "members of the ZIP overlap, or bytes precede them", "части ZIP перекрываются, или перед ними есть байты");
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
  const name = quoted(info.name.split("\0")[0]);
  const damaged = () => lack(1, `${name} is damaged in the ZIP`, `${name} повреждён внутри ZIP`);
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
  checkAmount(0, data.length);
  const { found, start } = readDirectory(data);
  checkAmount(found.length, found.reduce((sum, info) => sum + info.size, 0));
  checkLayout(data, found, start);
  const files = [];
  for (const info of found) if (!checkMember(info)) files.push(await readMember(data, info));
  return files;
}
