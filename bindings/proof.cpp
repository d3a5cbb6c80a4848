#include "consent/proof.hpp"

#include <string>
#include <tuple>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/cosign.hpp"

namespace consent_python {

namespace merkle = consent::merkle;
namespace note = consent::note;

namespace {

/// A hash inside a proof: of any other length the proof is wrong, not the call.
consent::Digest in_proof(py::handle bytes) {
  if (!PyBytes_Check(bytes.ptr())) throw py::type_error("a hash must be bytes");
  const auto digest = consent::digest_from_bytes(
      {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))});
  if (!digest) throw consent::ProofError("a hash must be 32 bytes");
  return *digest;
}

merkle::Path path_in_proof(const py::iterable& hashes) {
  merkle::Path path;
  for (const py::handle hash : hashes) path.push_back(in_proof(hash));
  return path;
}

/// Sizes and indexes as Python has them: one that no tree can have makes the proof wrong.
std::uint64_t size_in_proof(py::handle size) {
  if (!PyLong_Check(size.ptr())) throw py::type_error("a size must be int");
  const unsigned long long value = PyLong_AsUnsignedLongLong(size.ptr());
  if (PyErr_Occurred() != nullptr || value >= merkle::size_limit) {
    PyErr_Clear();
    throw consent::ProofError("a size or index outside 0 to 2^63 - 1");
  }
  return value;
}

consent::cosign::Seed to_seed(const py::bytes& bytes) {
  const std::string_view raw(bytes);
  consent::cosign::Seed seed{};
  if (raw.size() != seed.size()) throw py::value_error("a seed has 32 bytes");
  std::copy(raw.begin(), raw.end(), seed.begin());
  return seed;
}

}  // namespace

std::vector<note::VerifierKey> to_keys(const py::iterable& texts) {
  if (py::isinstance<py::str>(texts)) throw py::type_error("keys must be a list of str");
  std::vector<note::VerifierKey> keys;
  for (const py::handle text : texts) keys.push_back(note::parse_verifier_key(to_text(text)));
  return keys;
}

void bind_proof(py::module_& m) {
  m.def(
      "merkle_leaf_hash",
      [](const py::bytes& data) { return merkle::leaf_hash(std::string_view(data)); },
      py::arg("data"));
  m.def("merkle_node_hash", &merkle::node_hash, py::arg("left"), py::arg("right"));
  m.def(
      "merkle_root",
      [](const std::vector<consent::Digest>& leaves) { return merkle::root(leaves); },
      py::arg("leaf_hashes"));
  m.def(
      "merkle_verify_inclusion",
      [](py::handle leaf, py::handle index, py::handle size, const py::iterable& path,
         py::handle root) {
        merkle::verify_inclusion(in_proof(leaf), size_in_proof(index), size_in_proof(size),
                                 path_in_proof(path), in_proof(root));
      },
      py::arg("leaf_hash"), py::arg("index"), py::arg("size"), py::arg("path"), py::arg("root"));
  m.def(
      "merkle_verify_consistency",
      [](py::handle size1, py::handle size2, const py::iterable& path, py::handle root1,
         py::handle root2) {
        merkle::verify_consistency(size_in_proof(size1), size_in_proof(size2), path_in_proof(path),
                                   in_proof(root1), in_proof(root2));
      },
      py::arg("size1"), py::arg("size2"), py::arg("path"), py::arg("root1"), py::arg("root2"));
  m.def(
      "note_verify",
      [](py::handle text, const py::iterable& vkeys) {
        auto verified = note::verify(to_text(text), to_keys(vkeys));
        return std::make_pair(std::move(verified.text), std::move(verified.signers));
      },
      py::arg("text"), py::arg("vkeys"));
  m.def(
      "parse_checkpoint",
      [](py::handle text) {
        const auto checkpoint = consent::parse_checkpoint(to_text(text));
        return std::make_tuple(checkpoint.origin, checkpoint.size, checkpoint.root);
      },
      py::arg("text"), "Origin, size and root of a note's text. Nothing is verified.");
  m.def(
      "verify_inclusion_proof",
      [](py::handle proof, const consent::Digest& leaf, const py::iterable& vkeys) {
        consent::verify_inclusion_proof(consent::parse_inclusion_proof(to_text(proof)), leaf,
                                        to_keys(vkeys));
      },
      py::arg("proof"), py::arg("leaf_hash"), py::arg("vkeys"),
      "Checks a C2SP tlog-proof: signature, origin, then inclusion. Raises ProofError.");
  m.def(
      "cosigner_key",
      [](py::handle name, const py::bytes& seed) {
        return consent::cosign::verifier_key(to_text(name), to_seed(seed));
      },
      py::arg("name"), py::arg("seed"));
  m.def(
      "cosign",
      [](py::handle text, py::handle name, const py::bytes& seed, std::uint64_t time) {
        return consent::cosign::sign(to_text(text), to_text(name), to_seed(seed), time);
      },
      py::arg("note_text"), py::arg("name"), py::arg("seed"), py::arg("time"));
  m.def(
      "cosignatures",
      [](py::handle note, const py::iterable& keys) {
        std::vector<std::string> texts;
        for (const py::handle key : keys) texts.emplace_back(to_text(key));
        return consent::cosign::verify(to_text(note), texts);
      },
      py::arg("note"), py::arg("keys"), "Times of the cosignatures, None where there is none.");
}

}  // namespace consent_python
