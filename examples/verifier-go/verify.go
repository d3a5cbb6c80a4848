// Command verify checks libconsent packs and receipts. Written from FORMAT.md; it shares no code with libconsent.
//
//	verify [-key VKEY]... [-receipt FILE]... PACK.zip|FOLDER|RECEIPT      exit 0 proven, 1 not, 2 usage, 3 cannot read
package main

import (
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
	"time"
)

// --- The steps ---

type file struct{ name, data string }
type entry struct {
	seq  int64
	leaf string
	object
}
type check struct {
	step                          int
	verdict, what, question, note string
	warnings                      []string
	tree                          tree
	key                           string
}

// run ends a check at its first failure.
func (c *check) run(steps func()) {
	defer func() {
		c.verdict = "proven"
		if p := recover(); p != nil {
			f := p.(failure)
			c.verdict, c.what = f.verdict, fmt.Sprintf("[%d] %s", c.step, f.what)
		}
	}()
	steps()
}

func isTime(text string) bool {
	_, err := time.Parse("2006-01-02T15:04:05.000000Z", text)
	return err == nil && len(text) == 27
}

func about(e entry) bool  { return e.object["subject"] != nil && in(aboutOne, text(e.object, "type")) }
func body(e entry) object { return child(e.object, "body") }

// envelope is all of an entry but its body.
func (c *check) envelope(raw string, origin string, seq int64) entry {
	e := parseObject([]byte(raw), 16384, false)
	have(number(e["v"]) == -2 || number(e["v"]) == 1, "an entry of an unknown version")
	s, of := e["subject"].(object)
	must(e["subject"] == nil || of && members(s) == "prev seq tag" && isHash(text(s, "tag")) && number(s["seq"]) != -2 &&
		number(s["prev"]) != -2, "a malformed subject")
	must(strings.Replace(members(e), "subject ", "", 1) == "at body log prev salt seq type v" && number(e["v"]) == 1 &&
		child(e, "body") != nil && isTime(text(e, "at")) && isHash(text(e, "prev")) && isSalt(text(e, "salt")) &&
		text(e, "type") != "", "a malformed envelope")
	must(text(e, "log") == origin && number(e["seq"]) == seq, "an entry of another log or place")
	have(in(aboutOne, text(e, "type")) || in(aboutLog, text(e, "type")), "an entry of an unknown type")
	if b := child(e, "body"); text(e, "type") == "key.rotated" {
		must(text(b, "key") != "" && text(b, "replaces") != "" && isWord(text(b, "reason")) && isSignature(text(b, "new_signature")) &&
			(b["old_signature"] == nil || isSignature(text(b, "old_signature"))), "a malformed rotation")
	}
	return entry{seq, sum("\x00", raw), e}
}

func (c *check) opened(details, salt, commitment string) string {
	raw, _ := hex.DecodeString(salt)
	must(isHash(salt) && hexSum("libconsent/commit/v1\x00", string(raw), details) == commitment, "another opening")
	return text(parseObject([]byte(details), 16384, false), "number")
}

func times(e entry) {
	happened := text(body(e), "happened")
	must(isTime(happened) && happened <= text(e.object, "at"), "happened after it was recorded")
}

type receipt struct {
	check
	entry
	number string
}

