//! The standard security handler of PDF 1.6 with AES-128 and an empty user password, as published letters have it.

use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use md5::{Digest, Md5};

use super::super::rng::Rng;

/// What stands in for the characters that a password lacks (ISO 32000-1, 7.6.3.3).
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e, 0x2e, 0x00,
    0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// Printing is allowed, copying and changing are not.
const PERMISSIONS: i32 = -1340;

/// Encrypts the streams of one file.
#[derive(Debug)]
pub struct Crypt {
    key: [u8; 16],
    owner: [u8; 32],
    user: [u8; 16],
}

impl Crypt {
    /// The handler of a file with this identifier. The owner's password is a random one that nobody knows.
    pub fn new(id: &[u8; 16], rng: &mut Rng) -> Self {
        let mut owner = [0; 32];
        for part in owner.chunks_mut(8) {
            part.copy_from_slice(&rng.next().to_le_bytes());
        }
        let mut key = md5(&[&PADDING, &owner, &PERMISSIONS.to_le_bytes(), id]);
        for _ in 0..50 {
            key = md5(&[&key]);
        }
        let mut user = md5(&[&PADDING, id]);
        for round in 0..20 {
            rc4(&key.map(|byte| byte ^ round), &mut user);
        }
        Self { key, owner, user }
    }

    /// The stream of an object, encrypted, behind its initialisation vector.
    pub fn encrypt(&self, object: u32, data: &[u8], rng: &mut Rng) -> Vec<u8> {
        let key = md5(&[&self.key, &object.to_le_bytes()[..3], &[0, 0], b"sAlT"]);
        let mut iv = [0; 16];
        iv[..8].copy_from_slice(&rng.next().to_le_bytes());
        iv[8..].copy_from_slice(&rng.next().to_le_bytes());
        let mut out = iv.to_vec();
        out.extend(cbc::Encryptor::<aes::Aes128>::new(&key.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(data));
        out
    }

    /// The dictionary that tells readers how to decrypt.
    pub fn dictionary(&self) -> String {
        format!(
            "<</Filter/Standard/V 4/R 4/Length 128/P {PERMISSIONS}/O<{}>/U<{}{:032}>/CF<</StdCF<</AuthEvent/DocOpen\
             /CFM/AESV2/Length 16>>>>/StmF/StdCF/StrF/StdCF>>",
            hex(&self.owner),
            hex(&self.user),
            0
        )
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// RC4, which only hides the user's password here.
fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: [u8; 256] = std::array::from_fn(|i| i as u8);
    let mut j = 0u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, j.into());
    }
    let (mut i, mut j) = (0u8, 0u8);
    for byte in data {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(i.into(), j.into());
        *byte ^= state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))];
    }
}
