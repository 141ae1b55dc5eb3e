//! Shops whose customers are known through and through, for tests: rates and chances of leaving by the BG/NBD, a season that comes every year a little
//! different, trouble that makes people leave, and customers from before the history begins.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{CustomerHistory, CustomerOrder};

/// What a shop is made of. Time in days; the history begins on day 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop {
    pub(crate) customers: usize,
    /// Days before day 0 from which customers arrive.
    pub(crate) before_days: f64,
    /// The last day.
    pub(crate) end_day: f64,
    /// Shape of the rates of orders, and their rate in days.
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    /// Chance of leaving after an order.
    pub(crate) a: f64,
    pub(crate) b: f64,
    /// How far the logarithm of all rates swings within a year, the day of its top, and how far a year differs from another.
    pub(crate) season: f64,
    pub(crate) top_day: f64,
    pub(crate) year_to_year: f64,
    /// Chance that an order ends in a ticket, and what that adds to the chance of leaving.
    pub(crate) ticket: f64,
    pub(crate) leaving_by_ticket: f64,
    /// Whether nobody leaves after the very first order, as the BG/NBD supposes.
    pub(crate) first_stays: bool,
    pub(crate) seed: u64,
}

impl Shop {
    /// Some thousand customers, two years, a season with its top in the middle of November where day 0 is the first of December.
    pub(crate) fn usual(seed: u64) -> Self {
        Self {
            customers: 9_000,
            before_days: 730.0,
            end_day: 739.0,
            r: 0.8,
            alpha: 55.0,
            a: 0.6,
            b: 3.0,
            season: 0.45,
            top_day: 345.0,
            year_to_year: 0.08,
            ticket: 0.06,
            leaving_by_ticket: 0.4,
            first_stays: false,
            seed,
        }
    }

    /// Its customers; those who never ordered from day 0 on have an empty history.
    pub(crate) fn open(&self) -> Vec<CustomerHistory> {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed);
        let years = std::array::from_fn::<f64, 8, _>(|_| normal(&mut chance) * self.year_to_year);
        (0..self.customers).map(|_| self.customer(&years, &mut chance)).collect()
    }

    fn customer(&self, years: &[f64; 8], chance: &mut ChaCha8Rng) -> CustomerHistory {
        let rate = gamma(chance, self.r) / self.alpha;
        let (left, right) = (gamma(chance, self.a), gamma(chance, self.b));
        let leaving = left / (left + right);
        let level = 5.0 + 0.8 * normal(chance);
        let mut day = chance.random::<f64>() * (self.before_days + self.end_day) - self.before_days;
        let mut history = CustomerHistory::default();
        // Thinning: the busiest day's rate, of whose orders as many are kept as the day is busy.
        let busiest = (self.season + 4.0 * self.year_to_year).exp();
        let mut stays = self.first_stays;
        while day < self.end_day {
            let ticket = chance.random::<f64>() < self.ticket;
            if day >= 0.0 {
                let whole = whole(day);
                history.orders.push(CustomerOrder { day: whole, value: (level + 0.5 * normal(chance)).exp() });
                if ticket {
                    history.tickets.push(whole + 1);
                }
            }
            if !stays && chance.random::<f64>() < leaving + if ticket { self.leaving_by_ticket } else { 0.0 } {
                break;
            }
            stays = false;
            loop {
                day += -(1.0 - chance.random::<f64>()).ln() / (rate * busiest);
                if day >= self.end_day || chance.random::<f64>() < self.busy(years, day) / busiest {
                    break;
                }
            }
        }
        history
    }

    fn busy(&self, years: &[f64; 8], day: f64) -> f64 {
        let year = years[usize::try_from(whole((day + 3.0 * 365.0) / 365.0)).unwrap_or(0).min(7)];
        let phase = (day - self.top_day) / 365.0 * std::f64::consts::TAU;
        (self.season * phase.cos() + year.clamp(-4.0 * self.year_to_year, 4.0 * self.year_to_year)).exp()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "days of a few years")]
fn whole(day: f64) -> i32 {
    day.floor() as i32
}

fn normal(chance: &mut ChaCha8Rng) -> f64 {
    let (radius, angle) = (1.0 - chance.random::<f64>(), chance.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A gamma variate of rate 1 (Marsaglia and Tsang 2000).
fn gamma(chance: &mut ChaCha8Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        let boost = (1.0 - chance.random::<f64>()).powf(1.0 / shape);
        return gamma(chance, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(chance);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - chance.random::<f64>()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}
