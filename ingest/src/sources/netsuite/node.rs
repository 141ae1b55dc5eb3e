//! A record in one shape, whether it came as JSON or as XML: named nodes with a text, an id and children. Knows no record type. Names are
//! compared without regard to case: REST and SOAP differ in it (`subtotal`, `subTotal`).

use std::borrow::Cow;

use super::super::Wrong;
use super::super::shape::Record;

/// Deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 32;

/// A field, a list, an element of one, or the record.
#[derive(Debug, Default, Clone)]
pub(super) struct Node {
    /// The field's name; the type of a record.
    pub(super) name: String,
    /// The internal id that it has or points to.
    pub(super) id: Option<String>,
    pub(super) text: Option<String>,
    pub(super) is_null: bool,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The child `name`.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name.eq_ignore_ascii_case(name))
    }

    /// The elements of the sub-list `name`; none where it is not told, or told as a mere link.
    pub(super) fn elements(&self, name: &str) -> Option<&[Self]> {
        let rest = self.child(name).and_then(|list| list.child("items"));
        let list = rest.or_else(|| self.child(&format!("{name}List")))?;
        Some(&list.children)
    }

    /// The field `name` as text.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.child(name)?.text.as_deref().filter(|text| !text.is_empty())
    }

    /// Whether the field `name` says yes: `true` or `T`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.word(name).is_some_and(|text| matches!(text, "true" | "T" | "TRUE"))
    }
}

impl Record for Node {
    /// The text of the field; of an enumerated one (`{"id": "open", "refName": "Open"}`) its id.
    fn word(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        let Some(child) = self.child(name) else { return Ok(None) };
        let text = child.text.as_deref().or(child.id.as_deref());
        Ok(text.filter(|text| !text.is_empty()).map(Cow::Borrowed))
    }

    fn id(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        let Some(child) = self.child(name) else { return Ok(None) };
        let id = child.id.as_deref().or(child.text.as_deref());
        Ok(id.filter(|id| !id.is_empty()).map(Cow::Borrowed))
    }

    fn label(&self, name: &str) -> Result<Option<Cow<'_, str>>, Wrong> {
        let Some(child) = self.child(name) else { return Ok(None) };
        let label = child.word("refName").or_else(|| child.word("name")).or(child.text.as_deref()).or(child.id.as_deref());
        Ok(label.map(Cow::Borrowed))
    }

    fn is_null(&self, name: &str) -> bool {
        self.child(name).is_some_and(|child| child.is_null)
    }
}
