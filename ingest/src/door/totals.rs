//! Control totals as they are posted: one JSON object or an array of them, by the same key or signature as records. Every fault names its
//! field. Knows no table.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::Door;
use super::control_totals::{ControlTotal, NotKept, TotalSum};
use super::limits::DoorLimits;
use super::receive::{self, Call};
use super::refusal::Refusal;
use super::registrations::Registration;
use super::unpack::{Packing, gunzip};
use crate::sources::Source;

/// Room for one control total, in bytes.
const TOTAL_BYTES: usize = 1 << 10;

/// What was kept.
pub(super) struct Kept {
    totals: usize,
    changed: usize,
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let kept = serde_json::json!({ "totals": self.totals, "changed": self.changed });
        (StatusCode::ACCEPTED, Json(kept)).into_response()
    }
}

/// Receives control totals; what it answers with is durable.
pub(super) async fn receive(door: &Arc<Door>, call: Call) -> Result<Kept, Refusal> {
    let (source, registration) = receive::sender(door, call.contract, &call.source, call.key.as_deref()).await?;
    let kept = keep(door, call, source, &registration).await;
    kept.inspect_err(|refusal| door.state.registrations.refused(&registration, refusal.reason()))
}

async fn keep(door: &Arc<Door>, call: Call, source: &'static dyn Source, registration: &Registration) -> Result<Kept, Refusal> {
    let mut room = door.gate.enter(&registration.tenant)?;
    let message = receive::message(door, call, source, registration.clone(), &mut room).await?;
    if !message.is_authentic() {
        return Err(Refusal::NotAuthentic);
    }
    let limits = &door.state.limits;
    let posted_at = message.received_at;
    let body = match message.packing {
        Packing::None => message.packed,
        Packing::Gzip => gunzip(&message.packed, limits)?,
    };
    let totals = read(&body, limits)?;
    let count = totals.len();
    match door.state.totals.keep(registration, totals, posted_at).await {
        Ok(changed) => Ok(Kept { totals: count, changed }),
        Err(NotKept::Wrong { index, field, reason }) => Err(malformed(&place(index, count, &field), &reason)),
        Err(NotKept::Unreachable(error)) => Err(Refusal::Totals(error)),
    }
}

/// The control totals in a file of JSON, as they would be posted.
///
/// # Errors
/// What is wrong with them, naming the field.
pub fn control_totals_of(json: &[u8]) -> Result<Vec<ControlTotal>, String> {
    let limits = DoorLimits::default();
    read(json, &limits).map_err(|refusal| refusal.problem(&limits).detail)
}

/// One control total as it is written; each member is looked at by itself, so that a fault can name it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    table: Option<Value>,
    day: Option<Value>,
    count: Option<Value>,
    sum: Option<WrittenSum>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSum {
    column: Option<Value>,
    value: Option<Value>,
    currency: Option<Value>,
}

/// The control totals in `body`.
fn read(body: &[u8], limits: &DoorLimits) -> Result<Vec<ControlTotal>, Refusal> {
    let too_many = || Refusal::TooLarge { limit: limits.control_totals, setting: "control_totals" };
    if body.len() > limits.control_totals.saturating_mul(TOTAL_BYTES) {
        return Err(too_many());
    }
    let is_array = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let written = if is_array { serde_json::from_slice(body) } else { serde_json::from_slice(body).map(|one| vec![one]) };
    let written: Vec<Written> = written.map_err(|error| Refusal::Malformed {
        detail: format!("No control totals: {error}. Send an object, or an array of objects, with table, day, count and sum."),
    })?;
    if written.len() > limits.control_totals {
        return Err(too_many());
    }
    let many = written.len();
    let read = |(index, written): (usize, Written)| {
        total(&written).map_err(|(field, reason)| malformed(&place(index, many, field), &reason))
    };
    written.into_iter().enumerate().map(read).collect()
}

/// The member at fault, with its place when there are several totals.
fn place(index: usize, of: usize, field: &str) -> String {
    if of == 1 { field.to_owned() } else { format!("[{index}].{field}") }
}

fn malformed(field: &str, reason: &str) -> Refusal {
    Refusal::Malformed { detail: format!("`{field}`: {reason}") }
}