func (r *receipt) steps(data string, keys []vkey) {
	r.step = 1
	p := parseProof(data)
	m := parseObject([]byte(p.extra), 1<<24, false)
	must(members(m) == "details entry format key salt" && text(m, "format") == "libconsent-receipt/v1" &&
		isHash(text(m, "salt")) && text(m, "entry") != "" && m["details"] == text(m, "details"), "not a receipt")
	own := parseKey(text(m, "key"))
	r.step = 2
	given := keys
	if len(keys) == 0 {
		given = []vkey{own}
	}
	signed, signers := openNote(p.note, given)
	r.tree, r.key = parseCheckpoint(signed), own.text
	have(len(signers) > 0 || len(keys) == 0, "no given key has signed")
	must(in(signers, own.text) && own.name == r.tree.origin, "the key named is not the one that signed")
	r.step = 3
	r.entry = r.envelope(text(m, "entry"), r.tree.origin, int64(p.index))
	s := child(r.object, "subject")
	must(about(r.entry) && number(s["seq"]) >= 1 && number(s["prev"]) >= -1 && number(s["prev"]) < r.seq &&
		(number(s["seq"]) == 1) == (number(s["prev"]) == -1), "an impossible place")
	r.step = 4
	must(included(r.leaf, p.index, r.tree.size, p.path, r.tree.root), "not in the tree")
	r.step = 5
	r.number = r.opened(text(m, "details"), text(m, "salt"), text(body(r.entry), "details"))
	must(isE164(r.number), "no number")
	r.step = 6
	times(r.entry)
}

