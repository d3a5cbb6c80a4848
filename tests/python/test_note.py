import pytest

from consent import ProofError, note


def test_a_checkpoint_holds_under_the_logs_key_and_reads_back(romashka):
    text = romashka.checkpoint()
    key = romashka.verifier_key
    verified = note.verify(text, [key])
    assert verified.signers == ["romashka.example/consent"]
    assert text.startswith(verified.text)
    read = note.checkpoint(text, [key])
    assert read == ("romashka.example/consent", romashka.size, romashka.root)


def test_the_same_size_is_signed_once(romashka):
    assert romashka.checkpoint() == romashka.checkpoint()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n2\n", "\n3\n", 1),
        lambda text: text.replace("romashka", "pomashka", 1),
        lambda text: text[:-10] + "A" * 8 + text[-2:],
        lambda text: text.split("\n\n")[0] + "\n",
        lambda text: text + "x",
        lambda _: "",
        lambda text: text.replace("\n", "\r\n"),
    ],
)
def test_a_changed_note_is_refused(romashka, change):
    with pytest.raises(ProofError):
        note.verify(change(romashka.checkpoint()), [romashka.verifier_key])


def test_a_note_that_no_known_key_signed_is_refused(romashka):
    with pytest.raises(ProofError):
        note.verify(romashka.checkpoint(), [])


@pytest.mark.parametrize("key", ["", "name", "name+00000000+AA==", "+7"])
def test_what_is_no_key_is_refused(romashka, key):
    with pytest.raises(ProofError):
        note.verify(romashka.checkpoint(), [key])


def test_keys_are_a_list_and_not_one_text(romashka):
    with pytest.raises((TypeError, ProofError)):
        note.verify(romashka.checkpoint(), romashka.verifier_key)


def test_an_entry_is_proven_to_a_stranger_by_one_file(romashka):
    checkpoint = romashka.checkpoint()
    proof = romashka.prove_inclusion(1, checkpoint)
    key = romashka.verifier_key
    note.verify_inclusion_proof(proof, romashka.entry(1).leaf, [key])
    with pytest.raises(ProofError):
        note.verify_inclusion_proof(proof, romashka.entry(0).leaf, [key])
    moved = proof.replace("index 1", "index 0")
    with pytest.raises(ProofError):
        note.verify_inclusion_proof(moved, romashka.entry(1).leaf, [key])
