//! What an event tells: the table by its type, the row by its data. Knows no contract.

use std::borrow::Cow;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::super::json_object::{JsonObject, JsonText, excerpt, scalar};
use super::super::taker::Told as Column;
use super::super::{Row, RowHead, RowTaker, Setting, Teller, Value, Wrong, times};
use super::event::{Event, Scalar};

/// Tables that the engine writes itself.
const RESERVED: [&str; 3] = ["batches", "loads", "quarantine"];

/// Longest name that a table may have, as in PostgreSQL.
const MAX_NAME_BYTES: usize = 63;

/// What came of an event.
pub(super) enum Told {
    Row(Row),
    Unknown(String),
}

/// What the attributes say of a row.
struct Head<'a> {
    table: &'a str,
    time: Option<DateTime<Utc>>,
    sequence: i64,
    deleted: bool,
    partial: bool,
    id: &'a str,
}

impl Event<'_> {
    /// The row that it tells.
    pub(super) fn told(&self, received_at: DateTime<Utc>, setting: &Setting) -> Result<Told, Wrong> {
        let head = match self.head(setting)? {
            Ok(head) => head,
            Err(unknown) => return Ok(Told::Unknown(unknown)),
        };
        let mut row = Row::named(Cow::Owned(head.table.to_owned()), head.time.unwrap_or(received_at));
        row.occurred_at = head.time;
        row.deleted = head.deleted;
        row.partial = head.partial;
        row.sequence = head.sequence;
        row.instance = self.instance.as_ref().map(|Scalar(text)| text.to_string());
        row.event_id = Some(head.id.to_owned());
        columns(&self.data()?, &mut row, setting)?;
        Ok(Told::Row(row))
    }

    /// Tells `taker` the row; answers what is unknown about it, if it is no row.
    pub(super) fn tell(
        &self,
        received_at: DateTime<Utc>,
        setting: &Setting,
        teller: Teller<'_>,
        taker: &mut dyn RowTaker,
    ) -> Result<Option<String>, Wrong> {
        let head = match self.head(setting)? {
            Ok(head) => head,
            Err(unknown) => return Ok(Some(unknown)),
        };
        let mut row = RowHead {
            version: head.time.unwrap_or(received_at),
            sequence: head.sequence,
            occurred_at: head.time,
            deleted: head.deleted,
            partial: head.partial,
            instance: self.instance.as_ref().map(|Scalar(text)| text.as_ref()),
            event_id: Some(head.id),
        };
        taker.begin(head.table)?;
        let data = self.data()?;
        let members = JsonObject::read(&data).map_err(|wrong| Wrong { field: "data".to_owned(), ..wrong })?;
        for (name, raw) in members.entries() {
            match (name.starts_with('_'), raw.as_bytes().first(), scalar(raw)) {
                (true, ..) => {
                    let (version, occurred_at, deleted) = (&mut row.version, &mut row.occurred_at, &mut row.deleted);
                    system_column(name, raw, setting, version, occurred_at, deleted)?;
                }
                (_, Some(b'n'), _) => taker.tell(name, Column::Null, setting.zone)?,
                (_, Some(b'"'), Some(text)) => taker.tell(name, Column::Text(&text), setting.zone)?,
                (_, _, Some(text)) => taker.tell(name, Column::Raw(&text), setting.zone)?,
                (_, _, None) => return Err(Wrong::field(name, excerpt(raw), "is no single value")),
            }
        }
        taker.end(row, teller)?;
        Ok(None)
    }

    /// What the attributes say, or what is unknown about them.
    fn head(&self, setting: &Setting) -> Result<Result<Head<'_>, String>, Wrong> {
        let version = required("specversion", self.specversion.as_ref())?;
        if !version.starts_with("1.") {
            return Ok(Err(format!("CloudEvents {}", excerpt(version))));
        }
        let id = required("id", self.id.as_ref())?;
        required("source", self.source.as_ref())?;
        let kind = required("type", self.kind.as_ref())?;
        let Some((table, deleted)) = table(kind) else { return Ok(Err(excerpt(kind))) };
        if let Some(JsonText(content_type)) = &self.datacontenttype
            && !content_type.to_ascii_lowercase().contains("json")
        {
            return Ok(Err(excerpt(&format!("{kind} as {content_type}"))));
        }
        let time = self.time.as_ref().map(|time| times::required("time", &time.0, setting.zone)).transpose()?;
        let partial = self.partial.as_ref().map(|Scalar(text)| truth("partial", text)).transpose()?.unwrap_or_default();
        let sequence = self.sequence.as_ref().map(|Scalar(text)| sequence(text)).transpose()?.unwrap_or_default();
        Ok(Ok(Head { table, time, sequence, deleted, partial, id }))
    }

    /// The exact JSON of the data.
    fn data(&self) -> Result<Cow<'_, str>, Wrong> {
        if let Some(data) = self.data {
            return Ok(Cow::Borrowed(data.get()));
        }
        let Some(JsonText(encoded)) = &self.data_base64 else { return Err(Wrong::field("data", "", "is missing")) };
        let decoded = STANDARD.decode(encoded.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.map(Cow::Owned).ok_or_else(|| Wrong::field("data_base64", excerpt(encoded), "is no base64 of UTF-8"))
    }
}

