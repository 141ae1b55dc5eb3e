//! A mapping pack: a folder `sql/mappings/<pack>/` with `raw.sql` and a SELECT a canonical table. Knows no rows.

use std::collections::BTreeSet;

use quarterdeck_engine::library::Library;
use sha2::{Digest, Sha256};

use crate::error::{IngestError, Result};
use crate::raw::RawContract;

/// One SELECT of a pack.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The canonical table that it fills.
    pub table: String,
    /// Path in the library.
    pub path: String,
    /// The SELECT.
    pub sql: String,
}

/// A pack.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The folder's name.
    pub name: String,
    /// What a raw file looks like.
    pub raw: RawContract,
    /// The SELECTs, in order of their tables.
    pub mappings: Vec<Mapping>,
    raw_text: String,
}

/// Names of all packs in the library.
pub fn names(library: &Library) -> BTreeSet<String> {
    library.under("mappings").filter_map(|file| file.folder().strip_prefix("mappings/")).map(str::to_owned).collect()
}

impl Pack {
    /// Reads the pack named `name`.
    ///
    /// # Errors
    /// [`IngestError::UnknownPack`], or [`IngestError::Pack`] when `raw.sql` or the SELECTs are missing or wrong.
    pub fn read(library: &Library, name: &str) -> Result<Self> {
        let folder = format!("mappings/{name}");
        let files = library.under(&folder).filter(|file| file.folder() == folder).collect::<Vec<_>>();
        if files.is_empty() {
            let known = names(library).into_iter().collect::<Vec<_>>().join(", ");
            return Err(IngestError::UnknownPack { name: name.to_owned(), known });
        }
        let (raw, selects): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.stem() == "raw");
        let Some(raw) = raw.first() else {
            return Err(IngestError::Pack {
                path: folder,
                detail: "has no raw.sql, which says what a raw file looks like".into(),
            });
        };
        if selects.is_empty() {
            return Err(IngestError::Pack { path: folder, detail: "has no <table>.sql, a SELECT that fills a table".into() });
        }
        let mapping = |file: &&quarterdeck_engine::library::LibraryFile| Mapping {
            table: file.stem().to_owned(),
            path: file.path.clone(),
            sql: file.text.clone(),
        };
        Ok(Self {
            name: name.to_owned(),
            raw: RawContract::parse(&raw.path, &raw.text)?,
            raw_text: raw.text.clone(),
            mappings: selects.iter().map(mapping).collect(),
        })
    }

    /// Identifier of the batch that these files make in the place of the batches `replaced`: the same files by the same pack, to the letter,
    /// make the same batch.
    pub fn batch_id(&self, instance: &str, file_hashes: &[String], replaced: &[String]) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{}\0{instance}\0", self.name));
        for part in file_hashes.iter().chain(replaced) {
            digest.update(part);
        }
        let files = hex(&digest.finalize());
        format!("b{}{}", self.mark(), &files[..16.min(files.len())])
    }

    /// Whether `batch` was made by this very pack.
    pub fn made(&self, batch: &str) -> bool {
        batch.strip_prefix('b').is_some_and(|rest| rest.starts_with(&self.mark()))
    }

    /// What tells this pack, to the letter, from any other.
    fn mark(&self) -> String {
        let mut digest = Sha256::new();
        for text in std::iter::once(&self.raw_text).chain(self.mappings.iter().map(|mapping| &mapping.sql)) {
            digest.update(Sha256::digest(text));
        }
        hex(&digest.finalize()).chars().take(16).collect()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
