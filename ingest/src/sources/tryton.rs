//! Tryton: records of its models as JSON-RPC gives them, posted by a script or a poll: `{"model": "sale.sale", "records": […]}`, or an answer of
//! `read` (`{"id": 1, "result": […]}`) whose topic names the model. `{"model": …, "deleted": [ids]}` tells what a reconciliation no longer
//! found: Tryton deletes without a trace, so the arrival is the version.
//!
//! Values are tagged: decimals, dates and times are objects with `__class__`. Times are UTC, days those of the company. A record that was
//! never written again has no `write_date`: its `create_date` is the version. Ids of lines number them; an article is known by its code
//! where the reading names it (`product.code`), else by its id.

mod models;
mod record;
mod stock;

use chrono::{DateTime, Utc};

use super::delivery::TOPIC;
use super::json_object::{JsonObject, elements, excerpt, scalar};
use super::{Decoded, Delivery, Mark, Row, Setting, Source, Value, Wrong, static_key};
use record::TaggedRecord;

/// The source.
pub struct Tryton;

impl Source for Tryton {
    fn name(&self) -> &'static str {
        "tryton"
    }

    fn title(&self) -> &'static str {
        "Tryton"
    }

    fn about(&self) -> &'static str {
        "Tryton: records of sales, purchases, stock, invoices, payments, parties and products as JSON-RPC gives them."
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], _now: DateTime<Utc>) -> bool {
        static_key::borne(delivery.headers, secret)
    }

    /// None: a record is known by its model, id and date of change, which its rows bear.
    fn delivery_id(&self, _delivery: &Delivery<'_>) -> Option<String> {
        None
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let text = std::str::from_utf8(delivery.body).map_err(|error| Wrong::whole(format!("is not UTF-8: {error}")))?;
        let is_list = text.trim_start().starts_with('[');
        let message = if is_list { JsonObject::default() } else { JsonObject::read(text)? };
        let topic = delivery.headers.get(TOPIC).unwrap_or_default().replace('/', ".");
        let model = message.word("model")?.map_or(topic, |model| excerpt(&model));
        let mut decoded = Decoded { topic: model.clone(), ..Decoded::default() };
        for (record, id) in (1..).zip(message.array("deleted")?) {
            if let Err(wrong) = deleted(&model, id, delivery.received_at, &mut decoded) {
                decoded.wrong.push(wrong.of(record));
            }
        }
        let texts = match ["records", "result"].into_iter().find(|name| message.tells(name)) {
            Some(name) => message.array(name)?,
            None if is_list => elements(text)?,
            None if message.tells("deleted") => Vec::new(),
            None => vec![text],
        };
        for (record, text) in (1..).zip(texts) {
            let told = TaggedRecord::read(text, delivery.received_at, setting);
            if let Err(wrong) = told.and_then(|told| tell(&model, &told, &mut decoded)) {
                decoded.wrong.push(wrong.of(record));
            }
        }
        Ok(decoded)
    }
}

fn tell(model: &str, record: &TaggedRecord<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    if models::tell(model, record, decoded)? || stock::tell(model, record, decoded)? {
        return Ok(());
    }
    mark(decoded, Mark::Unknown(model.to_owned()));
    Ok(())
}

/// Table and key of what the ids of a model name; lines and receipts need their parent too, which an id does not tell.
fn deleted(model: &str, id: &str, received_at: DateTime<Utc>, decoded: &mut Decoded) -> Result<(), Wrong> {
    let (table, key) = match model {
        "sale.sale" => ("orders", "order_id"),
        "purchase.purchase" => ("purchase_orders", "purchase_order_id"),
        "party.party" => ("customers", "customer_id"),
        "stock.shipment.out" => ("shipments", "shipment_id"),
        "stock.move" => ("inventory_movements", "movement_id"),
        "account.payment" => ("payments", "payment_id"),
        _ => {
            mark(decoded, Mark::Unknown(format!("deleted {model}")));
            return Ok(());
        }
    };
    let id = scalar(id).ok_or_else(|| Wrong::field("deleted", excerpt(id), "is no id"))?;
    let mut row = Row::new(table, received_at).with(key, Value::Text(id.into_owned()));
    row.deleted = true;
    decoded.rows.push(row);
    Ok(())
}

fn mark(decoded: &mut Decoded, mark: Mark) {
    if !decoded.marks.contains(&mark) {
        decoded.marks.push(mark);
    }
}

#[cfg(test)]
mod tests;