func (c *check) pack(files []file, given []vkey, receipts []string) {
	c.step = 1
	have(len(files) <= 10000, "too many files")
	all, data, total, around := map[string]string{}, map[string]string{}, 0, []string{}
	for _, f := range files {
		dir, base, _ := strings.Cut(f.name, "/")
		if f.name == "manifest-sha256.txt" || base == "manifest-sha256.txt" && dir != "__MACOSX" && inside(dir) {
			around = append(around, strings.TrimSuffix(f.name, "manifest-sha256.txt"))
		}
	}
	sort.Strings(around)
	for i := range files {
		if len(around) == 1 {
			files[i].name = strings.TrimPrefix(files[i].name, around[0])
		}
		all[files[i].name], total = files[i].data, total+len(files[i].data)
	}
	have(len(all) == len(files), "a name occurs twice")
	have(total <= 1<<30, "too large")
	read := func(name string) string {
		content, there := data[name]
		have(there, name+" is missing")
		return content
	}
	manifest, there := all["manifest-sha256.txt"]
	have(there, "no manifest")
	lines, last := strings.Split(manifest, "\n"), ""
	must(lines[len(lines)-1] == "", "the manifest is cut")
	ours := []string{"manifest-sha256.txt", "signature"}
	for _, line := range lines[:len(lines)-1] {
		hash, name, ok := strings.Cut(line, "  ")
		content, there := all[name]
		must(ok && isHash(hash) && safe(name) && name > last && !in(ours[:2], name), "a malformed line of the manifest")
		have(there, name+" is missing")
		must(hexSum(content) == hash, name+" has another hash")
		data[name], last, ours = content, name, append(ours, name)
	}
	data["manifest-sha256.txt"] = manifest
	if signature, there := all["signature"]; there {
		data["signature"] = signature
	}
	hostile := beside(files, ours)
	only := func(folder string, named []string) {
		for name := range data {
			must(!strings.HasPrefix(name, folder) || in(named, name), name+" is named by nothing")
		}
	}

	c.step = 2
	m := parseObject([]byte(read("case.json")), 1<<24, true)
	have(text(m, "format") == "libconsent-pack/v2", "a format not known here")
	question, answer, completeness := child(m, "question"), child(m, "answer"), child(m, "completeness")
	listed := map[string][]any{"entries": list(m, "entries"), "former": list(m, "former"), "callers": list(m, "callers"),
		"clock": list(m, "clock"), "rotations": list(m, "rotations")}
	_, entries := m["entries"].([]any)
	must(entries && question != nil && answer != nil && completeness != nil && isHash(text(m, "tag")) && isE164(text(m, "number")) &&
		m["origin"] == text(m, "origin") && (m["former"] != nil) == (len(listed["former"]) > 0) &&
		(m["callers"] != nil) == (len(listed["callers"]) > 0) && (m["clock"] != nil) == (len(listed["clock"]) > 0) &&
		(m["rotations"] != nil) == (len(listed["rotations"]) > 0), "case.json lacks a member")
	twice, place := map[int64]bool{}, map[int64]object{}
	for list, items := range listed {
		before := int64(-1)
		for _, item := range items {
			p, _ := item.(object)
			seq := number(p["seq"])
			n := fmt.Sprintf("%06d", seq)
			want := fmt.Sprintf(`{"entry":"entries/%s.json","proof":"proofs/%s.tlog-proof","seq":%d}`, n, n, seq)
			if list == "entries" && seq > 0 || list == "former" && p["opening"] != nil {
				want = fmt.Sprintf(`{"entry":"entries/%s.json","opening":"openings/%s.json",%s`, n, n, strings.SplitN(want, ",", 2)[1])
			}
			must(p != nil && seq > before && !twice[seq] && write(p, 1, true) == want, "case.json lists entries in another way")
			before, twice[seq], place[seq] = seq, true, p
		}
	}
	own := parseKey(text(m, "key"))
	signed, signers := openNote(read("checkpoint"), append(given, own))
	c.tree, c.key, c.note = parseCheckpoint(signed), own.text, data["checkpoint"]
	must(in(signers, own.text) && c.tree.origin == text(m, "origin") && own.name == c.tree.origin, "signed by another key or log")
	signed, signers = openNote(read("signature"), append(given, own))
	must(signed == "libconsent-pack/v2\nlog "+c.tree.origin+"\nmanifest "+hexSum(manifest)+"\n", "another pack was signed")
	have(in(signers, own.text), "the key has not signed the pack")

	c.step = 3
	here, lists, order := map[int64]entry{}, map[string][]entry{}, []int64{}
	for seq := range place {
		order = append(order, seq)
	}
	sort.Slice(order, func(i, j int) bool { return order[i] < order[j] })
	named := map[string][]string{}
	for _, p := range place {
		for _, kind := range []string{"entry", "proof", "opening"} {
			named[kind] = append(named[kind], text(p, kind))
		}
	}
	only("entries/", named["entry"])
	for _, seq := range order {
		e := c.envelope(read(text(place[seq], "entry")), c.tree.origin, seq)
		before, there := here[seq-1]
		must(seq > 0 || text(e.object, "prev") == strings.Repeat("0", 64), "entry 0 follows something")
		must(!there || text(e.object, "prev") == hex.EncodeToString([]byte(before.leaf)), "an entry follows another")
		here[seq] = e
	}
	for list, items := range listed {
		for _, item := range items {
			lists[list] = append(lists[list], here[number(item.(object)["seq"])])
		}
	}

	c.step = 4
	only("proofs/", named["proof"])
	for seq, p := range place {
		got := parseProof(read(text(p, "proof")))
		must(got.note == c.note && int64(got.index) == seq && included(here[seq].leaf, got.index, c.tree.size, got.path, c.tree.root),
			"a proof of another checkpoint, entry or root")
	}

	c.step = 5
	first, created := here[0]
	have(created && len(lists["entries"]) > 0 && lists["entries"][0].seq == 0, "entry 0 is missing")
	must(text(first.object, "type") == "log.created" && first.object["subject"] == nil, "entry 0 is no creation")
	chained := keysOverTime(c.tree.origin, first, lists["rotations"], given)
	must(chained.keys[len(chained.keys)-1] == own, "entry 0 and the rotations lead to another key")
	have(chained.reached, "no given key leads to the one that signed the pack")

	c.step = 6
	only("openings/", named["opening"])
	salts := map[string]string{}
	for _, seq := range order {
		if name := text(place[seq], "opening"); name != "" {
			o := parseObject([]byte(read(name)), 16384, false)
			must(members(o) == "details salt" || members(o) == "details files salt" && len(list(o, "files")) > 0, "no opening")
			last := int64(0)
			for _, each := range list(o, "files") {
				f, _ := each.(object)
				must(members(f) == "place salt" && number(f["place"]) > last && isHash(text(f, "salt")), "no salts of files")
				last = number(f["place"])
				salts[fmt.Sprintf("%06d-%d", seq, last)] = text(f, "salt")
			}
			must(c.opened(text(o, "details"), text(o, "salt"), text(body(here[seq]), "details")) == text(m, "number"), "another number")
		}
	}
	must(text(answer, "number") == text(m, "number"), "an answer about another number")

	c.step = 7
	chain := lists["entries"][1:]
	have(len(chain) > 0, "no entry about the number")
	previous, over, relied := int64(-1), false, answer["relied_on"] == nil
	for i, e := range chain {
		s := child(e.object, "subject")
		must(about(e) && text(s, "tag") == text(m, "tag"), "an entry about another")
		must(number(s["seq"]) == int64(i)+1 && number(s["prev"]) == previous, "a gap in the chain")
		must(!over || in([]string{"subject.erased", "subject.restricted", "subject.held"}, text(e.object, "type")), "after the end")
		over, previous = over || text(e.object, "type") == "number.reassigned", e.seq
		relied = relied || number(answer["relied_on"]) == e.seq
	}
	must(number(completeness["entries"]) == int64(len(chain)) && number(completeness["last_seq"]) == previous && relied, "counted wrong")
	tags := []string{text(m, "tag")}
	for _, e := range lists["former"] {
		tag := text(child(e.object, "subject"), "tag")
		must(ends(e) && !in(tags, tag), "an earlier holder without an end of its own")
		tags = append(tags, tag)
	}
	assignment(question, answer, lists["callers"])
	contacts(m, chain)
	impaired, told := answer["impaired"].(string)
	must(answer["impaired"] == nil && !told || told && answer["verdict"] != nil && answer["verdict"] != "allow", "a yes of "+impaired)
	clock(question, answer, lists)

	c.step = 8
	for _, e := range chain {
		times(e)
	}

	c.step = 9
	var evidence, wordings []string
	for _, e := range lists["entries"] {
		kept, isList := body(e)["files"].([]any)
		must(isList || body(e)["files"] == nil || e.seq == 0, "no list of files")
		for i, each := range kept {
			f, _ := each.(object)
			must(isHash(text(f, "commitment")) || e.seq == 0, "no list of files")
			name := fmt.Sprintf("%06d-%d", e.seq, i+1)
			if salt, opened := salts[name]; opened {
				raw, _ := hex.DecodeString(salt)
				must(hexSum("libconsent/commit/v1\x00", string(raw), read("evidence/"+name)) == text(f, "commitment"), "another file")
				evidence = append(evidence, "evidence/"+name)
				delete(salts, name)
			}
		}
		if wording := body(e)["wording"]; wording != nil {
			name := "wordings/" + text(body(e), "wording") + ".txt"
			must(isHash(text(body(e), "wording")) && (data[name] == "" || hexSum(data[name]) == wording), "another text")
			wordings = append(wordings, name)
		}
	}
	must(len(salts) == 0, "an opening of a file that no entry names")
	only("evidence/", evidence)
	only("wordings/", wordings)

	c.step = 11
	for _, each := range receipts {
		r := &receipt{}
		r.run(func() { r.steps(each, chained.keys) })
		have(r.verdict == "proven", "the receipt does not hold: "+r.what)
		have(r.tree.origin == c.tree.origin && r.number == text(m, "number"), "a receipt of another log or number")
		must(r.tree.size != c.tree.size || r.tree.root == c.tree.root, "two trees of one size are signed")
		e, there := here[r.seq]
		must(!there || e.leaf == r.leaf, "another entry in its place")
		c.against(r, chain, lists["former"], text(m, "tag"))
	}
	c.step = 1
	have(hostile == "", hostile)
	c.question = fmt.Sprintf("the %d entries about %s up to entry %d, of the %d of log %s signed by %s; a later stop is not excluded",
		len(chain), text(m, "number"), previous, c.tree.size, c.tree.origin, own.text)
}

