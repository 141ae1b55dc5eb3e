//! Nothing of forgotten entries stays on the disk. A removed entry's bytes are in two places: in the store's tables until they are compacted, and
//! in its write-ahead file, which it gives up only once that is longer than 64 MB and everything in it stands in tables. So it is filled with
//! nothing until it is.

use std::time::{Duration, Instant};

use fjall::KeyspaceCreateOptions;

use super::super::JournalError;
use super::store::Store;

/// Keyspace of what fills the write-ahead file.
const FILLING: &str = "filling";
/// Bytes of one filling write, and how many pass the length at which the file is given up.
const FILL_BYTES: usize = 1 << 20;
const FILLS: u32 = 66;
/// How long the store may take to give up its old file.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

impl Store {
    /// See [`super::Journal::scrub`]. Entries may come and go meanwhile.
    pub(super) fn scrub(&self) -> Result<(), JournalError> {
        let failed = |error: fjall::Error| JournalError::unavailable("removing what was forgotten", error);
        let oldest = self.write_ahead_files()?;
        let filling = self.database.keyspace(FILLING, KeyspaceCreateOptions::default).map_err(failed)?;
        // Random, so that no compression makes it short.
        let nothing = (0..FILL_BYTES / size_of::<u64>()).flat_map(|_| rand::random::<u64>().to_be_bytes()).collect::<Vec<_>>();
        for fill in 0..FILLS {
            filling.insert(fill.to_be_bytes(), nothing.as_slice()).map_err(failed)?;
        }
        // Everything that the file stands for goes into tables; then the store removes it.
        let about = self.database.keyspace("about", KeyspaceCreateOptions::default).map_err(failed)?;
        let started = Instant::now();
        while self.write_ahead_files()?.iter().any(|file| oldest.contains(file)) {
            if started.elapsed() > PATIENCE {
                return Err(JournalError::unavailable("removing what was forgotten", "its write-ahead file is still in use"));
            }
            for keyspace in [&filling, &about, &self.entries] {
                keyspace.rotate_memtable_and_wait().map_err(failed)?;
            }
            std::thread::sleep(PAUSE);
        }
        self.reclaim()?;
        // Tables that were compacted are removed when the store next looks after its versions, which a full memtable makes it do.
        filling.insert("last", nothing.as_slice()).map_err(failed)?;
        filling.rotate_memtable_and_wait().map_err(failed)?;
        self.database.delete_keyspace(filling).map_err(failed)
    }

    /// Names of the write-ahead files that there are.
    fn write_ahead_files(&self) -> Result<Vec<std::ffi::OsString>, JournalError> {
        let failed = |error: std::io::Error| JournalError::unavailable("listing the journal's files", error);
        let mut names = Vec::new();
        for file in std::fs::read_dir(&self.folder).map_err(failed)? {
            let name = file.map_err(failed)?.file_name();
            if std::path::Path::new(&name).extension().is_some_and(|extension| extension == "jnl") {
                names.push(name);
            }
        }
        Ok(names)
    }
}
