//! Vendure. It sends no webhooks of its own: a plugin that listens on its EventBus posts each event as JSON, signed by Standard Webhooks:
//!
//! ```json
//! {"type": "OrderStateTransitionEvent", "createdAt": "2026-03-02T10:15:30.123Z", "entity": {"id": "7", "state": "PaymentSettled", …}}
//! ```
//!
//! | `type` | `entity`, as the Admin API writes it | becomes |
//! |---|---|---|
//! | `OrderEvent`, `OrderPlacedEvent`, `OrderStateTransitionEvent` | `Order` with `lines { productVariant { id sku name } }`, `customer`, addresses | orders, order_lines |
//! | `PaymentStateTransitionEvent` | `Payment` with `order { id currencyCode customer { id } }` | payments |
//! | `RefundEvent`, `RefundStateTransitionEvent` | `Refund` with `paymentId`, `order` | refunds |
//! | `FulfillmentEvent`, `FulfillmentStateTransitionEvent` | `Fulfillment` with `lines { quantity }`, `order` | shipments |
//! | `ProductVariantEvent` | `ProductVariant` with `product { id }`, `stockLevels` | products, inventory_levels |
//! | `StockMovementEvent` | `StockMovement` with `productVariant { id sku }`, `stockLocation { id }` | inventory_movements |
//! | `CustomerEvent` | `Customer` | customers |
//!
//! An event's `entities` (a list) instead of `entity` tells several. Amounts are whole numbers of hundredths in every currency (Vendure's own
//! `MoneyStrategy`). `updatedAt` has whole seconds on SQLite and may lie before `orderPlacedAt`: the version is the event's `createdAt`, else
//! the later of both, and ranks of states order ties. A cart is no order: it is told once it was placed.

mod customer;
mod movement;
mod order;
mod payment;
mod shipment;
mod variant;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::json::{Object, micros, money_of};
use super::origin::Origin;
use super::{Decoded, Delivery, Setting, Source, Wrong, signature};

/// Vendure.
#[derive(Debug)]
pub struct Vendure;

impl Source for Vendure {
    fn name(&self) -> &'static str {
        "vendure"
    }

    fn title(&self) -> &'static str {
        "Vendure"
    }

    fn about(&self) -> &'static str {
        "Vendure events posted by an EventBus plugin: orders, payments, refunds, fulfilments, variants, stock movements and customers"
    }

    fn authentic(&self, delivery: &Delivery<'_>, secret: &[u8], now: DateTime<Utc>) -> bool {
        signature::is_standard_webhook(delivery, secret, now)
    }

    /// The plugin's message id; without one, what tells events apart: type, entity, state and time.
    fn delivery_id(&self, delivery: &Delivery<'_>) -> Option<String> {
        if let Some(id) = delivery.headers.get("webhook-id") {
            return Some(id.to_owned());
        }
        let event = Object::parse(delivery.body).ok()?;
        let entity = event.object("entity").ok()??;
        let parts = [event.text("type").ok()?, entity.id("id").ok()?, entity.text("state").ok()?, event.text("createdAt").ok()?];
        let [Some(_), Some(_), _, Some(_)] = &parts else { return None };
        Some(parts.map(Option::unwrap_or_default).join(" "))
    }

    fn decode(&self, delivery: &Delivery<'_>, setting: &Setting) -> Result<Decoded, Wrong> {
        let payload = Object::parse(delivery.body)?;
        let topic = payload.text("type")?.unwrap_or_default();
        let tell: Tell = match topic.as_str() {
            "OrderEvent" | "OrderPlacedEvent" | "OrderStateTransitionEvent" => order::tell,
            "PaymentStateTransitionEvent" => payment::tell,
            "RefundEvent" | "RefundStateTransitionEvent" => payment::tell_refund,
            "FulfillmentEvent" | "FulfillmentStateTransitionEvent" => shipment::tell,
            "ProductVariantEvent" => variant::tell,
            "StockMovementEvent" => movement::tell,
            "CustomerEvent" => customer::tell,
            _ => return Ok(Decoded::unknown(&topic)),
        };
        let event = Event {
            created_at: payload.instant("createdAt")?,
            received_at: micros(delivery.received_at),
            is_deletion: payload.text("action")?.as_deref() == Some("deleted"),
            currency: setting.currency.clone(),
            origin: Origin { instance: None, event_id: delivery.headers.get("webhook-id").map(str::to_owned) },
        };
        let entities = match payload.objects("entities")? {
            Some(entities) => entities,
            None => vec![payload.object("entity").and_then(|entity| payload.needed("entity", entity))],
        };
        let mut decoded = Decoded::of(topic.as_str());
        for entity in entities {
            if let Err(wrong) = entity.and_then(|entity| tell(&entity, &event, &mut decoded)) {
                decoded.tell(Err(wrong));
            }
        }
        Ok(decoded)
    }
}

/// What tells one entity.
type Tell = fn(&Object<'_>, &Event, &mut Decoded) -> Result<(), Wrong>;

/// What an event says besides its entities.
struct Event {
    created_at: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    is_deletion: bool,
    currency: Option<String>,
    origin: Origin,
}

impl Event {
    /// The version that `entity` has after this event.
    fn version(&self, entity: &Object<'_>) -> Result<DateTime<Utc>, Wrong> {
        let told = entity.instant("updatedAt")?.max(entity.instant("orderPlacedAt")?);
        Ok(self.created_at.or(told).unwrap_or(self.received_at))
    }

    /// Whether `entity` is no more; Vendure deletes softly.
    fn deletes(&self, entity: &Object<'_>) -> bool {
        self.is_deletion || entity.raw("deletedAt").is_some()
    }

    /// The currency of `entity`, of its order, or of the registration.
    fn currency(&self, entity: &Object<'_>) -> Result<Option<String>, Wrong> {
        let order = entity.object("order")?.map(|order| order.text("currencyCode")).transpose()?.flatten();
        Ok(entity.text("currencyCode")?.or(order).or_else(|| self.currency.clone()))
    }
}

/// The identifier of `entity`.
fn id(entity: &Object<'_>) -> Result<String, Wrong> {
    let id = entity.id("id")?;
    entity.needed("id", id)
}

/// The identifier of the entity at `name`.
fn id_within(entity: &Object<'_>, name: &str) -> Result<Option<String>, Wrong> {
    entity.object(name)?.map(|inner| id(&inner)).transpose()
}

/// The identifier of the order's customer, of `order` itself or of what belongs to it.
fn customer_of(entity: &Object<'_>) -> Result<Option<String>, Wrong> {
    entity.object("order")?.map(|order| id_within(&order, "customer")).transpose().map(Option::flatten)
}

/// The code of the variant at `productVariant`; its id where it has none.
fn sku(entity: &Object<'_>) -> Result<Option<String>, Wrong> {
    let Some(variant) = entity.object("productVariant")? else { return Ok(None) };
    Ok(variant.text("sku")?.or(variant.id("id")?))
}

/// The amount of hundredths at `name`, in major units.
fn amount(entity: &Object<'_>, name: &str) -> Result<Option<Decimal>, Wrong> {
    let Some(hundredths) = entity.whole(name)? else { return Ok(None) };
    let amount = Decimal::try_new(hundredths, 2).ok().and_then(money_of);
    amount.map(Some).ok_or_else(|| entity.wrong(name, "does not fit a DECIMAL(18, 4)"))
}

#[cfg(test)]
mod tests;