/// Members of `data` as columns of `row`.
fn columns(data: &str, row: &mut Row, setting: &Setting) -> Result<(), Wrong> {
    let data = JsonObject::read(data).map_err(|wrong| Wrong { field: "data".to_owned(), ..wrong })?;
    for (name, raw) in data.entries() {
        if name.starts_with('_') {
            system_column(name, raw, setting, &mut row.version, &mut row.occurred_at, &mut row.deleted)?;
            continue;
        }
        let column = || Cow::Owned(name.to_owned());
        match (raw.as_bytes().first(), scalar(raw)) {
            (Some(b'n'), _) if row.partial => row.cleared.push(column()),
            (Some(b'n'), _) => {}
            (Some(b'"'), Some(text)) => row.values.push((column(), Value::Text(text.into_owned()))),
            (_, Some(text)) => row.values.push((column(), Value::Raw(text.into_owned()))),
            (_, None) => return Err(Wrong::field(name, excerpt(raw), "is no single value")),
        }
    }
    Ok(())
}

fn system_column(
    name: &str,
    raw: &str,
    setting: &Setting,
    version: &mut DateTime<Utc>,
    occurred_at: &mut Option<DateTime<Utc>>,
    deleted: &mut bool,
) -> Result<(), Wrong> {
    let text = scalar(raw).unwrap_or_default();
    match name {
        "_version" => *version = times::required(name, &text, setting.zone)?,
        "_occurred_at" => *occurred_at = Some(times::required(name, &text, setting.zone)?),
        "_deleted" => *deleted = truth(name, &text)?,
        _ => return Err(Wrong::field(name, excerpt(raw), "is a column that the engine fills")),
    }
    Ok(())
}

/// The table that `kind` names, and whether it deletes.
fn table(kind: &str) -> Option<(&str, bool)> {
    let mut parts = kind.rsplit('.').peekable();
    parts.next_if(|part| part.strip_prefix('v').is_some_and(|number| u32::from_str(number).is_ok()));
    let verb = parts.next_if(|part| matches!(*part, "created" | "updated" | "changed" | "deleted"));
    let table = parts.next().filter(|name| is_table_name(name) && !RESERVED.contains(name))?;
    Some((table, verb == Some("deleted")))
}

fn is_table_name(name: &str) -> bool {
    name.len() <= MAX_NAME_BYTES
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn required<'a>(name: &str, text: Option<&'a JsonText<'_>>) -> Result<&'a str, Wrong> {
    let text = text.map(|text| text.0.as_ref()).filter(|text| !text.is_empty());
    text.ok_or_else(|| Wrong::field(name, "", "is missing"))
}

fn truth(name: &str, text: &str) -> Result<bool, Wrong> {
    bool::from_str(text).map_err(|_| Wrong::field(name, excerpt(text), "is neither true nor false"))
}

/// The sequence extension: a whole number, as text or not, with or without leading zeros.
fn sequence(text: &str) -> Result<i64, Wrong> {
    i64::from_str(text).map_err(|_| Wrong::field("sequence", excerpt(text), "is no whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_names_the_table() {
        assert_eq!(table("orders"), Some(("orders", false)));
        assert_eq!(table("quarterdeck.orders.v1"), Some(("orders", false)));
        assert_eq!(table("com.example.shop.order_lines.updated.v2"), Some(("order_lines", false)));
        assert_eq!(table("com.example.orders.deleted"), Some(("orders", true)));
        assert_eq!(table("com.vendure.order.state-transition"), None);
        assert_eq!(table("quarterdeck.batches"), None);
        assert_eq!(table("deleted"), None);
        assert_eq!(table("v1"), None);
        assert_eq!(table(""), None);
    }
}
