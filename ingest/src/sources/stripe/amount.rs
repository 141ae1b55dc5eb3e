//! Amounts in Stripe's smallest units. Stripe's count of decimals differs from ISO 4217's for a few currencies (docs.stripe.com/currencies):
//! UGX and ISK have two for Stripe, MGA has none.

use rust_decimal::Decimal;

use crate::sources::Wrong;
use crate::sources::json::{Object, money_of};

const WITHOUT_DECIMALS: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
const WITH_THREE_DECIMALS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// The currency of `resource`, ISO 4217.
pub(super) fn currency(resource: &Object<'_>) -> Result<String, Wrong> {
    let currency = resource.text("currency")?.map(|currency| currency.to_ascii_uppercase());
    resource.needed("currency", currency)
}

/// The amount at `name`, in major units of `currency`.
pub(super) fn amount(resource: &Object<'_>, name: &str, currency: &str) -> Result<Option<Decimal>, Wrong> {
    let Some(units) = resource.whole(name)? else { return Ok(None) };
    let decimals = match currency {
        _ if WITHOUT_DECIMALS.contains(&currency) => 0,
        _ if WITH_THREE_DECIMALS.contains(&currency) => 3,
        _ => 2,
    };
    let amount = Decimal::try_new(units, decimals).ok().and_then(money_of);
    amount.map(Some).ok_or_else(|| resource.wrong(name, "does not fit a DECIMAL(18, 4)"))
}
