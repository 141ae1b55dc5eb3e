//! Log records. A record whose body is a line of n8n's event log, as a collector that tails the file sends it, tells what that line tells;
//! the others are kept and marked.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::super::json_object::{JsonObject, excerpt};
use super::super::n8n::{event_log, run};
use super::super::{Decoded, Mark, Setting, Wrong};
use super::attributes::{instance, word};

/// Tells what `log` tells.
pub(super) fn tell(log: &LogRecord, resource: &Resource, setting: &Setting, decoded: &mut Decoded) -> Result<(), Wrong> {
    let body = match log.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(Any::StringValue(text)) => text.as_str(),
        _ => "",
    };
    if body.starts_with("{\"__type\"") {
        let first = decoded.rows.len();
        event_log::tell(&JsonObject::read(body)?, setting, decoded)?;
        decoded.rows.iter_mut().skip(first).for_each(|row| row.instance = instance(resource));
        return Ok(());
    }
    let service = word(&resource.attributes, "service.name").unwrap_or_else(|| "an unnamed service".to_owned());
    run::mark(decoded, Mark::Unknown(format!("log records of {}", excerpt(&service))));
    Ok(())
}
