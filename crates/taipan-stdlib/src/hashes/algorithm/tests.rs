use super::{Algorithm, State};

fn hex(algorithm: Algorithm, input: &[u8], len: usize) -> String {
    let mut state = algorithm.start();
    // Fed in pieces through storage, as hash objects do.
    for piece in input.chunks(7) {
        let mut stored = vec![0; State::STORED];
        state.store(&mut stored);
        state = State::load(&stored);
        algorithm.update(&mut state, piece);
    }
    algorithm.digest(state, len).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn known_digests() {
    assert_eq!(hex(Algorithm::Md5, b"abc", 16), "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(hex(Algorithm::Sha1, b"abc", 20), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(hex(Algorithm::Sha256, b"abc", 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert!(hex(Algorithm::Sha512, b"abc", 64).starts_with("ddaf35a193617abacc417349ae204131"));
    assert!(hex(Algorithm::Sha3(32), b"", 32).starts_with("a7ffc6f8bf1ed76651c14756a061d662"));
    assert!(hex(Algorithm::Shake(16), b"", 32).starts_with("7f9c2ba4e88f827d616045507605853e"));
}

#[test]
fn every_padding_length_gives_its_own_digest() {
    for algorithm in [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha384, Algorithm::Sha3(28)] {
        let input = [b'a'; 300];
        let digests: std::collections::HashSet<String> =
            (0..300).map(|n| hex(algorithm, &input[..n], algorithm.digest_size())).collect();
        assert_eq!(digests.len(), 300);
    }
}
