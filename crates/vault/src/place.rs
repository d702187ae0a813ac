use std::path::{Path, PathBuf};

use crate::vault::Vault;

impl Vault {
    /// The folder of this vault, for asking how much room is left there.
    pub fn folder(&self) -> Option<PathBuf> {
        let connection = self.connection();
        Some(Path::new(connection.path()?).parent()?.to_owned())
    }
}
