//! One line item: what was sold of it, before tax. Quantities are those ordered; what went back stands in refunds and returns.

use rust_decimal::Decimal;

use super::event::{id, id_at};
use crate::sources::json::{Object, rounded};
use crate::sources::{Row, Wrong};

/// What one line item says.
pub(super) struct Line {
    id: String,
    sku: Option<String>,
    name: Option<String>,
    is_voucher: bool,
    /// Units ordered.
    pub(super) quantity: i64,
    /// Price times quantity, less discounts, without tax.
    pub(super) net_value: Decimal,
    /// Discounts already taken off; with tax in it where the shop's prices include tax.
    pub(super) discount_value: Decimal,
    unit_price: Option<Decimal>,
}

impl Line {
    /// Reads a line item of an order whose prices include tax or not.
    pub(super) fn read(item: &Object<'_>, taxes_included: bool) -> Result<Self, Wrong> {
        let quantity = item.needed("quantity", item.whole("quantity")?)?;
        let price = item.needed("price", item.money("price")?)?;
        let too_large = || item.wrong("price", "times quantity does not fit a DECIMAL(18, 4)");
        let discount_value = discount(item)?;
        let tax = if taxes_included { sum(&item.list("tax_lines")?, "price")? } else { Decimal::ZERO };
        let gross = price.checked_mul(Decimal::from(quantity)).ok_or_else(too_large)?;
        let net = gross.checked_sub(discount_value).and_then(|net| net.checked_sub(tax)).and_then(rounded);
        let net_value = net.ok_or_else(too_large)?;
        Ok(Self {
            id: id(item)?,
            sku: sku(item)?,
            name: item.text("name")?.or(item.text("title")?),
            is_voucher: item.truth("gift_card")?.unwrap_or(false),
            quantity,
            net_value,
            discount_value,
            unit_price: net_value.checked_div(Decimal::from(quantity)).and_then(rounded),
        })
    }

    /// Its own columns.
    pub(super) fn told(self, row: Row) -> Row {
        row.word("line_type", if self.is_voucher { "voucher" } else { "product" })
            .text("sku", self.sku)
            .text("product_name", self.name)
            .whole("quantity", self.quantity)
            .decimal("unit_price", self.unit_price)
            .decimal("discount_value", self.discount_value)
            .decimal("net_value", self.net_value)
            .text("line_id", self.id)
    }
}

/// The article's code; its variant's id where the shop gave it none.
fn sku(item: &Object<'_>) -> Result<Option<String>, Wrong> {
    Ok(item.text("sku")?.or(id_at(item, "variant_id")?))
}

/// All discounts of a line: what was allocated to it, or what older versions tell in one number.
fn discount(item: &Object<'_>) -> Result<Decimal, Wrong> {
    let allocations = item.list("discount_allocations")?;
    if allocations.is_empty() {
        return Ok(item.money("total_discount")?.unwrap_or_default());
    }
    sum(&allocations, "amount")
}

/// The sum of an amount over `items`.
pub(super) fn sum(items: &[Object<'_>], name: &str) -> Result<Decimal, Wrong> {
    let mut total = Decimal::ZERO;
    for item in items {
        let amount = item.money(name)?.unwrap_or_default();
        total = total
            .checked_add(amount)
            .and_then(rounded)
            .ok_or_else(|| item.wrong(name, "makes a sum that does not fit a DECIMAL(18, 4)"))?;
    }
    Ok(total)
}
