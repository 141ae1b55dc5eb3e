//! The frame of a Shopify delivery: topic, times, identifiers. Knows no resource.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::sources::delivery::TOPIC;
use crate::sources::json::{Object, instant_of, micros};
use crate::sources::origin::Origin;
use crate::sources::{Delivery, Headers, Setting, Wrong};

/// What its headers say of a delivery.
pub(super) struct Event<'a> {
    /// `orders/create`.
    pub(super) topic: &'a str,
    /// When the event happened, as far as the delivery says; else its arrival.
    pub(super) triggered_at: DateTime<Utc>,
    /// Currency of amounts without one.
    pub(super) currency: Option<String>,
    /// Shop and event.
    pub(super) origin: Origin,
}

impl<'a> Event<'a> {
    pub(super) fn of(delivery: &Delivery<'a>, setting: &Setting) -> Self {
        let header = |name: &str| delivery.headers.get(name);
        let id = header("x-shopify-event-id").or_else(|| header("x-shopify-webhook-id"));
        Self {
            topic: topic(delivery.headers),
            triggered_at: header("x-shopify-triggered-at").and_then(instant_of).unwrap_or_else(|| micros(delivery.received_at)),
            currency: setting.currency.clone(),
            origin: Origin { instance: header("x-shopify-shop-domain").map(str::to_owned), event_id: id.map(str::to_owned) },
        }
    }

    /// The version of `resource`: its own time of change, where it bears one.
    pub(super) fn version(&self, resource: &Object<'_>) -> Result<DateTime<Utc>, Wrong> {
        Ok(resource.instant("updated_at")?.unwrap_or(self.triggered_at))
    }
}

/// The topic, from whichever header gives it.
pub(super) fn topic(headers: &Headers) -> &str {
    headers.get("x-shopify-topic").or_else(|| headers.get(TOPIC)).unwrap_or_default()
}

/// The identifier of `resource`, exact where its gid is there.
pub(super) fn id(resource: &Object<'_>) -> Result<String, Wrong> {
    let exact = resource.text("admin_graphql_api_id")?.as_deref().and_then(gid_tail).map(str::to_owned);
    resource.needed(
        "id",
        match exact {
            Some(exact) => Some(exact),
            None => id_at(resource, "id")?,
        },
    )
}

/// The identifier at `name`, a number or a gid.
pub(super) fn id_at(resource: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    let id = resource.id(name)?;
    Ok(id.map(|id| gid_tail(&id).map(str::to_owned).unwrap_or(id)))
}

/// The identifier of the resource at `name` (`{"id": …, "admin_graphql_api_id": …}`).
pub(super) fn id_within(resource: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    resource.object(name)?.map(|inner| id(&inner)).transpose()
}

/// `820982911946154508` of `gid://shopify/Order/820982911946154508`.
pub(super) fn gid_tail(gid: &str) -> Option<&str> {
    let (_, tail) = gid.strip_prefix("gid://")?.rsplit_once('/')?;
    let tail = tail.split('?').next()?;
    (!tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit())).then_some(tail)
}

/// The amount in the shop's own currency at `name` (`…_set`), and that currency.
pub(super) fn shop_money(resource: &Object<'_>, name: &str) -> Result<(Option<Decimal>, Option<String>), Wrong> {
    let Some(shop) = resource.object(name)?.map(|set| set.object("shop_money")).transpose()?.flatten() else {
        return Ok((None, None));
    };
    Ok((shop.money("amount")?, shop.text("currency_code")?))
}

/// The country of the first of `addresses` that has one, as a code where there is one.
pub(super) fn country(addresses: &[Option<Object<'_>>]) -> Result<Option<String>, Wrong> {
    for address in addresses.iter().flatten() {
        if let Some(country) = address.text("country_code")?.or(address.text("country")?) {
            return Ok(Some(country));
        }
    }
    Ok(None)
}
