package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

// --- What lies beside the files of a pack; containers; the command ---

func safe(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if !isPart(part) || strings.HasSuffix(part, ".") || isDevice(part) {
			return false
		}
	}
	return strings.Count(name, "/") < 8 && len(name) <= 240
}

func inside(name string) bool {
	good := len(name) <= 1024 && utf8.ValidString(name) && !hidden.MatchString(name) && !strings.ContainsAny(name, `\:`)
	for _, part := range strings.Split(name, "/") {
		good = good && part != "" && part == strings.TrimRight(part, ". ") && !isDevice(part)
	}
	return good
}

// folded: of the letters beyond ASCII only these fold to letters of ASCII.
func folded(name string) string {
	kept := hidden.ReplaceAllStringFunc(name, func(c string) string { return map[bool]string{true: c}[len(c) == 1 || c < "\u00a0"] })
	kept = strings.NewReplacer("\u00ad", "", "ß", "ss", "ẞ", "ss", "ſ", "s", "\u212a", "k", "ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi",
		"ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st", "İ", "i\u0307").Replace(kept)
	parts := strings.Split(strings.ToLower(kept), "/")
	for i := range parts {
		parts[i] = strings.TrimRight(parts[i], ". ")
	}
	return strings.Join(parts, "/")
}

// beside says what makes a pack not proven whose own files hold.
func beside(files []file, manifest []string) (hostile string) {
	ours, spelt := append([]string{}, known...), map[string]string{}
	mine := append([]string{}, known[2:4]...)
	for _, name := range manifest {
		if in(known, name) || in(folders, strings.SplitAfter(name, "/")[0]) {
			ours, mine = append(ours, name), append(mine, name)
		}
	}
	dirs := map[string]bool{"entries": true, "evidence": true, "openings": true, "proofs": true, "wordings": true}
	for _, name := range ours {
		spelt[folded(name)] = name
		for i := strings.LastIndex(name, "/"); i > 0; i = strings.LastIndex(name[:i], "/") {
			dirs[name[:i]] = true
		}
	}
	for dir := range dirs {
		spelt[folded(dir)] = dir
	}
	for _, f := range files {
		last := strings.ToLower(f.name[strings.LastIndex(f.name, "/")+1:])
		ending := strings.TrimRight(last, ". ")
		run := strings.Contains(ending, ".") && in(runs, ending[strings.LastIndex(ending, ".")+1:])
		litter := isLitter(last) || strings.HasPrefix(last, "._") && strings.HasPrefix(f.data, "\x00\x05\x16\x07") ||
			!run && strings.HasPrefix(f.name, "__MACOSX/")
		if in(mine, f.name) || litter && inside(f.name) {
			continue
		}
		parts := strings.Split(f.name, "/")
		for i := range parts {
			part := strings.Join(parts[:i+1], "/")
			like, is := spelt[folded(part)]
			if is && (like != part || (i == len(parts)-1) == dirs[part]) {
				hostile = "a file that passes for " + like
			}
		}
		if !inside(f.name) || run {
			hostile = "a file beside the pack with an unsafe name, or that a system may run"
		}
	}
	return hostile
}

func readZip(data []byte) (files []file) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	have(err == nil, "not a ZIP, or a damaged one")
	have(len(archive.File) <= 10000 && bytes.HasPrefix(data, []byte("PK\x03\x04")), "too many files, or bytes before them")
	sort.SliceStable(archive.File, func(i, j int) bool { return offset(archive.File[i]) < offset(archive.File[j]) })
	total, at := uint64(0), int64(0)
	for _, f := range archive.File {
		start := offset(f) - 30 - int64(len(f.Name))
		have(start >= at && (at > 0 || start == 0), "members overlap, or bytes precede them")
		at, total = offset(f)+int64(f.CompressedSize64), total+f.UncompressedSize64
		have(f.Flags&0x2041 == 0 && (f.Method == zip.Store || f.Method == zip.Deflate) && f.Mode()&^(fs.ModePerm|fs.ModeDir) == 0,
			"a link, an encrypted member or an unknown compression")
		have(total <= 1<<30 && (f.UncompressedSize64 <= 65536 || f.UncompressedSize64 <= 100*f.CompressedSize64), "it expands too far")
		if strings.HasSuffix(f.Name, "/") {
			have(f.UncompressedSize64 == 0 && inside(strings.TrimSuffix(f.Name, "/")), "a folder with content")
			continue
		}
		r, err := f.Open()
		have(err == nil, "a damaged member")
		content, err := io.ReadAll(r)
		have(err == nil, "a damaged member")
		files = append(files, file{f.Name, string(content)})
	}
	return files
}

func offset(f *zip.File) int64 {
	at, err := f.DataOffset()
	have(err == nil, "a damaged member")
	return at
}

func readFolder(folder string) (files []file) {
	have(filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		have(d.Type().IsRegular(), "not a regular file")
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files = append(files, file{filepath.ToSlash(name), string(data)})
		return err
	}) == nil, "the folder cannot be read")
	return files
}

func main() {
	c, keys, receipts, rest := &check{step: 1}, []vkey{}, []string{}, os.Args[1:]
	usage := &check{}
	usage.run(func() {
		for ; len(rest) > 1; rest = rest[2:] {
			must(rest[0] == "-key" || rest[0] == "-receipt", "usage")
			if rest[0] == "-key" {
				keys = append(keys, parseKey(rest[1]))
				continue
			}
			data, err := os.ReadFile(rest[1])
			must(err == nil, "usage")
			receipts = append(receipts, string(data))
		}
		must(len(rest) == 1, "usage")
	})
	if usage.verdict != "proven" {
		fmt.Fprintln(os.Stderr, "usage: verify [-key VKEY]... [-receipt FILE]... PACK.zip|FOLDER|RECEIPT")
		os.Exit(2)
	}
	about, err := os.Stat(rest[0])
	data := []byte{}
	if err == nil && !about.IsDir() {
		data, err = os.ReadFile(rest[0])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify: cannot read")
		os.Exit(3)
	}
	if r := (&receipt{}); bytes.HasPrefix(data, []byte("c2sp.org/tlog-proof@v1\n")) {
		r.run(func() { r.steps(string(data), keys) })
		c = &r.check
	} else if about.IsDir() {
		c.run(func() { c.pack(readFolder(rest[0]), keys, receipts) })
	} else {
		c.run(func() { c.pack(readZip(data), keys, receipts) })
	}
	fmt.Println(strings.TrimSpace(c.verdict + " " + c.what + c.question))
	if c.verdict != "proven" {
		os.Exit(1)
	}
}
