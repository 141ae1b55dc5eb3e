//! Paths of the coming days: demand drawn day by day, receipts by lateness, and on each path the first day without stock and what was not
//! sold. Knows no history and no service level.

use super::HORIZON_DAYS;
use super::casts::real;
use super::chance::Chance;
use super::demand::{DailyDemand, levels, uniform_of};
use super::lateness::Lateness;
use super::position::{Position, sane};

/// What happens on one path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Path {
    /// Day of the first end without stock, from 1; one past the horizon for none.
    pub(super) first_empty: usize,
    /// Units asked for and not there.
    pub(super) lost_units: f64,
}

/// The three courses of one path's demand, and when things arrive on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Courses {
    /// With nothing arriving.
    pub(super) without_orders: Path,
    /// With the open orders.
    pub(super) with_orders: Path,
    /// With them and the suggested one, ordered today.
    pub(super) with_suggestion: Path,
    /// Day of the first receipt of an open order; one past the horizon for none within it.
    pub(super) first_receipt: usize,
    /// Day on which an order of today would arrive.
    pub(super) suggestion_arrives: usize,
}

/// Demand of one day as it is drawn.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    mean: f64,
    size: f64,
}

/// `count` paths from the end of today. Levels of demand and arrivals are spread evenly over the paths, so that few of them suffice.
pub(super) fn courses(
    position: &Position,
    demand: &DailyDemand,
    lateness: &Lateness,
    suggestion: (f64, i32),
    count: usize,
    chance: &mut Chance,
) -> Vec<Courses> {
    let days = demand.days.map(|(mean, variance)| Drawn { mean, size: mean * mean / (variance - mean).max(0.0) });
    let levels = levels(demand.level_variance, count);
    let shifts = (0..=position.orders.len()).map(|_| chance.uniform()).collect::<Vec<_>>();
    let (units, lead_time_days) = suggestion;
    levels
        .iter()
        .enumerate()
        .map(|(path, level)| {
            let mut arrivals = [0.0; HORIZON_DAYS];
            let mut first_receipt = HORIZON_DAYS + 1;
            for (order, shift) in position.orders.iter().zip(&shifts) {
                let day = lateness.arrival_in_days(Some(order.supplier), order.due_in_days, uniform_of(path, *shift));
                first_receipt = first_receipt.min(day);
                if day <= HORIZON_DAYS {
                    arrivals[day - 1] += sane(order.quantity);
                }
            }
            let uniform = uniform_of(path, shifts[position.orders.len()]);
            let suggestion_arrives = lateness.arrival_in_days(position.usual_supplier, lead_time_days, uniform);
            let asked = days.map(|day| chance.negative_binomial(day.mean * level, day.size));
            let without_orders = walk(position.on_hand(), &asked, &[0.0; HORIZON_DAYS]);
            let with_orders = walk(position.on_hand(), &asked, &arrivals);
            if suggestion_arrives <= HORIZON_DAYS {
                arrivals[suggestion_arrives - 1] += units;
            }
            let with_suggestion = walk(position.on_hand(), &asked, &arrivals);
            Courses { without_orders, with_orders, with_suggestion, first_receipt, suggestion_arrives }
        })
        .collect()
}

/// Receipts in the morning, then demand; what is not there is lost.
fn walk(on_hand: f64, asked: &[f64; HORIZON_DAYS], arrivals: &[f64; HORIZON_DAYS]) -> Path {
    let mut stock = on_hand;
    let mut path = Path { first_empty: HORIZON_DAYS + 1, lost_units: 0.0 };
    for (day, (asked, arriving)) in asked.iter().zip(arrivals).enumerate() {
        stock += arriving;
        path.lost_units += (asked - stock).max(0.0);
        stock = (stock - asked).max(0.0);
        if stock <= 0.0 {
            path.first_empty = path.first_empty.min(day + 1);
        }
    }
    path
}

/// P(first without stock by day h), h = 1, 2 …: half a path more on either side, so that no finite number of paths is certain.
pub(super) fn by_day(courses: &[Courses], path: impl Fn(&Courses) -> Path) -> [f64; HORIZON_DAYS] {
    let mut counts = [0_usize; HORIZON_DAYS + 2];
    for course in courses {
        counts[path(course).first_empty] += 1;
    }
    let mut sum = counts[0];
    std::array::from_fn(|day| {
        sum += counts[day + 1];
        (real(sum) + 0.5) / (real(courses.len()) + 1.0)
    })
}

/// The share of paths, with half a path more on either side.
pub(super) fn share(courses: &[Courses], of: impl Fn(&Courses) -> bool) -> f64 {
    (real(courses.iter().filter(|course| of(course)).count()) + 0.5) / (real(courses.len()) + 1.0)
}

/// Mean units asked for and not there, with the open orders.
pub(super) fn mean_lost_units(courses: &[Courses]) -> f64 {
    sane(courses.iter().map(|course| course.with_orders.lost_units).sum::<f64>() / real(courses.len().max(1)))
}

/// The last day, from today (0), on which an order still arrives before stock runs out on a share `service_level` of the paths; none when
/// that share lasts the horizon without it.
pub(super) fn latest_order_in_days(courses: &[Courses], service_level: f64) -> Option<u32> {
    let most = (1.0 - service_level) * real(courses.len());
    let empty_before = |delay: usize| {
        let missed =
            |course: &&Courses| course.with_orders.first_empty < (course.suggestion_arrives + delay).min(HORIZON_DAYS + 1);
        real(courses.iter().filter(missed).count())
    };
    let first_too_late = (0..=HORIZON_DAYS).find(|delay| empty_before(*delay) > most)?;
    u32::try_from(first_too_late.saturating_sub(1)).ok()
}

/// Paths asked for, within reason.
pub(super) fn bounded(paths: usize) -> usize {
    paths.clamp(16, 20_000)
}
