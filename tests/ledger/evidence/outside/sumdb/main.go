// Command sumdb checks an exported log and a receipt with the code of the Go checksum database.
//
//	sumdb LOG-DIRECTORY VKEY [RECEIPT ENTRY]
//
// The whole tree is built again from the entries and every tile of every level is compared with
// what it should be; then proofs are made through the tiles, and checked. It ends with 1 and one
// line that says what is wrong, or with 0 and the size and root of the log.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// directory reads tiles as the checksum database names them, from where tlog-tiles puts them.
type directory string

func (d directory) Height() int                     { return height }
func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(d), place(tile)))
		if err != nil {
			return nil, err
		}
		all[i] = data
	}
	return all, nil
}

// place turns tile/8/<level>/<number> and tile/8/data/<number> into the paths of tlog-tiles.
func place(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// stored is a tree in memory, hash by hash in the order of the checksum database.
type stored []tlog.Hash

func (s stored) ReadHashes(at []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(at))
	for i, index := range at {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("the tree has no hash %d", index)
		}
		all[i] = s[index]
	}
	return all, nil
}

// open checks the signature of a checkpoint and returns what it says.
func open(data []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// rebuild derives the whole tree from the entries.
func rebuild(dir directory, size int64) (stored, error) {
	var tree stored
	for index := int64(0); index < size; {
		width := int(min(size-index, 1<<height))
		tile := tlog.Tile{H: height, L: -1, N: index >> height, W: width}
		data, err := os.ReadFile(filepath.Join(string(dir), place(tile)))
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends before entry %d", place(tile), index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			hashes, err := tlog.StoredHashes(index, data[2:end], tree)
			if err != nil {
				return nil, err
			}
			tree, data, index = append(tree, hashes...), data[end:], index+1
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s goes on behind entry %d", place(tile), index-1)
		}
	}
	return tree, nil
}

// compareTiles looks at every tile of every level.
func compareTiles(dir directory, tree stored, size int64) error {
	for _, tile := range tlog.NewTiles(height, 0, size) {
		want, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			return err
		}
		have, err := os.ReadFile(filepath.Join(string(dir), place(tile)))
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want) {
			return fmt.Errorf("%s is not what the entries give", place(tile))
		}
	}
	return nil
}

// prove makes proofs through the tiles, as a client would, and checks them.
func prove(dir directory, tree stored, signed tlog.Tree) error {
	reader := tlog.TileHashReader(signed, dir)
	step := 1 + signed.N/50
	for index := int64(0); index < signed.N; index += step {
		leaf := tree[tlog.StoredHashIndex(0, index)]
		proof, err := tlog.ProveRecord(signed.N, index, reader)
		if err == nil {
			err = tlog.CheckRecord(proof, signed.N, signed.Hash, index, leaf)
		}
		if err != nil {
			return fmt.Errorf("inclusion of %d: %w", index, err)
		}
		old, err := tlog.TreeHash(index+1, tree)
		if err != nil {
			return err
		}
		between, err := tlog.ProveTree(signed.N, index+1, reader)
		if err == nil {
			err = tlog.CheckTree(between, signed.N, signed.Hash, index+1, old)
		}
		if err != nil {
			return fmt.Errorf("consistency from %d: %w", index+1, err)
		}
	}
	return nil
}

// checkReceipt checks a .tlog-proof against its entry.
func checkReceipt(data, entry []byte, verifier note.Verifier) error {
	head, checkpoint, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a receipt")
	}
	index, proof := int64(-1), tlog.RecordProof{}
	for _, line := range lines[1:] {
		kind, rest, spaced := strings.Cut(line, " ")
		switch {
		case spaced && kind == "extra":
		case spaced && kind == "index":
			number, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				return err
			}
			index = number
		default:
			hash, err := base64.StdEncoding.DecodeString(line)
			if err != nil || len(hash) != tlog.HashSize {
				return errors.New("not a hash")
			}
			proof = append(proof, tlog.Hash(hash))
		}
	}
	signed, err := open([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, signed.N, signed.Hash, index, tlog.RecordHash(entry))
}

func check(args []string) (tlog.Tree, error) {
	dir := directory(args[0])
	verifier, err := note.NewVerifier(args[1])
	if err != nil {
		return tlog.Tree{}, err
	}
	data, err := os.ReadFile(filepath.Join(args[0], "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := open(data, verifier)
	if err != nil {
		return signed, err
	}
	tree, err := rebuild(dir, signed.N)
	if err != nil {
		return signed, err
	}
	root, err := tlog.TreeHash(signed.N, tree)
	if err != nil {
		return signed, err
	}
	if root != signed.Hash {
		return signed, fmt.Errorf("the entries give the root %v, signed is %v", root, signed.Hash)
	}
	if err := compareTiles(dir, tree, signed.N); err != nil {
		return signed, err
	}
	if err := prove(dir, tree, signed); err != nil {
		return signed, err
	}
	if len(args) < 4 {
		return signed, nil
	}
	receipt, err := os.ReadFile(args[2])
	if err != nil {
		return signed, err
	}
	entry, err := os.ReadFile(args[3])
	if err != nil {
		return signed, err
	}
	return signed, checkReceipt(receipt, entry, verifier)
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "sumdb LOG-DIRECTORY VKEY [RECEIPT ENTRY]")
		os.Exit(2)
	}
	signed, err := check(os.Args[1:])
	if err != nil {
		fmt.Println("BAD", err)
		os.Exit(1)
	}
	fmt.Println("OK", signed.N, signed.Hash)
}
