package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors reads the files of a folder of tests/vectors, which VECTORS may name.
func vectors(t *testing.T, pattern string) map[string]object {
	folder := os.Getenv("VECTORS")
	if folder == "" {
		folder = filepath.Join("..", "..", "tests", "vectors")
	}
	paths, _ := filepath.Glob(filepath.Join(folder, pattern))
	if len(paths) == 0 {
		t.Fatal("no vectors in ", folder)
	}
	all := map[string]object{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		v := object{}
		if err != nil || json.Unmarshal(data, &v) != nil {
			t.Fatal(path)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = v
	}
	return all
}

// accepted says whether steps end without a failure.
func accepted(steps func()) bool {
	c := &check{}
	c.run(steps)
	return c.verdict == "proven"
}

func keysOf(v object) (keys []vkey) {
	for _, each := range list(v, "keys") {
		keys = append(keys, parseKey(each.(string)))
	}
	return keys
}

func bytesOf(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	raw, _ := hex.DecodeString(text(value.(object), "hex"))
	return string(raw)
}

func unhex(v object, name string) string {
	raw, _ := hex.DecodeString(text(v, name))
	return string(raw)
}

func TestCanonical(t *testing.T) {
	for name, v := range vectors(t, "canonical/*.json") {
		got := accepted(func() { parse([]byte(unhex(v, "bytes")), 16384, false) })
		if got != (v["expect"] == "accept") {
			t.Error(name)
		}
	}
}

func TestInclusion(t *testing.T) {
	for name, v := range vectors(t, "merkle/inclusion/*.json") {
		got := accepted(func() {
			path := []string{}
			for _, each := range list(v, "path") {
				raw, _ := hex.DecodeString(each.(string))
				must(len(raw) == 32, "not a hash")
				path = append(path, string(raw))
			}
			must(included(unhex(v, "leaf"), parseSize(text(v, "index")), parseSize(text(v, "size")), path, unhex(v, "root")), "")
		})
		if got != (v["expect"] == "accept") {
			t.Error(name)
		}
	}
}

func TestNotes(t *testing.T) {
	for name, v := range vectors(t, "note/*.json") {
		got := accepted(func() {
			switch strings.Split(name, "-")[0] {
			case "key":
				parseKey(text(v, "key"))
			case "checkpoint":
				parseCheckpoint(text(v, "text"))
			case "note":
				note := text(v, "note")
				if v["note_hex"] != nil {
					note = unhex(v, "note_hex")
				}
				_, signers := openNote(note, keysOf(v))
				have(len(signers) > 0, "unsigned")
			case "proof":
				p := parseProof(text(v, "proof"))
				body, signers := openNote(p.note, keysOf(v))
				t := parseCheckpoint(body)
				have(len(signers) > 0 && strings.HasPrefix(signers[0], t.origin+"+"), "unsigned")
				must(included(unhex(v, "leaf"), p.index, t.size, p.path, t.root), "not in the tree")
			default:
				panic(name)
			}
		})
		if got != (v["expect"] == "accept") {
			t.Error(name, ": expected ", v["expect"])
		}
	}
}

func compare(t *testing.T, name string, c *check, verdict, step any) {
	if c.verdict != verdict || c.verdict != "proven" && float64(c.step) != step {
		t.Errorf("%s: %s %s, expected %v at %v", name, c.verdict, c.what, verdict, step)
	}
}

func TestReceipts(t *testing.T) {
	for name, v := range vectors(t, "receipt/*.json") {
		r := &receipt{}
		r.run(func() { r.steps(text(v, "receipt"), keysOf(v)) })
		compare(t, name, &r.check, v["verdict"], v["step"])
	}
}

// filesOf is a vector's files: those of another, less what is removed, with what is set and added.
func filesOf(all map[string]object, v object) (files []file) {
	gone := map[string]bool{}
	for _, each := range list(v, "remove") {
		gone[each.(string)] = true
	}
	for _, each := range list(v, "set") {
		gone[each.([]any)[0].(string)] = true
	}
	if from := text(v, "from"); from != "" {
		for _, f := range filesOf(all, all[from]) {
			if !gone[f.name] {
				files = append(files, f)
			}
		}
	}
	for _, each := range append(append(list(v, "files"), list(v, "set")...), list(v, "add")...) {
		pair := each.([]any)
		files = append(files, file{pair[0].(string), bytesOf(pair[1])})
	}
	return files
}

func TestPacks(t *testing.T) {
	all := vectors(t, "bundle/*.json")
	for name, v := range all {
		var receipts []string
		for _, each := range list(v, "receipts") {
			receipts = append(receipts, each.(string))
		}
		c := &check{}
		c.run(func() { c.pack(filesOf(all, v), keysOf(v), receipts) })
		want := child(v, "expect")
		compare(t, name, c, want["verdict"], want["step"])
	}
}
