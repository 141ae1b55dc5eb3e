//! What a number was made of, said so that it can be made again: definition, period, filter, knowledge time, versions of tables.
//! Knows nothing of where receipts are kept.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::amount::Amount;
use super::definition::{KpiDefinition, hex};
use super::filter::Filter;
use super::period::Period;
use crate::error::{EngineError, Result};
use crate::session::Session;

/// How far a table's records had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watermark {
    /// The canonical table.
    pub table: String,
    /// Its Delta version.
    pub version: u64,
    /// Rows in it, every version of every record.
    pub rows: u64,
}

/// The receipt of one number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Receipt {
    /// Made of all that follows but the value: the same question at the same knowledge time has the same receipt.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// The KPI.
    pub kpi: String,
    /// Its name for readers.
    pub title: String,
    /// Version of the definition.
    pub version: u32,
    /// SHA-256 of the definition's file.
    pub definition_hash: String,
    /// The definition itself, as it stood.
    pub definition: String,
    /// First instant that counts.
    pub from: DateTime<Utc>,
    /// First instant that no longer counts.
    pub to: DateTime<Utc>,
    /// The filters.
    pub filters: Vec<Filter>,
    /// The newest landing that the number knows of.
    pub knowledge_time: Option<DateTime<Utc>>,
    /// How far the tables had come.
    pub watermarks: Vec<Watermark>,
    /// The number and the counts behind it.
    #[serde(flatten)]
    pub amount: Amount,
}

impl Receipt {
    /// The receipt of `amount`.
    ///
    /// # Errors
    /// [`EngineError::Internal`] when it cannot be written as JSON.
    pub fn new(session: &Session, kpi: &KpiDefinition, period: &Period, filters: &[Filter], amount: &Amount) -> Result<Self> {
        let knowledge_time = session.knowledge_time();
        let question = (&session.tenant.as_str(), &kpi.id, &kpi.definition_hash, period.from, period.to, filters, knowledge_time);
        let text = serde_json::to_string(&question).map_err(|error| EngineError::Internal(error.to_string()))?;
        let digest = hex(&Sha256::digest(text.as_bytes()));
        Ok(Self {
            id: format!("r{}", digest.chars().take(24).collect::<String>()),
            tenant: session.tenant.to_string(),
            kpi: kpi.id.clone(),
            title: kpi.title.clone(),
            version: kpi.version,
            definition_hash: kpi.definition_hash.clone(),
            definition: kpi.sql.clone(),
            from: period.from,
            to: period.to,
            filters: filters.to_vec(),
            knowledge_time,
            watermarks: session.watermarks(kpi),
            amount: amount.clone(),
        })
    }
}
