//! Answers of the SOAP API: the records in them, whatever call they answer. Knows how XML names ids and types, no record type.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::super::Wrong;
use super::node::{MAX_DEPTH, Node};

/// Elements that are records of an answer.
const RECORDS: [&str; 3] = ["record", "deletedRecord", "searchRow"];

/// The records that `text` holds.
pub(super) fn records(text: &str) -> Result<Vec<Node>, Wrong> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut records = Vec::new();
    loop {
        match reader.read_event().map_err(wrong)? {
            Event::Start(start) => {
                if open.len() > MAX_DEPTH {
                    return Err(Wrong::whole("is nested too deep"));
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => close(element(&start)?, &mut open, &mut records),
            Event::Text(text) => append(&mut open, &text),
            Event::CData(data) => append(&mut open, &data),
            Event::GeneralRef(reference) => append(&mut open, &character(&reference)),
            Event::End(_) => {
                if let Some(node) = open.pop() {
                    close(node, &mut open, &mut records);
                }
            }
            Event::Eof if open.is_empty() => return Ok(records),
            Event::Eof => return Err(Wrong::whole("ends in the middle of an element")),
            _ => {}
        }
    }
}

/// A record stands by itself, under the name of its type; a record in a record is a field of it.
fn close(mut node: Node, open: &mut [Node], records: &mut Vec<Node>) {
    let inside_record = open.iter().any(|parent| RECORDS.contains(&parent.name.as_str()));
    if RECORDS.contains(&node.name.as_str()) && !inside_record {
        if let Some(kind) = node.child("xsi:type").and_then(|kind| kind.text.clone()) {
            node.name = kind;
        }
        records.push(node);
    } else if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

/// The element with its id and type; types are children, named as the attributes are.
fn element(start: &BytesStart<'_>) -> Result<Node, Wrong> {
    let mut node = Node { name: local(start.name().as_ref()), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(wrong)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(wrong)?.into_owned();
        match attribute.key.as_ref() {
            "internalId" => node.id = Some(value),
            "type" => node.children.push(Node { name: "type".to_owned(), text: Some(value), ..Node::default() }),
            "xsi:type" => node.children.push(Node { name: "xsi:type".to_owned(), text: Some(local(&value)), ..Node::default() }),
            _ => {}
        }
    }
    Ok(node)
}

/// `tranSales:Invoice` without its prefix.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

/// White space between elements is no text.
fn append(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut()
        && (node.text.is_some() || !text.trim().is_empty())
    {
        node.text.get_or_insert_default().push_str(text);
    }
}

fn character(reference: &str) -> String {
    let code = reference.strip_prefix('#').and_then(|code| match code.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => code.parse().ok(),
    });
    let written = code.and_then(char::from_u32).map(String::from);
    written.or_else(|| resolve_predefined_entity(reference).map(str::to_owned)).unwrap_or_default()
}

fn wrong(error: impl std::fmt::Display) -> Wrong {
    Wrong::whole(format!("is no XML: {error}"))
}
