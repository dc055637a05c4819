//! Fingerprints of pod templates.
//!
//! Not here: the hash of Kubernetes itself; names differ from a real cluster's, their form does not.
//! Invariant: the same template gives the same fingerprint in every run.

use k8s_openapi::api::core::v1::PodTemplateSpec;

/// The letters of Kubernetes' safe encoding: no vowels, so no words.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Ten letters that stand for the template.
pub(super) fn fingerprint(template: &PodTemplateSpec) -> String {
    let text = serde_json::to_string(template).unwrap_or_default();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut letters = String::new();
    for _ in 0..10 {
        let letter = usize::try_from(hash % 27)
            .ok()
            .and_then(|at| LETTERS.get(at))
            .copied()
            .unwrap_or(b'b');
        letters.push(char::from(letter));
        hash /= 27;
    }
    letters
}