type Fault = (&'static str, String);

fn total(written: &Written) -> Result<ControlTotal, Fault> {
    let day = text("day", written.day.as_ref())?;
    let count = required("count", written.count.as_ref())?;
    let sum = written.sum.as_ref().map(|sum| {
        Ok::<_, Fault>(TotalSum {
            column: text("sum.column", sum.column.as_ref())?.to_owned(),
            value: decimal(text("sum.value", sum.value.as_ref())?)?,
            currency: sum.currency.as_ref().map(|code| text("sum.currency", Some(code))).transpose()?.map(str::to_owned),
        })
    });
    Ok(ControlTotal {
        table: text("table", written.table.as_ref())?.to_owned(),
        day: day_of(day).ok_or_else(|| ("day", format!("`{}` is no day: write it as 2026-01-31", excerpt(day))))?,
        count: count.as_u64().ok_or_else(|| ("count", "is no number of records: write 0 or more, without a point".to_owned()))?,
        sum: sum.transpose()?,
    })
}

fn required<'a>(field: &'static str, value: Option<&'a Value>) -> Result<&'a Value, Fault> {
    value.ok_or_else(|| (field, "is missing".to_owned()))
}

fn text<'a>(field: &'static str, value: Option<&'a Value>) -> Result<&'a str, Fault> {
    let text = required(field, value)?.as_str().ok_or_else(|| (field, "is no text: write it in quotes".to_owned()))?;
    if text.is_empty() { Err((field, "is empty".to_owned())) } else { Ok(text) }
}

fn day_of(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// Digits with at most one point and a minus before them: neither exponents nor signs that might be read otherwise elsewhere.
fn decimal(text: &str) -> Result<Decimal, Fault> {
    let plain = text.bytes().enumerate().all(|(at, byte)| byte.is_ascii_digit() || byte == b'.' || (at == 0 && byte == b'-'));
    let value = Decimal::from_str_exact(text).ok().filter(|_| plain);
    value.ok_or_else(|| ("sum.value", format!("`{}` is no decimal of at most 28 digits, such as 1250.75", excerpt(text))))
}

fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> String {
        match read(body.as_bytes(), &DoorLimits::default()).unwrap_err() {
            Refusal::Malformed { detail } => detail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_or_several_are_read() {
        let one =
            r#"{"table":"orders","day":"2026-03-02","count":3,"sum":{"column":"net_value","value":"-12.50","currency":"EUR"}}"#;
        let read = |body: &str| read(body.as_bytes(), &DoorLimits::default()).unwrap();
        let totals = read(&format!(" [{one},{{\"table\":\"tickets\",\"day\":\"2026-03-02\",\"count\":0}}]"));
        assert_eq!(totals[0], read(one)[0]);
        assert_eq!(totals[0].sum.as_ref().unwrap().value.to_string(), "-12.50");
        assert_eq!((totals[1].count, &totals[1].sum), (0, &None));
        assert!(read("[]").is_empty());
    }

    #[test]
    fn a_fault_names_its_field() {
        let of = |day: &str, count: &str, sum: &str| format!(r#"{{"table":"orders","day":{day},"count":{count},"sum":{sum}}}"#);
        let day = "\"2026-03-02\"";
        assert!(fault(&of("\"2026-02-30\"", "1", "null")).starts_with("`day`: `2026-02-30` is no day"));
        assert!(fault(&of(day, "-1", "null")).starts_with("`count`: "));
        assert!(fault(&of(day, "\"1\"", "null")).starts_with("`count`: "));
        assert!(fault(&of(day, "1", r#"{"column":"net_value","value":12.5}"#)).starts_with("`sum.value`: is no text"));
        for wrong in ["1e3", "1_000", "+1", "", "1.2.3", "12345678901234567890123456789012"] {
            let sum = format!(r#"{{"column":"net_value","value":"{wrong}"}}"#);
            assert!(fault(&of(day, "1", &sum)).starts_with("`sum.value`: "), "{wrong}");
        }
        assert!(fault("{}").contains("`day`: is missing"));
        assert!(fault(&format!("[{0},{{\"table\":7}}]", of(day, "1", "null"))).starts_with("`[1].day`: is missing"));
        assert!(fault(r#"{"tabel":"orders"}"#).contains("`tabel`"));
        assert!(fault(r#"{"table":"a","table":"b"}"#).contains("duplicate field `table`"));
        assert!(fault("nonsense").starts_with("No control totals"));
    }

    #[test]
    fn there_are_not_too_many() {
        let limits = DoorLimits { control_totals: 1, ..DoorLimits::default() };
        let body = br#"[{"table":"a","day":"2026-03-02","count":1},{"table":"b","day":"2026-03-02","count":1}]"#;
        assert!(matches!(read(body, &limits), Err(Refusal::TooLarge { setting: "control_totals", .. })));
    }
}
