//! `control.audit`: what was done in the tenant, latest first. Who administers it sees all of it, others what they did themselves.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::error::{DataFusionError, Result};
use quarterdeck_control::{AUDIT_PAGE_MAX, AuditFilter, AuditRecord, AuditWho, Permission};

use super::{View, unread};

pub(super) fn schema() -> SchemaRef {
    let text = |name: &str, nullable: bool| Field::new(name, DataType::Utf8, nullable);
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    Arc::new(Schema::new(vec![
        Field::new("seq", DataType::Int64, false),
        Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        text("who_kind", false),
        text("who_id", true),
        text("who", true),
        text("action", false),
        text("detail", false),
        number("duration_us"),
        number("row_count"),
        number("byte_count"),
        text("hash", false),
    ]))
}

pub(super) async fn rows(view: &View) -> Result<RecordBatch> {
    let records = records(view).await?;
    let whole = |value: Option<u64>| value.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
    let who = |record: &AuditRecord| match &record.entry.who {
        AuditWho::Person(id) => ("person", Some(id.clone())),
        AuditWho::Token(id) => ("token", Some(id.clone())),
        AuditWho::Service => ("service", None),
        AuditWho::Nobody => ("nobody", None),
    };
    let texts =
        |text: &dyn Fn(&AuditRecord) -> Option<String>| Arc::new(records.iter().map(text).collect::<StringArray>()) as ArrayRef;
    let numbers = |number: &dyn Fn(&AuditRecord) -> Option<u64>| {
        Arc::new(records.iter().map(|record| whole(number(record))).collect::<Int64Array>()) as ArrayRef
    };
    let times = TimestampMicrosecondArray::from_iter_values(records.iter().map(|record| record.entry.at.timestamp_micros()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(records.iter().map(|record| record.seq))),
        Arc::new(times.with_timezone("UTC")),
        texts(&|record| Some(who(record).0.to_owned())),
        texts(&|record| who(record).1),
        texts(&|record| record.who_name.clone()),
        texts(&|record| Some(record.entry.action.to_string())),
        texts(&|record| Some(serde_json::Value::Object(record.entry.detail.clone()).to_string())),
        numbers(&|record| record.entry.duration_us),
        numbers(&|record| record.entry.rows),
        numbers(&|record| record.entry.bytes),
        texts(&|record| Some(record.hash.clone())),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

async fn records(view: &View) -> Result<Vec<AuditRecord>> {
    let all = view.identity.may_in(&view.tenant_id, Permission::Administration);
    let mut filter = AuditFilter {
        tenant_id: Some(view.tenant_id.clone()),
        who_id: (!all).then(|| view.identity.subject.id.clone()),
        ..AuditFilter::default()
    };
    let mut records = Vec::new();
    loop {
        let page = view.control.audit(&filter, AUDIT_PAGE_MAX).await.map_err(unread)?;
        filter.after = page.last().map(AuditRecord::place);
        let is_last = page.len() < AUDIT_PAGE_MAX as usize;
        records.extend(page);
        if is_last {
            return Ok(records);
        }
        if records.len() >= view.audit_rows {
            let limit = view.audit_rows;
            let message =
                format!("the audit log has more than {limit} entries (audit_rows): read it by `quarterdeck audit list`");
            return Err(DataFusionError::ResourcesExhausted(message));
        }
    }
}