type keyChain struct {
	keys    []vkey
	reached bool // whoever trusts the given keys, or entry 0 where none is given, trusts the last
}

// keysOverTime: of entry 0, then of each entry that rotates the key.
func keysOverTime(origin string, first entry, rotations []entry, given []vkey) (chain keyChain) {
	next := func(k vkey, carried bool) {
		chain.reached = chain.reached && carried
		for _, g := range given {
			chain.reached = chain.reached || g == k
		}
		must(k.name == origin, "a key of another log")
		chain.keys = append(chain.keys, k)
	}
	chain.reached = len(given) == 0
	next(parseKey(text(body(first), "key")), true)
	for _, e := range rotations {
		b, old := body(e), chain.keys[len(chain.keys)-1]
		must(text(e.object, "type") == "key.rotated" && e.object["subject"] == nil && text(b, "replaces") == old.text, "no rotation")
		k := parseKey(text(b, "key"))
		for _, had := range chain.keys {
			must(had != k, "a key that the log had before")
		}
		signed := fmt.Sprintf("libconsent-rotation/v1\nlog %s\nentry %d\nafter %s\nreplaces %s\nkey %s\nreason %s\n", origin, e.seq,
			text(e.object, "prev"), text(b, "replaces"), text(b, "key"), text(b, "reason"))
		byOld := b["old_signature"] != nil
		must(signedBy(k, signed, text(b, "new_signature")) && (!byOld || signedBy(old, signed, text(b, "old_signature"))), "a wrong signature")
		next(k, byOld && !in([]string{"compromised", "lost"}, text(b, "reason")))
	}
	return chain
}

