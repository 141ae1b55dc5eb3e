//! The current state of a table: of each record the latest version and none that is deleted, as files with the rows to read in them, so that
//! a query pays no join. A settled base is taken as it lies; only what the tail of newer files touches is looked at. Knows nothing of SQL.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::ParquetRowSelection;
use datafusion::execution::runtime_env::RuntimeEnv;
use futures::{StreamExt, TryStreamExt};
use moka::future::Cache;

use super::batches::Batches;
use super::file_name::Holds;
use super::merge;
use super::positions::all_but;
use super::provider::{LakeFile, Selection, TableVersion};
use super::resolve::{Place, Placed, Resolution, resolve};
use super::versions::{self, Tells, Version, Wanted};
use crate::contract::TableContract;
use crate::error::{EngineError, Result};

/// Files whose versions are read at once.
const FILES_AT_ONCE: usize = 4;

/// What is kept of files, which never change once written.
#[derive(Debug, Clone)]
pub struct FileCaches {
    versions: Cache<String, Arc<Vec<Version>>>,
    keys: Cache<String, Arc<FileKeys>>,
}

/// Which records a settled file holds, by position; halves of their hashes are enough to find candidates.
#[derive(Debug)]
struct FileKeys {
    records: Vec<u64>,
    parents: Vec<u64>,
}

impl FileCaches {
    /// Caches of at most `bytes` each.
    pub fn new(bytes: u64) -> Self {
        let weight = |count: usize, each: usize| u32::try_from(count.saturating_mul(each).saturating_add(64)).unwrap_or(u32::MAX);
        let versions = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |_: &String, kept: &Arc<Vec<Version>>| weight(kept.len(), size_of::<Version>()))
            .build();
        let keys = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |_: &String, kept: &Arc<FileKeys>| weight(kept.records.len() + kept.parents.len(), size_of::<u64>()))
            .build();
        Self { versions, keys }
    }
}

/// A table as one reader may know it.
pub struct Looker<'a> {
    /// The table.
    pub table: &'a Arc<TableVersion>,
    /// Its contract.
    pub contract: &'a Arc<TableContract>,
    /// Which batches have landed, and when.
    pub batches: &'a Batches,
    /// The knowledge time asked for; none for now.
    pub as_of: Option<DateTime<Utc>>,
    /// Only what happened before this instant, where history is told again; none for all of it.
    pub occurred_before: Option<DateTime<Utc>>,
    /// What is kept of files.
    pub caches: &'a FileCaches,
    /// Where file metadata is kept.
    pub runtime: &'a Arc<RuntimeEnv>,
}

/// The current state, and what was found on the way.
#[derive(Debug)]
pub struct CurrentState {
    /// Its rows.
    pub selection: Arc<Selection>,
    /// What became of the versions that were looked at.
    pub resolution: Resolution,
    /// For each file of the table whether its versions were looked at.
    pub tail: Vec<bool>,
    /// By index of the file, rows of it that the reader may not know of: their batches have been retracted, or landed later.
    pub unknown: HashMap<u32, Vec<u32>>,
}

/// What part a file plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Every version of it is looked at.
    Tail,
    /// Its rows are current unless the tail touches them.
    Base,
    /// Its rows are read by nobody, and looked at where the tail touches them.
    Graves,
    /// Not for this reader.
    Ignored,
}

