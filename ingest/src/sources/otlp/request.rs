//! An export request, taken apart into its items. In JSON each item is read by itself, so that one that does not fit leaves the others
//! alone; protobuf is read whole. Knows no meaning of an item.

use std::rc::Rc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::super::json_object::excerpt;
use super::super::{Delivery, Wrong};

/// One item, with the resource that it comes from and its ordinal in the request, from 1.
pub(super) struct Carried<T> {
    pub(super) resource: Rc<Resource>,
    pub(super) record: u64,
    pub(super) item: Result<T, Wrong>,
}

/// What a request carries.
pub(super) trait Item: DeserializeOwned {
    /// The items of a protobuf request, by their resources.
    fn of_protobuf(body: &[u8]) -> Result<Vec<(Resource, Vec<Self>)>, prost::DecodeError>;
}

impl Item for Span {
    fn of_protobuf(body: &[u8]) -> Result<Vec<(Resource, Vec<Self>)>, prost::DecodeError> {
        let request = ExportTraceServiceRequest::decode(body)?;
        let groups = request.resource_spans.into_iter().map(|group| {
            let spans = group.scope_spans.into_iter().flat_map(|scope| scope.spans).collect();
            (group.resource.unwrap_or_default(), spans)
        });
        Ok(groups.collect())
    }
}

impl Item for LogRecord {
    fn of_protobuf(body: &[u8]) -> Result<Vec<(Resource, Vec<Self>)>, prost::DecodeError> {
        let request = ExportLogsServiceRequest::decode(body)?;
        let groups = request.resource_logs.into_iter().map(|group| {
            let records = group.scope_logs.into_iter().flat_map(|scope| scope.log_records).collect();
            (group.resource.unwrap_or_default(), records)
        });
        Ok(groups.collect())
    }
}

/// Items of the request in `delivery`.
pub(super) fn read<T: Item>(delivery: &Delivery<'_>) -> Result<Vec<Carried<T>>, Wrong> {
    let groups = if super::is_json(delivery) { of_json(delivery.body)? } else { of_protobuf(delivery.body)? };
    let mut carried = Vec::new();
    let mut records = 1..;
    for (resource, items) in groups {
        let resource = Rc::new(resource);
        for (item, record) in items.into_iter().zip(records.by_ref()) {
            carried.push(Carried { resource: Rc::clone(&resource), record, item });
        }
    }
    Ok(carried)
}

type Groups<T> = Vec<(Resource, Vec<Result<T, Wrong>>)>;

fn of_protobuf<T: Item>(body: &[u8]) -> Result<Groups<T>, Wrong> {
    let groups = T::of_protobuf(body).map_err(|error| Wrong::whole(format!("is no OTLP request in protobuf: {error}")))?;
    Ok(groups.into_iter().map(|(resource, items)| (resource, items.into_iter().map(Ok).collect())).collect())
}

#[derive(serde::Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, alias = "resourceSpans", alias = "resourceLogs")]
    groups: Vec<Group<'a>>,
}

#[derive(serde::Deserialize)]
struct Group<'a> {
    resource: Option<Resource>,
    #[serde(borrow, default, alias = "scopeSpans", alias = "scopeLogs")]
    scopes: Vec<Scope<'a>>,
}

#[derive(serde::Deserialize)]
struct Scope<'a> {
    #[serde(borrow, default, alias = "spans", alias = "logRecords")]
    items: Vec<&'a RawValue>,
}

fn of_json<T: Item>(body: &[u8]) -> Result<Groups<T>, Wrong> {
    let request = serde_json::from_slice::<Request<'_>>(body);
    let request = request.map_err(|error| Wrong::whole(format!("is no OTLP request in JSON: {error}")))?;
    let groups = request.groups.into_iter().map(|group| {
        let texts = group.scopes.into_iter().flat_map(|scope| scope.items).map(RawValue::get);
        (group.resource.unwrap_or_default(), texts.map(item).collect())
    });
    Ok(groups.collect())
}

fn item<T: Item>(text: &str) -> Result<T, Wrong> {
    serde_json::from_str(text).map_err(|error| Wrong::field("", excerpt(text), error.to_string()))
}
