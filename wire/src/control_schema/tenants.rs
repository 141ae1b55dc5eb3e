//! `control.tenants`: the tenant that is asked of, with what its numbers are told by. One row.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::Result;
use quarterdeck_control::weekday_name;

use super::{View, unread};

pub(super) fn schema() -> SchemaRef {
    let text = |name: &str, nullable: bool| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("tenant_id", false),
        text("name", false),
        text("currency", false),
        text("zone", false),
        text("locale", false),
        text("week_start", false),
        text("today", true),
        Field::new("small_n", DataType::Int64, false),
    ]))
}

pub(super) async fn rows(view: &View) -> Result<RecordBatch> {
    let tenant = view.control.tenant(&view.tenant_id).await.map_err(unread)?;
    let text = |text: &str| Arc::new(StringArray::from(vec![text.to_owned()])) as ArrayRef;
    let columns: Vec<ArrayRef> = vec![
        text(&tenant.id),
        text(&tenant.name),
        text(&tenant.currency),
        text(tenant.zone.name()),
        text(&tenant.locale),
        text(weekday_name(tenant.week_start)),
        Arc::new(StringArray::from(vec![tenant.today.map(|today| today.to_string())])),
        Arc::new(Int64Array::from(vec![i64::from(tenant.small_n)])),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}
