//! Where the company sells: countries with their currency, tax and warehouse, and the channels. Knows no customers.

use super::money::Currency;

/// A country that it sells to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Market {
    pub(super) country: &'static str,
    pub(super) currency: Currency,
    /// Rate of tax on sales, in thousandths.
    pub(super) tax_per_mille: i64,
    /// Place in [`WAREHOUSES`].
    pub(super) warehouse: usize,
    /// Hours that its midday lies ahead of UTC's.
    pub(super) ahead_hours: i64,
    /// Freight of a small parcel, cents of a euro.
    pub(super) freight_cents: i64,
    pub(super) phone: &'static str,
}

const fn market(
    country: &'static str,
    currency: Currency,
    tax_per_mille: i64,
    warehouse: usize,
    ahead_hours: i64,
    freight_cents: i64,
    phone: &'static str,
) -> Market {
    Market { country, currency, tax_per_mille, warehouse, ahead_hours, freight_cents, phone }
}

pub(super) const MARKETS: [Market; 8] = [
    market("Germany", Currency::Eur, 190, 0, 1, 490, "+49 30 23125 "),
    market("France", Currency::Eur, 200, 0, 1, 620, "+33 1 99 00 "),
    market("Netherlands", Currency::Eur, 210, 0, 1, 450, "+31 20 5550"),
    market("United Kingdom", Currency::Gbp, 200, 0, 0, 790, "+44 7700 900"),
    market("Sweden", Currency::Sek, 250, 0, 1, 850, "+46 8 465 00"),
    market("United States", Currency::Usd, 70, 1, -6, 690, "+1 202 555 0"),
    market("Canada", Currency::Usd, 50, 1, -5, 990, "+1 604 555 0"),
    market("Japan", Currency::Jpy, 100, 1, 9, 1_450, "+81 3 0000 0"),
];

/// How the sales spread over [`MARKETS`].
pub(super) const MARKET_WEIGHTS: [u32; 8] = [28, 12, 14, 17, 5, 15, 3, 6];

pub(super) const WAREHOUSES: [&str; 2] = ["Rotterdam", "Memphis"];

/// Where an order is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Shop,
    Marketplace,
    Telephone,
    Wholesale,
}

impl Channel {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Marketplace => "marketplace",
            Self::Telephone => "telephone",
            Self::Wholesale => "wholesale",
        }
    }

    /// Whether it is paid after the invoice, by transfer.
    pub(super) fn is_on_account(self) -> bool {
        self == Self::Wholesale
    }
}
