//! The folder of SQL and TOML files that is the registry of tables, mappings, views and KPIs. Knows where files stand and
//! which overrides which, not what is in them: a partner's directory given later wins over the embedded files by path.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{EngineError, Result};

/// A file of the library, by its path under `sql/` (`kpis/commerce/net_sales.sql`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryFile {
    /// Path with forward slashes, relative to the library's root.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl LibraryFile {
    /// The file name without its ending: the name of the table, view or KPI.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".sql").unwrap_or(name)
    }

    /// The folder that the file stands in (`kpis/commerce`).
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Files by path. Later additions override earlier ones of the same path.
#[derive(Debug, Clone, Default)]
pub struct Library {
    files: BTreeMap<String, LibraryFile>,
}

impl Library {
    /// Adds or overrides one file.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        self.files.insert(path.clone(), LibraryFile { path, text: text.into() });
    }

    /// Adds every `.sql` file under `directory`, overriding those of the same relative path.
    ///
    /// # Errors
    /// [`EngineError::Storage`] naming a directory or file that cannot be read as UTF-8 text.
    pub fn insert_directory(&mut self, directory: &Path) -> Result<()> {
        for (path, text) in read_directory(directory, "sql")? {
            self.insert(path, text);
        }
        Ok(())
    }

    /// Files anywhere under `folder`, in order of their paths.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a LibraryFile> {
        self.files.values().filter(move |file| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The file of exactly this path.
    pub fn get(&self, path: &str) -> Option<&LibraryFile> {
        self.files.get(path)
    }
}

/// Every file with `extension` under `directory`, as (relative path with forward slashes, text), sorted.
///
/// # Errors
/// [`EngineError::Storage`] naming a directory or file that cannot be read as UTF-8 text.
pub fn read_directory(directory: &Path, extension: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_path_buf()];
    while let Some(folder) = pending.pop() {
        let reading = || format!("cannot read the directory {}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(EngineError::storage(reading()))? {
            let path = entry.map_err(EngineError::storage(reading()))?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|ending| ending == extension) {
                let text = std::fs::read_to_string(&path)
                    .map_err(EngineError::storage(format!("cannot read {} as UTF-8 text", path.display())))?;
                let relative = path.strip_prefix(directory).unwrap_or(&path);
                found.push((relative.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    Ok(found)
}
