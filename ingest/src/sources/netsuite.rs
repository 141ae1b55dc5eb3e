//! NetSuite: records of its REST API as a script or a poll hands them on, answers of its SOAP API (a record, a saved search of items), and
//! deletions, which SOAP and the table `deletedRecord` tell and no date of change ever does. CSV exports are read by the mapping packs
//! `netsuite*`.
//!
//! A record is whole as of its `lastModifiedDate`. Sub-lists come as mere links unless asked for (`expandSubResources=true`): then the lines
//! replace those known; a link marks them to be fetched. `true` and `"T"` stand in one record for the same thing. What has no id is no
//! record but a request to make one. The type is that of the record's own link, of its `recordType`, or of the message's topic (`salesOrder`).

mod deleted;
mod documents;
mod json;
mod lines;
mod node;
mod parties;
mod record;
mod saved_search;
mod soap;

use chrono::{DateTime, Utc};

use super::delivery::TOPIC;
use super::{Decoded, Delivery, Mark, Setting, Source, Wrong, static_key};
use node::Node;
use record::Known;

/// The source.
pub struct NetSuite;

impl Source for NetSuite {
    fn name(&self) -> &'static str {
        "netsuite"
    }

    fn title(&self) -> &'static str {
        "NetSuite"
    }

    fn about(&self) -> &'static str {
        "NetSuite: REST records with their sub-lists, SOAP records and item searches, deleted records."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    /// None: a record is known by its type, id and date of change, which its rows bear.
    fn delivery_id(&self, _delivery: &Delivery<'_>) -> Option<String> {
        None
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let text = std::str::from_utf8(delivery.body).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))?;
        let topic = delivery.headers.get(TOPIC).unwrap_or_default();
        let nodes = if text.trim_start().starts_with('<') { soap::records(text)? } else { json::records(text, topic)? };
        let known = Known { received_at: delivery.received_at, setting };
        let mut decoded = Decoded::default();
        for (record, node) in (1..).zip(&nodes) {
            if decoded.topic.is_empty() {
                decoded.topic.clone_from(&node.name);
            }
            if let Err(wrong) = tell(node, &known, &mut decoded) {
                decoded.wrong.push(wrong.of(record));
            }
        }
        Ok(decoded)
    }
}

/// Tells one record by its type; nothing of it is told when a part does not fit.
fn tell(node: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let mut told = Decoded::default();
    let kind = node.name.to_ascii_lowercase();
    let is_known = match kind.as_str() {
        "deletedrecord" => deleted::tell(node, known, &mut told)?,
        "itemsearchrow" => saved_search::tell(node, known, &mut told)?,
        _ if node.id.is_none() => false,
        _ => {
            parties::tell(&kind, node, known, &mut told)?
                || documents::tell(&kind, node, known, &mut told)?
                || lines::tell(&kind, node, known, &mut told)?
        }
    };
    if !is_known {
        let what = if node.id.is_none() { format!("{} without an id", node.name) } else { node.name.clone() };
        told.marks.push(Mark::Unknown(what));
    }
    decoded.rows.append(&mut told.rows);
    decoded.sets.append(&mut told.sets);
    for mark in told.marks {
        if !decoded.marks.contains(&mark) {
            decoded.marks.push(mark);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
