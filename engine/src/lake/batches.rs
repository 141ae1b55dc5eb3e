//! Which batches have landed. A load writes several tables, each in commits of its own; readers leave out the rows of a batch
//! until its `landed` row stands in the table `batches`, so that a load is seen whole or not at all, whatever crashes between.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use datafusion::prelude::SessionContext;

use super::Lake;
use super::provider::TableVersion;
use crate::contract::{self, TableContract};
use crate::error::{EngineError, Result};
use crate::scope::TenantId;

/// Name of the table of batches.
pub const TABLE: &str = "batches";

/// The two moments of a batch that are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the first table is written.
    Begun,
    /// After the last one is.
    Landed,
}

impl Phase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Landed => "landed",
        }
    }

    fn part(self) -> i64 {
        match self {
            Self::Begun => 0,
            Self::Landed => 1,
        }
    }
}

/// What is recorded of a batch.
#[derive(Debug, Clone)]
pub struct BatchRecord {
    /// Its identifier: the same files by the same pack make the same batch.
    pub batch_id: String,
    /// The pack that mapped it.
    pub pack: String,
    /// Files in it.
    pub files: i64,
    /// Rows appended to all tables; zero when begun.
    pub rows: i64,
}

/// Records that `batch` reached `phase` at `at`; recorded once.
///
/// # Errors
/// [`EngineError::Storage`] when the store refuses.
pub async fn record(
    lake: &Lake,
    tenant: &TenantId,
    contract: &Arc<TableContract>,
    batch: &BatchRecord,
    phase: Phase,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = row(contract, batch, phase, at)?;
    lake.append(tenant, contract, row, &batch.batch_id, phase.part()).await.map(|_| ())
}

fn row(contract: &TableContract, batch: &BatchRecord, phase: Phase, at: DateTime<Utc>) -> Result<RecordBatch> {
    let text = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let number = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let time = || Arc::new(TimestampMicrosecondArray::from(vec![at.timestamp_micros()]).with_timezone("UTC")) as ArrayRef;
    let column = |name: &str| match name {
        "batch_id" | contract::BATCH | contract::EVENT_ID => Ok(text(&batch.batch_id)),
        "phase" => Ok(text(phase.as_str())),
        "pack" => Ok(text(&batch.pack)),
        "files" => Ok(number(batch.files)),
        "rows" => Ok(number(batch.rows)),
        "recorded_at" | contract::OCCURRED_AT | contract::INGESTED_AT => Ok(time()),
        contract::SOURCE | contract::INSTANCE => Ok(text("quarterdeck")),
        contract::VERSION => Ok(number(at.timestamp_micros())),
        contract::ROW | contract::HASH => Ok(number(phase.part())),
        contract::DELETED => Ok(Arc::new(BooleanArray::from(vec![false])) as ArrayRef),
        other => Err(EngineError::Internal(format!("the table batches declares `{other}`, which nothing fills"))),
    };
    let columns = contract.schema.fields().iter().map(|field| column(field.name())).collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(&contract.schema), columns)
        .map_err(|error| EngineError::Internal(format!("a row of batches does not fit its contract: {error}")))
}

/// The batches of a tenant, as far as a reader must know them.
#[derive(Debug, Clone, Default)]
pub struct Batches {
    /// (batch, begun at, landed at).
    spans: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)>,
}

impl Batches {
    /// Reads the table of batches at one version.
    ///
    /// # Errors
    /// [`EngineError::Query`] when its files cannot be read.
    pub async fn read(context: &SessionContext, table: Arc<TableVersion>) -> Result<Self> {
        let query = EngineError::query("reading which batches have landed");
        let spans = read_spans(context, table).await.map_err(query)?;
        Ok(Self { spans })
    }

    /// The knowledge time of the newest landing at or before `as_of`.
    pub fn last_landing(&self, as_of: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.spans.iter().filter_map(|(_, _, landed)| *landed).filter(|landed| as_of.is_none_or(|as_of| *landed <= as_of)).max()
    }

    /// The batches of which rows exist, or existed at `as_of`, but which had not landed.
    pub fn unseen(&self, as_of: Option<DateTime<Utc>>) -> Vec<String> {
        let unseen = |landed: Option<DateTime<Utc>>| match (landed, as_of) {
            (None, _) => true,
            (Some(landed), Some(as_of)) => landed > as_of,
            (Some(_), None) => false,
        };
        let known = |begun: DateTime<Utc>| as_of.is_none_or(|as_of| begun <= as_of);
        self.spans
            .iter()
            .filter(|(_, begun, landed)| known(*begun) && unseen(*landed))
            .map(|(batch, _, _)| batch.clone())
            .collect()
    }
}

async fn read_spans(
    context: &SessionContext,
    table: Arc<TableVersion>,
) -> datafusion::error::Result<Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)>> {
    use datafusion::functions_aggregate::expr_fn::min;
    use datafusion::prelude::{ExprFunctionExt, col, lit};

    let moment = |phase: Phase| min(col("recorded_at")).filter(col("phase").eq(lit(phase.as_str()))).build();
    let rows = context
        .read_table(table)?
        .aggregate(
            vec![col("batch_id")],
            vec![min(col("recorded_at")).alias("begun_at"), moment(Phase::Landed)?.alias("landed_at")],
        )?
        .collect()
        .await?;
    let instant = |column: &ArrayRef, index: usize| {
        let times = column.as_primitive::<TimestampMicrosecondType>();
        arrow::array::Array::is_valid(times, index).then(|| DateTime::from_timestamp_micros(times.value(index))).flatten()
    };
    let mut spans = Vec::new();
    for batch in rows {
        let names = arrow::compute::cast(batch.column(0), &DataType::Utf8)?;
        for (index, name) in names.as_string::<i32>().iter().enumerate() {
            if let (Some(name), Some(begun)) = (name, instant(batch.column(1), index)) {
                spans.push((name.to_owned(), begun, instant(batch.column(2), index)));
            }
        }
    }
    Ok(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn leaves_out_what_had_not_landed() {
        let batches = Batches { spans: vec![("a".into(), at(1), Some(at(3))), ("b".into(), at(5), None)] };
        assert_eq!(batches.unseen(None), ["b"]);
        assert_eq!(batches.unseen(Some(at(2))), ["a"]);
        assert_eq!(batches.unseen(Some(at(4))), Vec::<String>::new());
        assert_eq!(batches.last_landing(Some(at(2))), None);
        assert_eq!(batches.last_landing(None), Some(at(3)));
    }
}
