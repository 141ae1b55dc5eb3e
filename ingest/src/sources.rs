//! Sources: what a system sends, as rows of canonical tables. A source is one file here and one line in [`all`]. Pure: bytes and headers in,
//! rows out; no clock, no network, no lake.

mod captured;
mod captured_json;
pub mod cloudevents;
pub mod delivery;
pub mod dynamics365;
pub mod easypost;
mod json;
mod json_object;
pub mod n8n;
pub mod netsuite;
#[cfg(test)]
mod never_panics;
pub mod ocel;
mod origin;
pub mod otlp;
pub mod row;
mod shape;
pub mod shopify;
pub mod signature;
#[cfg(test)]
pub(crate) mod snapshot;
mod static_key;
pub mod stripe;
pub mod taker;
#[cfg(test)]
mod testing;
mod times;
pub mod tryton;
pub mod vendure;
pub mod woocommerce;
pub mod zendesk;

pub use delivery::{Delivery, Headers, Setting};
pub use row::{ChildSet, Decoded, Mark, Row, Value, Wrong};
pub use taker::{RowHead, RowTaker, Teller, Told};

/// A system that sends records.
pub trait Source: Send + Sync {
    /// Its name: `{source}` in the door's path, `_source` of its rows.
    fn name(&self) -> &'static str;

    /// What people call it.
    fn title(&self) -> &'static str;

    /// What it is and which of its messages are read, in one sentence.
    fn about(&self) -> &'static str;

    /// Whether `delivery` was signed with `secret` over its exact bytes; compared in constant time. `now` bounds signed times where the
    /// contract says so.
    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], now: chrono::DateTime<chrono::Utc>) -> bool;

    /// What the sender repeats on a retry of the same message; none where it sends nothing of the kind (the hash of the bytes serves then).
    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String>;

    /// The rows that `delivery` tells. What is not known (topics, versions, fields) is marked, never refused; what does not fit is set aside
    /// with the reason, and the rest of the delivery is kept.
    ///
    /// # Errors
    /// [`Wrong`] when nothing of the delivery can be read.
    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong>;

    /// As [`Source::decode`], with the rows told to `taker` one by one and counted in the answer in place of its own; none where the source has no such way,
    /// or not for this delivery.
    fn tell(
        &self,
        _delivery: &Delivery<'_>,
        _setting: &Setting,
        _teller: Teller<'_>,
        _taker: &mut dyn RowTaker,
    ) -> Option<Result<(Decoded, u64), Wrong>> {
        None
    }

    /// The deliveries that a file of captured payloads holds; by itself one, whose topic the file's name gives (`orders.create.json`).
    ///
    /// # Errors
    /// [`Wrong`] when the file is not of this source.
    fn deliveries_of_file<'a>(&self, file_name: &str, bytes: &'a [u8]) -> Result<Vec<(Headers, &'a [u8])>, Wrong> {
        Ok(vec![(Headers::of_file(file_name), bytes)])
    }
}

/// Every source, in order of their names.
pub fn all() -> Vec<&'static dyn Source> {
    vec![
        &cloudevents::CloudEvents,
        &dynamics365::Dynamics365,
        &easypost::EasyPost,
        &n8n::N8n,
        &netsuite::NetSuite,
        &ocel::Ocel,
        &otlp::Otlp,
        &shopify::Shopify,
        &stripe::Stripe,
        &tryton::Tryton,
        &vendure::Vendure,
        &woocommerce::WooCommerce,
        &zendesk::Zendesk,
    ]
}

/// The source named `name`.
pub fn named(name: &str) -> Option<&'static dyn Source> {
    all().into_iter().find(|source| source.name() == name)
}
