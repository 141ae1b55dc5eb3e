//! `refunds/create`: the money of a refund; the goods stand in returns. What was paid back is the sum of its refund transactions; a refund
//! without any (credit against what is still owed) is worth its lines less its adjustments, which Shopify writes as negative numbers. Reads
//! no `restock_type`: what became of the goods is `reverse_fulfillment_orders/*`.

use rust_decimal::Decimal;

use super::event::{Event, id, id_at, id_within, shop_money};
use super::line::sum;
use crate::sources::json::{Object, rounded};
use crate::sources::{Decoded, Row, Wrong};

pub(super) fn tell(refund: &Object<'_>, event: &Event<'_>, decoded: &mut Decoded) -> Result<(), Wrong> {
    decoded.tell(row(refund, event));
    Ok(())
}

fn row(refund: &Object<'_>, event: &Event<'_>) -> Result<Row, Wrong> {
    let (lines, adjustments) = (refund.list("refund_line_items")?, refund.list("order_adjustments")?);
    let transactions: Vec<_> = refund.list("transactions")?.into_iter().filter(is_refund).collect();
    let too_large = || refund.wrong("refund_line_items", "make a sum that does not fit a DECIMAL(18, 4)");
    let less = |amount: Decimal, adjustment: Decimal| amount.checked_sub(adjustment).and_then(rounded).ok_or_else(too_large);
    let tax_value = less(sum(&lines, "total_tax")?, sum(&adjustments, "tax_amount")?)?;
    let net_value = match paid_back(&transactions)? {
        Some(paid) => less(paid, tax_value)?,
        None => less(sum(&lines, "subtotal")?, sum(&adjustments, "amount")?)?,
    };
    let refunded_at = refund.instant("processed_at")?.or(refund.instant("created_at")?);
    let payment_id = transactions.first().map(|transaction| id_at(transaction, "parent_id")).transpose()?.flatten();
    Ok(event
        .origin
        .row("refunds", event.version(refund)?, 0)
        .text("refund_id", id(refund)?)
        .text("order_id", id_at(refund, "order_id")?)
        .text("return_id", id_within(refund, "return")?)
        .text("payment_id", payment_id)
        .text("reason", refund.text("note")?)
        .text("agent", id_at(refund, "user_id")?)
        .decimal("net_value", net_value)
        .decimal("tax_value", tax_value)
        .text("currency", currency(&lines, &transactions)?.or_else(|| event.currency.clone()))
        .word("status", status(&transactions)?)
        .instant("refunded_at", refund.needed("created_at", refunded_at)?))
}

fn is_refund(transaction: &Object<'_>) -> bool {
    transaction.text("kind").is_ok_and(|kind| kind.as_deref() == Some("refund"))
}

/// What the transactions that did not fail paid back; none when none is left, or when they are in another currency than the shop's.
fn paid_back(transactions: &[Object<'_>]) -> Result<Option<Decimal>, Wrong> {
    let mut paid = None;
    for transaction in transactions {
        if matches!(transaction.text("status")?.as_deref(), Some("failure" | "error")) {
            continue;
        }
        let (_, shop) = shop_money(transaction, "total_unsettled_set")?;
        if transaction.text("currency")?.zip(shop).is_some_and(|(own, shop)| own != shop && shop != "XXX") {
            return Ok(None);
        }
        let amount = transaction.needed("amount", transaction.money("amount")?)?;
        let total = paid.unwrap_or(Decimal::ZERO).checked_add(amount);
        paid = Some(total.ok_or_else(|| transaction.wrong("amount", "makes a sum that does not fit"))?);
    }
    Ok(paid)
}

fn currency(lines: &[Object<'_>], transactions: &[Object<'_>]) -> Result<Option<String>, Wrong> {
    for line in lines {
        if let (_, Some(currency)) = shop_money(line, "subtotal_set")? {
            return Ok(Some(currency));
        }
    }
    transactions.first().map_or(Ok(None), |transaction| transaction.text("currency"))
}

/// Succeeded once one transaction has, failed when all have.
fn status(transactions: &[Object<'_>]) -> Result<Option<&'static str>, Wrong> {
    let words: Vec<_> = transactions.iter().map(|transaction| transaction.text("status")).collect::<Result<_, _>>()?;
    let has = |word: &str| words.iter().flatten().any(|status| status == word);
    Ok(match () {
        () if has("pending") => Some("pending"),
        () if has("success") => Some("succeeded"),
        () if has("failure") || has("error") => Some("failed"),
        () => None,
    })
}
