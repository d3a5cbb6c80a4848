// The steps of a receipt (FORMAT.md, "Receipt"), 1 to 6.

const RECEIPT = "libconsent-receipt/v1";

function checkReceipt(data, keys, reached = () => {}) {
  const { proof, held, own } = within(1, "file", "файл", undefined, () => {
    const read = parseProof(data);
    if (read.extra === null) throw new ProofError("a tlog-proof without the line of a receipt");
    const members = readJson(read.extra, MAX_CASE);
    if (members.format !== RECEIPT) throw new ProofError("of a format this reader does not know");
    if (!hasExactly(members, "details", "entry", "format", "key", "salt") || !isHash(members.salt)) {
      throw new ProofError("lacks a member, has another, or one of another type");
    }
    if (!Object.values(members).every((member) => typeof member === "string")) throw new ProofError("a member is not a text");
    return { proof: read, held: members, own: parseKey(members.key) };
  });
  reached(1);
  const { origin, size, root, signer } = openCheckpoint(2, proof.checkpoint, own, keys);
  if (signer.text !== own.text) {
    refute(2, "the receipt names another key than the one that signed", "квитанция называет не тот ключ, которым подписано");
  }
  reached(2, { signer, size });
  const seq = proof.place;
  const entry = readEntry(3, seq, origin, utf8(held.entry));
  if (!isAboutSomebody(entry)) refute(3, `entry ${seq} is about nobody`, `запись ${seq} ни о ком`, seq);
  const { subject } = entry.value;
  if (subject.seq < 1 || subject.prev < -1 || subject.prev >= seq || (subject.seq === 1) !== (subject.prev === -1)) {
    refute(
      3,
      `entry ${seq}: its place among its subject's is impossible`,
      `запись ${seq}: её место среди записей абонента невозможно`,
      seq,
    );
  }
  entry.seq = Number(seq);
  reached(3);
  within(4, `entry ${seq}`, `запись ${seq}`, seq, () => checkInclusion(entry.leaf, seq, size, proof.path, root));
  reached(4);
  const number = within(5, "opening", "раскрытие", seq, () => {
    const named = openedNumber(entry.value.body, held.salt, held.details);
    if (!NUMBER.test(named)) throw new ProofError("the number is not in E.164 form");
    return named;
  });
  reached(5);
  checkTimes(6, entry);
  reached(6);
  return { entry, number, signer, size, root };
}
