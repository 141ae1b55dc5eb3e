//! Which planted losses there are, in the words and numbers of the catalogue of KPIs. Knows amounts, no acts.

use super::instant::Instant;
use super::money::Currency;
use super::pricing::Breach;
use super::record::Key;
use super::table::Table;
use super::truth::Leak;

impl Breach {
    /// Rule of the catalogue, its name, and why the price is wrong.
    pub(super) fn rule(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::DiscountAnomaly => ("M5", "discount_anomaly", "discount far beyond policy and nobody asked for it"),
            Self::BelowCost => ("M7", "below_cost", "unit price below unit cost"),
            Self::RefusedOverride => ("M8", "price_override", "special price was refused and charged all the same"),
            Self::ExpiredPromotion => ("M17", "expired_promotion", "promotion had ended and was honoured"),
        }
    }
}

/// A finding on a line of an order: what each unit lacks, times the units.
pub(super) fn price_leak(breach: Breach, order: Key, line: usize, amount: i64, currency: Currency, at: Instant) -> Leak {
    let (kpi, rule, why) = breach.rule();
    Leak {
        kpi,
        rule,
        table: Table::OrderLines,
        record: order,
        line: Some(line),
        related: None,
        amount,
        recoverable: 0,
        currency,
        at,
        why,
    }
}

/// The other findings: rule of the catalogue, its name, and why.
pub(super) const FREIGHT: (&str, &str, &str) =
    ("M9", "freight_under_recovery", "carrier billed more than the customer was charged for freight");
pub(super) const REFUND: (&str, &str, &str) =
    ("M10", "refund_without_return", "money back for a reason that needs goods back and none came");
pub(super) const VENDOR_CREDIT: (&str, &str, &str) =
    ("M12", "unclaimed_vendor_credit", "refused goods were paid and never credited");
pub(super) const MATCH: (&str, &str, &str) =
    ("M13", "three_way_match_variance", "billed above order price times received quantity");
pub(super) const DUPLICATE: (&str, &str, &str) = ("M14", "duplicate_payment", "the same bill was paid twice");
pub(super) const UNBILLED: (&str, &str, &str) =
    ("M15", "unbilled_shipment", "shipped on account and not invoiced within 14 days");
pub(super) const SHORT: (&str, &str, &str) = ("M16", "short_payment", "customer paid less than the invoice without a dispute");
pub(super) const TAX: (&str, &str, &str) = ("M18", "tax_variance", "tax charged below the rate of the country");
pub(super) const FEE: (&str, &str, &str) = ("M20", "payment_fee_variance", "provider kept more than its rate card says");