func ends(e entry) bool {
	return e.object["subject"] != nil && in([]string{"number.reassigned", "subject.erased"}, text(e.object, "type"))
}

// assignment: of the caller whom the answer relies on, and what ends it.
func assignment(question, answer object, callers []entry) {
	must((answer["assignment"] == nil) == (len(callers) == 0), "an assignment too many or too few")
	if len(callers) == 0 {
		return
	}
	a, at := callers[0], text(question, "at")
	b := body(a)
	must(text(a.object, "type") == "caller.assigned" && a.object["subject"] == nil && number(answer["assignment"]) == a.seq &&
		text(b, "caller") != "" && b["caller"] == question["caller"] && b["distributor"] == question["distributor"], "another caller")
	for member, asked := range map[string]string{"campaign": "campaign", "channels": "channel", "purposes": "purpose"} {
		limit, isList := b[member].([]any)
		fits := b[member] == nil || !isList && b[member] == question[asked]
		for _, item := range limit {
			mixed := member == "purposes" && item == "advertising" && in([]string{"mixed", "unknown"}, text(question, asked))
			fits = fits || item == question[asked] || mixed
		}
		must(fits, "assigned for other contacts")
	}
	must(isTime(at) && isTime(text(b, "from")) && at >= text(b, "from") &&
		(b["until"] == nil || isTime(text(b, "until")) && at < text(b, "until")), "not assigned at that moment")
	for _, e := range callers[1:] {
		must(text(e.object, "type") == "caller.released" && e.object["subject"] == nil && number(body(e)["of"]) == a.seq &&
			isTime(text(body(e), "until")) && at < text(body(e), "until"), "the assignment had ended")
	}
}

// doubtful: the step set the clock back behind the time that the entry shows.
func doubtful(step, e entry) bool {
	return step.seq > e.seq && text(e.object, "at") > text(body(step), "after")
}

// clock: steps back that make entries here doubtful; a stop recorded after a doubtful consent ends it.
func clock(question, answer object, lists map[string][]entry) {
	here := map[int64]bool{}
	for _, step := range lists["clock"] {
		b, met := body(step), false
		must(text(step.object, "type") == "clock.step" && step.object["subject"] == nil && b["kind"] == "back" && isTime(text(b, "after")), "no step back")
		for _, e := range append(append([]entry{}, lists["entries"]...), lists["callers"]...) {
			kind := text(e.object, "type")
			met = met || in([]string{"consent.given", "subject.restricted", "caller.assigned"}, kind) && doubtful(step, e)
		}
		must(met, "a step that makes nothing doubtful")
		here[step.seq] = true
	}
	for _, each := range list(answer, "findings") {
		f, _ := each.(object)
		must(text(f, "rule") != "standing/clock-set-back" || here[number(f["seq"])], "a step that is not here")
	}
	for _, consent := range lists["entries"] {
		for _, stop := range lists["entries"] {
			for _, step := range lists["clock"] {
				over := answer["verdict"] == "allow" && number(answer["relied_on"]) == consent.seq && stop.seq > step.seq
				must(!over || !doubtful(step, consent) || !stops(stop, consent, question), "a consent over the stop after it")
			}
		}
	}
}

