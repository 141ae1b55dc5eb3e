//! From histories to risks: which method the data allow, its probabilities, and what they put at stake.

use super::buying::{Buying, By};
use super::features::COUNT;
use super::ledger::{Ledger, Standing};
use super::panel::{Frame, Matured};
use super::reasons::reasons;
use super::segments::Segments;
use super::source::{Said, Source, by_models};
use super::stake::stake;
use super::{Ask, Confidence, CustomerHistory, CustomerRisk, Method, Outcome};

/// Recent customers below which nothing is said.
pub const LEAST_CUSTOMERS: usize = 30;
/// Customers below which there is a table of segments instead of models.
pub const LEAST_CUSTOMERS_FOR_MODELS: usize = 200;
/// Customers with a second order below which there is a table of segments instead of models.
pub const LEAST_REPEATERS_FOR_MODELS: usize = 100;
/// Horizons beyond it are refused: no history here is as long.
const LONGEST_HORIZON_DAYS: u32 = 3 * 365;

/// One customer in so many may have a first order of a wrong day.
const STRAY_ONE_IN: usize = 200;

const FEW_CUSTOMERS: &str = "too few customers for models: shares of segments";
const NO_MODEL: &str = "no model of buying could be fitted: shares of segments";

/// The probability of no order in each horizon, for each customer with a recent order. Small shops get shares of segments, labelled; below
/// [`LEAST_CUSTOMERS`], and where a small shop has no horizon that is over, nothing is said.
pub fn forecast(customers: &[CustomerHistory], ask: &Ask) -> Outcome {
    forecast_by(Method::Default, customers, ask)
}

/// The same by a given method. A method that cannot be used falls back like the default.
pub fn forecast_by(method: Method, customers: &[CustomerHistory], ask: &Ask) -> Outcome {
    let ledgers = customers.iter().map(|history| Ledger::before(history, ask.cutoff)).collect::<Vec<_>>();
    match Shop::of(&ledgers, ask).and_then(|shop| shop.forecast(method, ask)) {
        Ok(risks) => Outcome::Forecast(risks),
        Err(reason) => Outcome::Abstained { reason },
    }
}

struct Shop<'all> {
    ledgers: &'all [Ledger],
    first_day: i32,
    cutoff: i32,
    active_within_days: i32,
    models_allowed: bool,
}

impl<'all> Shop<'all> {
    fn of(ledgers: &'all [Ledger], ask: &Ask) -> Result<Self, String> {
        let first_day = first_day(ledgers).ok_or("no order before the cutoff")?;
        let ordered = ledgers.iter().filter_map(|ledger| ledger.standing(ask.cutoff));
        let (customers, repeaters) = ordered
            .fold((0, 0), |(customers, repeaters), of| (customers + 1, repeaters + usize::from(of.usual_gap_days().is_some())));
        let models_allowed = customers >= LEAST_CUSTOMERS_FOR_MODELS && repeaters >= LEAST_REPEATERS_FOR_MODELS;
        let active_within_days = i32::try_from(ask.active_within_days).unwrap_or(i32::MAX);
        let shop = Self { ledgers, first_day, cutoff: ask.cutoff, active_within_days, models_allowed };
        let active = shop.frame(1).active(ask.cutoff).count();
        if active < LEAST_CUSTOMERS {
            return Err(format!("{active} customers with a recent order; at least {LEAST_CUSTOMERS} are needed"));
        }
        Ok(shop)
    }

