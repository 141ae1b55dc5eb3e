//! What a kill cut off, as the files of a lake show it: data files of landings that are not seen, and of settlings that no log names.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Home;

/// Looks at a tenant's tables after each kill.
pub(crate) struct Census {
    tables: PathBuf,
    read: HashSet<PathBuf>,
    named: HashSet<PathBuf>,
    noted: HashSet<PathBuf>,
}

/// What the last kill fell into.
pub(crate) struct CutOff {
    pub(crate) landing: bool,
    pub(crate) settling: bool,
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).map_or(Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect())
}

impl Census {
    pub(crate) fn new(home: &Home, tenant: &str) -> Self {
        let tables = home.path().join("lake").join(tenant);
        Self { tables, read: HashSet::new(), named: HashSet::new(), noted: HashSet::new() }
    }

    /// What is new since the last time.
    pub(crate) fn take(&mut self) -> CutOff {
        let tables = files(&self.tables);
        tables.iter().for_each(|table| self.read_log(table));
        let mut cut_off = CutOff { landing: false, settling: false };
        for file in tables.iter().flat_map(|table| files(table)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            // A landing is seen once its file in `batches`, which bears the same name, is in the log.
            let is_part = name.starts_with("part-");
            let counts =
                if is_part { self.named.contains(&self.tables.join("batches").join(&name)) } else { self.named.contains(&file) };
            if name == "_delta_log" || counts || !self.noted.insert(file) {
                continue;
            }
            cut_off.landing |= is_part;
            cut_off.settling |= !is_part;
        }
        cut_off
    }

    fn read_log(&mut self, table: &Path) {
        for commit in files(&table.join("_delta_log")) {
            if commit.extension().is_none_or(|extension| extension != "json") || !self.read.insert(commit.clone()) {
                continue;
            }
            for line in std::fs::read_to_string(&commit).unwrap().lines() {
                let action: Value = serde_json::from_str(line).unwrap();
                if let Some(path) = action["add"]["path"].as_str() {
                    self.named.insert(table.join(path));
                }
            }
        }
    }
}