impl Looker<'_> {
    /// Finds the current state.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when a file cannot be read.
    pub async fn current(&self) -> Result<CurrentState> {
        let files = self.table.files();
        let roles = self.roles();
        let (mut placed, unknown) = self.tail(&roles).await?;
        let touched = Touched::by(&placed);
        for (index, file) in files.iter().enumerate() {
            if matches!(roles[index], Role::Base | Role::Graves) && !placed.is_empty() {
                let found = self.touched_versions(file, roles[index], &touched).await?;
                placed.extend(found.into_iter().map(|version| Placed { version, file: index_of(index) }));
            }
        }
        let resolution = resolve(placed);
        let (chosen, rows) = self.choose(&roles, &resolution, unknown.clone());
        let made = merge::rows(self.table, self.contract, &resolution.merges, self.runtime).await?;
        let selection = Arc::new(Selection::new(Arc::clone(self.table), chosen, rows, made));
        let tail = roles.iter().map(|role| *role == Role::Tail).collect();
        Ok(CurrentState { selection, resolution, tail, unknown })
    }

    /// Every version that the reader may know of, without those of batches that it must leave out (see [`Looker::left_out`]).
    pub fn history(&self) -> Selection {
        Selection::of_files(self.table, |file| self.is_landed(file))
    }

    /// What a reader of [`Looker::history`] must still leave out, row by row.
    pub fn left_out(&self) -> Wanted {
        Wanted {
            until: self.as_of.map(|as_of| as_of.timestamp_micros()),
            occurred_before: self.occurred_before.map(|before| before.timestamp_micros()),
            without_batches: self.batches.left_out(self.as_of),
        }
    }

    fn is_landed(&self, file: &LakeFile) -> bool {
        match &file.name.holds {
            Holds::Part { batch } => self.batches.is_seen(batch, self.as_of),
            _ => true,
        }
    }

    fn roles(&self) -> Vec<Role> {
        let files = self.table.files();
        let settled_until = files.iter().filter_map(|file| file.name.settled_until).max();
        // A base serves readers as of its own time or later, unless a batch in it was retracted since; it knows of no time before.
        let serves = settled_until.is_none_or(|until| {
            self.as_of.is_none_or(|as_of| as_of >= until) && !self.batches.any_retracted_between(until, self.as_of)
        });
        let base_serves = serves && self.occurred_before.is_none();
        let role = |file: &LakeFile| match &file.name.holds {
            Holds::Part { .. } if self.is_landed(file) => Role::Tail,
            Holds::Part { .. } => Role::Ignored,
            Holds::Merging => Role::Tail,
            Holds::Settled if base_serves => Role::Base,
            Holds::Deleted if base_serves => Role::Graves,
            Holds::Superseded if base_serves => Role::Ignored,
            Holds::Settled | Holds::Deleted | Holds::Superseded => Role::Tail,
        };
        files.iter().map(role).collect()
    }

    /// The versions of all files of the tail, and by file the positions of rows that the reader may not know of.
    async fn tail(&self, roles: &[Role]) -> Result<(Vec<Placed>, HashMap<u32, Vec<u32>>)> {
        let files = (0..self.table.files().len()).filter(|index| roles[*index] == Role::Tail).collect::<Vec<_>>();
        let read = files.into_iter().map(|index| async move {
            let versions = self.versions(&self.table.files()[index]).await?;
            Ok::<_, EngineError>((index, versions))
        });
        let read = futures::stream::iter(read).buffered(FILES_AT_ONCE).try_collect::<Vec<_>>().await?;
        let mut placed = Vec::new();
        let mut unknown = HashMap::new();
        for (index, versions) in read {
            let (file, rows) = (index_of(index), self.table.files()[index].rows);
            if versions.len() < rows {
                let known = versions.iter().map(|version| version.position).collect::<HashSet<_>>();
                let left_out = (0..index_of(rows)).filter(|position| !known.contains(position)).collect::<Vec<_>>();
                unknown.insert(file, left_out);
            }
            placed.extend(versions.iter().map(|version| Placed { version: version.clone(), file }));
        }
        Ok((placed, unknown))
    }

    async fn versions(&self, file: &LakeFile) -> Result<Arc<Vec<Version>>> {
        let wanted = match &file.name.holds {
            Holds::Part { .. } if self.occurred_before.is_none() => Wanted::default(),
            _ => self.left_out(),
        };
        if !wanted.is_all() {
            return self.read(file, wanted, None).await.map(Arc::new);
        }
        if let Some(kept) = self.caches.versions.get(&self.cache_key(file)).await {
            return Ok(kept);
        }
        let read = Arc::new(self.read(file, wanted, None).await?);
        self.caches.versions.insert(self.cache_key(file), Arc::clone(&read)).await;
        Ok(read)
    }

    /// Reads on a thread of its own: decoding is work for a processor.
    async fn read(&self, file: &LakeFile, wanted: Wanted, positions: Option<Vec<u32>>) -> Result<Vec<Version>> {
        let (table, contract, runtime) = (Arc::clone(self.table), Arc::clone(self.contract), Arc::clone(self.runtime));
        let file = file.clone();
        let reading = async move { versions::read(&table, &contract, &file, &wanted, positions, &runtime).await };
        tokio::spawn(reading).await.map_err(|error| EngineError::Internal(format!("reading versions stopped: {error}")))?
    }

    fn cache_key(&self, file: &LakeFile) -> String {
        file.file.object_meta.location.to_string()
    }

    /// The versions of a base file that the tail touches.
    async fn touched_versions(&self, file: &LakeFile, role: Role, touched: &Touched) -> Result<Vec<Version>> {
        let keys = self.keys(file).await?;
        let parents = if role == Role::Graves { &touched.parents } else { &touched.set_parents };
        let touches = |position: &usize| {
            touched.records.contains(&keys.records[*position])
                || (!parents.is_empty() && keys.parents.get(*position).is_some_and(|parent| parents.contains(parent)))
        };
        let positions = (0..keys.records.len()).filter(touches).map(index_of).collect::<Vec<_>>();
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        self.read(file, Wanted::default(), Some(positions)).await
    }

    async fn keys(&self, file: &LakeFile) -> Result<Arc<FileKeys>> {
        let key = self.cache_key(file);
        if let Some(kept) = self.caches.keys.get(&key).await {
            return Ok(kept);
        }
        let versions = self.read(file, Wanted::default(), None).await?;
        let records = versions.iter().map(|version| half(version.record)).collect();
        let parents =
            if self.contract.has_parent() { versions.iter().map(|version| half(version.parent)).collect() } else { Vec::new() };
        let keys = Arc::new(FileKeys { records, parents });
        self.caches.keys.insert(key, Arc::clone(&keys)).await;
        Ok(keys)
    }

    /// The files to read, each with its rows, and how many rows these are.
    fn choose(
        &self,
        roles: &[Role],
        resolution: &Resolution,
        mut hidden: HashMap<u32, Vec<u32>>,
    ) -> (Vec<Option<PartitionedFile>>, usize) {
        for (Place { file, position }, _) in &resolution.hidden {
            hidden.entry(*file).or_default().push(*position);
        }
        let mut rows = 0;
        let mut choose = |index: usize, file: &LakeFile| {
            if !matches!(roles[index], Role::Tail | Role::Base) {
                return None;
            }
            let mut hidden = hidden.remove(&index_of(index)).unwrap_or_default();
            hidden.sort_unstable();
            hidden.dedup();
            let kept = file.rows.saturating_sub(hidden.len());
            rows += kept;
            match (kept, hidden.is_empty()) {
                (0, _) => None,
                (_, true) => Some(file.file.clone()),
                _ => Some(file.file.clone().with_extension(ParquetRowSelection::new(all_but(&hidden, file.rows)))),
            }
        };
        let chosen = self.table.files().iter().enumerate().map(|(index, file)| choose(index, file)).collect();
        (chosen, rows)
    }
}

/// What the tail touches, by halves of hashes.
struct Touched {
    records: HashSet<u64>,
    parents: HashSet<u64>,
    set_parents: HashSet<u64>,
}

impl Touched {
    fn by(tail: &[Placed]) -> Self {
        let versions = || tail.iter().map(|placed| &placed.version);
        let with_parent = || versions().filter(|version| version.parent != 0);
        Self {
            records: versions().map(|version| half(version.record)).collect(),
            parents: with_parent().map(|version| half(version.parent)).collect(),
            set_parents: with_parent()
                .filter(|version| version.tells == Tells::Set)
                .map(|version| half(version.parent))
                .collect(),
        }
    }
}

fn half(hash: u128) -> u64 {
    u64::try_from(hash & u128::from(u64::MAX)).unwrap_or_default()
}

fn index_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