    fn frame(&self, horizon_days: i32) -> Frame<'all> {
        let (ledgers, first_day, cutoff) = (self.ledgers, self.first_day, self.cutoff);
        Frame { ledgers, first_day, cutoff, horizon_days, active_within_days: self.active_within_days }
    }

    fn forecast(&self, method: Method, ask: &Ask) -> Result<Vec<CustomerRisk>, String> {
        let mut horizons = ask.horizons_days.clone();
        horizons.sort_unstable();
        horizons.dedup();
        if horizons.is_empty() || horizons.iter().any(|days| !(1..=LONGEST_HORIZON_DAYS).contains(days)) {
            return Err(format!("horizons of 1 to {LONGEST_HORIZON_DAYS} days are answered"));
        }
        let by = match method {
            Method::BgNbd => By::BgNbd,
            Method::ParetoNbd => By::ParetoNbd,
            _ => By::Both,
        };
        let buying = self.models_allowed.then(|| Buying::fit(self.ledgers, self.cutoff, by).ok()).flatten();
        let mut risks = Vec::new();
        for days in horizons {
            risks.push(self.horizon(method, buying.as_ref(), days, ask.seed)?);
        }
        Ok(by_customer(risks))
    }

    /// The risks of all recent customers for one horizon.
    fn horizon(&self, method: Method, buying: Option<&Buying>, days: u32, seed: u64) -> Result<Vec<CustomerRisk>, String> {
        let frame = self.frame(i32::try_from(days).unwrap_or(i32::MAX));
        let matured = frame.matured(buying, seed);
        let cohort = frame.cohort(self.cutoff, buying, || true);
        let said = match buying {
            Some(buying) => by_models(method, &matured, frame, buying),
            None => self.by_segments(frame, &matured)?,
        };
        let risk = |at: usize, customer: usize| {
            let of = self.ledgers[customer].standing(self.cutoff)?;
            Some(risk(&of, customer, days, buying, &said, &cohort.rows[at]))
        };
        Ok(cohort.customers.iter().enumerate().filter_map(|(at, customer)| risk(at, *customer)).collect())
    }

    fn by_segments(&self, frame: Frame<'_>, matured: &[Matured]) -> Result<Said, String> {
        let both = matured.iter().flat_map(|one| {
            let standing = one.cohort.customers.iter().map(|customer| frame.ledgers[*customer].standing(one.cohort.cutoff));
            standing.zip(&one.none).filter_map(|(of, none)| Some((of?, *none)))
        });
        let segments = Segments::of(both)
            .ok_or("too few customers for models, and no earlier cutoff with enough of them whose horizon is over")?;
        let fallback = if self.models_allowed { NO_MODEL } else { FEW_CUSTOMERS };
        Ok(Said { by: Source::Segments(segments), method: "segments", fallback: Some(fallback), confidence: Confidence::Low })
    }
}

/// The day from which the shop is known: a few orders of a wrong day long before do not make a history.
fn first_day(ledgers: &[Ledger]) -> Option<i32> {
    let mut firsts = ledgers.iter().filter_map(Ledger::first_day).collect::<Vec<_>>();
    firsts.sort_unstable();
    firsts.get(firsts.len() / STRAY_ONE_IN).copied()
}

fn risk(
    of: &Standing<'_>,
    customer: usize,
    horizon_days: u32,
    buying: Option<&Buying>,
    said: &Said,
    row: &[f64; COUNT],
) -> CustomerRisk {
    let probability = said.probability(of, row);
    let stake = stake(of, f64::from(horizon_days), buying, probability);
    CustomerRisk {
        customer,
        horizon_days,
        probability,
        expected_orders: stake.expected_orders,
        expected_value: stake.expected_orders * stake.order_value,
        value_at_risk: probability * stake.usual_orders * stake.order_value,
        alive: stake.alive,
        reasons: reasons(of, said.contributions(row).as_ref()),
        method: said.method,
        fallback: said.fallback,
        confidence: said.confidence,
    }
}

/// All horizons of a customer together; a longer horizon never has the greater probability of no order.
fn by_customer(horizons: Vec<Vec<CustomerRisk>>) -> Vec<CustomerRisk> {
    let mut risks = horizons.into_iter().flatten().collect::<Vec<_>>();
    risks.sort_by_key(|risk| (risk.customer, risk.horizon_days));
    for place in 1..risks.len() {
        let (before, after) = risks.split_at_mut(place);
        let (Some(shorter), Some(longer)) = (before.last(), after.first_mut()) else { continue };
        if shorter.customer == longer.customer && longer.probability > shorter.probability {
            let any = (1.0 - shorter.probability) / (1.0 - longer.probability);
            longer.expected_orders *= any;
            longer.expected_value *= any;
            longer.value_at_risk *= shorter.probability / longer.probability;
            longer.probability = shorter.probability;
        }
    }
    risks
}
