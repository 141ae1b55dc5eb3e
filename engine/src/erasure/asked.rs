//! What sources have asked to erase: read from the marks of their deliveries. Knows nothing of how it is done.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::error::ArrowError;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::subject::Subject;
use super::{Asker, Request};
use crate::ddl::timestamp_type;
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::profile::TenantProfile;
use crate::scope::{Scope, TenantId};

/// The word that such a mark begins with; a JSON object follows.
pub const MARK: &str = "erase ";

/// What a mark asks.
#[derive(Debug, Deserialize)]
struct Asked {
    table: Option<String>,
    key: Option<String>,
    instance: Option<String>,
}

impl Engine {
    /// What deliveries asked to erase and no erasure has been begun for.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the tables cannot be read.
    pub async fn asked_erasures(&self, tenant: &TenantId, now: DateTime<Utc>) -> Result<Vec<Request>> {
        let scope = Scope::of([tenant.clone()]);
        let session = self.session(&scope, tenant.as_str(), TenantProfile::neutral(now), None).await?;
        if session.rows_of("deliveries") == 0 {
            return Ok(Vec::new());
        }
        let sql = "
            SELECT _source, _instance, delivery_id, arrived_at, marks
            FROM deliveries WHERE strpos(marks, 'erase {') > 0 ORDER BY arrived_at, position";
        let frame = session.plan(sql).await?;
        let answer = session.collect(frame, usize::MAX).await?;
        let internal = |error: ArrowError| EngineError::Internal(format!("reading what was asked: {error}"));
        let mut requests = Vec::new();
        for batch in &answer.batches {
            requests.extend(requests_of(batch).map_err(internal)?);
        }
        let done = self.erasures(tenant, now).await?;
        requests.retain(|request| {
            let id = request.id(tenant);
            done.iter().all(|erasure| erasure.erasure_id != id)
        });
        requests.dedup_by_key(|request| request.id(tenant));
        Ok(requests)
    }
}

fn requests_of(batch: &RecordBatch) -> std::result::Result<Vec<Request>, ArrowError> {
    let text = |column: usize| Ok::<_, ArrowError>(cast(batch.column(column), &DataType::Utf8)?.as_string::<i32>().clone());
    let (sources, instances, deliveries, marks) = (text(0)?, text(1)?, text(2)?, text(4)?);
    let arrived = cast(batch.column(3), &timestamp_type())?;
    let arrived = arrived.as_primitive::<TimestampMicrosecondType>();
    let mut requests = Vec::new();
    for row in (0..batch.num_rows()).filter(|row| marks.is_valid(*row)) {
        for asked in asked_in(marks.value(row)) {
            let subject = Subject {
                source: sources.value(row).to_owned(),
                instance: asked.instance.unwrap_or_else(|| instances.value(row).to_owned()),
                record: asked.table.zip(asked.key),
            };
            requests.push(Request {
                subject,
                asker: Asker::Delivery(deliveries.value(row).to_owned()),
                reason: "the source asked for it".to_owned(),
                asked_at: DateTime::from_timestamp_micros(arrived.value(row)).unwrap_or_default(),
            });
        }
    }
    Ok(requests)
}

/// The erasures among marks; keys may hold any text, so each object is read to its end.
fn asked_in(marks: &str) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut rest = marks;
    while let Some(start) = rest.find("erase {") {
        rest = &rest[start + MARK.len()..];
        let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<Asked>();
        if let Some(Ok(one)) = objects.next() {
            asked.push(one);
        }
        rest = rest.get(objects.byte_offset()..).unwrap_or_default();
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_whatever_their_keys_hold() {
        let marks =
            r#"unknown thing; erase {"table":"customers","key":"1; erase {","instance":"a"}; erase {"instance":"b"}; ping"#;
        let asked = asked_in(marks);
        assert_eq!(asked.len(), 2);
        assert_eq!((asked[0].table.as_deref(), asked[0].key.as_deref()), (Some("customers"), Some("1; erase {")));
        assert_eq!((asked[1].table.as_deref(), asked[1].instance.as_deref()), (None, Some("b")));
    }
}
