//! What models are given: frames that `sql/features/<frame>.sql` selects from a tenant as known at a time. Nothing later can be in them, because
//! the session that selects them holds nothing later. Knows no model.

mod kpi_days;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::row::{RowConverter, SortField};
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::dataframe::DataFrame;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::error::{EngineError, Result, readable};
use crate::front_matter;
use crate::library::{Library, LibraryFile};
use crate::profile::TenantProfile;
use crate::scope::Scope;
use crate::session::Session;

/// Folder of the files.
pub const FOLDER: &str = "features";

/// By what a forecast's facts are known to be from before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Everything in it had been learnt.
    Known,
    /// Nothing had been learnt yet: history was imported later. Everything in it had happened.
    Happened,
}

impl Basis {
    /// As it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Happened => "happened",
        }
    }
}

/// Frames by name, and what they stand for.
#[derive(Debug)]
pub struct Features {
    /// The tenant's now, of which the frames tell.
    pub issued_at: DateTime<Utc>,
    /// The newest landing in them.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// By what they are known to be from before `issued_at`.
    pub basis: Basis,
    /// SHA-256 over all of their rows, in hex: the same rows, the same hash.
    pub data_hash: String,
    /// Rows by the file that selected them.
    pub frames: BTreeMap<String, RecordBatch>,
    /// Days on which every business calendar is closed.
    pub closed_days: Vec<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "for readers of the file; a file without it is refused")]
    about: String,
}

fn file<'a>(library: &'a Library, frame: &str) -> Result<&'a LibraryFile> {
    library.get(&format!("{FOLDER}/{frame}.sql")).ok_or_else(|| EngineError::not_found("feature file", frame))
}

impl Engine {
    /// Selects `frames` of `tenant` as known at `as_of`, or now. Before the tenant's first landing nothing was known: then they are what had
    /// happened by then (see [`Basis`]).
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a tenant outside the scope or a frame without a file, [`EngineError::File`] for one that does not plan,
    /// [`EngineError::Limit`] past [`crate::limits::EngineLimits::feature_rows`].
    pub async fn features(
        &self,
        scope: &Scope,
        tenant: &str,
        profile: TenantProfile,
        as_of: Option<DateTime<Utc>>,
        frames: &[&str],
    ) -> Result<Features> {
        let profile = TenantProfile { now: as_of.unwrap_or(profile.now), ..profile };
        let first = self.first_landing(scope.tenant(tenant)?).await?;
        let basis = match (as_of, first) {
            (Some(as_of), Some(first)) if as_of < first => Basis::Happened,
            _ => Basis::Known,
        };
        let session = match basis {
            Basis::Known => self.session(scope, tenant, profile.clone(), as_of).await?,
            Basis::Happened => self.session_over_history(scope, tenant, profile.clone()).await?,
        };
        let mut selected = BTreeMap::new();
        let mut hash = Sha256::new();
        for frame in frames {
            let rows = match *frame {
                kpi_days::FRAME => kpi_days::rows(&session).await?,
                frame => session.feature_rows(file(&self.library, frame)?).await?,
            };
            hash.update(frame.as_bytes());
            digest(&rows, &mut hash).map_err(|error| EngineError::Internal(format!("hashing the frame {frame}: {error}")))?;
            selected.insert((*frame).to_owned(), rows);
        }
        let data_hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let knowledge_time = session.knowledge_time();
        let closed_days = session.calendars.closed_days().into_iter().collect();
        Ok(Features { issued_at: profile.now, knowledge_time, basis, data_hash, frames: selected, closed_days })
    }
}

impl Session {
    /// Plans the SELECT of a file of features.
    ///
    /// # Errors
    /// [`EngineError::File`] for one that says not what it is, or does not plan.
    pub(crate) async fn feature_frame(&self, file: &LibraryFile) -> Result<DataFrame> {
        front_matter::parse::<Head>(&file.path, &file.text)?;
        self.plan(&file.text).await.map_err(in_file(file))
    }

    async fn feature_rows(&self, file: &LibraryFile) -> Result<RecordBatch> {
        let most = self.limits().feature_rows;
        let frame = self.feature_frame(file).await?;
        let answer = self.collect(frame, most).await.map_err(in_file(file))?;
        if answer.truncated {
            return Err(EngineError::Limit {
                what: format!("the rows of {}", file.path),
                limit: u64::try_from(most).unwrap_or(u64::MAX),
                setting: "feature_rows",
                remedy: "select fewer days, or raise the limit".into(),
            });
        }
        let schema = answer.batches.first().map(RecordBatch::schema);
        let schema = schema.ok_or_else(|| EngineError::Internal(format!("{} gave no schema", file.path)))?;
        concat_batches(&schema, &answer.batches).map_err(|error| EngineError::Internal(format!("{}: {error}", file.path)))
    }
}

fn in_file(file: &LibraryFile) -> impl Fn(EngineError) -> EngineError {
    |error| match error {
        EngineError::Query { cause, .. } => EngineError::file(&file.path, readable(&cause)),
        other => other,
    }
}

/// Adds every row of `rows`, in their order.
fn digest(rows: &RecordBatch, hash: &mut Sha256) -> std::result::Result<(), arrow::error::ArrowError> {
    let fields = rows.columns().iter().map(|column| SortField::new(column.data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    for start in (0..rows.num_rows()).step_by(HASHED_ROWS) {
        let piece = rows.slice(start, HASHED_ROWS.min(rows.num_rows() - start));
        for row in &converter.convert_columns(piece.columns())? {
            hash.update(row.as_ref());
        }
    }
    Ok(())
}

/// Rows hashed at a time.
const HASHED_ROWS: usize = 4_096;