// stops: the stop was said by the moment asked about, and covers what the question and the consent name.
func stops(stop, consent entry, question object) bool {
	b, at := body(stop), text(question, "at")
	said, told := b["received_at"].(string)
	if !told {
		said, told = b["happened"].(string)
	}
	if recorded := text(stop.object, "at"); recorded < said {
		said = recorded
	}
	covers, covered := body(consent)["covers"].([]any)
	if !in([]string{"consent.refused", "consent.withdrawn"}, text(stop.object, "type")) || !told || question["at"] == nil || said > at ||
		b["campaign"] != nil && b["campaign"] != question["campaign"] || !covered {
		return false
	}
	all := func(name string, what any) bool {
		scope := list(b, name)
		for _, item := range scope {
			if item == what {
				return true
			}
		}
		return len(scope) == 0
	}
	for _, cover := range covers {
		if !all("covers", cover) {
			return false
		}
	}
	return all("purposes", question["purpose"]) && all("channels", question["channel"]) && all("distributors", question["distributor"])
}

// against: a receipt that holds, beside the entries of the pack.
func (c *check) against(r *receipt, chain, former []entry, tag string) {
	s, size, last := child(r.object, "subject"), int64(c.tree.size), chain[len(chain)-1]
	count, prev := number(s["seq"]), number(s["prev"])
	if text(s, "tag") == tag {
		for _, e := range chain {
			if e.seq == r.seq {
				return
			}
		}
		next := count == int64(len(chain))+1 && prev == last.seq
		must(r.seq >= size && (next || count > int64(len(chain))+1 && prev >= size), "the pack leaves out an entry")
		return
	}
	begins := prev
	if prev < 0 {
		begins = r.seq
	}
	ended := begins >= size || ends(last) && begins > last.seq
	for _, e := range former {
		of := child(e.object, "subject")
		n := number(of["seq"])
		if text(of, "tag") == text(s, "tag") {
			ended = ended || e.seq >= r.seq && n >= count && (e.seq == r.seq) == (n == count) && e.seq < chain[0].seq
		}
	}
	must(ended, "the number was in use under another tag")
}

// What is answered of single contacts: each is an entry of the chain, at its own moment.
func contacts(m object, chain []entry) {
	answered, isList := m["contacts"].([]any)
	must(m["contacts"] == nil || isList && len(answered) > 0, "no list of contacts")
	here := map[int64]entry{}
	for _, e := range chain {
		here[e.seq] = e
	}
	last := int64(0)
	for _, each := range answered {
		contact, _ := each.(object)
		answer, isAnswer := contact["answer"].(object)
		question, isQuestion := contact["question"].(object)
		e, found := here[number(contact["seq"])]
		must(isAnswer && isQuestion && found && e.seq > last, "a contact that is not here")
		last = e.seq
		must(in([]string{"contact.made", "contact.received"}, text(e.object, "type")), "an entry that is no contact")
		happened := text(body(e), "happened")
		must(isTime(happened) && question["at"] == happened, "a contact at another moment")
		_, relied := here[number(answer["relied_on"])]
		must(answer["relied_on"] == nil || relied, "an answer on an entry that is not here")
		must(text(answer, "number") == text(m, "number") && text(answer, "verdict") != "", "an answer about another number")
		_, impaired := answer["impaired"]
		must(!impaired || text(answer, "verdict") != "allow", "a yes of an impaired log")
	}
}
