// Command interop holds our checkpoints and proofs against golang.org/x/mod/sumdb, and makes its own for us.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Leaf  tlog.Hash   `json:"leaf"`
	Index int64       `json:"index"`
	Path  []tlog.Hash `json:"path"`
}

type consistency struct {
	Old     int64       `json:"old"`
	OldRoot tlog.Hash   `json:"old_root"`
	Path    []tlog.Hash `json:"path"`
}

// shown is a log as its owner shows it: a signed checkpoint, and proofs under it.
type shown struct {
	Key         string        `json:"key"`
	Note        string        `json:"note"`
	Inclusion   []proof       `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
}

func check(given shown) error {
	verifier, err := note.NewVerifier(given.Key)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(given.Note), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	var origin, root string
	var size int64
	if _, err := fmt.Sscanf(opened.Text, "%s\n%d\n%s\n", &origin, &size, &root); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(root)
	if err != nil || origin != verifier.Name() {
		return fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	var top tlog.Hash
	copy(top[:], raw)
	for _, p := range given.Inclusion {
		if err := tlog.CheckRecord(p.Path, size, top, p.Index, p.Leaf); err != nil {
			return err
		}
	}
	for _, c := range given.Consistency {
		if err := tlog.CheckTree(c.Path, size, top, c.Old, c.OldRoot); err != nil {
			return err
		}
	}
	return nil
}

// own is a log of theirs.
func own(origin string, size int64) (shown, error) {
	var made shown
	secret, key, err := note.GenerateKey(nil, origin)
	if err != nil {
		return made, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return made, err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range indexes {
			found = append(found, stored[i])
		}
		return found, nil
	})
	roots := []tlog.Hash{{}}
	for i := int64(0); i < size; i++ {
		more, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("record %d", i)), reader)
		if err != nil {
			return made, err
		}
		stored = append(stored, more...)
		root, err := tlog.TreeHash(i+1, reader)
		if err != nil {
			return made, err
		}
		roots = append(roots, root)
	}
	for i := int64(0); i < size; i++ {
		path, err := tlog.ProveRecord(size, i, reader)
		if err != nil {
			return made, err
		}
		made.Inclusion = append(made.Inclusion, proof{tlog.RecordHash([]byte(fmt.Sprintf("record %d", i))), i, path})
		older, err := tlog.ProveTree(size, i+1, reader)
		if err != nil {
			return made, err
		}
		made.Consistency = append(made.Consistency, consistency{i + 1, roots[i+1], older})
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(roots[size][:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	made.Key, made.Note = key, string(signed)
	return made, err
}

func main() {
	var given shown
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := check(given); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	made, err := own("go.example/log", 13)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	if err := json.NewEncoder(os.Stdout).Encode(made); err != nil {
		os.Exit(3)
	}
}
