use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};
use visit::VisitId;

/// The identifier of something that belongs to a visit, the same in every document: a name-based
/// UUID (RFC 9562, version 8, made with SHA-256 as in its appendix B.2).
pub(crate) fn named(visit: VisitId, name: &str) -> Uuid {
    let digest = Sha256::new()
        .chain_update(b"inroom export\x01")
        .chain_update(visit.as_bytes())
        .chain_update(name)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
