//! Nothing that holds a secret can be printed. What is said here is checked when it is compiled: a
//! type that learns to show itself no longer builds.

use secrecy::SecretString;

use crate::Vault;
use crate::device::DeviceSecretFile;
use crate::escrow::EscrowIdentity;
use crate::key::{
    Database, Device, Emergency, Keeping, Key, OfSound, OfVisit, Passphrase, Person, Signing,
    VaultRoot, Wrapping,
};
use crate::keys_file::Ways;

/// Builds only for types that do not implement the trait. For one that does, both implementations of
/// `Unless` fit, and the compiler cannot tell which of them is meant.
macro_rules! never {
    ($trait:path: $($type:ty),+ $(,)?) => {
        const _: () = {
            trait Unless<Which> {
                fn holds() {}
            }
            impl<T: ?Sized> Unless<()> for T {}
            struct Printed;
            impl<T: ?Sized + $trait> Unless<Printed> for T {}
            $(let _ = <$type as Unless<_>>::holds;)+
        };
    };
}

/// The traits by which a value gets into a log, a message or a file.
macro_rules! never_printed {
    ($($type:ty),+ $(,)?) => {
        never!(std::fmt::Debug: $($type),+);
        never!(std::fmt::Display: $($type),+);
        never!(std::fmt::LowerHex: $($type),+);
        never!(std::fmt::UpperHex: $($type),+);
        never!(serde::Serialize: $($type),+);
    };
}

never_printed!(
    Key<Passphrase>,
    Key<VaultRoot>,
    Key<Database>,
    Key<Wrapping>,
    Key<Device>,
    Key<Person>,
    Key<Emergency>,
    Key<Keeping>,
    Key<Signing>,
    Key<OfVisit>,
    Key<OfSound>,
    EscrowIdentity,
    DeviceSecretFile,
    Ways<'static>,
    Vault,
);
// A passphrase, and this computer's secret on its way to a keyring: their `Debug` is a dummy.
never!(std::fmt::Display: SecretString);
never!(serde::Serialize: SecretString);

#[test]
fn a_passphrase_shows_nothing_of_itself() {
    let shown = format!("{:?}", SecretString::from("plum engine harbor"));
    assert!(
        !["plum", "engine", "harbor"]
            .iter()
            .any(|word| shown.contains(word)),
        "{shown}"
    );
}
