//! Records in JSON: one, an array of them, or a page of a collection (`{"items": […]}`). Numbers stay as they are written.

use super::super::Wrong;
use super::super::json_object::{JsonObject, elements, excerpt, scalar};
use super::node::{MAX_DEPTH, Node};

/// The records that `text` holds; of the type `topic`, where they do not say.
pub(super) fn records(text: &str, topic: &str) -> Result<Vec<Node>, Wrong> {
    let texts = if text.trim_start().starts_with('[') {
        elements(text)?
    } else {
        let page = JsonObject::read(text)?;
        match page.raw("items").filter(|items| items.starts_with('[')) {
            Some(items) => elements(items)?,
            None => vec![text],
        }
    };
    texts.into_iter().map(|text| record(text, topic)).collect()
}

fn record(text: &str, topic: &str) -> Result<Node, Wrong> {
    let name = kind(&JsonObject::read(text)?, topic)?;
    node(&name, text, 0)
}

/// The type: a deletion says so by its date; else the record's own link, its own word, the topic.
fn kind(record: &JsonObject<'_>, topic: &str) -> Result<String, Wrong> {
    if record.tells("deletedDate") || record.tells("deleteddate") {
        return Ok("deletedRecord".to_owned());
    }
    for link in record.array("links")? {
        let link = JsonObject::read(link)?;
        let address = link.word("href")?.unwrap_or_default();
        let of_record =
            address.split_once("/record/v1/").and_then(|(_, path)| path.split('/').next()).filter(|name| !name.is_empty());
        if let Some(name) = of_record {
            return Ok(excerpt(name));
        }
    }
    let own = record.word("recordType")?.map(|name| excerpt(&name));
    let by_topic = topic.rsplit('/').find(|part| part.bytes().all(|byte| byte.is_ascii_alphabetic()) && !part.is_empty());
    Ok(own.or(by_topic.map(str::to_owned)).unwrap_or_else(|| "record".to_owned()))
}

/// `raw` as a node; links are left out, so that a list of nothing but links has no elements.
fn node(name: &str, raw: &str, depth: usize) -> Result<Node, Wrong> {
    if depth > MAX_DEPTH {
        return Err(Wrong::field(name, "", "is nested too deep"));
    }
    let mut node = Node { name: name.to_owned(), ..Node::default() };
    match raw.as_bytes().first() {
        Some(b'{') => {
            let object = JsonObject::read(raw)?;
            node.id = object.raw("id").and_then(scalar).map(std::borrow::Cow::into_owned);
            for (name, raw) in object.entries().filter(|(name, _)| *name != "links") {
                node.children.push(self::node(name, raw, depth + 1)?);
            }
        }
        Some(b'[') => {
            for raw in elements(raw)? {
                node.children.push(self::node("", raw, depth + 1)?);
            }
        }
        Some(b'n') => node.is_null = true,
        _ => node.text = scalar(raw).map(std::borrow::Cow::into_owned),
    }
    Ok(node)
}
