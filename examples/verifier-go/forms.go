package main

// What the format is written in: canonical JSON, keys, notes, checkpoints, proofs, the tree.

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"math/bits"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type object = map[string]any
type failure struct{ verdict, what string }

func end(ok bool, verdict, what string) {
	if !ok {
		panic(failure{verdict, what})
	}
}
func must(ok bool, what string) { end(ok, "refuted", what) }    // what contradicts
func have(ok bool, what string) { end(ok, "not_proven", what) } // what lacks

func shape(pattern string) func(string) bool {
	return regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString
}

var (
	isMember, isNumber = shape(`[a-z][a-z0-9_]{0,31}`), shape(`0|-?[1-9][0-9]{0,15}`)
	isHash, isSalt     = shape(`[0-9a-f]{64}`), shape(`[0-9a-f]{32}`)
	isSize, isE164     = shape(`0|[1-9][0-9]*`), shape(`\+([17][0-9]{10}|[2-689][0-9]{6,14})`)
	isSignature, tenth = shape(`[0-9a-f]{128}`), regexp.MustCompile(`[\x00-\x20"\\\x7f]|[0-9]{10}`)
	isPart, isDevice   = shape(`[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`), shape(`(?is)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?`)
	isLitter           = shape(`(?i)\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\.directory`)
	hidden             = regexp.MustCompile("[\x00-\x1f\x7f\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
	runs               = strings.Fields(` app application appref-ms bash bat chm class cmd com command cpl csh desktop dll docm dylib
		exe fish hta htm html inf iso jar js jse lnk mht mhtml mjs msc msi msix msp php pif pl ps1 psd1 psm1 pth py pyc pyd pyo pyw
		pyz rb reg scf scr sct sh shtml so svg svgz swf terminal url vbe vbs webloc workflow ws wsf wsh xhtml xht xlsm xml zsh`)
	aboutOne = strings.Fields(`consent.asked consent.given consent.refused consent.withdrawn number.reassigned contact.made
		operator.refusal number.classified evidence.added entry.corrected subject.erased subject.restricted subject.held
		request.received request.answered contact.received receipt.issued`)
	aboutLog = strings.Fields(`log.created wording.registered clock.step log.restored log.heartbeat log.backed_up
		log.backup_destroyed caller.assigned caller.released anchor.added map.recorded key.rotated`)
	known   = strings.Fields("case.json checkpoint manifest-sha256.txt signature report.html report.txt verify.html verify.py FORMAT.md")
	folders = strings.Fields("entries/ evidence/ openings/ proofs/ wordings/")
)

func in(list []string, item string) bool {
	return strings.Contains("\n"+strings.Join(list, "\n")+"\n", "\n"+item+"\n")
}
func text(m object, name string) string  { s, _ := m[name].(string); return s }
func list(m object, name string) []any   { l, _ := m[name].([]any); return l }
func child(m object, name string) object { o, _ := m[name].(object); return o }
func members(m object) string            { return strings.Join(names(m), " ") }
func names[V any](m map[string]V) (all []string) {
	for name := range m {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}
func number(value any) int64 { // -2 where there is none: no number of the format is below -1
	n, ok := value.(json.Number)
	i, err := strconv.ParseInt(string(n), 10, 64)
	if !ok || err != nil {
		return -2
	}
	return i
}

// --- Canonical JSON: read by the library, written again, and the same bytes demanded ---

var quoter = func() *strings.Replacer {
	pairs := []string{`"`, `\"`, `\`, `\\`, "\b", `\b`, "\t", `\t`, "\n", `\n`, "\f", `\f`, "\r", `\r`}
	for c := rune(0); c < ' '; c++ {
		pairs = append(pairs, string(c), fmt.Sprintf(`\u%04x`, c)) // of two pairs for one character the first counts
	}
	return strings.NewReplacer(pairs...)
}()

func parse(data []byte, limit int, nulls bool) any {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	must(len(data) <= limit && decoder.Decode(&value) == nil && write(value, 1, nulls) == string(data), "not canonical JSON")
	return value
}

func write(value any, depth int, nulls bool) string {
	parts := []string{}
	switch v := value.(type) {
	case json.Number:
		must(isNumber(string(v)) && number(v) < 1<<53 && number(v) > -1<<53, "not an integer of the format")
		return string(v)
	case string:
		return `"` + quoter.Replace(v) + `"`
	case []any:
		for _, item := range v {
			parts = append(parts, write(item, depth+1, nulls))
		}
		must(depth <= 8, "nested too deep")
		return "[" + strings.Join(parts, ",") + "]"
	case object:
		for _, name := range names(v) {
			must(isMember(name), "a key out of form")
			parts = append(parts, `"`+name+`":`+write(v[name], depth+1, nulls))
		}
		must(depth <= 8, "nested too deep")
		return "{" + strings.Join(parts, ",") + "}"
	case nil:
		must(nulls, "null")
		return "null"
	}
	return fmt.Sprint(value)
}

func parseObject(data []byte, limit int, nulls bool) object {
	o, ok := parse(data, limit, nulls).(object)
	must(ok, "not an object")
	return o
}

// --- Merkle tree, strict Ed25519, keys, notes, checkpoints, proofs ---

func sum(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "")))
	return string(h[:])
}
func hexSum(p ...string) string { return hex.EncodeToString([]byte(sum(p...))) }

func included(leaf string, index, size uint64, path []string, root string) bool {
	width := bits.Len64(index ^ (size - 1))
	if index >= size || len(path) != width+bits.OnesCount64(index>>width) {
		return false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if fn&1 == 0 && fn != sn {
			r = sum("\x01", r, p)
		} else {
			r = sum("\x01", p, r)
			for ; fn&1 == 0 && fn != 0; fn, sn = fn>>1, sn>>1 {
			}
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}

var prime, _ = new(big.Int).SetString("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed", 16)
var smallOrder = strings.Fields(`0 1 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec
	5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826 7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7`)

// isKey: crypto/ed25519 refuses S >= L, other R and no points; it takes second encodings and small orders.
func isKey(b string) bool {
	y := new(big.Int)
	for i := len(b) - 1; i >= 0; i-- {
		y.Or(y.Lsh(y, 8), big.NewInt(int64(b[i])))
	}
	sign := y.Bit(255)
	y.SetBit(y, 255, 0)
	square := new(big.Int).Mul(y, y) // d = -121665/121666: x^2 = (y^2 - 1) / (d y^2 + 1)
	below := new(big.Int).Add(new(big.Int).Mul(square, big.NewInt(-121665)), big.NewInt(121666))
	above := new(big.Int).Mul(new(big.Int).Sub(square, big.NewInt(1)), big.NewInt(121666))
	above.Mul(above, below.ModInverse(below.Mod(below, prime), prime)).Mod(above, prime)
	root := new(big.Int).ModSqrt(above, prime)
	return y.Cmp(prime) < 0 && root != nil && (root.Sign() != 0 || sign == 0) && !in(smallOrder, y.Text(16))
}

func isWord(word string) bool { return word != "" && len(word) <= 64 && !tenth.MatchString(word) }

func signedBy(k vkey, signed, signature string) bool {
	raw, _ := hex.DecodeString(signature)
	return len(raw) == 64 && ed25519.Verify([]byte(k.key), []byte(signed), raw)
}

type vkey struct{ text, name, id, key string }
type tree struct {
	origin string
	size   uint64
	root   string
}
type proof struct {
	extra, note string
	index       uint64
	path        []string
}

func decode(exact string) string {
	b, err := base64.StdEncoding.DecodeString(exact)
	must(err == nil && base64.StdEncoding.EncodeToString(b) == exact, "not exact base64")
	return string(b)
}
func decode32(exact string) string {
	must(len(decode(exact)) == 32, "not 32 bytes")
	return decode(exact)
}
func parseSize(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 63)
	must(err == nil && isSize(text), "not a size")
	return n
}
func isName(name string) bool {
	odd := func(c rune) bool { return unicode.IsSpace(c) || c < ' ' || c == '+' }
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, odd) < 0
}

func parseKey(text string) vkey {
	part := strings.SplitN(text, "+", 3)
	must(len(part) == 3 && isName(part[0]), "not a verifier key")
	b := decode(part[2])
	must(len(b) == 33 && b[0] == 1 && hexSum(part[0], "\n", b)[:8] == part[1] && isKey(b[1:]), "not a verifier key")
	return vkey{text, part[0], part[1], b[1:]}
}

// openNote gives the signed text and those of keys that signed it; a wrong line of one of them refutes.
func openNote(note string, keys []vkey) (body string, signers []string) {
	split := strings.LastIndex(note, "\n\n")
	control := func(c rune) bool { return c < ' ' && c != '\n' }
	must(len(note) <= 131072 && utf8.ValidString(note) && split >= 0 && strings.HasSuffix(note, "\n") &&
		strings.IndexFunc(note, control) < 0, "a malformed note")
	lines := strings.Split(note[split+2:], "\n")
	must(len(lines) >= 2 && len(lines) <= 101, "no signatures, or too many")
	for _, line := range lines[:len(lines)-1] {
		part := strings.Split(line, " ")
		must(len(part) == 3 && part[0] == "—" && isName(part[1]), "a malformed signature line")
		sig := decode(part[2])
		must(len(sig) >= 5, "a short signature")
		for _, k := range keys {
			if k.name == part[1] && k.id == hex.EncodeToString([]byte(sig[:4])) {
				must(len(sig) == 68 && ed25519.Verify([]byte(k.key), []byte(note[:split+1]), []byte(sig[4:])), "a wrong signature")
				signers = append(signers, k.text)
			}
		}
	}
	return note[:split+1], signers
}

func parseCheckpoint(body string) tree {
	lines := strings.Split(body, "\n")
	must(len(lines) >= 4 && lines[len(lines)-1] == "" && !in(lines[:len(lines)-1], "") && isName(lines[0]), "no checkpoint")
	t := tree{lines[0], parseSize(lines[1]), decode32(lines[2])}
	must(t.size > 0 || t.root == sum(), "the root of an empty tree is another")
	return t
}

func parseProof(data string) (p proof) {
	head, note, found := strings.Cut(data, "\n\n")
	lines := strings.Split(head, "\n")
	must(len(data) <= 131072 && found && note != "" && lines[0] == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
	if p.note = note; len(lines) > 1 && strings.HasPrefix(lines[1], "extra ") {
		p.extra, lines = decode(lines[1][6:]), lines[1:]
	}
	must(len(lines) > 1 && len(lines) <= 65 && strings.HasPrefix(lines[1], "index "), "no index, or a long path")
	p.index = parseSize(lines[1][6:])
	for _, line := range lines[2:] {
		p.path = append(p.path, decode32(line))
	}
	return p
}
