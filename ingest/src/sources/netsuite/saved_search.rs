//! A row of a saved search of items: what is on hand at a place. The columns are the search's own; one without the place tells nothing.

use super::super::shape::Kind::Whole;
use super::super::shape::{self, Field, Record, field};
use super::super::{Decoded, Row, Value, Wrong};
use super::node::Node;
use super::record::Known;

const LEVEL: &[Field] = &[
    field("on_hand", Whole, &["locationQuantityOnHand"]),
    field("available", Whole, &["locationQuantityAvailable"]),
    field("reserved", Whole, &["locationQuantityCommitted"]),
    field("incoming", Whole, &["locationQuantityOnOrder"]),
    field("reorder_point", Whole, &["locationReOrderPoint"]),
];

/// Tells the level that `found` is, as of its arrival: a search bears no time.
pub(super) fn tell(found: &Node, known: &Known<'_>, decoded: &mut Decoded) -> Result<bool, Wrong> {
    let columns = Columns(found.child("basic").ok_or_else(|| Wrong::field("basic", "", "is missing"))?);
    let text = |name: &str| columns.word(name)?.map(|text| text.into_owned()).ok_or_else(|| Wrong::field(name, "", "is missing"));
    let place = columns.label("inventoryLocation")?.or(columns.label("location")?);
    let place = place.ok_or_else(|| Wrong::field("inventoryLocation", "", "is missing: levels are those of a place"))?;
    let row = Row::new("inventory_levels", known.received_at)
        .with("sku", Value::Text(text("itemId")?))
        .with("warehouse", Value::Text(place.into_owned()))
        .with("counted_at", Value::Instant(known.received_at));
    decoded.rows.push(shape::tell(row, &columns, LEVEL, known.setting.zone)?);
    Ok(true)
}

/// Columns of a search: each holds its value one level deeper.
struct Columns<'a>(&'a Node);

impl Record for Columns<'_> {
    fn word(&self, name: &str) -> Result<Option<std::borrow::Cow<'_, str>>, Wrong> {
        self.0.child(name).map_or(Ok(None), |column| Record::word(column, "searchValue"))
    }

    fn label(&self, name: &str) -> Result<Option<std::borrow::Cow<'_, str>>, Wrong> {
        self.0.child(name).map_or(Ok(None), |column| Record::label(column, "searchValue"))
    }
}
