//! The integral over the time of leaving in the Pareto/NBD: ∫ (α+t)^−(r+x) (β+t)^−(s+1) dt from the last order on, with the means that its slope
//! needs. By Gauss and Legendre's twelve points in the logarithm of time, in as many pieces as the integrand falls steeply.

use super::pareto_nbd::{Parameters, reference};
use super::summary::Summary;

/// Gauss and Legendre's twelve points between −1 and 1 (each stands for ±) and their weights (Abramowitz and Stegun, table 25.4).
const POINTS: [(f64, f64); 6] = [
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_8),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_5, 0.203_167_426_723_065_9),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_2),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_4),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_8),
];
/// Factors of e by which the integrand may fall in a piece; twelve points then err by less than 1e-10.
const FALL: f64 = 12.0;
/// Most pieces; those behind a piece that adds nothing are not looked at.
const MOST_PIECES: f64 = 400.0;

/// The integral over e^[`reference`], and means under it of what its slope needs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leaving {
    pub(super) chance: f64,
    /// ln(α + t)
    pub(super) log_of_orders: f64,
    /// 1 ÷ (α + t)
    pub(super) inverse_of_orders: f64,
    /// ln(β + t)
    pub(super) log_of_leaving: f64,
    /// 1 ÷ (β + t)
    pub(super) inverse_of_leaving: f64,
}

pub(super) fn leaving(of: &Parameters, customer: &Summary, until: f64) -> Leaving {
    // Both factors are smooth in the logarithm of the time since the smaller of α and β before the first order.
    let origin = of.alpha.min(of.beta);
    let (from, to) = ((origin + customer.recency).ln(), (origin + until).ln());
    let length = to - from;
    if length <= 0.0 {
        return Leaving::default();
    }
    let steepness = of.r + customer.repeats + of.s + 1.0;
    let pieces = (steepness * length / FALL).max(length / 2.0).ceil().clamp(1.0, MOST_PIECES);
    let half = length / pieces / 2.0;
    let measure = reference(of, customer);
    let mut sum = Leaving::default();
    let mut middle = from + half;
    while middle < to {
        let before = sum.chance;
        for (point, weight) in POINTS {
            for place in [middle - half * point, middle + half * point] {
                add(&mut sum, of, customer.repeats, place, origin, measure, weight * half);
            }
        }
        if sum.chance - before < 1e-15 * sum.chance {
            break;
        }
        middle += 2.0 * half;
    }
    means(sum)
}

fn add(sum: &mut Leaving, of: &Parameters, repeats: f64, place: f64, origin: f64, measure: f64, weight: f64) {
    let since = place.exp();
    let (orders, leaving) = (since + (of.alpha - origin), since + (of.beta - origin));
    let (log_of_orders, log_of_leaving) = if of.alpha <= of.beta { (place, leaving.ln()) } else { (orders.ln(), place) };
    let density = -(of.r + repeats) * log_of_orders - (of.s + 1.0) * log_of_leaving + place - measure;
    let weight = weight * density.exp();
    sum.chance += weight;
    sum.log_of_orders += weight * log_of_orders;
    sum.inverse_of_orders += weight / orders;
    sum.log_of_leaving += weight * log_of_leaving;
    sum.inverse_of_leaving += weight / leaving;
}

fn means(sum: Leaving) -> Leaving {
    if sum.chance <= 0.0 {
        return Leaving::default();
    }
    Leaving {
        chance: sum.chance,
        log_of_orders: sum.log_of_orders / sum.chance,
        inverse_of_orders: sum.inverse_of_orders / sum.chance,
        log_of_leaving: sum.log_of_leaving / sum.chance,
        inverse_of_leaving: sum.inverse_of_leaving / sum.chance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_are_gauss_and_legendres() {
        let integral = |power: i32| POINTS.iter().map(|(point, weight)| 2.0 * weight * point.powi(power)).sum::<f64>();
        for power in [0, 2, 8, 16, 22] {
            assert!((integral(power) - 2.0 / f64::from(power + 1)).abs() < 1e-14, "power {power}");
        }
    }

    #[test]
    fn as_a_fine_sum_gives_it() {
        let of = Parameters { r: 0.55, alpha: 10.6, s: 0.6, beta: 11.7 };
        for (of, repeats, recency, until) in [
            (of, 0.0, 0.0, 39.0),
            (of, 7.0, 30.0, 38.0),
            (of, 90.0, 10.0, 200.0),
            (Parameters { beta: 0.01, ..of }, 0.0, 0.0, 39.0),
            (Parameters { alpha: 0.05, s: 4.0, ..of }, 2.0, 1.0, 80.0),
        ] {
            let customer = Summary { repeats, recency, age: until, mean_value: 0.0 };
            let measure = reference(&of, &customer);
            let density =
                |time: f64| (-(of.r + repeats) * (of.alpha + time).ln() - (of.s + 1.0) * (of.beta + time).ln() - measure).exp();
            // Simpson's rule on steps that grow from the last order on.
            let (steps, reach) = (200_000, (1.0 + (until - recency) / 1e-4).ln());
            let time = |at: f64| recency + 1e-4 * ((reach * at).exp() - 1.0);
            let piece = |at: f64| density(time(at)) * 1e-4 * reach * (reach * at).exp();
            let sum = (0..steps).map(|step| {
                let (left, right) = (f64::from(step) / f64::from(steps), f64::from(step + 1) / f64::from(steps));
                (piece(left) + 4.0 * piece((left + right) / 2.0) + piece(right)) / 6.0 / f64::from(steps)
            });
            let (exact, said) = (sum.sum::<f64>(), leaving(&of, &customer, until).chance);
            assert!((said / exact - 1.0).abs() < 1e-8, "{of:?}, {repeats} repeats: {said} for {exact}");
        }
    }
}
